"""Proofs of what two numbers make together: a difference, a ratio, a share of a whole.

Their steps are the two numbers' own formulas; those are proved in full where the numbers stand themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.facts.proof.base import Proof
from explorer.terms import Term, minus, over, plus, said, times


def difference(old: Proof, new: Proof) -> Proof:
    """new − old."""
    rule = "the other − the baseline"
    return Proof("difference", minus(worth(new), worth(old)), rule, _brief(old, new), _source(old, new))


def ratio(old: Proof, new: Proof) -> Proof:
    """new ÷ old. Raises `ValueError` where the baseline is 0."""
    if not old.value:
        raise ValueError("baseline=0: no ratio to it")
    rule = "the other ÷ the baseline"
    return Proof("ratio", over(worth(new), worth(old)), rule, _brief(old, new), _source(old, new))


def share(part: Proof, whole: Proof) -> Proof:
    """What a part is of a whole, in percent. Raises `ValueError` where the whole is 0."""
    if not whole.value:
        raise ValueError("whole=0: no share of it")
    rule = "100 · part ÷ whole, in %"
    return Proof("share", over(times(100, worth(part)), worth(whole)), rule, _brief(part, whole), _source(part, whole))


def _brief(*proofs: Proof) -> tuple[Proof, ...]:
    return tuple(replace(proof, parts=()) for proof in proofs)


def _source(*proofs: Proof) -> str:
    """What of two numbers is no count: with an estimate all is one."""
    return next((one.source for one in proofs if one.source != "computed"), "computed")


def worth(proof: Proof) -> Term:
    """What it is worth, as it is shown."""
    return said(proof.shown, proof.value)


def together(proofs: Sequence[Proof]) -> Term:
    """'102,228,128 + 602,112': what they are worth, those of 0 left out."""
    return plus(*(worth(one) for one in proofs if one.value))
