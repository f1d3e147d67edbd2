"""The views of the Timing page: one pass, its parts, sweeps, the limit, a race, other machines.

Each shows what was measured in this visit, else what is recorded, always marked as such; and says so when there is
neither. Nothing is measured before a click.
"""

from __future__ import annotations

import streamlit as st

from explorer import figures_timing as draw
from explorer import naming, palette, state, ui, ui_timing
from explorer.state import Chosen
from explorer.timing import found, records, rows, sweeps, words
from explorer.timing.parts import Parts
from explorer.timing.settings import Settings
from explorer.timing.tasks import Ask
from explorer.trace import trace
from explorer.ui import Figure
from explorer.ui_timing_rivals import machines, race


def nothing_yet(chosen: Chosen) -> None:
    ui.lead(f"No recorded run of {naming.title(chosen.spec)} at this input size comes with the explorer: time it here.")


def one_pass(chosen: Chosen, settings: Settings) -> None:
    """The large figure; before the first click a recorded one."""
    seen, source = ui_timing.run(Ask("pass", chosen.spec, settings)), "measured"
    if seen is None:
        run = found.nearest(ui_timing.recorded(), chosen.spec, settings)
        if run is None:
            return nothing_yet(chosen)
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


def parts(chosen: Chosen, settings: Settings) -> None:
    """Time, MACs and parameters along the network."""
    seen, source = ui_timing.run(Ask("parts", chosen.spec, settings)), "measured"
    if seen is not None:  # the map can colour by it
        st.session_state["block_times"] = {"spec": chosen.spec, "seconds": rows.block_seconds(seen.parts)}
    else:
        seen, source = found.parts(ui_timing.recorded(), chosen.spec, settings), "recorded"
    if seen is None:
        return nothing_yet(chosen)
    where = rows.where(trace(chosen.spec, chosen.height, chosen.width, 1), seen.parts)
    ui.figures([Figure(palette.seconds(seen.whole_s), "one pass, cut at the ends of its modules", words.cut(seen),
                       source)])
    ui.lead(words.where(where))
    ui.chart(draw.where(where), f"Shares of time, MACs and parameters by block of {naming.title(chosen.spec)}")
    ui_timing.beside(seen.settings, seen.provenance, source)
    ui_timing.doubts(seen.warnings)
    _layers_and_kernels(chosen, settings, seen, source)
    ui_timing.take_home(f"parts-{naming.slug(chosen.spec)}",
                        rows.stamped(where, seen.settings, seen.provenance, source))


def _layers_and_kernels(chosen: Chosen, settings: Settings, seen: Parts, source: str) -> None:
    left, right = st.columns(2)
    with left, st.expander("The longest layers", icon=":material/format_list_numbered:"):
        ui.table([{"layer": row["path"], "kind": row["kind"], "time": palette.seconds(row["seconds"]),
                   "share": f"{row['share']:.1%}"} for row in rows.layers(seen.parts)[:20]], source=source)
    with right, st.expander("The kernels (torch.profiler)", icon=":material/memory:"):
        kernels = ui_timing.run(Ask("kernels", chosen.spec, settings))
        if kernels:
            ui.table([{"kernel": row.name[:60], "calls": f"{row.calls:g}", "time": palette.seconds(row.seconds),
                       "share": f"{row.share:.1%}"} for row in kernels[:20]], source="measured",
                     caption="The profiler itself slows a pass by 5 to 18 %.")


def sweep(chosen: Chosen, settings: Settings) -> None:
    """Many measurements, drawn as they come."""
    top = st.container(horizontal=True, vertical_alignment="bottom", key="sweep-bar")
    with top:
        which = state.choose("What to vary", tuple(sweeps.SWEEPS), "sweep",
                             help="; ".join(f"{key}: {text}" for key, (text, _) in sweeps.SWEEPS.items()))
    try:
        sweeps.plan(which, chosen.spec, settings)
    except ValueError as error:
        st.info(str(error), icon=":material/info:")
        return
    ask = Ask("sweep", chosen.spec, settings, (which,))
    with top:
        made, source = ui_timing.run(ask), "measured"
    if ui_timing.live(ask, lambda some: _swept(which, some, "measured")):
        return
    if made is None:
        made, source = found.sweep(ui_timing.recorded(), which, chosen.spec, settings), "recorded"
    if not made:
        ui.lead("No recorded sweep of this kind comes with the explorer: run it here.")
        return
    _swept(which, made, source)
    ui_timing.take_home(f"sweep-{which}-{naming.slug(chosen.spec)}", rows.sweep_export(made, source),
                        [records.row_of(row.measurement) for row in made if row.measurement])


def _swept(which: str, made: list[sweeps.Row], source: str) -> None:
    """A sweep so far."""
    plain = rows.sweep(made)
    first = next((row.measurement for row in made if row.measurement), None)
    ui.lead(words.sweep(which, plain))
    ui.chart((draw.batch_sweep if which == "batch" else draw.bar_sweep)(plain), sweeps.SWEEPS[which][0])
    if first is not None:
        ui_timing.beside(first.settings, first.provenance, source, words.VARIED[which])
    ui_timing.doubts(words.sweep_doubts(plain))
    for row in plain:
        if row["error"]:
            st.info(f"{row['label']}: {row['error']}", icon=":material/block:")


def limit(chosen: Chosen, settings: Settings) -> None:
    """The roofline, the floor and the verdict."""
    seen, source = ui_timing.run(Ask("limit", chosen.spec, settings)), "measured"
    if seen is None:
        seen, source = found.limit(ui_timing.recorded(), chosen.spec, settings), "recorded"
    if seen is None:
        return nothing_yet(chosen)
    roof, one = seen.roofline, seen.measurement
    floors = f"arithmetic {palette.seconds(roof.floor_arithmetic_s)}, memory {palette.seconds(roof.floor_memory_s)}"
    ui.figures([Figure(f"{roof.share:.0%}", "of what the device can do", f"bound by {roof.verdict}", source),
                Figure(palette.seconds(roof.whole.seconds), "one pass, median", f"n {one.summary.n}", source),
                Figure(palette.seconds(roof.floor_s), "the floor: nothing here can be faster", floors, source)])
    ui.lead(roof.sentence)
    plain = rows.roof(roof)
    ui.chart(draw.roofline(plain, roof.peak_flops_per_s, roof.band_bytes_per_s, roof.memory_bytes_per_s),
             f"Roofline of {one.title}: each stage's arithmetic speed against its FLOPs per byte")
    ui_timing.beside(one.settings, one.provenance, source)
    ui_timing.doubts(one.warnings)
    with st.expander("The candidates for the limit", icon=":material/speed:"):
        ui.table(rows.candidates(seen.ceilings), source=source,
                 caption=f"Highest arithmetic: {roof.peak_from}. Highest bandwidth: {roof.band_from}.")
    ui_timing.take_home(f"limit-{one.name}", rows.stamped(plain, one.settings, one.provenance, source))


VIEWS = {  # slug -> the question, its view
    "pass": ("How fast is it here?", one_pass),
    "parts": ("Where does the time go?", parts),
    "sweep": ("What makes it faster?", sweep),
    "limit": ("How near to the device’s limit is it?", limit),
    "race": ("Why are FLOPs not time?", race),
    "machines": ("How fast is it elsewhere?", machines),
}
