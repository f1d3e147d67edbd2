"""Plain charts for paper: bars, shares of a whole, and lines over one axis."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence

from explorer import units
from explorer.tell.drawing import svg

WIDE, LEFT, ROW = 900, 250, 40
NOTE = 117  # letters of a note in a line
PHONE = 390  # units of a chart for a phone: on its screen they are a little less than pixels
PHONE_TITLE, PHONE_NOTE = 32, 50  # letters in a line
PHONE_ROW = 56
Bars = Sequence[tuple[str, float, str, str]]


def bars_drawing(rows: Bars, title: str, note: str = "") -> svg.Drawing:
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
    lines = textwrap.wrap(note, NOTE)
    body += [svg.Text(20, end + 18 + 20 * order, line, "soft", 15) for order, line in enumerate(lines)]
    high = end + (14 + 20 * len(lines) if note else 8)
    return svg.Drawing(WIDE, high, title, tuple(body), _bars_on_a_phone(rows, most, title, note))


def _bars_on_a_phone(rows: Bars, most: float, title: str, note: str) -> svg.Drawing:
    """Label and value above each bar."""
    body, y = _heading(title)
    for label, value, words, colour in rows:
        body += [
            svg.Text(14, y + 16, label, "ink", 16),
            svg.Text(PHONE - 14, y + 16, words, "ink bold end", 16),
            svg.rect(14, y + 24, (PHONE - 28) * value / most, 18, colour),
        ]
        y += PHONE_ROW
    body, y = _with_note(body, y, note)
    return svg.Drawing(PHONE, y, title, tuple(body))


def _heading(title: str) -> tuple[svg.Shapes, float]:
    """A title on a phone, and where it ends."""
    lines = textwrap.wrap(title, PHONE_TITLE)
    return [svg.Text(14, 28 + 24 * order, line, "ink serif", 20) for order, line in enumerate(lines)], 20 + 24 * len(
        lines
    )


def _with_note(body: svg.Shapes, y: float, note: str) -> tuple[svg.Shapes, float]:
    """With a note under it on a phone, and where that ends."""
    lines = textwrap.wrap(units.unbroken(note), PHONE_NOTE)
    said = [svg.Text(14, y + 14 + 20 * order, line, "soft", 15) for order, line in enumerate(lines)]
    return [*body, *said], y + 20 * len(lines) + 4


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


Series = Mapping[str, tuple[str, tuple[float, ...], Sequence[svg.Point]]]


def lines_drawing(
    series: Series,
    title: str,
    axes: tuple[str, str],
    note: str = "",
    logarithmic: bool = False,
    orders: bool = False,
) -> svg.Drawing:
    """series: name → (colour, dash, points). axes: their names. logarithmic: the horizontal axis; orders: the vertical one,
    by powers of ten."""
    left, top, wide, high = 70, 84, 620, 300
    body, ends = _curves(series, (left, top, wide, high), logarithmic, orders)
    taken: list[float] = []
    for name, y in ends.items():
        taken.append(_free(y, taken))
        body.append(svg.Text(left + wide + 12, taken[-1] + 5, name, "bold", 17, series[name][0]))
    body += [
        svg.Text(20, 30, title, "ink serif", 24),
        svg.Text(left + wide / 2, top + high + 46, axes[0], "ink mid", 16),
        svg.Text(left - 50, top - 18, axes[1], "ink", 16),
        svg.Text(20, top + high + 74, note, "soft", 15),
    ]
    narrow = _lines_on_a_phone(series, title, axes, note, logarithmic, orders)
    return svg.Drawing(WIDE, top + high + 84, title, tuple(body), narrow)


def _lines_on_a_phone(
    series: Series, title: str, axes: tuple[str, str], note: str, logarithmic: bool, orders: bool
) -> svg.Drawing:
    """The lines' names below them, two in a row."""
    heading, y = _heading(title)
    left, wide, high = 50, PHONE - 72, 200
    top = y + 36
    body, _ = _curves(series, (left, top, wide, high), logarithmic, orders)
    body += [
        *heading,
        svg.Text(left + wide / 2, top + high + 46, axes[0], "ink mid", 16),
        svg.Text(14, top - 16, axes[1], "ink", 16),
    ]
    y = top + high + 62
    for order, (name, (colour, dash, _)) in enumerate(series.items()):
        x, middle = 14 + order % 2 * (PHONE / 2 - 14), y + 12 + order // 2 * 24
        body += [
            svg.line((x, middle), (x + 30, middle), colour=colour, width=2.6, dash=dash),
            svg.Text(x + 38, middle + 5, name, "bold", 16, colour),
        ]
    body, y = _with_note(body, y + 24 * math.ceil(len(series) / 2) + 6, note)
    return svg.Drawing(PHONE, y, title, tuple(body))


def _curves(
    series: Series, box: tuple[float, float, float, float], logarithmic: bool, orders: bool
) -> tuple[svg.Shapes, dict[str, float]]:
    """Axes with their numbers, and the lines, in a box (left, top, width, height); and at what height each line ends."""
    left, top, wide, high = box
    points = [point for _, _, line in series.values() for point in line]
    place = math.log10 if logarithmic else float
    first, last = min(place(x) for x, _ in points), max(place(x) for x, _ in points)
    length = (last - first) or 1  # of what stands at one place only
    height = math.log10 if orders else float
    most = max(height(y) for _, y in points)
    least = min(height(y) for _, y in points) if orders else min(0.0, *(y for _, y in points))

    def at(x: float, y: float) -> svg.Point:
        return left + wide * (place(x) - first) / length, top + high * (most - height(y)) / ((most - least) or 1)

    body: svg.Shapes = [svg.line((left, top), (left, top + high), (left + wide, top + high), width=1.2)]
    for share in (0, 0.5, 1):
        value = least + (most - least) * share
        said = units.rough(10**value if orders else value)
        body.append(svg.Text(left - 8, top + high * (1 - share) + 5, said, "soft end", 15))
    for x in sorted({x for x, _ in points}) if logarithmic else sorted({first, last}):
        across = left + wide * (place(x) - first) / length
        body.append(svg.Text(across, top + high + 24, f"{x:g}", "soft mid", 15))
    drawn = {name: [at(x, y) for x, y in line] for name, (_, _, line) in series.items()}
    for name, (colour, dash, _) in series.items():
        body.append(svg.line(*drawn[name], colour=colour, width=2.6, dash=dash))
    return body, {name: line[-1][1] for name, line in drawn.items()}


def _free(y: float, taken: Sequence[float], gap: float = 22) -> float:
    """The nearest height at which a label does not stand on another."""
    steps = (sign * step for step in range(0, 400, 2) for sign in (1, -1))
    return next(y + step for step in steps if all(abs(y + step - other) >= gap for other in taken))
