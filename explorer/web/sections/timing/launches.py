"""The Timing page's view of launches: at which batch does the GPU start to work?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer import units
from explorer.spec import naming
from explorer.tell.plots import launches as draw
from explorer.timing.data import records
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure import sweeps
from explorer.timing.measure.tasks import Ask
from explorer.timing.said import exports
from explorer.timing.said import launches as said
from explorer.web import pieces
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.sections.timing import runs
from explorer.web.sections.timing.rivals import CHECK
from explorer.web.state import Chosen


def launches(chosen: Chosen, settings: Settings) -> None:
    """From a run on this machine's GPU, a loaded file, or a recorded one."""
    ask, answer = Ask("sweep", chosen.spec, settings, ("launches",)), None
    if settings.kind == "cuda":
        answer = runs.run(ask)

        def draw_so_far(made: Sequence[sweeps.Row]) -> None:
            _shown(chosen, settings, _measured(made), "measured")

        if runs.live(ask, draw_so_far):
            return
    top = st.container()
    kept = [run.measurement for run in (*timing_pieces.loaded(), *timing_pieces.recorded())]
    with top:
        if answer and _shown(chosen, settings, _measured(answer.value), answer.mark):
            return
        if not _shown(chosen, settings, kept, "recorded"):
            pieces.lead(
                "A GPU works through a batch of one faster than the host can launch it, and then waits. No run on a GPU comes "
                "with the explorer: record one on any machine that has one, in nine minutes at most, and load it here."
            )
            st.code(CHECK, language="bash")


def _measured(made: Sequence[sweeps.Row]) -> list[Measurement]:
    return [row.measurement for row in made if row.measurement]


def _shown(chosen: Chosen, settings: Settings, seen: list[Measurement], mark: str) -> bool:
    """Whether there was anything to show."""
    found = said.ladder(seen, chosen.spec, settings)
    if found is None:
        return False
    pieces.lead(said.sentence(found, mark.split()[0]))
    pieces.chart(draw.launches(found), f"A pass of {found.first.title} and its launch, against the batch")
    first = found.first
    timing_pieces.beside(first.settings, first.provenance, mark, "batch")
    if first.spec != chosen.spec:
        pieces.note(f"Of {naming.title(chosen.spec)} there is no such run: this is {first.title}.")
    lines = said.lines(found)
    with st.expander("Every batch", icon=":material/table_rows:"):
        pieces.table([_cells(line) for line in lines], source=mark)
    of = {(first.settings.dtype, first.settings.memory_format, first.spec, first.provenance["device"])}
    kept = [
        one
        for one in seen
        if (one.settings.dtype, one.settings.memory_format, one.spec, one.provenance["device"]) in of
        and one.settings.compile == "eager"
    ]
    timing_pieces.take_home(
        chosen,
        f"launches-{first.name}",
        exports.stamped(lines, first.settings, first.provenance, mark.split()[0]),
        [records.row_of(one) for one in kept],
    )
    return True


def _cells(line: Mapping[str, Any]) -> dict[str, str]:
    graph = line["graph_s"]
    return {
        "batch": f"{line['batch']:,}",
        "a pass": units.seconds(line["eager_s"]),
        "the host launches it": units.seconds(line["enqueue_s"]),
        "its share": units.percent(line["enqueue_share"]),
        "as a CUDA graph": "–" if graph is None else units.seconds(graph),
        "waits for": "the host" if line["waits_for_launches"] else "the GPU",
    }
