"""One row per kind of operation, with everything that a view asks of it."""

from __future__ import annotations

import inspect
import re

import pytest

from explorer.net import ops, shortcuts, trace
from explorer.net.node import Node
from explorer.tell import palette
from tests.conftest import ROOT


def test_every_kind_that_the_trace_can_record_has_a_row_and_no_row_is_idle():
    recorded = set(re.findall(r"record\(\s*\"(\w+)\"", inspect.getsource(trace)))
    recorded |= {"norm", "frozennorm", "input"}  # chosen between; made by hand
    assert recorded == set(ops.OPS)


@pytest.mark.parametrize("kind", ops.KINDS)
def test_a_row_is_whole(kind):
    row = ops.OPS[kind]
    assert row.label and row.short and row.colour in palette.COLOURS
    assert row.side in ops.SIDES and row.side in ops.SIDE_TERMS
    assert set(row.saves) <= set(ops.SAVES)
    assert row.layer <= row.starts, "what the paper counts begins a tile"
    assert bool(row.macs) <= bool(row.params), "who multiplies has weights"


def test_a_kind_without_a_row_is_named():
    with pytest.raises(KeyError, match="'softmax' has no row"):
        ops.op("softmax")
    odd = Node("layer1.0.downsample.0", "relu", (), (1, 1, 1, 1), (1, 1, 1, 1))
    with pytest.raises(KeyError, match="a shortcut of relu has no name"):
        shortcuts.shortcut_kind([odd])


def test_whoever_asks_what_a_node_is_asks_here() -> None:
    """No kind is compared by its name outside of `net`; only what tools count is told by kinds."""
    named = re.compile(
        r"\.kind (?:==|!=|not in|in) \(?[\"'](?:" + "|".join(ops.OPS) + r")[\"']|kind === \"(?:add|conv)\""
    )
    places = [*(ROOT / "explorer").rglob("*.py"), *(ROOT / "explorer").rglob("*.js"), *(ROOT / "pages").glob("*.py")]
    found = {path.name for path in places if "net" not in path.parts and named.search(path.read_text(encoding="utf-8"))}
    assert found == set(), found
