"""Why a shortcut is solid or dotted, in the block's own numbers (He et al. 2015, §3.3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.facts.rollup import Block
    from explorer.net.trace import Node


def reason(block: Block) -> str:
    """Which of height × width and channels change, and what therefore stands on the shortcut."""
    return "".join(part if isinstance(part, str) else f"{weights(part):,}" for part in parts(block))


def weights(conv: Node) -> int:
    return math.prod(conv.weights[0][1])


def parts(block: Block) -> list[str | Node]:
    """The reason in pieces; a node stands for the number of its weights, which a page can prove."""
    before, after = block.in_shape, block.out_shape
    if block.shortcut == "none":
        return ["plain net: no shortcut"]
    changes = []
    if block.stride > 1:
        verb = "halves" if before[2] == 2 * after[2] and before[3] == 2 * after[3] else "takes"
        changes.append(f"stride {block.stride} {verb} {_size(before)} to {_size(after)}")
    if before[1] != after[1]:
        only = "" if changes else "only the "
        changes.append(f"{only}channels go {before[1]:,} → {after[1]:,}")
    if not changes:
        same = f"same shape, {_size(before)}×{before[1]}"
        if block.shortcut == "identity":
            return [f"{same} in and out: x is added as it is"]
        return [f"{same}, but option C projects every shortcut: ", *_bypass_words(block)]
    shapes = "" if block.stride > 1 else f" ({_size(before)}×{before[1]} → {_size(after)}×{after[1]})"
    return [f"{' and '.join(changes)}{shapes}, so x cannot be added as it is: ", *_bypass_words(block)]


def _bypass_words(block: Block) -> list[str | Node]:
    first = block.bypass[0]
    if first.kind == "pad":
        added = block.out_shape[1] - block.in_shape[1]
        pixels = f"every {first.stride}nd pixel, and " if first.stride > 1 else ""
        return [f"{pixels}{added:,} channels of zeros, no weights"]
    return [f"1×1 convolution, stride {first.stride}, ", first, " weights"]


def _size(shape: Sequence[int]) -> str:
    return f"{shape[2]}×{shape[3]}"
