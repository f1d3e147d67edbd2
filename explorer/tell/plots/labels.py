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
    wider: float = 1,
) -> list[str | None]:
    """A plotly textposition per point, None where its name finds no room.

    points: in px, y upwards; sizes: (font size, marker size) of each, px; bounds: the chart's width and height in px.
    The first come first; the first `always` are named in any case. wanted: the place that each takes if it is free.
    wider: so many times wider may the same chart be drawn, with letters and markers as large: a name stands free in both.
    """
    looks = (1.0, wider) if wider != 1 else (1.0,)
    taken = [
        [
            (x * look - marker / 2, y - marker / 2, x * look + marker / 2, y + marker / 2)
            for (x, y), (_, marker) in zip(points, sizes)
        ]
        for look in looks
    ]
    found: list[str | None] = []
    for index, (point, name, (font, marker)) in enumerate(zip(points, names, sizes, strict=True)):
        words = len(name) * CHARACTER * font, LINE * font, marker / 2 + GAP
        boxes = [candidates((point[0] * look, point[1]), *words) for look in looks]
        order = list(boxes[0])
        if index < len(wanted) and (first := wanted[index]):
            order.sort(key=lambda place: place != first)
        met = {
            place: sum(_meet(its[place], one) for its, there in zip(boxes, taken) for one in there) for place in order
        }
        free = [
            place
            for place in order
            if not met[place]
            and all(_inside(its[place], (bounds[0] * look, bounds[1])) for its, look in zip(boxes, looks))
        ]
        least = min(order, key=met.__getitem__)  # where nothing is free
        found.append(free[0] if free else least if index < always else None)
        if found[-1]:
            for its, there in zip(boxes, taken):
                there.append(its[found[-1]])
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
