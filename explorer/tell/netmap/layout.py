"""Where the tiles stand: lanes from top to bottom, each wrapping into rows like text, so that a net fits a screen.

Units are those of the SVG's viewBox; at the width that a layout is made for, one unit is one CSS pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from explorer.tell.netmap.groups import Lane


@dataclass(frozen=True)
class Frame:
    """A canvas to lay out for. height: what the rows share, or None when the page may scroll.

    label: width of the column that names the lanes; 0 puts the names above the lanes.
    """

    width: float
    height: float | None
    label: float


FRAMES = {  # the drawing picks the widest that fits its place
    "narrow": Frame(340, None, 0),
    "medium": Frame(600, 500, 118),
    "wide": Frame(900, 500, 150),
}
MARGIN = 26  # right of a row, where the flow turns
LEFT = 5  # without a label column
HEADER = 26  # above a lane without a label column
IDEAL_PITCH, IDEAL_ROW = 58, 62  # a tile is legible at this
MOST_PITCH, MOST_ROW = 250, 96
NARROW_COLUMNS = 5
PLAIN_ROW = 0.72  # height of a row without shortcuts, in rows
PLAIN_PITCH = 100  # least of a row without shortcuts beside its name: "maxpool" can be read from the last row of a hall
ARROW = 22  # between an end of the net and the tile beside it
ANSWER = (138, 230)  # width of the answer's box, the least and the most


@dataclass(frozen=True)
class Cell:
    """One tile's place. Its flow enters at (enter, middle), is added at (leave, middle) and goes on from `exit`."""

    x: float
    y: float
    w: float
    h: float
    enter: float
    leave: float
    exit: float
    rise: float  # how far a shortcut's arch stands above the tile

    @property
    def middle(self) -> float:
        return self.y + self.h / 2


@dataclass(frozen=True)
class Row:
    """Cells side by side. back: the y of the line that leads to the next row."""

    cells: tuple[Cell, ...]
    back: float


@dataclass(frozen=True)
class Placed:
    """A laid-out net: its size, a box per lane, rows in the order of the flow, and the size of text on a tile."""

    width: float
    height: float
    lanes: tuple[tuple[float, float, float, float], ...]
    rows: tuple[Row, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for row in self.rows for cell in row.cells)


def place(
    lanes: Sequence[Lane],
    frame: Frame,
    most_pitch: float = MOST_PITCH,
    tail: float = 0.0,
    ideal_pitch: float = IDEAL_PITCH,
) -> Placed:
    """Lay the lanes out in a frame. tail: share of a tile's pitch kept free behind it (for the ReLU after an add)."""
    columns = _columns(lanes, frame, ideal_pitch)
    left = frame.label or LEFT
    pitch = min(most_pitch, (frame.width - left - MARGIN) / columns)
    row = _row_height(lanes, frame, columns)
    rows, boxes, y = [], [], 4.0
    for lane in lanes:
        top, y = y, y + (0 if frame.label else HEADER)
        height = row if lane.stage.blocks else row * PLAIN_ROW
        worded = min(PLAIN_PITCH, (frame.width - left - MARGIN) / len(lane.parts))
        wide = max(pitch, worded) if frame.label and not lane.stage.blocks else pitch
        for start in range(0, len(lane.parts), columns):
            count = min(columns, len(lane.parts) - start)
            rows.append(_row(count, left, y, wide, height, bool(lane.stage.blocks), tail))
            y += height
        boxes.append((0.0, round(top, 1), frame.width, round(y - top, 1)))
    return Placed(frame.width, round(y + 2, 1), tuple(boxes), tuple(rows))


@dataclass(frozen=True)
class Ended:
    """A laid-out net with a box before its first tile and one behind its last: a picture's, and an answer's. Each is
    (x, y, width, height); first_lane: where the name of the first lane begins."""

    placed: Placed
    enters: tuple[float, float, float, float]
    leaves: tuple[float, float, float, float]
    first_lane: float


def with_ends(placed: Placed, frame: Frame) -> Ended:
    """Make room in the first row and in the last: no other tile moves, and no row is higher."""
    first, last = placed.rows[0], placed.rows[-1]
    limit = frame.width - MARGIN
    gap = _gap(first)
    top, high = _band(placed, frame, first, 0)
    left = LEFT if not frame.label else frame.label + gap
    enters = (round(left, 1), top, high, high)
    start = left + high + ARROW
    moved = _moved(first, start, (limit - start + gap) / len(first.cells))
    count, x = len(last.cells), last.cells[0].x
    shrunk = _moved(last, x, (limit - x - ANSWER[0] - ARROW + _gap(last)) / count)
    behind = round(shrunk.cells[-1].x + shrunk.cells[-1].w + ARROW, 1)
    top, high = _band(placed, frame, last, -1)
    leaves = (behind, top, round(min(limit - behind, ANSWER[1]), 1), high)
    rows = (moved, *placed.rows[1:-1], shrunk)
    return Ended(replace(placed, rows=rows), enters, leaves, 0.0 if frame.label else round(left + high + 8, 1))


def _gap(row: Row) -> float:
    return 2 * (row.cells[0].x - row.cells[0].enter)


def _moved(row: Row, x: float, most_pitch: float) -> Row:
    """From x on, and no wider."""
    gap = _gap(row)
    pitch = min(row.cells[0].w + gap, most_pitch)
    cells = []
    for index, cell in enumerate(row.cells):
        left, w = round(x + index * pitch, 1), round(pitch - gap, 1)
        end = round(left + w + gap / 2, 1)
        cells.append(replace(cell, x=left, w=w, enter=round(left - gap / 2, 1), leave=end, exit=end))
    return replace(row, cells=tuple(cells))


def _band(placed: Placed, frame: Frame, row: Row, lane: int) -> tuple[float, float]:
    """(top, height) of what stands beside a row's tiles: around their middle, and on a phone beside the lane's name too."""
    cell = row.cells[0]
    if not frame.label:
        _, y, _, height = placed.lanes[lane]
        return round(y + 4, 1), round(height - 10, 1)
    high = 1.22 * cell.h
    return round(cell.middle - high / 2, 1), round(high, 1)


def _columns(lanes: Sequence[Lane], frame: Frame, ideal_pitch: float) -> int:
    """Tiles per row that make tiles most legible: neither their width nor their rows' height too small."""
    longest = max(len(lane.parts) for lane in lanes)
    if frame.height is None:
        return min(longest, round(NARROW_COLUMNS * IDEAL_PITCH / ideal_pitch))
    room, high = frame.width - frame.label - MARGIN, frame.height

    def legible(columns: int) -> float:
        return min(min(room / columns, MOST_PITCH) / ideal_pitch, high / _weight(lanes, columns) / IDEAL_ROW)

    return max(range(1, longest + 1), key=legible)


def _weight(lanes: Sequence[Lane], columns: int) -> float:
    """Rows, counted in rows with shortcuts."""
    return sum(math.ceil(len(lane.parts) / columns) * (1 if lane.stage.blocks else PLAIN_ROW) for lane in lanes)


def _row_height(lanes: Sequence[Lane], frame: Frame, columns: int) -> float:
    if frame.height is None:
        return IDEAL_ROW
    return min(MOST_ROW, frame.height / _weight(lanes, columns))


def _row(count: int, left: float, y: float, pitch: float, height: float, arched: bool, tail: float) -> Row:
    gap = min(max(pitch * 0.2, 4), 24)
    full = height if arched else height / PLAIN_ROW
    rise = full * 0.24
    tile = full * 0.54 if arched else full * 0.5
    top = y + (rise + full * 0.03 if arched else full * 0.06)
    kept = pitch * tail
    cells = []
    for index in range(count):
        x = left + gap + index * pitch
        w = pitch - gap - kept
        cells.append(
            Cell(
                *(
                    round(value, 1)
                    for value in (x, top, w, tile, x - gap / 2, x + w + gap / 2, x + w + gap / 2 + kept, rise)
                )
            )
        )
    return Row(tuple(cells), round(y + height - full * 0.045, 1))
