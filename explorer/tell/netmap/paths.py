"""Lines as SVG path data: the arches of the shortcuts, the line of the flow."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.tell.netmap.layout import Cell, Placed

TURN = 5  # radius of a corner of the flow line
MOST_TOOTH = 64  # width of a small arch
Arch = tuple[str, float, float, float]  # path data, x and y of its top, its width
STUB = 9  # how far the flow line runs on before it turns


def number(value: float) -> str:
    """Short and plain: '12', '12.5'."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def arch(start: float, end: float, middle: float, top: float, rise: float) -> Arch:
    """From the flow, up beside the tile, over it, and down to the addition."""
    spread = min(3.0, (end - start) * 0.04)
    bend = top - rise * 1.24
    a, b, y, t, c = map(number, (start + spread, end - spread, middle, top, bend))
    apex = top - rise * 0.93
    path = f"M{a} {y}V{t}C{a} {c} {b} {c} {b} {t}V{y}"
    return path, round((start + end) / 2, 1), round(apex, 1), round(end - start, 1)


def cell_arch(cell: Cell) -> Arch:
    return arch(cell.enter, cell.leave, cell.middle, cell.y, cell.rise)


def comb(cell: Cell, count: int) -> list[Arch]:
    """`count` small arches side by side along the top of a tile."""
    pitch = min(cell.w / count, MOST_TOOTH)
    return [
        arch(cell.x + index * pitch, cell.x + (index + 1) * pitch, cell.y, cell.y - cell.rise * 0.3, cell.rise * 0.62)
        for index in range(count)
    ]


def flow(placed: Placed, ends: tuple[float, float] | None = None) -> list[dict[str, str]]:
    """The main path: along each row, and back to the start of the next, as text runs. kind: through | back | end.
    ends: the x at which it comes from a box, and the x at which it ends in one."""
    lines = []
    begins = ends[0] if ends else placed.rows[0].cells[0].enter - STUB
    out = f"H{number(ends[1])}" if ends else f"h{STUB}"
    for index, row in enumerate(placed.rows):
        first, last = row.cells[0], row.cells[-1]
        y = number(first.middle)
        for cell in row.cells:
            lines.append({"kind": "through", "d": f"M{number(cell.enter)} {y}H{number(cell.x)}"})
            lines.append({"kind": "through", "d": f"M{number(cell.x + cell.w)} {y}H{number(cell.exit)}"})
        if index == 0:
            lines.append({"kind": "end", "d": f"M{number(begins)} {y}H{number(first.enter)}"})
        if index + 1 < len(placed.rows):
            lines.append({"kind": "back", "d": _back(last, row.back, placed.rows[index + 1].cells[0])})
        else:
            lines.append({"kind": "end", "d": f"M{number(last.exit)} {y}{out}"})
    return lines


def _back(last: Cell, back: float, first: Cell) -> str:
    """Right, down, left under the row, down, right: to where the next row begins."""
    right, left, r = last.exit + STUB, first.enter - STUB, TURN
    turn = f"{r} {r} 0 0"
    points: Sequence[str] = (
        f"M{number(last.exit)} {number(last.middle)}H{number(right - r)}A{turn} 1 {number(right)} "
        f"{number(last.middle + r)}V{number(back - r)}A{turn} 1 {number(right - r)} {number(back)}",
        f"H{number(left + r)}A{turn} 0 {number(left)} {number(back + r)}V{number(first.middle - r)}A{turn} 0 "
        f"{number(left + r)} {number(first.middle)}H{number(first.enter)}",
    )
    return "".join(points)
