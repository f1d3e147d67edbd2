"""The map at the level of layers: every tile opened, each convolution, BN, ReLU and addition a tile of its own."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.net import called
from explorer.net.node import Node
from explorer.net.ops import adds, is_silent, op
from explorer.tell.netmap.groups import Lane, Part, bypass_id
from explorer.tell.netmap.layout import FRAMES, Cell, Frame, place
from explorer.tell.netmap.paths import cell_arch, flow
from explorer.tell.netmap.recipes import lane_words, layer_name, layer_short, shape
from explorer.tell.netmap.sent import Box, Layout, Line, Scene, Tile

IDEAL_PITCH = 140  # a tile with its layers in it is legible at this
TAIL = 0.15  # of the pitch, for what follows an addition
INSET = 2.5


def scene(lanes: Sequence[Lane]) -> tuple[Scene, tuple[Part, ...]]:
    """As `explorer.tell.netmap.scene.scene`, one tile per layer; a folded run shows its first block's layers."""
    holders = [part for lane in lanes for part in lane.parts]
    tiles = [_tile(node, holder, lane.stage.nodes) for lane in lanes for holder in lane.parts for node in _own(holder)]
    shortcuts: list[Line] = [
        {
            "id": bypass_id(holder.blocks[0]),
            "tile": holder.id,
            "kind": holder.blocks[0].shortcut,
            "count": len(holder.blocks),
        }
        for holder in holders
        if _arched(holder)
    ]
    data: Scene = {
        "lanes": [lane_words(lane) for lane in lanes],
        "tiles": tiles,
        "shortcuts": shortcuts,
        "frames": [{"id": holder.id, "stage": holder.stage, "count": max(len(holder.blocks), 1)} for holder in holders],
        "layouts": {name: _layout(lanes, holders, frame) for name, frame in FRAMES.items()},
    }
    return data, tuple(_part(index, node, holder) for holder in holders for index, node in enumerate(_own(holder)))


def _own(holder: Part) -> tuple[Node, ...]:
    """The nodes that get tiles: all but the picture itself, and the identity, which is a line."""
    nodes = holder.blocks[0].nodes if holder.blocks else holder.nodes
    return tuple(node for node in nodes if not is_silent(node))


def _arched(holder: Part) -> bool:
    return bool(holder.blocks) and holder.blocks[0].shortcut != "none"


def _part(index: int, node: Node, holder: Part) -> Part:
    """The layer of every block of a run: a tile's number is that of all that it stands for."""
    if len(holder.blocks) <= 1:
        return Part(node.path, holder.stage, (node,))
    alike = [[own for own in block.nodes if not is_silent(own)][index] for block in holder.blocks]
    return Part(node.path, holder.stage, tuple(alike))


def _tile(node: Node, holder: Part, nodes: Sequence[Node]) -> Tile:
    """nodes: its stage's."""
    count = max(len(holder.blocks), 1)
    run = f", in each of {count} equal blocks" if count > 1 else ""
    side = ", on the shortcut" if node.on_shortcut else ""
    tile: Tile = {
        "id": node.path,
        "stage": holder.stage,
        "kind": node.kind,
        "of": holder.id,
        "count": count,
        "name": layer_short(node),
        "recipe": layer_name(node),
        "shape": shape(node.out_shape),
        "block": False,
        "last": node.path,
        "holds": "",
        "says": f"{called.layer(node, nodes)}, {node.path}, {layer_name(node)}{side}{run}, output {shape(node.out_shape)}",
    }
    if adds(node):
        tile["adds"] = True
    if node.stride > 1 and tile["name"].endswith(down := f", /{node.stride}"):
        tile["down"] = down.removeprefix(", ")
    return tile


def _layout(lanes: Sequence[Lane], holders: Sequence[Part], frame: Frame) -> Layout:
    placed = place(lanes, frame, tail=TAIL, ideal_pitch=IDEAL_PITCH)
    boxes = [box for holder, cell in zip(holders, placed.cells) for box in _boxes(holder, cell)]
    return {
        "w": placed.width,
        "h": placed.height,
        "label": frame.label,
        "lanes": placed.lanes,
        "tiles": boxes,
        "frames": [[cell.x, cell.y, cell.w, cell.h] for cell in placed.cells],
        "shortcuts": [cell_arch(cell) for holder, cell in zip(holders, placed.cells) if _arched(holder)],
        "adds": [],
        "flow": flow(placed),
    }


def _boxes(holder: Part, cell: Cell) -> list[Box]:
    """A box per own node: main path inside the frame, shortcut layers on the arch, addition and ReLU behind."""
    own = _own(holder)
    sums = [index for index, node in enumerate(own) if adds(node)]
    cut = sums[0] if sums else len(own)
    if not sums and holder.blocks:  # a plain block: its last ReLU stays inside
        cut = len(own)
    main = [index for index in range(cut) if not own[index].on_shortcut]
    side = [index for index in range(cut) if own[index].on_shortcut]
    after = list(range(cut + 1, len(own)))
    boxes: dict[int, Box] = {}
    boxes |= _spread(own, main, cell.x + INSET, cell.y + INSET, cell.w - 2 * INSET, cell.h - 2 * INSET)
    wide, high = cell.w * 0.62, cell.rise * 0.78
    boxes |= _spread(own, side, cell.x + (cell.w - wide) / 2, cell.y - cell.rise * 0.93 - high / 2, wide, high)
    radius = min(5.0, (cell.x - cell.enter) * 0.8)
    for index in sums:
        boxes[index] = [cell.leave - radius, cell.middle - radius, 2 * radius, 2 * radius]
    start = cell.leave + radius + 1.5
    boxes |= _spread(own, after, start, cell.middle - cell.h * 0.3, cell.exit - start, cell.h * 0.6)
    return [[round(value, 1) for value in boxes[index]] for index in range(len(own))]


def _spread(own: Sequence[Node], chosen: Sequence[int], x: float, y: float, w: float, h: float) -> dict[int, Box]:
    """Boxes side by side, wide by their share."""
    if not chosen:
        return {}
    gap = min(2.0, w * 0.02)
    unit = (w - gap * (len(chosen) - 1)) / sum(op(own[index].kind).share for index in chosen)
    boxes = {}
    for index in chosen:
        width = unit * op(own[index].kind).share
        boxes[index] = [x, y, width, h]
        x += width + gap
    return boxes
