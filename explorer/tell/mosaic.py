"""Feature maps as small pictures: channels side by side on one colour scale, made once and shown by the browser.

Two scales. `one_sided`: what a ReLU leaves, from 0 to the largest value (viridis, CC0). `two_sided`: the terms of a
sum, from −largest to +largest around a neutral zero, in the colours of the walk (`palette.TWO_SIDED`). The key that stands beside says which.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from explorer.tell.palette import TWO_SIDED

ONE_SIDED = ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725")
CLEAR = 255  # of a palette's 256 places: what is no map
GAP = 1  # pixels of a map between two maps


@dataclass(frozen=True)
class Mosaic:
    """src: a PNG as a data URL, one pixel a unit; columns and rows of maps of `height`×`width`, GAP between them.

    low, high: the values at the ends of the colour scale.
    """

    src: str
    columns: int
    rows: int
    height: int
    width: int
    low: float
    high: float


@cache
def _ramp(stops: tuple[str, ...]) -> np.ndarray:
    """256 colours (256, 3) through the stops."""
    known = np.array([[int(stop[place : place + 2], 16) for place in (1, 3, 5)] for stop in stops], dtype=np.float64)
    at = np.linspace(0, len(stops) - 1, 256)
    return np.stack([np.interp(at, range(len(stops)), known[:, part]) for part in range(3)], axis=1).astype(np.uint8)


def coloured(values: np.ndarray, low: float, high: float, stops: tuple[str, ...]) -> np.ndarray:
    """Values → (…, 3) colours; what lies outside takes the colour of the nearer end."""
    span = (high - low) or 1.0
    return _ramp(stops)[(np.clip((values - low) / span, 0, 1) * 255).round().astype(np.uint8)]


def mosaic(maps: np.ndarray, columns: int, two_sided: bool = False, most: float | None = None) -> Mosaic:
    """(C, H, W) → one picture, `columns` maps a row. most: the largest value of the scale, where several pictures
    share one; else the largest magnitude in `maps`."""
    count, height, width = maps.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    high = float(most if most is not None else np.abs(maps).max()) or 1.0
    low = -high if two_sided else 0.0
    page = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP), CLEAR, dtype=np.uint8)
    tiles = (np.clip((maps - low) / (high - low), 0, 1) * (CLEAR - 1)).round().astype(np.uint8)
    for number, tile in enumerate(tiles):
        top, left = number // columns * (height + GAP), number % columns * (width + GAP)
        page[top : top + height, left : left + width] = tile
    return Mosaic(_indexed(page, TWO_SIDED if two_sided else ONE_SIDED), columns, rows, height, width, low, high)


def _indexed(page: np.ndarray, stops: tuple[str, ...]) -> str:
    """Places on the ramp, one byte a pixel, as a PNG's data URL: a fourth of what colours take, to pack and to send."""
    picture = Image.fromarray(page, "P")
    colours = _ramp(stops)[np.linspace(0, 255, CLEAR).round().astype(int)]
    picture.putpalette(colours.tobytes() + bytes(3))
    held = io.BytesIO()
    picture.save(held, "PNG", transparency=CLEAR, compress_level=4)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode("ascii")


def data_url(pixels: np.ndarray) -> str:
    """(H, W, 3 or 4) uint8, or (H, W, 1 or 3) floats in 0 … 1 → a PNG as a data URL."""
    if pixels.dtype != np.uint8:
        pixels = (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)
    held = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(held, "PNG", optimize=False)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode("ascii")


def ramp_css(two_sided: bool) -> str:
    """The key's gradient, low to high."""
    stops: Sequence[str] = TWO_SIDED if two_sided else ONE_SIDED
    return f"linear-gradient(to right, {', '.join(stops)})"
