"""Numbers in a drawing that open their proof: buttons laid over the SVG's own text, where it stands and as large."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import TYPE_CHECKING

from markupsafe import Markup

from explorer.tell.markup import Cards, joined

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    from explorer.facts.proof import Proof

TEXT = re.compile(
    r'<text x="([\d.]+)" y="([\d.]+)" class="([^"]*)" style="font-size:([\d.]+)px;[^"]*" data-proof="([^"]+)">([^<]*)</text>'
)
BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def spots(svg: str, proofs: Mapping[str, Proof], cards: Cards) -> Markup:
    """A button for each text of the SVG whose `data-proof` is in `proofs`, to stand in the picture's own box.

    Sizes are in parts of the picture (%, cqw): the buttons keep their places at any width.
    """
    wide, high = map(float, BOX.search(svg).groups())
    return joined(
        cards.number(
            proofs[unescape(name)],
            unescape(words),
            "spot" + " mid" * ("mid" in kind.split()) + " bold" * ("bold" in kind.split()),
            f"left:{100 * float(x) / wide:.2f}%;top:{100 * (float(y) - float(size)) / high:.2f}%;"
            f"font-size:{100 * float(size) / wide:.3f}cqw",
        )
        for x, y, kind, size, name, words in TEXT.findall(svg)
        if unescape(name) in proofs
    )
