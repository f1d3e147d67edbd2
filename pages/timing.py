"""Timing: how fast is it here? One pass, where it goes, sweeps, the device's limit, a race, other machines."""

import streamlit as st

from explorer import figures_timing as draw
from explorer import naming, palette, state, ui, ui_timing
from explorer.spec import preset, presets
from explorer.timing import found, records, rows, sweeps, words
from explorer.timing.tasks import Ask
from explorer.trace import trace
from explorer.ui import Figure

NAMES = {key: naming.title(preset(key)) for key in sweeps.DEPTHS}
RACERS = tuple(presets())
chosen = state.current()
spec, name = chosen.spec, naming.title(chosen.spec)
nodes = trace(spec, chosen.height, chosen.width, 1)


@st.cache_data(show_spinner=False, max_entries=1)
def recorded() -> tuple[records.Run, ...]:
    return records.recorded()


def one_pass() -> None:
    """The large figure; before the first click a recorded one."""
    seen, source = ui_timing.run(Ask("pass", spec, settings)), "measured"
    if seen is None:
        run = found.nearest(recorded(), spec, settings)
        if run is None:
            ui.lead(f"No recorded run of {name} at this input size comes with the explorer: time it here.")
            return
        seen, source = run.measurement, "recorded"
    ui_timing.hall(seen, source)
    ui_timing.doubts(seen.warnings)
    summary = seen.summary
    with st.expander("Every pass", icon=":material/scatter_plot:"):
        ui.chart(draw.distribution(seen.times_s, summary.median_s, summary.q1_s, summary.q3_s),
                 f"Time of each of {summary.n} passes of {seen.title}")
    with st.expander("Measured on what, and how", icon=":material/fact_check:"):
        ui_timing.provenance(seen)
    ui_timing.take_home(f"timing-{seen.name}", [rows.flat(seen, source)], [records.row_of(seen)])


def parts() -> None:
    """Time, MACs and parameters along the network."""
    ask = Ask("parts", spec, settings)
    seen = ui_timing.run(ask)
    if seen is not None:
        cut, source, whole_s = seen.parts, "measured", seen.whole_s
        st.session_state["block_times"] = {"spec": spec, "seconds": rows.block_seconds(cut)}
        note = f"overhead of the marks {seen.overhead:+.1%} · sum of parts / whole {seen.sum_over_whole:.3f} · n {seen.n}"
        doubts = seen.warnings
    else:
        run = found.nearest([run for run in recorded() if run.parts], spec, settings)
        if run is None:
            ui.lead(f"No recorded run of {name} at this input size comes with the explorer: time it here.")
            return
        cut, source, doubts = found.parts_of(run, nodes), "recorded", ()
        whole_s = sum(part.seconds for part in cut)
        note = f"{run.measurement.provenance['device']} · {run.measurement.settings.words}"
    where = rows.where(nodes, cut)
    ui.figures([Figure(palette.seconds(whole_s), f"one pass of {name}, cut at the ends of its modules", note, source)])
    ui.lead(words.where(where))
    ui.chart(draw.where(where), f"Shares of time, MACs and parameters by block of {name}, in network order")
    ui_timing.doubts(doubts)
    left, right = st.columns(2)
    with left, st.expander("The longest layers", icon=":material/format_list_numbered:"):
        ui.table([{"layer": row["path"], "kind": row["kind"], "time": palette.seconds(row["seconds"]),
                   "share": f"{row['share']:.1%}"} for row in rows.layers(cut)[:20]], source=source)
    with right, st.expander("The kernels (torch.profiler)", icon=":material/memory:"):
        kernels = ui_timing.run(Ask("kernels", spec, settings))
        if kernels:
            ui.table([{"kernel": row.name[:60], "calls": f"{row.calls:g}", "time": palette.seconds(row.seconds),
                       "share": f"{row.share:.1%}"} for row in kernels[:20]], source="measured",
                     caption="The profiler itself slows a pass by 5 to 18 %.")
    ui_timing.take_home(f"parts-{naming.slug(spec)}", where)


def sweep() -> None:
    """Many measurements, drawn as they come."""
    left, action = st.columns([1, 1.6], vertical_alignment="bottom")
    with left:
        which = state.choose("What to vary", tuple(sweeps.SWEEPS), "sweep",
                             help="; ".join(f"{key}: {text}" for key, (text, _) in sweeps.SWEEPS.items()))
    ask = Ask("sweep", spec, settings, (which,))
    try:
        sweeps.plan(which, spec, settings)
    except ValueError as error:
        st.info(str(error), icon=":material/info:")
        return
    figure = draw.batch_sweep if which == "batch" else draw.bar_sweep

    def show(some: list) -> None:
        plain = rows.sweep(some)
        ui.chart(figure(plain), f"{sweeps.SWEEPS[which][0]}: {len(plain)} measurements")
        for row in plain:
            if row["error"]:
                st.info(f"{row['label']}: {row['error']}", icon=":material/block:")

    with action:
        made = ui_timing.run(ask)
    if ui_timing.live(ask, show):
        return
    if made:
        show(made)
        ui.lead(words.sweep(which, rows.sweep(made)))
        ui_timing.doubts(words.sweep_doubts(rows.sweep(made)))
        ui_timing.take_home(f"sweep-{which}-{naming.slug(spec)}", rows.sweep(made),
                            [records.row_of(row.measurement) for row in made if row.measurement])
    elif past := found.sweep(recorded(), which, spec, settings):
        st.html(f"{ui.mark('recorded')} {past[0].measurement.provenance['device']} · {past[0].point.settings.words}")
        show(past)
    else:
        ui.lead("No recorded sweep of this kind comes with the explorer: run it here.")


def limit() -> None:
    """The roofline, the floor and the verdict."""
    seen, source = ui_timing.run(Ask("limit", spec, settings)), "measured"
    if seen is None:
        seen, source = found.limit(recorded(), spec, settings), "recorded"
    if seen is None:
        ui.lead(f"What could this device do at best, and how much of that does {name} reach? The run takes a few seconds.")
        return
    roof = seen.roofline
    ui.figures([Figure(f"{roof.share:.0%}", "of what the device can do", seen.measurement.settings.words, source),
                Figure(palette.seconds(roof.whole.seconds), "one pass", f"n {seen.measurement.summary.n}", source),
                Figure(palette.seconds(roof.floor_s), "the floor: no execution here can be faster",
                       f"arithmetic {palette.seconds(roof.floor_arithmetic_s)}, memory {palette.seconds(roof.floor_memory_s)}",
                       source)])
    ui.lead(roof.sentence)
    plain = rows.roof(roof)
    ui.chart(draw.roofline(plain, roof.peak_flops_per_s, roof.band_bytes_per_s, roof.memory_bytes_per_s),
             f"Roofline of {name}: each stage's arithmetic speed against its FLOPs per byte")
    ui_timing.doubts(seen.measurement.warnings)
    with st.expander("The candidates for the limit", icon=":material/speed:"):
        ui.table(rows.candidates(seen.ceilings), source=source,
                 caption=f"Highest arithmetic: {roof.peak_from}. Highest bandwidth: {roof.band_from}.")
    ui_timing.take_home(f"limit-{naming.slug(spec)}", plain)


def race() -> None:
    """FLOPs are not time: two models, what is counted and what is timed, on one screen."""
    left, right, action = st.columns([1, 1, 1.6], vertical_alignment="bottom")
    with left:
        one = st.selectbox("Model", list(RACERS), index=RACERS.index("resnet34"), key="one", bind="query-params")
    with right:
        other = st.selectbox("against", list(RACERS), index=RACERS.index("resnet50"), key="other", bind="query-params")
    pair = [preset(one), preset(other)]
    with action:
        seen, source = ui_timing.run(Ask("race", preset(one), settings, (one, other))), "measured"
    if seen is None:
        seen, source = found.pair(recorded(), pair, settings), "recorded"
    counted = rows.contrast(*pair, chosen.height, chosen.width,
                            [*rows.timed_pair(seen, source), *rows.published_pair(records.published(), one, other)])
    titles = [naming.title(each) for each in pair]
    ui.lead(words.contrast(counted, *titles))
    chart, lanes = st.columns([1.25, 1], gap="large")
    with chart:
        ui.chart(draw.contrast(counted, *titles), f"{titles[1]} against {titles[0]}: counted and timed")
    with lanes:
        if seen:
            raced = rows.race(seen)
            ui.chart(draw.race(raced), f"Pictures done over time by {' and '.join(titles)}")
            st.html(f"{words.race(raced)} {ui.mark(source)} {seen[0].provenance['device']} · {seen[0].settings.words}")
    ui_timing.take_home(f"race-{one}-{other}", counted, [records.row_of(each) for each in seen or ()])


def machines() -> None:
    """Runs of other machines beside this one: recorded, published, and a file of your own."""
    file = st.file_uploader("Load a run saved by `python -m explorer time resnet50 --batch 32 --save run.json`", type="json", max_upload_size=5,
                            key="run_file")
    loaded = ()
    if file is not None:
        try:
            loaded = records.loads(file.getvalue(), file.name[:60])
        except ValueError as error:
            st.error(str(error), icon=":material/error:")
    live = [seen for ask, seen in st.session_state.get("timings", {}).items() if ask.task == "pass"]
    lines = rows.others([*loaded, *recorded()], records.published(), live)
    ui.chart(draw.others(lines, NAMES), "Pictures per second by model and machine, measured, recorded and published")
    ui.table([{"machine": row["machine"], "model": row["name"], "pictures per second": f"{row['images_per_s']:,.4g}",
               "is": row["source"], "from": row["from"]} for row in lines], source="recorded",
             caption="Only rows of one machine and one dtype may be compared as models; timm's are AMP at batch 1024.")
    ui_timing.take_home("machines", lines)


VIEWS = {  # slug -> question, view
    "pass": ("How fast is it here?", one_pass),
    "parts": ("Where does the time go?", parts),
    "sweep": ("What makes it faster?", sweep),
    "limit": ("How near to the device’s limit is it?", limit),
    "race": ("Why are FLOPs not time?", race),
    "machines": ("How fast is it elsewhere?", machines),
}

bar = st.container(horizontal=True, vertical_alignment="bottom", key="timing-bar")
with bar:
    view = state.choose("Show", tuple(VIEWS), "view", label_visibility="collapsed")
    settings = ui_timing.settings(chosen)
st.header(VIEWS[view][0], anchor=False)
ui_timing.problem()
VIEWS[view][1]()
