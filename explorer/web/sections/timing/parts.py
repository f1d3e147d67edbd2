"""The Timing page's view of where the time goes: parts along the network, the longest layers, the kernels."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from explorer import units
from explorer.net.trace import trace
from explorer.spec import naming
from explorer.tell import timing_words
from explorer.tell.plots import timing as draw
from explorer.tell.plots.once import once
from explorer.timing.data.settings import Settings
from explorer.timing.measure.parts import Parts
from explorer.timing.measure.tasks import Ask
from explorer.timing.said import exports, found, offers, rows, sentences
from explorer.web import pieces
from explorer.web.pieces import Figure
from explorer.web.sections.timing import for_map, runs
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.state import Chosen


def parts(chosen: Chosen, settings: Settings) -> None:
    """Time, MACs and parameters along the network."""
    with st.container(horizontal=True, vertical_alignment="center", key="parts-bar"):
        figures = st.container(width="content")
        answer = runs.run(Ask("parts", chosen.spec, settings))
    seen = answer.value if answer else found.parts(timing_pieces.recorded(), chosen.spec, settings)
    if seen is None:
        return timing_pieces.nothing_yet(chosen)
    mark = answer.mark if answer else "recorded"
    where = rows.where(trace(chosen.spec, chosen.height, chosen.width, 1), seen.parts)
    with figures:
        pieces.figures(
            [Figure(units.seconds(seen.whole_s), "one pass, cut at the ends of its modules", sentences.cut(seen), mark)]
        )
    timing_pieces.not_yours(seen.settings, settings, mark)
    pieces.lead(sentences.where(where, mark, seen.warnings))
    if answer and seen.warnings:
        timing_pieces.offered(offers.of_parts(timing_pieces.recorded(), chosen.spec, settings))
    pieces.chart(
        once(draw.where, where),
        f"Shares of time, MACs and parameters by {rows_of(seen)} of {naming.title(chosen.spec)}",
    )
    timing_pieces.beside(seen.settings, seen.provenance, mark)
    if answer:
        _on_the_map(chosen, seen)
    timing_pieces.doubts(seen.warnings)
    _layers_and_kernels(chosen, settings, seen, mark)
    timing_pieces.take_home(
        chosen, f"parts-{naming.slug(chosen.spec)}", exports.parts(where, seen, mark.split()[0]), exports.cut_rows(seen)
    )


def rows_of(seen: Parts) -> str:
    """What the bars are cut into."""
    return "stage" if seen.level == "stage" else "block"


def _on_the_map(chosen: Chosen, seen: Parts) -> None:
    """Times of blocks are a colour of the map; those of stages alone are not, since no block's time is known."""
    if for_map.keep(chosen, seen):
        pieces.html(
            Markup(
                '<div class="beside">The map can be coloured by these times: Architecture, Colour, Measured time.</div>'
            )
        )


def _layers_and_kernels(chosen: Chosen, settings: Settings, seen: Parts, mark: str) -> None:
    left, right = st.columns(2)
    with left, st.expander("The longest layers", icon=":material/format_list_numbered:"):
        pieces.html(timing_words.longest(seen.parts, mark))
    with right, st.expander("The kernels (torch.profiler)", icon=":material/memory:"):
        answer = runs.run(Ask("kernels", chosen.spec, settings))
        if answer:
            pieces.table(
                [
                    {
                        "kernel": row.name[:60],
                        "calls": f"{row.calls:g}",
                        "time": units.seconds(row.seconds),
                        "share": units.percent(row.share, 1),
                    }
                    for row in answer.value[:20]
                ],
                source=answer.mark,
                caption="The profiler itself slows a pass by 5 to 18 %.",
            )
            timing_pieces.beside(settings, answer.facts, answer.mark)
            timing_pieces.lines(
                f"kernels-{naming.slug(chosen.spec)}", exports.kernels(answer.value, settings, answer.facts)
            )
