"""Proofs of how many there are of something: so many in each part of a net."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from explorer.facts.proof.base import Proof
from explorer.terms import number, plus


def counted(label: str, rule: str, parts: Iterable[str], every: Iterable[str] = ()) -> Proof:
    """How many there are: `parts` names the part that each one stands in. every: parts that are named even with none."""
    found = Counter(dict.fromkeys(every, 0))
    found.update(parts)
    proofs = tuple(Proof(name, number(count), rule) for name, count in found.items())
    return Proof(label, plus(*(number(count) for count in found.values())), rule, proofs)
