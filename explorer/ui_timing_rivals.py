"""Two views of the Timing page: a race of two models, and other machines."""

from __future__ import annotations

import streamlit as st

from explorer import figures_race as draw_race
from explorer import naming, ui, ui_timing
from explorer.spec import preset, presets
from explorer.state import Chosen
from explorer.timing import found, records, rows, sweeps, words
from explorer.timing.settings import Settings
from explorer.timing.tasks import Ask

NAMES = {key: naming.title(preset(key)) for key in sweeps.DEPTHS}
RACERS = tuple(presets())


def race(chosen: Chosen, settings: Settings) -> None:
    """FLOPs are not time: two models, what is counted and what is timed, on one screen."""
    left, right, action = st.columns([1, 1, 1.6], vertical_alignment="bottom")
    one = left.selectbox("Model", RACERS, index=RACERS.index("resnet34"), key="one", bind="query-params")
    other = right.selectbox("against", RACERS, index=RACERS.index("resnet50"), key="other", bind="query-params")
    pair = [preset(one), preset(other)]
    with action:
        seen, source = ui_timing.run(Ask("race", pair[0], settings, (one, other))), "measured"
    if seen is None:
        seen, source = found.pair(ui_timing.recorded(), pair, settings), "recorded"
    timed = [*rows.timed_pair(seen, source), *rows.published_pair(records.published(), one, other)]
    counted = rows.contrast(*pair, chosen.height, chosen.width, timed)
    titles = [naming.title(spec) for spec in pair]
    ui.lead(words.contrast(counted, *titles))
    chart, lanes = st.columns([1.25, 1], gap="large")
    with chart:
        ui.chart(draw_race.contrast(counted, *titles), f"{titles[1]} against {titles[0]}: counted and timed")
    if seen:
        with lanes:
            raced = rows.race(seen)
            ui.chart(draw_race.race(raced), f"Pictures done over time by {' and '.join(titles)}")
            st.html(words.race(raced))
        ui_timing.beside(seen[0].settings, seen[0].provenance, source)
        ui_timing.doubts(words.pair_doubts(seen))
    ui_timing.take_home(f"race-{one}-{other}", counted, [records.row_of(each) for each in seen])


def machines(chosen: Chosen, settings: Settings) -> None:
    """Runs of other machines beside this one: recorded, published, and a file of your own."""
    file = st.file_uploader("Load a run saved by `python -m explorer time resnet50 --batch 32 --save run.json`",
                            type="json", max_upload_size=5, key="run_file")
    loaded: tuple[records.Run, ...] = ()
    if file is not None:
        try:
            loaded = records.loads(file.getvalue(), file.name[:60])
        except ValueError as error:
            st.error(str(error), icon=":material/error:")
    live = [seen for ask, seen in st.session_state.get("timings", {}).items() if ask.task == "pass"]
    lines = rows.others([*loaded, *ui_timing.recorded()], records.published(), live)
    ui.chart(draw_race.others(lines, NAMES), "Pictures per second by model and machine")
    ui.table([{"machine": row["machine"], "model": row["name"], "pictures per second": words.rate(row["images_per_s"]),
               "is": row["source"], "from": row["from"]} for row in lines], source="recorded",
             caption="Compare models within one machine and number format only; timm's figures are AMP at batch 1024.")
    ui_timing.take_home("machines", lines)
