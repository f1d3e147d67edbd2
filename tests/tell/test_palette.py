"""Numbers are written one way everywhere, and colours can be told from both backgrounds."""

from __future__ import annotations

import pytest

from explorer import units
from explorer.net.ops import KINDS
from explorer.tell import palette
from explorer.tell.drawing import svg


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_179_648, "1.18 M"),
        (69_632, "69.6 K"),
        (25_557_032, "25.56 M"),
        (64, "64"),
        (0, "0"),
        (999_960, "1.00 M"),
        (999_940, "999.9 K"),
        (999.6, "1.0 K"),
        (4_089_184_256, "4.09 G"),
        (0.25, "0.25"),
        (75_360_530e9, "75.36 P"),
    ],
)
def test_counts(value: float, text: str) -> None:
    assert units.count(value) == text


def test_units() -> None:
    assert units.macs(4_089_184_256) == "4.09 GMACs" and units.macs(12) == "12 MACs"
    assert units.size(89_726_880) == "89.7 MB" and units.size(12) == "12 B"
    assert units.seconds(0.00321) == "3.21 ms" and units.seconds(0.187) == "187 ms"
    assert (
        units.seconds(0.045) == "45.0 ms" and units.seconds(0.09996) == "100 ms" and units.seconds(12e-6) == "12.0 µs"
    )
    assert units.percent(0.2) == "20 %" and units.percent(-0.0291, 1) == "−2.9 %"
    assert units.pixels(427) == "427 px" and units.pixels(None) == "whole picture"
    assert units.shape((1, 64, 56, 48)) == "56×48×64" and units.shape((8, 1000), batch=True) == "8×1000"


def test_every_kind_of_layer_has_a_colour_and_a_name() -> None:
    assert set(palette.KIND_COLOURS) == set(palette.KIND_LABELS) == set(KINDS)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("background", ["#fdfcf9", "#12151b"])
def test_colours_stand_out_from_both_backgrounds(background: str) -> None:
    """WCAG 2.1, 1.4.11: at least 3:1 for graphics."""
    for colour in (*palette.STAGE_COLOURS.values(), *palette.KIND_COLOURS.values(), palette.SHORTCUT):
        light, dark = sorted((luminance(colour), luminance(background)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, (colour, background)


def test_white_words_can_be_read_on_every_fill() -> None:
    """WCAG 2.1, 1.4.3: at least 4.5:1 for text; and no darker than that needs."""
    for name, fill in palette.FILLS.items():
        light, dark = 1.05, luminance(fill) + 0.05
        assert 4.5 <= light / dark < 5.8, name


def test_the_drawings_carry_the_pages_typefaces() -> None:
    """Inside the file: WOFF2 by its magic number, and nothing is fetched."""
    drawing = str(svg.Drawing(10, 10, "x", (svg.Text(0, 0, "3×3"),)))
    assert drawing.count("@font-face") == 3 and drawing.count("data:font/woff2;base64,d09GMg") == 3
    assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")
    assert "Times" not in drawing and 'font-family: "Drawing Sans"' in drawing
