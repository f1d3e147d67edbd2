"""Which points of a chart can carry their name: greedy, in estimated pixels, so that no two names overprint."""

from __future__ import annotations

from collections.abc import Sequence

CHARACTER, LINE, GAP = 0.56, 1.25, 4  # width and height of text in font sizes; px between a marker and its name
Box = tuple[float, float, float, float]


def places(
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    sizes: Sequence[tuple[float, float]],
    bounds: tuple[float, float],
    always: int = 0,
    wanted: Sequence[str | None] = (),
) -> list[str | None]:
    """A plotly textposition per point, None where its name finds no room.

    points: in px, y upwards; sizes: (font size, marker size) of each, px; bounds: the chart's width and height in px.
    The first come first; the first `always` are named in any case. wanted: the place that each takes if it is free.
    """
    taken = [
        (x - marker / 2, y - marker / 2, x + marker / 2, y + marker / 2) for (x, y), (_, marker) in zip(points, sizes)
    ]
    found: list[str | None] = []
    for index, (point, name, (font, marker)) in enumerate(zip(points, names, sizes, strict=True)):
        boxes = candidates(point, len(name) * CHARACTER * font, LINE * font, marker / 2 + GAP)
        if index < len(wanted) and (first := wanted[index]):
            boxes = {first: boxes[first], **boxes}
        free = [
            place for place, box in boxes.items() if _inside(box, bounds) and not any(_meet(box, one) for one in taken)
        ]
        least = min(boxes, key=lambda place: sum(_meet(boxes[place], one) for one in taken))  # where nothing is free
        found.append(free[0] if free else least if index < always else None)
        if found[-1]:
            taken.append(boxes[found[-1]])
    return found


def candidates(point: tuple[float, float], width: float, height: float, off: float) -> dict[str, Box]:
    """Where a name of width × height may stand `off` px from its point: textposition → (left, bottom, right, top)."""
    x, y = point
    return {
        "top center": (x - width / 2, y + off, x + width / 2, y + off + height),
        "bottom center": (x - width / 2, y - off - height, x + width / 2, y - off),
        "middle right": (x + off, y - height / 2, x + off + width, y + height / 2),
        "middle left": (x - off - width, y - height / 2, x - off, y + height / 2),
        "top left": (x - width, y + off, x, y + off + height),
        "bottom right": (x, y - off - height, x + width, y - off),
        "top right": (x, y + off, x + width, y + off + height),
        "bottom left": (x - width, y - off - height, x, y - off),
    }


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _inside(box: Box, bounds: tuple[float, float]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= bounds[0] and box[3] <= bounds[1]
