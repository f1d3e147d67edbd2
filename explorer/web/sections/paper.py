"""The Paper page's pieces: Table 1 with each cell checked, and published errors beside computed costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.facts import published
from explorer.net.node import Node
from explorer.spec import naming
from explorer.tell import paper_tables, questions
from explorer.web import pieces
from explorer.web.asked import asked
from explorer.web.state import Chosen

Rows = Sequence[Mapping[str, object]]


def architectures(chosen: Chosen) -> Rows:
    """Table 1, checked cell by cell, with the stride in either place."""
    stride = asked("Where does a bottleneck halve the map?", questions.TABLE_STRIDE, "table_stride")
    for one in paper_tables.architectures(stride, naming.base_name(chosen.spec)):
        pieces.html(one)
    return [cell.plain for row in published.table1(stride) for cell in row if cell.published]


def why_fifty(chosen: Chosen, nodes: Sequence[Node]) -> Rows:
    """The depth, counted on the model itself."""
    for one in paper_tables.counted_depth(chosen.spec, nodes):
        pieces.html(one)
    return paper_tables.depth_rows(chosen.spec, nodes)


def errors(show: str) -> Rows:
    """Tables 2 and 3, or Table 6 and the pre-activation paper's. show: of `paper_tables.ERRORS`."""
    for one in paper_tables.told_errors(show):
        pieces.html(one)
    return paper_tables.error_rows(show)
