"""What a block or layer is called for people, everywhere: as the paper calls it (He et al. 2015, §3.4 and Table 1), conv3_1 for `layer2.0`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from explorer.net.node import Node
from explorer.net.ops import convolves, op

LISTED = {"maxpool": "max pool", "bn1": "BN after conv1"}


def block(path: str) -> str:
    """'layer2.0' → 'conv3_1': stages as in Table 1, blocks from 1 on. ValueError: not a block's path."""
    found = re.fullmatch(r"layer(\d+)\.(\d+)", path)
    if not found:
        raise ValueError(f"path={path[:40]!r}: choose a block's, layer2.0 for example")
    return f"conv{int(found[1]) + 1}_{int(found[2]) + 1}"


def blocks(first: str, last: str) -> str:
    """A run of a stage's: 'conv4_4 to conv4_6'."""
    return block(first) if first == last else f"{block(first)} to {block(last)}"


def number(path: str) -> str:
    """A block's within its stage, from 1 on: '1' for layer2.0. It stands on a tile, the stage beside it."""
    return block(path).partition("_")[2]


def part(node: Node, nodes: Sequence[Node]) -> str:
    """Within its block: 'conv 2', 'BN 2', 'projection'. nodes: at least its block's."""
    if node.in_gate:
        windowed = node.params and not convolves(node)  # ECA's, along the channels
        return "gate’s window" if windowed else f"gate’s {node.path.rpartition('.')[2]}"
    if node.on_shortcut:
        whose = "projection" if op(node.kind).normalises else "shortcut"
        return "projection" if convolves(node) else f"{whose}’s {op(node.kind).short}"
    if op(node.kind).adds:
        return "addition"
    return f"{op(node.kind).short} {order(node, nodes)}"


def layer(node: Node, nodes: Sequence[Node]) -> str:
    """Wherever it stands: 'conv3_1, conv 2', 'conv1', 'max pool'."""
    if node.block:
        return f"{block(node.block)}, {part(node, nodes)}"
    return f"stem, {part(node, nodes)}" if in_deep_stem(node, nodes) else LISTED.get(node.path, node.path)


def in_deep_stem(node: Node, nodes: Sequence[Node]) -> bool:
    """In a stem of several convolutions."""
    layered = convolves(node) or op(node.kind).normalises
    return node.stage == "stem" and layered and sum(one.stage == "stem" and convolves(one) for one in nodes) > 1


def order(node: Node, nodes: Sequence[Node]) -> int:
    """Of a convolution or norm among its block's, or the stem's, from 1 on."""
    alike = [one for one in nodes if (one.kind, one.block, one.stage) == (node.kind, node.block, node.stage)]
    return 1 + [one.path for one in alike if one.on_main].index(node.path)
