"""Where a measured number of a pass comes from: how much a block adds, how likely a class is, what spoke for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

from torch import Tensor

from explorer.facts.proof import Proof
from explorer.look.passed import BlockRow
from explorer.terms import minus, number, over, plus, times

MOST_CLASSES, LEAST = 10, 1e-6  # whose part in the sum is written out


class Opens(TypedDict):
    """A number of the walk as the browser shows it, and the card that it opens (`markup.slotted_card`)."""

    shown: str
    rule: str
    text: str
    latex: str
    steps: str
    source: str


def opens(proof: Proof, shown: str) -> Opens:
    """JSON-ready."""
    steps = "\n".join(proof.steps())
    return {
        "shown": shown,
        "rule": proof.rule_read,
        "text": proof.text,
        "latex": proof.latex,
        "steps": steps,
        "source": proof.source,
    }


def added(row: BlockRow, source: str = "measured") -> Proof:
    """How large what a block adds is beside what its shortcut carries, ‖F(x)‖ ÷ ‖x‖. Raises `ValueError` where the
    shortcut carries nothing."""
    if not row.norm_shortcut:
        raise ValueError(f"block={row.path}: its shortcut carries 0, and nothing can be compared with it")
    quotient = over(number(row.norm_residual), number(row.norm_shortcut))
    return Proof(
        row.path,
        quotient,
        "‖F(x)‖ ÷ ‖x‖, each the root of the sum of the squares of all its numbers",
        source=source,
    )


def probability(logits: Tensor, place: int, names: Sequence[str], source: str = "measured") -> Proof:
    """Softmax, in percent: of scores (classes,), the one at `place`."""
    parts = (logits.double() - logits.double().max()).exp()
    quotient = over(times(100, number(float(parts[place]))), number(float(parts.sum())))
    likeliest = [one for one in parts.topk(min(MOST_CLASSES, len(parts))).indices.tolist() if parts[one] >= LEAST]
    shares = tuple(Proof(str(names[one]), number(float(parts[one])), "e^(score − highest score)") for one in likeliest)
    return Proof(
        str(names[place]),
        quotient,
        "100 · e^(its score − the highest score) ÷ the sum of the same over all classes, in %",
        shares,
        source,
    )


def score(mean: float, bias: float, logit: float) -> Proof:
    """A class's score from its class map: the mean over positions plus the class's bias (Zhou et al. 2016)."""
    one, other = number(mean), number(abs(bias))
    term = minus(one, other) if bias < 0 else plus(one, other)
    rule = "the class map’s mean over all positions + the class’s bias"
    return Proof("score", replace(term, value=logit), rule, source="measured")
