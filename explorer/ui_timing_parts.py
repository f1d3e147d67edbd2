"""The Timing page's view of where the time goes: parts along the network, the longest layers, the kernels."""

from __future__ import annotations

import streamlit as st

from explorer import figures_timing as draw
from explorer import naming, palette, ui, ui_timing
from explorer import ui_timing_run as runs
from explorer.state import Chosen
from explorer.timing import exports, found, ratios, rows, words
from explorer.timing.parts import Parts
from explorer.timing.settings import Settings
from explorer.timing.tasks import Ask
from explorer.trace import trace
from explorer.ui import Figure


def parts(chosen: Chosen, settings: Settings) -> None:
    """Time, MACs and parameters along the network."""
    with st.container(horizontal=True, vertical_alignment="center", key="parts-bar"):
        figures = st.container(width="content")
        answer = runs.run(Ask("parts", chosen.spec, settings))
    seen = answer.value if answer else found.parts(ui_timing.recorded(), chosen.spec, settings)
    if seen is None:
        return ui_timing.nothing_yet(chosen)
    mark = answer.mark if answer else "recorded"
    where = rows.where(trace(chosen.spec, chosen.height, chosen.width, 1), seen.parts)
    with figures:
        ui.figures([Figure(palette.seconds(seen.whole_s), "one pass, cut at the ends of its modules", words.cut(seen), mark)])
    ui_timing.not_yours(seen.settings, settings, mark)
    ui.lead(ratios.where(words.where(where), where, mark))
    ui.chart(draw.where(where), f"Shares of time, MACs and parameters by {rows_of(seen)} of {naming.title(chosen.spec)}")
    ui_timing.beside(seen.settings, seen.provenance, mark)
    if answer:
        _on_the_map(chosen, seen)
    ui_timing.doubts(seen.warnings)
    _layers_and_kernels(chosen, settings, seen, mark)
    ui_timing.take_home(chosen, f"parts-{naming.slug(chosen.spec)}", exports.parts(where, seen, mark.split()[0]),
                        exports.cut_rows(seen))


def rows_of(seen: Parts) -> str:
    """What the bars are cut into."""
    return "stage" if seen.level == "stage" else "block"


def _on_the_map(chosen: Chosen, seen: Parts) -> None:
    """Times of blocks are a colour of the map; those of stages alone are not, since no block's time is known."""
    if seen.level == "stage":
        st.session_state.pop("block_times", None)
        return
    st.session_state["block_times"] = {
        "of": (chosen.spec, chosen.height, chosen.width, chosen.batch), "seconds": rows.tile_seconds(seen.parts),
        "stamp": words.stamp(seen.settings, seen.provenance)}
    st.html('<div class="beside">The map can be coloured by these times: Architecture, Colour, Measured time.</div>')


def _layers_and_kernels(chosen: Chosen, settings: Settings, seen: Parts, mark: str) -> None:
    left, right = st.columns(2)
    with left, st.expander("The longest layers", icon=":material/format_list_numbered:"):
        every = rows.layers(seen.parts)
        ui.table([{"layer": row["path"], "kind": row["kind"], "time": palette.seconds(row["seconds"]), "share": share}
                  for row, share in list(zip(every, ratios.layers(every, mark)))[:20]], source=mark)
    with right, st.expander("The kernels (torch.profiler)", icon=":material/memory:"):
        answer = runs.run(Ask("kernels", chosen.spec, settings))
        if answer:
            ui.table([{"kernel": row.name[:60], "calls": f"{row.calls:g}", "time": palette.seconds(row.seconds),
                       "share": palette.percent(row.share, 1)} for row in answer.value[:20]], source=answer.mark,
                     caption="The profiler itself slows a pass by 5 to 18 %.")
            ui_timing.beside(settings, answer.facts, answer.mark)
            ui_timing.lines(f"kernels-{naming.slug(chosen.spec)}", exports.kernels(answer.value, settings, answer.facts))
