"""Proofs of what two numbers make together: a difference, a ratio, a share of a whole.

Their steps are the two numbers' own formulas; those are proved in full where the numbers stand themselves.
"""

from __future__ import annotations

from dataclasses import replace

from explorer.facts.proof.base import Proof


def difference(old: Proof, new: Proof) -> Proof:
    """new − old."""
    return Proof(
        "difference", f"{new.shown} − {old.shown}", new.value - old.value, "the other − the baseline", _brief(old, new)
    )


def ratio(old: Proof, new: Proof) -> Proof:
    """new ÷ old. Raises `ValueError` where the baseline is 0."""
    if not old.value:
        raise ValueError("baseline=0: no ratio to it")
    return Proof(
        "ratio", f"{new.shown} ÷ {old.shown}", new.value / old.value, "the other ÷ the baseline", _brief(old, new)
    )


def share(part: Proof, whole: Proof) -> Proof:
    """What a part is of a whole, in percent. Raises `ValueError` where the whole is 0."""
    if not whole.value:
        raise ValueError("whole=0: no share of it")
    return Proof(
        "share",
        f"100·{part.shown} ÷ {whole.shown}",
        100 * part.value / whole.value,
        "100 · part ÷ whole, in %",
        _brief(part, whole),
    )


def _brief(*proofs: Proof) -> tuple[Proof, ...]:
    return tuple(replace(proof, parts=()) for proof in proofs)
