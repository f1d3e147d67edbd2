"""One visual vocabulary: colours and line styles. Everything that is drawn uses it; numbers are formatted by `explorer.units`.

The stages run through a calm cool ramp; the one warm colour belongs to the shortcuts, which are the subject.
Colours are chosen to stand on both themes' backgrounds (contrast ≥ 3:1 as graphics).
"""

from __future__ import annotations

from typing import TypedDict

from explorer.net.ops import OPS
from explorer.net.shortcuts import SHORTCUTS
from explorer.spec import BLOCKS

STAGE_COLOURS = {
    "stem": "#6f7f8f",
    "conv2_x": "#1f9488",
    "conv3_x": "#2484c1",
    "conv4_x": "#5a69d0",
    "conv5_x": "#8a55c9",
    "head": "#a0762c",
}
COLOURS = {  # by the key that an operation's row names
    "plain": "#6f7f8f",
    "conv": "#2484c1",
    "norm": "#1f9488",
    "relu": "#c07f16",
    "pool": "#8a55c9",
    "shortcut": "#d2452f",
    "gate": "#b0508f",
    "fc": "#a0762c",
}
KIND_COLOURS = {kind: COLOURS[row.colour] for kind, row in OPS.items()}
KIND_LABELS = {kind: row.label for kind, row in OPS.items()}
BLOCK_COLOURS = {kind: ("#2484c1", "#8a55c9", "#1f9488", "#a0762c")[index] for index, kind in enumerate(BLOCKS)}
SHORTCUT = "#d2452f"
NET_COLOURS = {"plain": "#2484c1", "residual": SHORTCUT}  # a net in training, on screens and on paper
BN_COLOURS = {"batch": KIND_COLOURS["norm"], "none": "#8a7f6a"}  # with it and without
SHORTCUT_DASH = {kind: row.dash for kind, row in SHORTCUTS.items()}
SHORTCUT_LINES = {  # what the browser draws and says of each kind of shortcut
    kind: {
        "line": row.line,
        "named": row.named,
        "dash": row.dash,
        "cap": "round" if row.round else None,
        "does": row.does,
        "mark": row.mark,
    }
    for kind, row in SHORTCUTS.items()
}
UNKEYED = [kind for kind, row in OPS.items() if not row.keyed]
SHORTCUT_WORDS = {kind: row.words for kind, row in SHORTCUTS.items()}
MATCH = "#1f8a4c"
CSS_COLOURS = {"shortcut": SHORTCUT, "match": MATCH}  # custom properties of our stylesheets
POSITIVE, NEGATIVE, ZERO = "blue", "ochre", "pale"  # the names of SIGNED's colours; every text takes them from here


class Ramp(TypedDict):
    """Colours of one theme: what 0 has, from there to the largest value of each side; sees: what frames a window."""

    paper: str
    high: tuple[str, ...]
    low: tuple[str, ...]
    sees: str


# Of what may be negative, one sense everywhere: from 0 on, above it blue, below it ochre ink on the theme's paper.
SIGNED: dict[str, Ramp] = {
    "light": {
        "paper": "#f5f2ea",
        "high": ("#b9cbe0", "#6f9cc9", "#2c5f9c", "#102a52"),
        "low": ("#efd9ae", "#dba546", "#a86a12", "#6b3e05"),
        "sees": "#a4580a",
    },
    "dark": {
        "paper": "#1a1f28",
        "high": ("#2b4a72", "#4f86c0", "#9cc8ee", "#f3f9ff"),
        "low": ("#4f3a1b", "#96681f", "#dda247", "#ffe2ad"),
        "sees": "#f0b45a",
    },
}
TWO_SIDED = (*reversed(SIGNED["light"]["low"]), SIGNED["light"]["paper"], *SIGNED["light"]["high"])  # −most … 0 … +most
ADDED, TAKEN = SIGNED["dark"]["high"][1], SIGNED["dark"]["low"][1]  # for a bar or a mark: they stand on both themes
SIGN_KEY = f"{POSITIVE.capitalize()} is positive, {NEGATIVE} negative, {ZERO} zero."
RAMP = ("#dceaf4", "#8fc0e0", "#3f8fc8", "#1e5c9a", "#0f2f5c")  # low → high, for colouring by a metric
INKS = ("#ffffff", "#000000")  # with these two, any colour has one at 4.5:1 or better
READ = 4.5  # WCAG 2.1, 1.4.3: least contrast of text


def rgb(colour: str) -> tuple[int, int, int]:
    """'#2484c1' → (36, 132, 193)."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio, 1 … 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink(colour: str) -> str:
    """White or near-black, whichever reads better on `colour` (WCAG contrast)."""
    return max(INKS, key=lambda text: contrast(text, colour))


def under_white(colour: str) -> str:
    """The colour, as much darker as white text on it needs: fills that carry words."""
    darker = ("#" + "".join(f"{part * share // 100:02x}" for part in rgb(colour)) for share in range(100, 0, -1))
    return next(shade for shade in darker if contrast("#ffffff", shade) >= READ)


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in rgb(colour)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


FILLS = {name: under_white(colour) for name, colour in STAGE_COLOURS.items()}  # of the stages, with white words on them
