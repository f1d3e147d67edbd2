"""What conventions are made of: a count with its gaps, and a gap per kind of operation, from the trace."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from explorer.facts.proof import Proof, worth
from explorer.facts.proof.sums import subtotals
from explorer.net.node import Node
from explorer.terms import Term, number, plus, times


@dataclass(frozen=True)
class Gap:
    """One reason for a difference. unit: what is counted besides; term: its arithmetic; of: what it is of."""

    unit: str
    term: Term
    of: str = ""
    parts: tuple[Proof, ...] = ()

    @property
    def value(self) -> int:
        return int(self.term.value)

    @property
    def formula(self) -> str:
        """'2·26,560 channels of 53 BN layers'."""
        return f"{self.term.text} {self.of}".strip()

    @property
    def proof(self) -> Proof:
        return Proof(self.unit, self.term, self.of, self.parts)


@dataclass(frozen=True)
class Convention:
    """One way of counting: the plain count of `base` plus all gaps is `value`, for one picture.

    unit: as the tool calls it. counts: what it counts; factor: 2 where a multiply-add is two operations; mode: eval,
    train or either; per: "batch" where the tool multiplies by the batch, else
    "picture", and "net" for parameters. apart: a difference from the
    row before that is not counted besides, but comes of another net (the stride's place).
    """

    key: str
    name: str
    unit: str
    base_proof: Proof
    says: str
    gaps: tuple[Gap, ...] = ()
    counts: str = "convolutions, fc"
    factor: int = 1
    mode: str = "either"
    per: str = "batch"
    apart: Gap | None = None

    @property
    def base(self) -> int:
        return int(self.base_proof.value)

    @property
    def value(self) -> int:
        return self.base + sum(gap.value for gap in self.gaps)

    @property
    def proof(self) -> Proof:
        """The base and every gap, summed."""
        if not self.gaps:
            return self.base_proof
        parts = (self.base_proof, *(gap.proof for gap in self.gaps))
        return Proof(self.name, plus(*map(worth, parts)), self.says, parts)

    def of_batch(self, batch: int) -> Proof:
        """What the tool says for a batch: as often as it has pictures, where it multiplies by them."""
        if batch == 1 or self.per != "batch":
            return self.proof
        one = self.proof
        return Proof(self.name, times(number(batch), worth(one)), "pictures · count of one", (one,))


def of_kind(nodes: Sequence[Node], kind: str) -> list[Node]:
    return [node for node in nodes if node.kind == kind]


def outputs_of(nodes: Sequence[Node], kind: str, factor: int, unit: str) -> Gap:
    """A count per output of all operations of a kind."""
    found = of_kind(nodes, kind)
    outputs = sum(math.prod(node.out_shape[1:]) for node in found)
    heads = (factor,) if factor > 1 else ()
    parts = by_stage(found, lambda node: times(*heads, *node.out_shape[1:]))
    return Gap(unit, times(*heads, number(outputs)), "outputs", parts)


def inputs_of(nodes: Sequence[Node], kind: str, factor: int, unit: str) -> Gap:
    """A count per input of all operations of a kind."""
    heads = (factor,) if factor > 1 else ()
    terms = [times(*heads, *node.in_shape[1:]) for node in of_kind(nodes, kind)]
    return Gap(unit, plus(*terms))


def by_stage(nodes: Sequence[Node], added: Callable[[Node], Term]) -> tuple[Proof, ...]:
    """What each of these nodes adds, its arithmetic written out, stage by stage."""
    found = []
    for stage, group in groupby(nodes, lambda node: node.stage):
        parts = [Proof(node.path, added(node), "") for node in group]
        found.append(Proof(stage, subtotals(parts), "", tuple(parts)))
    return tuple(found)
