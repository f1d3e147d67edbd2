"""What the Blocks page says of the two blocks side by side, made once for all who ask the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from explorer import units
from explorer.facts import block_pair
from explorer.facts.proof import prove
from explorer.facts.rollup import Block
from explorer.spec import ResNetSpec
from explorer.tell import fragments, palette
from explorer.tell.drawing import Drawing, block_drawing
from explorer.tell.fragments import Figure, Html


@dataclass(frozen=True)
class Side:
    """One of the two, as a drawing and with all that is said of it."""

    drawn: Drawing
    told: Html


@dataclass(frozen=True)
class Sides:
    """found: what is compared; sides: by kind of block; options: what each shortcut costs, as a table."""

    found: block_pair.Pair
    lead: Markup
    sides: Mapping[str, Side]
    options: Markup


@lru_cache(maxsize=64)  # a hundred kilobytes each
def sides(width: int, equal: str, place: str, spec: ResNetSpec, large: bool = False) -> Sides:
    """Basic and bottleneck at this outer width. large: for a projector. Raises `ValueError` as `block_pair.pair` does."""
    found = block_pair.pair(width, equal, place, spec)
    widest = max(shape[1] for block in found.by_kind().values() for shape in (block.in_shape, block.out_shape))
    return Sides(
        found,
        fragments.lead(block_pair.lesson(found, equal)),
        {kind: _side(kind, block, widest, large) for kind, block in found.by_kind().items()},
        fragments.table(
            block_pair.option_rows(width, equal, place, spec),
            caption="Parameters of this block under each shortcut option of the paper, norms included.",
        ),
    )


def _side(kind: str, block: Block, widest: int, large: bool) -> Side:
    weights, sums = prove("params", block.convs), block_pair.arithmetic(block)
    title = f"{kind}, {block.out_shape[1]:,} channels"
    drawn = block_drawing(block, palette.BLOCK_COLOURS[kind], title, widest, large, block_pair.stands(kind, block))
    label = f"{kind} block: {sums.text}; {block.reason}"
    return Side(
        drawn,
        fragments.together(
            fragments.figures([Figure(units.count(weights.value), "convolution weights", proof=weights)]),
            fragments.arithmetic(sums),
            fragments.drawing(drawn, label, proofs=block_pair.drawn_proofs(block)),
            fragments.reason(block.shortcut, block_pair.why(block)),
            fragments.told(block_pair.totals(block)),
        ),
    )
