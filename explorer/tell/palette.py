"""One visual vocabulary: colours and line styles. Everything that is drawn uses it; numbers are formatted by `explorer.units`.

The stages run through a calm cool ramp; the one warm colour belongs to the shortcuts, which are the subject.
Colours are chosen to stand on both themes' backgrounds (contrast ≥ 3:1 as graphics).
"""

from __future__ import annotations

from explorer.net.ops import OPS, SHORTCUTS

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
BLOCK_COLOURS = {"basic": "#2484c1", "bottleneck": "#8a55c9"}
SHORTCUT = "#d2452f"
SHORTCUT_DASH = {kind: row.dash for kind, row in SHORTCUTS.items()}  # SVG stroke-dasharray
SHORTCUT_WORDS = {kind: row.words for kind, row in SHORTCUTS.items()}
MATCH = "#1f8a4c"
CSS_COLOURS = {"shortcut": SHORTCUT, "match": MATCH}  # custom properties of our stylesheets
RAMP = ("#dceaf4", "#8fc0e0", "#3f8fc8", "#1e5c9a", "#0f2f5c")  # low → high, for colouring by a metric
