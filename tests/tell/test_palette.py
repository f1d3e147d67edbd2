"""Numbers are written one way everywhere, and colours can be told from both backgrounds."""

from __future__ import annotations

import colorsys
import math
import re

import numpy as np
import pytest

from explorer import units
from explorer.net.ops import KINDS
from explorer.places import ASSETS, ROOT
from explorer.tell import palette
from explorer.tell.drawing import svg

# Linear RGB as it is seen with full dichromacy: Machado, Oliveira and Fernandes 2009, table 1, severity 1.0.
SEEN_WITH = {
    "all three cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
# OKLab (Ottosson 2020): linear RGB to cones, their cube roots to lightness and two opponent colours.
CONES = ((0.41222147, 0.53633254, 0.05144599), (0.2119035, 0.6806995, 0.10739696), (0.08830246, 0.28171884, 0.6299787))
OPPONENT = (
    (0.21045426, 0.79361779, -0.00407205),
    (1.9779985, -2.42859221, 0.4505937),
    (0.0259040, 0.78277177, -0.80867577),
)


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
    said = [units.rough(value) for value in (0.03142, 1.94, 1.0, 9.96, 123.4, 31_000.0, 1e-9, 0.0, -0.25)]
    assert said == ["0.031", "1.9", "1", "10", "120", "3.1·10⁴", "1·10⁻⁹", "0", "−0.25"]
    assert units.ends(1.94) == ("−1.9", "+1.9")
    assert units.pixels(427) == "427 px" and units.pixels(None) == "whole picture"
    assert units.shape((1, 64, 56, 48)) == "56×48×64" and units.shape((8, 1000), batch=True) == "8×1000"
    assert units.shape((8, 64, 56, 48), batch=True) == "8×64×56×48"


def test_every_kind_of_layer_has_a_colour_and_a_name() -> None:
    assert set(palette.KIND_COLOURS) == set(palette.KIND_LABELS) == set(KINDS)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("background", ["#fdfcf9", "#12151b"])
def test_colours_stand_out_from_both_backgrounds(background: str) -> None:
    """WCAG 2.1, 1.4.11: at least 3:1 for graphics."""
    signs = (palette.ADDED, palette.TAKEN)
    for colour in (*palette.STAGE_COLOURS.values(), *palette.KIND_COLOURS.values(), palette.SHORTCUT, *signs):
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


def oklab(colour: str, seen_with: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return np.array(OPPONENT) @ np.cbrt(np.array(CONES) @ np.clip(np.array(SEEN_WITH[seen_with]) @ linear, 0, 1))


@pytest.mark.parametrize("seen_with", SEEN_WITH)
@pytest.mark.parametrize("theme", palette.SIGNED)
def test_positive_negative_and_zero_can_be_told_apart_by_everybody(theme: str, seen_with: str) -> None:
    """At equal magnitude, and each from 0: four times 0.02, what an eye can just tell apart in OKLab. Away from 0 each side
    only moves on from the paper, so that more is never less."""
    ramp = palette.SIGNED[theme]
    paper, high, low = (
        [oklab(one, seen_with) for one in stops] for stops in ([ramp["paper"]], ramp["high"], ramp["low"])
    )
    assert all(math.dist(one, other) > 0.075 for one, other in zip(high, low, strict=True))
    for side in (high, low):
        away = [math.dist(one, paper[0]) for one in side]
        assert away[0] > 0.075 and away == sorted(away)
        assert all(later - sooner > 0.08 for sooner, later in zip(away, away[1:])), away
    marks = [oklab(one, seen_with) for one in (palette.ADDED, palette.TAKEN)]
    assert math.dist(*marks) > 0.15


def test_a_sign_has_one_colour_on_every_theme_and_the_words_name_it() -> None:
    """By the hue itself: what is called blue is blue, what is called ochre is ochre."""
    hues = {"blue": (200, 225), "ochre": (32, 46)}
    for ramp in palette.SIGNED.values():
        for side, name in (("high", palette.POSITIVE), ("low", palette.NEGATIVE)):
            for colour in ramp[side]:
                hue, *_ = colorsys.rgb_to_hls(*(part / 255 for part in palette.rgb(colour)))
                assert hues[name][0] <= 360 * hue <= hues[name][1], (colour, name, 360 * hue)
    assert (
        len(palette.TWO_SIDED) % 2
        and palette.TWO_SIDED[len(palette.TWO_SIDED) // 2] == palette.SIGNED["light"]["paper"]
    )


HUE = r"(?:red|blue|ochre|orange|amber|yellow|brown|purple|green|pink|teal)(?:s|dish|ish)?"
SENSE = r"(?:positive|negative|adds|added|takes away|spoke for|(?:above|below|over|under) (?:0|zero))"
NAMED = re.compile(rf"\b{HUE}\b[^.\n]{{0,40}}\b{SENSE}\b|\b{SENSE}\b[^.\n]{{0,40}}\b{HUE}\b", re.I)
OWN = re.compile(
    "|".join(map(re.escape, {*palette.TWO_SIDED, *palette.SIGNED["dark"]["high"], *palette.SIGNED["dark"]["low"]}))
)
ANOTHER = re.compile(
    r"RdBu|RdYl|PiYG|PRGn|BrBG|PuOr|coolwarm|seismic|bwr\b", re.I
)  # the usual names of two-sided ramps


def another_sense(text: str) -> list[str]:
    """What names a colour for a sign, writes one of theirs out, or brings another two-sided ramp."""
    return [found.group() for rule in (NAMED, OWN, ANOTHER) for found in rule.finditer(text)]


def test_no_text_script_or_stylesheet_has_a_sense_of_its_own() -> None:
    """Whoever names the colour of a sign takes the name, and the colour, from the table. (The changelog says what was.)"""
    for fault in (
        "Red is positive",
        "blue takes away",
        "negative ones are ochre",
        "orange spoke for the class",
        "#2c5f9c",
        "RdBu",
    ):
        assert another_sense(f"x {fault}, y"), fault
    places = [
        *(ROOT / "explorer").rglob("*"),
        *(ROOT / "pages").rglob("*"),
        *ASSETS.rglob("*.toml"),
        *ROOT.glob("[!C]*.md"),
    ]
    texts = [one for one in places if one.suffix in {".py", ".js", ".css", ".html", ".toml", ".md"}]
    own = ROOT / "explorer" / "tell" / "palette.py"
    assert own in texts and len(texts) > 400
    found = {str(one.relative_to(ROOT)): another_sense(one.read_text(encoding="utf-8")) for one in texts if one != own}
    assert not {name: faults for name, faults in found.items() if faults}
