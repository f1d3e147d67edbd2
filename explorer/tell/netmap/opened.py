"""A block opened: its layers from top to bottom with shapes on the edges and the shortcut beside, as in Figs. 2 and 5.

Equal blocks share one drawing: paths in it are relative to the block (`conv1`, `downsample.0`).
"""

from __future__ import annotations

from explorer.facts.rollup import Block
from explorer.net.trace import Node
from explorer.tell.netmap.paths import number
from explorer.tell.netmap.recipes import layer_name, shape

WIDTH = 560.0
MAIN_X, MAIN_W = 96.0, 190.0  # the main path's boxes
SIDE_X, SIDE_W = 416.0, 138.0  # the shortcut's
HIGH, GAP, SMALL = 30.0, 22.0, 24.0
TOP = 30.0
RADIUS = 11.0


def opened(block: Block) -> dict[str, object]:
    """Boxes, wires, edge labels and the shortcut of one block, as JSON-ready data in the viewBox [0, 0, w, h]."""
    main = [node for node in block.nodes if not node.on_shortcut]
    boxes, ends, y = [], {"": TOP}, TOP
    edges: list[list[object]] = [[MAIN_X + MAIN_W / 2, TOP - 10, f"x  {shape(block.in_shape)}", "top"]]
    leaves_after = block.bypass[0].inputs[0] if block.bypass else ""
    wires = []
    for node in main:
        high = 2 * RADIUS if node.kind == "add" else HIGH if node.kind == "conv" else SMALL
        top = y + GAP
        wires.append(f"M{number(MAIN_X + MAIN_W / 2)} {number(y)}V{number(top)}")
        boxes.append(_box(node, block, MAIN_X, top, MAIN_W, high))
        y = ends[node.path] = top + high
        side = -1 if node.path == leaves_after else 1  # where the shortcut leaves to the right, the words stand left
        words_x, place = (MAIN_X + MAIN_W / 2 + 10 * side, "left" if side < 0 else "")
        edges.append([words_x, y + GAP / 2 + 4, shape(node.out_shape), place])
    wires.append(f"M{number(MAIN_X + MAIN_W / 2)} {number(y)}v{number(GAP)}")
    side, shortcut = _bypass(block, ends, {box["id"]: box for box in boxes})
    return {"w": WIDTH, "h": y + GAP + 6, "boxes": boxes + side, "wires": wires, "edges": edges, "shortcut": shortcut}


def _box(node: Node, block: Block, x: float, y: float, w: float, h: float) -> dict[str, object]:
    name = layer_name(node)
    where = ", on the shortcut" if node.on_shortcut else ""
    if node.kind == "add":
        x, w = x + w / 2 - RADIUS, 2 * RADIUS
    return {
        "id": _tail(node, block),
        "kind": node.kind,
        "name": name,
        "box": [x, y, w, h],
        "says": f"{_tail(node, block)}, {name}{where}, {shape(node.in_shape)} to {shape(node.out_shape)}",
    }


def _bypass(
    block: Block, ends: dict[str, float], boxes: dict[object, dict]
) -> tuple[list[dict[str, object]], dict[str, object] | None]:
    """The shortcut's layers, spread between where it leaves the main path and the addition; and its line."""
    if not block.bypass:
        return [], None
    leaves = ends.get(block.bypass[0].inputs[0], TOP) + GAP * 0.3
    added = boxes[_tail(block.add, block)]["box"]
    arrives = added[1] + added[3] / 2
    layers = [node for node in block.bypass if node.kind != "identity"]
    step = SMALL + 14
    top = (leaves + arrives) / 2 - (step * len(layers) - 14) / 2
    side = [_box(node, block, SIDE_X, top + index * step, SIDE_W, SMALL) for index, node in enumerate(layers)]
    middle, line = MAIN_X + MAIN_W / 2, SIDE_X + SIDE_W / 2
    d = (
        f"M{number(middle)} {number(leaves)}H{number(line - 22)}q22 0 22 22V{number(arrives - 22)}q0 22 -22 22"
        f"H{number(middle + RADIUS + 5)}"
    )
    words = f"{shape(block.bypass[0].in_shape)} → {shape(block.bypass[-1].out_shape)}" if layers else "identity: x"
    label_y = (top - 16) if layers else (leaves + arrives) / 2
    return side, {
        "kind": block.shortcut,
        "d": d,
        "label": words,
        "at": [line, label_y],
        "tip": [middle + RADIUS + 2, arrives],
    }


def _tail(node: Node, block: Block) -> str:
    return node.path.removeprefix(f"{block.path}.")
