"""A block opened: its layers from top to bottom with shapes on the edges and the shortcut beside, as in Figs. 2 and 5.

Equal blocks share one drawing: paths in it are relative to the block (`conv1`, `downsample.0`).
"""

from __future__ import annotations

from explorer.facts.rollup import Block
from explorer.net.node import Node
from explorer.net.ops import adds, is_sign, op
from explorer.tell.netmap.paths import number
from explorer.tell.netmap.recipes import layer_name, shape
from explorer.tell.netmap.sent import Bypass, Opened, Operation

WIDTH = 560.0
MAIN_X, MAIN_W = 96.0, 190.0  # the main path's boxes
SIDE_X, SIDE_W = 416.0, 138.0  # the shortcut's
HIGH, GAP, SMALL = 30.0, 22.0, 24.0
TOP = 30.0
RADIUS = 11.0


def opened(block: Block) -> Opened:
    """Boxes, wires, edge labels and the shortcut of one block, as JSON-ready data in the viewBox [0, 0, w, h].

    A wire per input of an operation (`joins` names its ends; "" is x): straight down from the box above, else around
    on the right, as to the × of a gate."""
    main = [node for node in block.nodes if not node.on_shortcut]
    boxes, ends, y = [], {"": TOP}, TOP
    edges = [(MAIN_X + MAIN_W / 2, TOP - 10, f"x  {shape(block.in_shape)}", "top")]
    leaves_after = block.bypass[0].inputs[0] if block.bypass else ""
    around = {source for node in main for source in _sources(node, block) if not _next_to(node, source, main)}
    wires, joins, above = [], [], ""
    for node in main:
        high = 2 * RADIUS if is_sign(node) else HIGH if op(node.kind).layer else SMALL
        top = y + GAP
        for source in _sources(node, block):
            straight = source == above
            wires.append(_down(y, top) if straight else _around(ends[source] + GAP * 0.3, top + high / 2))
            joins.append([source.removeprefix(f"{block.path}."), _tail(node, block)])
        boxes.append(_box(node, block, MAIN_X, top, MAIN_W, high))
        y, above = top + high, node.path
        ends[node.path] = y
        side = -1 if node.path == leaves_after or node.path in around else 1  # the words stand away from a wire
        words_x, place = (MAIN_X + MAIN_W / 2 + 10 * side, "left" if side < 0 else "")
        edges.append((words_x, y + GAP / 2 + 4, shape(node.out_shape), place))
    wires.append(f"M{number(MAIN_X + MAIN_W / 2)} {number(y)}v{number(GAP)}")
    beside, shortcut = _bypass(block, ends, {box["id"]: box for box in boxes})
    return {
        "w": WIDTH,
        "h": y + GAP + 6,
        "boxes": boxes + beside,
        "wires": wires,
        "edges": edges,
        "joins": joins,
        "shortcut": shortcut,
    }


def _sources(node: Node, block: Block) -> list[str]:
    """Where a node's inputs on the main path come from; "" is x, the block's own input."""
    inside = {one.path: one for one in block.nodes}
    kept = [source for source in node.inputs if source not in inside or not inside[source].on_shortcut]
    return [source if source in inside else "" for source in kept]


def _next_to(node: Node, source: str, main: list[Node]) -> bool:
    place = main.index(node)
    return source == (main[place - 1].path if place else "")


def _down(top: float, bottom: float) -> str:
    return f"M{number(MAIN_X + MAIN_W / 2)} {number(top)}V{number(bottom)}"


def _around(leaves: float, arrives: float) -> str:
    """A wire past the boxes between, on the right: their names stand on the left."""
    middle, line = MAIN_X + MAIN_W / 2, MAIN_X + MAIN_W + 26
    return f"M{number(middle)} {number(leaves)}H{number(line)}V{number(arrives)}H{number(middle + RADIUS + 2)}"


def _box(node: Node, block: Block, x: float, y: float, w: float, h: float) -> Operation:
    name = layer_name(node)
    where = ", on the shortcut" if node.on_shortcut else ""
    if is_sign(node):
        x, w = x + w / 2 - RADIUS, 2 * RADIUS
    box: Operation = {
        "id": _tail(node, block),
        "kind": node.kind,
        "name": name,
        "box": [x, y, w, h],
        "says": f"{name}{where}, {shape(node.in_shape)} to {shape(node.out_shape)}",
    }
    if adds(node):
        box["adds"] = True
    return box


def _bypass(block: Block, ends: dict[str, float], boxes: dict[str, Operation]) -> tuple[list[Operation], Bypass | None]:
    """The shortcut's layers, spread between where it leaves the main path and the addition; and its line."""
    if not block.bypass or block.add is None:
        return [], None
    leaves = ends.get(block.bypass[0].inputs[0], TOP) + GAP * 0.3
    added = boxes[_tail(block.add, block)]["box"]
    arrives = added[1] + added[3] / 2
    layers = [node for node in block.bypass if op(node.kind).runs]
    step = SMALL + 14
    top = (leaves + arrives) / 2 - (step * len(layers) - 14) / 2
    side = [_box(node, block, SIDE_X, top + index * step, SIDE_W, SMALL) for index, node in enumerate(layers)]
    middle, line = MAIN_X + MAIN_W / 2, SIDE_X + SIDE_W / 2
    d = (
        f"M{number(middle)} {number(leaves)}H{number(line - 22)}q22 0 22 22V{number(arrives - 22)}q0 22 -22 22"
        f"H{number(middle + RADIUS + 5)}"
    )
    shapes = [shape(block.bypass[0].in_shape), shape(block.bypass[-1].out_shape)]
    label_y = (top - 16) if layers else (leaves + arrives) / 2
    tip = [middle + RADIUS + 2, arrives]
    label = shapes if layers else ["identity: x"]
    return side, {"kind": block.shortcut, "d": d, "label": label, "at": [line, label_y], "tip": tip}


def _tail(node: Node, block: Block) -> str:
    return node.path.removeprefix(f"{block.path}.")
