"""Proofs of what is summed over layers: parameters, MACs, layer outputs; and the depth in a net's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from explorer.facts.proof.base import Proof
from explorer.facts.rollup import METRICS, SUMS, activation_bytes
from explorer.net.node import Node
from explorer.net.ops import is_layer, op
from explorer.spec import BLOCKS, ResNetSpec
from explorer.terms import Term, number, plain, plus, times

RULES: dict[str, str] = {  # metric -> formula in symbols
    "params": "conv c_in·c_out·k²/groups, BN 2·c, fc c_in·c_out + c_out",
    "macs": "conv H_out·W_out·c_in·c_out·k²/groups, fc c_in·c_out",
    "activation_bytes": "N·c·H·W·bytes (4 in fp32) for each output that takes new memory; ReLU and addition write in place",
}


def leaf(metric: str, node: Node) -> Proof:
    """The proof of one node's own number; a metric without a formula is its own proof."""
    value = METRICS[metric].of(node) or 0
    rule = RULES.get(metric, METRICS[metric].counts)
    if metric == "activation_bytes":
        term = times(*node.out_shape, node.element_bytes) if activation_bytes(node) else plain(0)
    elif metric in ("params", "macs") and value:
        term = getattr(op(node.kind), metric)(node)
    else:
        term = number(value)
    return Proof(node.path, term, rule)


def prove(metric: str, nodes: Sequence[Node], label: str = "") -> Proof:
    """The proof of a metric's total over one node, a block, a stage or a whole net.

    Within one block the layers' formulas are written out; above it the parts' totals are summed, equal ones in a run
    together (`1,512,448 + 35·1,117,184`). Raises `ValueError` for a metric that is not a sum, or unknown.
    """
    if metric not in SUMS:
        raise ValueError(f"metric={metric!r}: choose one of {', '.join(SUMS)}")
    if len(nodes) == 1:
        return leaf(metric, nodes[0])
    found = _proved(metric, tuple(nodes))
    return replace(found, label=label) if label else found


@lru_cache(maxsize=512)  # a page shows the same sums in several places
def _proved(metric: str, nodes: tuple[Node, ...]) -> Proof:
    rule = RULES.get(metric, METRICS[metric].counts)
    for level in (lambda node: node.stage, lambda node: node.block or node.path):
        groups = [(name, list(group)) for name, group in groupby(nodes, level)]
        if len(groups) > 1 and any(len(group) > 1 for _, group in groups):
            parts = tuple(prove(metric, group, name) for name, group in groups)
            return Proof("total", subtotals(parts), rule, parts)
    parts = tuple(part for node in nodes if (part := leaf(metric, node)).value)
    return Proof(nodes[0].block or nodes[0].stage, plus(*(part.term for part in parts)), rule, parts)


def subtotals(parts: Sequence[Proof]) -> Term:
    """'75,008 + 2·70,400': the parts' values, runs of equal ones together, zeros left out."""
    runs = [(value, len(list(run))) for value, run in groupby(part.value for part in parts) if value]
    return plus(*(number(value) if count == 1 else times(count, number(value)) for value, count in runs))


def depth(spec: ResNetSpec, nodes: Sequence[Node]) -> Proof:
    """Why it is called 50: convolutions on the main path, and fc. Projections and attention's are not counted."""
    counted = [node for node in nodes if is_layer(node)]
    by_stage = [(name, list(group)) for name, group in groupby(counted, lambda node: node.stage)]
    convs = BLOCKS[spec.block].convs
    parts = tuple(
        Proof(
            name,
            plain(len(group)) if name in ("stem", "head") else times(convs, len(group) // convs),
            "convolutions per block · blocks",
        )
        for name, group in by_stage
    )
    return Proof(
        "depth",
        plus(*(part.term for part in parts)),
        "the stem's convolutions, those of each block, fc; projections and attention not counted",
        parts,
    )
