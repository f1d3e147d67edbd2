"""The formulas behind the panel's numbers, as the browser writes them (`explorer.terms`), without what it can put together.

A block's steps are its layers' formulas and a stage's its blocks', which the panel has anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from explorer.facts import cost
from explorer.facts.proof import Proof, deciding_size, prove, receptive_field, share
from explorer.facts.proof.base import read
from explorer.facts.proof.sums import RULES
from explorer.facts.rollup import SUMS, Stage, summed
from explorer.net import field
from explorer.net.node import Node
from explorer.net.ops import SIDES
from explorer.tell.netmap.sent import Packs, Shares
from explorer.terms import plain
from explorer.terms import steps as one_by_one


def sums(nodes: Sequence[Node], names: Iterable[str] = SUMS) -> Packs:
    """Metric → '256·64·1² + 2·64 + … = 70,400' for every sum of these nodes that is not 0."""
    proofs = {name: prove(name, nodes) for name in names}
    return {name: proof.line.packed for name, proof in proofs.items() if proof.value}


def steps(nodes: Sequence[Node], names: Sequence[str]) -> dict[str, str]:
    """Metric → the derivation of its sum, a line per part."""
    return {name: "\n".join(prove(name, nodes).steps()) for name in names}


def shown(nodes: Sequence[Node]) -> Packs:
    """Their sums, and how the output's height and width come about by the last layer of the main path that has a say;
    what there is no arithmetic for is left out: equal blocks share what is sent, and still it counts."""
    sides = [proof.line for proof in deciding_size(nodes)]
    return sums(nodes) | ({"out": one_by_one(sides).packed} if sides else {})


def of_stage(nodes: Sequence[Node], stage: Stage) -> Packs:
    """Sums, output side and receptive field of a stage."""
    last = stage.nodes[-1]
    seen = {} if last.receptive_field is None else {"receptive_field": receptive_field(nodes, last.path).line.packed}
    return shown(stage.nodes) | seen


def shares(nodes: Sequence[Node], totals: Mapping[str, int]) -> Shares:
    """What of the whole net these nodes have, of every sum that it has. totals: the whole net's."""
    found = {name: of_whole(summed(nodes, name), whole) for name, whole in totals.items() if whole}
    return {name: (cost.brief(proof.value), proof.line.packed) for name, proof in found.items()}


def of_whole(part: int, whole: int) -> Proof:
    """'100·4,096 ÷ 65,536 ≈ 6.25'."""
    return share(Proof("part", plain(part), ""), Proof("whole", plain(whole), ""))


def rules() -> dict[str, str]:
    """Of each number, in symbols."""
    sums = {name: RULES.get(name, metric.counts) for name, metric in SUMS.items()}
    known = {**sums, "share": of_whole(1, 1).rule, "receptive_field": field.ADDED, "out": SIDES["window"]}
    return {name: read(rule) for name, rule in known.items()}
