"""Two folders of pictures that `tests.screenshots FOLDER` took, pixel by pixel.

    .venv/bin/python -m tests.compare_pictures BEFORE AFTER [MARKED]

Names every picture that differs, how much of it and where; with a third folder, writes it there with the differing
pixels in red. Ends with 1 when one differs or is missing.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

TOLERANCE = 24  # of 255, in any channel: anti-aliasing of the same letter stays below
SHARE = 1e-5  # of the picture's pixels that may differ by more: a blinking cursor


@dataclass(frozen=True)
class Difference:
    """share: of all pixels. box: left, top, right, bottom of what differs, in pixels."""

    share: float
    box: tuple[int, int, int, int]
    where: np.ndarray


def difference(before: Image.Image, after: Image.Image) -> Difference | None:
    """None where they are equal within the tolerance. Raises `ValueError` for pictures of two sizes."""
    if before.size != after.size:
        raise ValueError(f"{before.size[0]}×{before.size[1]} before, {after.size[0]}×{after.size[1]} after")
    pixels = (np.asarray(one.convert("RGB"), dtype=np.int16) for one in (before, after))
    where = np.abs(next(pixels) - next(pixels)).max(axis=2) > TOLERANCE
    if where.mean() <= SHARE:
        return None
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return Difference(float(where.mean()), box, where)


def main(before: Path, after: Path, marked: Path | None = None) -> int:
    names = sorted({path.name for folder in (before, after) for path in folder.glob("*.png")})
    differ = 0
    for name in names:
        if said := compared(before / name, after / name, marked and marked / name):
            print(f"{name}: {said}")
            differ += 1
    print(f"{len(names) - differ} of {len(names)} pictures are equal")
    return bool(differ) or not names


def compared(before: Path, after: Path, marked: Path | None) -> str:
    """What differs, in words; "" where nothing does."""
    if missing := [path for path in (before, after) if not path.exists()]:
        return f"not in {missing[0].parent}"
    old, new = Image.open(before), Image.open(after)
    try:
        found = difference(old, new)
    except ValueError as error:
        return str(error)
    if found is None:
        return ""
    if marked:
        marked.parent.mkdir(parents=True, exist_ok=True)
        shown = np.asarray(new.convert("RGB")) // 2 + 127
        shown[found.where] = (255, 0, 0)
        Image.fromarray(shown.astype(np.uint8)).save(marked)
    return f"{found.share:.2%} of it, within {'{},{} … {},{}'.format(*found.box)}"


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*map(Path, sys.argv[1:])))
