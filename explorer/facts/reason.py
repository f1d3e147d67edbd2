"""Why a shortcut is solid or dotted, in the block's own numbers (He et al. 2015, §3.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from explorer.net.ops import op

if TYPE_CHECKING:
    from explorer.facts.rollup import Block
    from explorer.net.node import Node


def reason(block: Block) -> str:
    """Which of height × width and channels change, and what therefore stands on the shortcut."""
    return "".join(part if isinstance(part, str) else f"{part.params:,}" for part in parts(block))


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
    return BYPASS[block.shortcut](block)


def _kept(block: Block) -> str:
    stride = math.prod(node.stride for node in block.bypass)
    return f"every {_ordinal(stride)} pixel" if stride > 1 else ""


def _subsampled(block: Block) -> list[str | Node]:
    return [f"{_kept(block)} of x, by a 1×1 max pool, no weights"]


def _padded(block: Block) -> list[str | Node]:
    kept, added, before = _kept(block), block.out_shape[1] - block.in_shape[1], block.bypass[-1].padding
    halves = f", {before:,} before and {added - before:,} behind x’s own" if before else ""
    zeros = f"{added:,} channels of zeros{halves}, no weights" if added else "no weights"
    return [f"{kept}, and {zeros}" if kept and added else ", ".join(filter(None, (kept, zeros)))]


def _projected(block: Block) -> list[str | Node]:
    conv = next(node for node in block.bypass if op(node.kind).layer)
    biases = " with biases" if len(conv.weights) > 1 else ""
    words: list[str | Node] = [f"1×1 convolution, stride {conv.stride}, ", conv, f" weights{biases}"]
    pools = [node for node in block.bypass if op(node.kind).averages and node.kernel > 1]
    if pools and pools[0].stride > 1:
        size = f"{pools[0].kernel}×{pools[0].kernel}"
        return [f"{size} average pool, stride {pools[0].stride}, so that no pixel is skipped, then a ", *words]
    return [f"{pools[0].kernel}×{pools[0].kernel} average pool, then a ", *words] if pools else words


BYPASS: dict[str, Callable[[Block], list[str | Node]]] = {  # what changes x, of a dotted shortcut
    "projection": _projected,
    "pad": _padded,
    "subsample": _subsampled,
}
_ENDINGS = {2: "nd", 3: "rd"}


def _ordinal(number: int) -> str:
    return f"{number}{_ENDINGS.get(number, 'th')}"


def _size(shape: Sequence[int]) -> str:
    return f"{shape[2]}×{shape[3]}"
