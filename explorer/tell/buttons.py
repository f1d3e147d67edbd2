"""Numbers in a drawing that open their proof: buttons laid over its own texts, where they stand and as large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup

from explorer.tell.markup import Cards, joined

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    from explorer.facts.proof import Proof
    from explorer.tell.drawing.svg import Drawing, Text


def spots(drawing: Drawing, proofs: Mapping[str, Proof], cards: Cards) -> Markup:
    """A button for each number of the drawing whose name is in `proofs`, to stand in the picture's own box.

    Sizes are in parts of the picture (%, cqw): the buttons keep their places at any width.
    """
    return joined(_spot(one, proofs[one.proof], cards, drawing) for one in drawing.numbers if one.proof in proofs)


def _spot(one: Text, proof: Proof, cards: Cards, drawing: Drawing) -> Markup:
    look = [name for name in ("mid", "bold") if name in one.kinds]
    return cards.number(
        proof,
        one.words,
        " ".join(["spot", *look]),
        f"left:{100 * one.x / drawing.width:.2f}%;top:{100 * (one.y - one.size) / drawing.height:.2f}%;"
        f"font-size:{100 * one.size / drawing.width:.3f}cqw",
    )
