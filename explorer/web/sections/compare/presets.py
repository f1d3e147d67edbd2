"""Compare's last section: all presets, cost against cost, and against time where there is one. FLOPs are not time."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.facts import comparison
from explorer.facts.comparison import Side
from explorer.spec import naming
from explorer.tell import compare_parts, questions
from explorer.tell.compare_parts import AXES, Point
from explorer.tell.plots import cost as cost_plots
from explorer.tell.plots.once import once
from explorer.timing.data.across import Across, across
from explorer.web import pieces, plain
from explorer.web.asked import asked
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.sections.timing import runs
from explorer.web.session import session


def timed() -> tuple[Across | None, str]:
    """Times that may be compared, and their mark: of this visit where it timed two nets alike, else the recorded ones."""
    mine = across(runs.measured())
    if mine:
        return mine, "measured earlier"
    return across(run.measurement for run in timing_pieces.recorded()), "recorded"


def cost_against_cost(left: Side, right: Side) -> list[Point]:
    """All presets on one chart; the two that are compared are marked, and added where they are no presets."""
    base, other = left.spec, right.spec
    across, up = st.columns(2)
    with across:
        x = asked("What goes across?", questions.ACROSS, "x", "MACs")
    with up:
        y = asked("What goes up?", {key: words for key, words in questions.UP.items() if key != x}, "y")
    times, mark = timed()
    rows = compare_parts.points(base, other, times)
    marked = {naming.title(base): cost_plots.BASE, naming.title(other): cost_plots.OTHER}
    pieces.chart(
        once(cost_plots.scatter, rows, AXES[x], AXES[y], marked),
        f"All presets: {AXES[x][1]} against {AXES[y][1]}",
        "presets",
        lambda net: session().update({"picked_net": net}),
    )
    _picked(rows, (AXES[x][0], AXES[y][0]))
    if y == "time":
        _whose(
            times,
            mark,
            [naming.title(spec) for spec in (base, other) if not compare_parts.ms(times, naming.slug(spec))],
        )
    elif y == "pictures/s":
        for one in compare_parts.throughput():
            pieces.html(one)
    pieces.unfolding(compare_parts.AS_TABLE, "table", lambda: pieces.html(compare_parts.costs(rows)))
    pieces.note(compare_parts.COUNTED, "computed")
    return rows


def _picked(rows: Sequence[Point], keys: tuple[str, str]) -> None:
    """The formulas of the point that was clicked on, along both axes where they are counted."""
    row = next((row for row in rows if row["net"] == session().get("picked_net")), None)
    if row is None:
        return pieces.note("Click a point for its formulas.")
    known = comparison.cost_proofs([row])[0]
    for key in keys:
        if key in known:
            pieces.opened(f"{row['net']}, {compare_parts.counted(key)}", known[key])


def _whose(times: Across | None, mark: str, missing: list[str]) -> None:
    if times is None:
        pieces.lead(compare_parts.NO_TIMES)
        return
    pieces.lead(compare_parts.timed(times, mark))
    if missing:
        plain.info(compare_parts.untimed(missing))
    timing_pieces.beside(times.first.settings, times.first.provenance, mark)
