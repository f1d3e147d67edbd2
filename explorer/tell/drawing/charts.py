"""Plain charts for paper: bars, shares of a whole, and lines over one axis."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence

from explorer import units
from explorer.tell.drawing import svg

WIDE, LEFT, ROW = 900, 250, 40
NOTE = 117  # letters of a note in a line


def bars_drawing(rows: Sequence[tuple[str, float, str, str]], title: str, note: str = "") -> svg.Drawing:
    """rows: (label, value, the value in words, colour). Bars begin at 0."""
    most = max(value for _, value, _, _ in rows)
    body: svg.Shapes = [svg.Text(20, 30, title, "ink serif", 24)]
    for order, (label, value, words, colour) in enumerate(rows):
        y = 56 + order * ROW
        length = (WIDE - LEFT - 150) * value / most
        body += [
            svg.Text(LEFT - 14, y + 20, label, "ink end", 18),
            svg.rect(LEFT, y, length, ROW - 12, colour),
            svg.Text(LEFT + length + 10, y + 20, words, "ink bold", 18),
        ]
    end = 56 + len(rows) * ROW
    lines = _lines(note)
    body += [svg.Text(20, end + 18 + 20 * order, line, "soft", 15) for order, line in enumerate(lines)]
    return svg.Drawing(WIDE, end + (14 + 20 * len(lines) if note else 8), title, tuple(body))


def _lines(note: str) -> list[str]:
    """A note as wide as the chart."""
    return textwrap.wrap(note, NOTE)


def shares_drawing(lines: Mapping[str, Sequence[tuple[str, float, str]]], title: str) -> svg.Drawing:
    """One full bar per line, cut into parts of (words, percent, colour); words only where they have room."""
    body: svg.Shapes = [svg.Text(20, 30, title, "ink serif", 24)]
    wide = WIDE - LEFT + 60
    for order, (label, parts) in enumerate(lines.items()):
        x, y = float(LEFT - 80), 56 + order * 58
        body.append(svg.Text(x - 14, y + 29, label, "ink end", 18))
        for words, percent, colour in parts:
            length = wide * percent / 100
            body.append(svg.rect(x, y, max(length - 1, 0), 46, colour))
            body += [svg.Text(x + length / 2, y + 29, words, "white mid", 16)] if length > 9.5 * len(words) else []
            x += length
    return svg.Drawing(WIDE, 56 + len(lines) * 58, title, tuple(body))


def lines_drawing(
    series: Mapping[str, tuple[str, tuple[float, ...], Sequence[svg.Point]]],
    title: str,
    axes: tuple[str, str],
    note: str = "",
    logarithmic: bool = False,
    orders: bool = False,
) -> svg.Drawing:
    """series: name → (colour, dash, points). axes: their names. logarithmic: the horizontal axis; orders: the vertical one,
    by powers of ten."""
    left, top, wide, high = 70, 84, 620, 300
    points = [point for _, _, line in series.values() for point in line]
    place = math.log10 if logarithmic else float
    first, last = min(place(x) for x, _ in points), max(place(x) for x, _ in points)
    length = (last - first) or 1  # of what stands at one place only
    height = math.log10 if orders else float
    most = max(height(y) for _, y in points)
    least = min(height(y) for _, y in points) if orders else min(0.0, *(y for _, y in points))

    def up(y: float) -> float:
        return top + high * (most - height(y)) / ((most - least) or 1)

    body: svg.Shapes = [
        svg.Text(20, 30, title, "ink serif", 24),
        svg.line((left, top), (left, top + high), (left + wide, top + high), width=1.2),
    ]
    for share in (0, 0.5, 1):
        value = least + (most - least) * share
        said = units.rough(10**value if orders else value)
        body.append(svg.Text(left - 8, top + high * (1 - share) + 5, said, "soft end", 15))
    for x in sorted({x for x, _ in points}) if logarithmic else sorted({first, last}):
        body.append(svg.Text(left + wide * (place(x) - first) / length, top + high + 24, f"{x:g}", "soft mid", 15))
    ends: list[float] = []
    for name, (colour, dash, line) in series.items():
        xy = [(left + wide * (place(x) - first) / length, up(y)) for x, y in line]
        body.append(svg.line(*xy, colour=colour, width=2.6, dash=dash))
        ends.append(_free(xy[-1][1], ends))
        body.append(svg.Text(left + wide + 12, ends[-1] + 5, name, "bold", 17, colour))
    body += [
        svg.Text(left + wide / 2, top + high + 46, axes[0], "ink mid", 16),
        svg.Text(left - 50, top - 18, axes[1], "ink", 16),
        svg.Text(20, top + high + 74, note, "soft", 15),
    ]
    return svg.Drawing(WIDE, top + high + 84, title, tuple(body))


def _free(y: float, taken: Sequence[float], gap: float = 22) -> float:
    """The nearest height at which a label does not stand on another."""
    steps = (sign * step for step in range(0, 400, 2) for sign in (1, -1))
    return next(y + step for step in steps if all(abs(y + step - other) >= gap for other in taken))
