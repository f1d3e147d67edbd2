"""The drawing of a level as plain data: tiles, shortcuts, additions and lanes, and their places in each frame.

Every tile says what it is once; each layout adds only coordinates, in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.facts.rollup import Block
from explorer.net import called
from explorer.tell.netmap import layer_tiles
from explorer.tell.netmap.groups import Lane, Part, bypass_id
from explorer.tell.netmap.layout import FRAMES, Cell, Frame, Placed, place, with_ends
from explorer.tell.netmap.paths import Arch, cell_arch, comb, flow
from explorer.tell.netmap.recipes import alone, counted, lane_words, recipe, shape, spoken
from explorer.tell.netmap.sent import Box, Ends, Layout, Scene, Tile

MOST_TEETH = 60  # arches over a stage tile; beyond it, equal neighbours share one with a count


def scene(lanes: Sequence[Lane], level: str) -> tuple[Scene, tuple[Part, ...]]:
    """Lanes at a level (stages | blocks | layers) as JSON-ready data, and what its tiles stand for, in their order."""
    if level == "layers":
        return layer_tiles.scene(lanes)
    parts = [part for lane in lanes for part in lane.parts]
    tiles = [_tile(part, lane, index) for lane in lanes for index, part in enumerate(lane.parts)]
    teeth = [_teeth(part, level) for part in parts]
    data: Scene = {
        "lanes": [lane_words(lane) for lane in lanes],
        "tiles": tiles,
        "shortcuts": [
            {"id": bypass_id(group[0]), "tile": part.id, "kind": group[0].shortcut, "count": len(group)}
            for part, groups in zip(parts, teeth)
            for group in groups
        ],
        "layouts": {name: _layout(lanes, frame, parts, teeth, level) for name, frame in FRAMES.items()},
    }
    return data, tuple(parts)


def _tile(part: Part, lane: Lane, index: int) -> Tile:
    tail = called.number(part.id) if part.blocks and not part.whole else part.id
    return {
        "id": part.id,
        "stage": part.stage,
        "count": max(len(part.blocks), 1),
        "name": tail,
        "last": part.blocks[-1].path if part.blocks else part.id,
        "recipe": recipe(part),
        "holds": alone(part.blocks[0]) if len(part.blocks) == 1 and not part.whole else counted(part.shortcuts),
        "shape": shape(part.nodes[-1].out_shape),
        "block": bool(part.blocks),
        "own": [] if part.blocks else [node.path for node in part.nodes],
        "says": spoken(part, part.place),
    }


def _teeth(part: Part, level: str) -> list[list[Block]]:
    """The arches over a tile: groups of equal shortcuts. A block or a folded run has one, a stage one per block."""
    shown = [block for block in part.blocks if block.shortcut != "none"]
    if not shown:
        return []
    if level == "blocks":
        return [shown]
    if len(shown) <= MOST_TEETH:
        return [[block] for block in shown]
    groups: list[list[Block]] = []
    for block in shown:
        if not groups or groups[-1][0].shortcut != block.shortcut:
            groups.append([])
        groups[-1].append(block)
    return groups


def _layout(
    lanes: Sequence[Lane], frame: Frame, parts: Sequence[Part], teeth: list[list[list[Block]]], level: str
) -> Layout:
    wide = {"most_pitch": frame.width} if level == "stages" else {}
    placed = place(lanes, frame, **wide)
    cells = placed.cells
    arches = [path for cell, groups in zip(cells, teeth) for path in _arches(cell, groups, level)]
    adds = [[cell.leave, cell.middle] for part, cell in zip(parts, cells) if adds_up(part) and level == "blocks"]
    laid: Layout = {
        "w": placed.width,
        "h": placed.height,
        "label": frame.label,
        "lanes": placed.lanes,
        "tiles": [_box(cell) for cell in cells],
        "shortcuts": arches,
        "adds": adds,
        "flow": flow(placed),
    }
    return laid | {"ends": _ends(placed, frame, laid)} if level == "blocks" else laid


def _box(cell: Cell) -> Box:
    return [cell.x, cell.y, cell.w, cell.h]


def _ends(placed: Placed, frame: Frame, laid: Layout) -> Ends:
    """What differs where a picture walks."""
    found = with_ends(placed, frame)
    tiles = [_box(cell) for cell in found.placed.cells]
    lines = [line["d"] for line in flow(found.placed, (found.enters[0] + found.enters[2], found.leaves[0]))]
    return {
        "in": [*found.enters],
        "out": [*found.leaves],
        "lane": found.first_lane,
        "tiles": [(at, box) for at, (box, usual) in enumerate(zip(tiles, laid["tiles"])) if box != usual],
        "flow": [(at, d) for at, (d, usual) in enumerate(zip(lines, laid["flow"])) if d != usual["d"]],
    }


def adds_up(part: Part) -> bool:
    return any(block.add for block in part.blocks)


def _arches(cell: Cell, groups: list[list[Block]], level: str) -> list[Arch]:
    if not groups:
        return []
    return [cell_arch(cell)] if level == "blocks" else comb(cell, len(groups))
