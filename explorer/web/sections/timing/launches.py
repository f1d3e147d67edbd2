"""The Timing page's view of launches: at which batch does the GPU start to work?"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.tell import timing_words
from explorer.tell.plots import launches as draw
from explorer.tell.plots.once import once
from explorer.timing.data import records
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure import sweeps
from explorer.timing.measure.tasks import Ask
from explorer.timing.said import exports, found
from explorer.timing.said import launches as said
from explorer.web import pieces
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.sections.timing import runs
from explorer.web.sections.timing.swept import swept
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
        if _shown(chosen, settings, kept, "recorded"):
            return
        pieces.lead(timing_words.NO_GPU)
        st.code(timing_words.CHECK, language="bash")
    made = found.sweep(timing_pieces.recorded(), "batch", chosen.spec, settings)
    if made:
        st.subheader(timing_words.ON_A_CPU, anchor=False)
        swept("batch", made, "recorded")


def _measured(made: Sequence[sweeps.Row]) -> list[Measurement]:
    return [row.measurement for row in made if row.measurement]


def _shown(chosen: Chosen, settings: Settings, seen: list[Measurement], mark: str) -> bool:
    """Whether there was anything to show."""
    ladder = said.ladder(seen, chosen.spec, settings)
    if ladder is None:
        return False
    pieces.lead(said.sentence(ladder, mark.split()[0]))
    pieces.chart(once(draw.launches, ladder), f"A pass of {ladder.first.title} and its launch, against the batch")
    first = ladder.first
    timing_pieces.beside(first.settings, first.provenance, mark, "batch")
    if first.spec != chosen.spec:
        pieces.note(timing_words.of_another(chosen.spec, first))
    lines = said.lines(ladder)
    with st.expander(timing_words.EVERY_BATCH, icon=":material/table_rows:"):
        pieces.html(timing_words.launches(lines, mark))
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
