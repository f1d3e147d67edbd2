"""One visual vocabulary: colours and line styles. Everything that is drawn uses it; numbers are formatted by `explorer.units`.

The stages run through a calm cool ramp; the one warm colour belongs to the shortcuts, which are the subject.
Colours are chosen to stand on both themes' backgrounds (contrast ≥ 3:1 as graphics).
"""

from __future__ import annotations

STAGE_COLOURS = {
    "stem": "#6f7f8f",
    "conv2_x": "#1f9488",
    "conv3_x": "#2484c1",
    "conv4_x": "#5a69d0",
    "conv5_x": "#8a55c9",
    "head": "#a0762c",
}
KIND_COLOURS = {
    "input": "#6f7f8f",
    "conv": "#2484c1",
    "norm": "#1f9488",
    "relu": "#c07f16",
    "maxpool": "#8a55c9",
    "avgpool": "#8a55c9",
    "add": "#d2452f",
    "identity": "#d2452f",
    "pad": "#d2452f",
    "flatten": "#6f7f8f",
    "linear": "#a0762c",
}
KIND_LABELS = {
    "input": "input",
    "conv": "convolution",
    "norm": "Batch Normalization",
    "relu": "ReLU",
    "maxpool": "max pooling",
    "avgpool": "average pooling",
    "add": "addition",
    "identity": "identity shortcut",
    "pad": "zero-padding shortcut",
    "flatten": "flatten",
    "linear": "fully connected",
}
BLOCK_COLOURS = {"basic": "#2484c1", "bottleneck": "#8a55c9"}
SHORTCUT = "#d2452f"
SHORTCUT_DASH = {"identity": "", "projection": "7 5", "pad": "2 5", "none": ""}  # SVG stroke-dasharray
SHORTCUT_WORDS = {
    "identity": "solid: identity",
    "projection": "dotted: projection (1×1 convolution)",
    "pad": "dotted: zero-padding (no weights)",
    "none": "no shortcut (plain net)",
}
MATCH, MISMATCH = "#1f8a4c", "#d2452f"
CSS_COLOURS = {"shortcut": SHORTCUT, "match": MATCH}  # custom properties of our stylesheets
RAMP = ("#dceaf4", "#8fc0e0", "#3f8fc8", "#1e5c9a", "#0f2f5c")  # low → high, for colouring by a metric
