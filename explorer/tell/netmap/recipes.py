"""The map's words: recipes as the paper writes them, substituted formulas, and what a screen reader hears."""

from __future__ import annotations

from explorer import units
from explorer.facts.rollup import Block
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.net.shortcuts import SHORTCUTS
from explorer.tell.netmap.groups import Lane, Part
from explorer.tell.netmap.sent import LaneRow


def layer_name(node: Node) -> str:
    """'3×3 conv, 64, /2', 'BN', 'fc 1000'."""
    return op(node.kind).told(node)


def layer_short(node: Node) -> str:
    """For a small tile: '3×3, 64'."""
    return layer_name(node).replace(" conv", "").replace("average", "avg")


def recipe(part: Part) -> str:
    """The main path's weighted layers: '1×1, 64 · 3×3, 64 · 1×1, 256'."""
    nodes = part.blocks[0].convs if part.blocks else part.nodes
    told = [layer_short(node) for node in nodes if op(node.kind).starts]
    return " · ".join(told or [layer_short(node) for node in nodes])


def shape(dims: tuple[int, ...]) -> str:
    """(1, 64, 56, 56) → '56×56×64'; (1, 1000) → '1000'."""
    return units.shape(dims) if len(dims) > 2 else f"{dims[1]}"


def counted(shortcuts: dict[str, int]) -> str:
    """{'identity': 46, 'projection': 4} → '46 solid, 4 dotted'."""
    if set(shortcuts) <= {"none"}:
        return "no shortcuts" if shortcuts else ""
    return ", ".join(f"{count} {SHORTCUTS[kind].counted}" for kind, count in shortcuts.items() if kind != "none")


def alone(block: Block) -> str:
    """The same of one block: 'solid'."""
    return counted({"none": 1}) if block.shortcut == "none" else SHORTCUTS[block.shortcut].counted


def spoken(part: Part, place: str) -> str:
    """A tile for a screen reader: path, place, recipe, shortcut, output."""
    told = [
        *([place, part.id] if part.blocks else [part.id, place]),
        recipe(part),
        f"output {shape(part.nodes[-1].out_shape)}",
    ]
    if len(part.blocks) > 1:
        told[2:2] = [f"{len(part.blocks)} blocks", counted(part.shortcuts)]
    elif part.blocks:
        told[3:3] = [SHORTCUTS[part.blocks[0].shortcut].spoken]
    return ", ".join(told)


def lane_words(lane: Lane) -> LaneRow:
    """What stands beside a lane: its name, its feature map, what it holds."""
    stage, kinds = lane.stage, [block.shortcut for block in lane.stage.blocks]
    out = stage.out_shape
    words = shape(out) if len(out) > 2 else f"{out[1]:,} {'class' if out[1] == 1 else 'classes'}"
    return {
        "stage": stage.name,
        "module": stage.module,
        "shape": words,
        "size": list(out[2:]) or [1, 1],
        "channels": out[1],
        "blocks": len(stage.blocks),
        "shortcuts": counted({kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}),
    }
