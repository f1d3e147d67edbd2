"""The script that compares pictures finds what differs, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests import compare_pictures


def picture(path: Path, *dots: tuple[int, int], colour: int = 0, size: tuple[int, int] = (200, 100)) -> None:
    made = Image.new("RGB", size, (255, 255, 255))
    for x, y in dots:
        made.putpixel((x, y), (colour, 255, 255))
    path.parent.mkdir(exist_ok=True)
    made.save(path)


def test_equal_shaded_and_different_pictures(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    before, after, marked = (tmp_path / name for name in ("before", "after", "marked"))
    for name, dots, colour in (("same", (), 0), ("shade", ((3, 4),), 240), ("moved", ((10, 20), (30, 60)), 0)):
        picture(before / f"{name}.png")
        picture(after / f"{name}.png", *dots, colour=colour)
    picture(before / "gone.png")
    picture(before / "grown.png")
    picture(after / "grown.png", size=(200, 110))
    assert compare_pictures.main(before, after, marked) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"gone.png: not in {after}",
        "grown.png: 200×100 before, 200×110 after",
        "moved.png: 0.01% of it, within 10,20 … 31,61",
        "2 of 5 pictures are equal",
    ]
    assert Image.open(marked / "moved.png").getpixel((30, 60)) == (255, 0, 0)
    assert compare_pictures.main(before, before) == 0
