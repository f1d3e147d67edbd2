"""Python's constants that the browser's scripts take (`js/given.js`), for whoever joins them: the app's components, and a
lecture as one file. No torch here: the first page's walk is on the screen before it is imported."""

from __future__ import annotations

from explorer import terms
from explorer.tell import glossary, markup, palette

LEVELS = ("stages", "blocks", "layers")  # of detail of the map
TWINS = ("digits-residual-20", "digits-plain-20")  # of assets/walk: what `?walk=twins` shows side by side
NO_GUESS = "none"  # `?guess=none`: revealed without a guess
TERMS = {"SIGNS": terms.SIGNS, "IN_A_NUMBER": terms.IN_A_NUMBER}  # what js/terms.js writes with
DRAWN = {  # what drawing a map and walking on it take
    **TERMS,
    "PROOF_CARD": markup.slotted_card(),
    "SHORTCUTS": palette.SHORTCUT_LINES,
    "UNKEYED": palette.UNKEYED,
    "RAMPS": palette.SIGNED,
}
MAP = {
    **DRAWN,
    "GLOSSARY": glossary.for_scripts(),
    "LEVELS": {level: level.capitalize() for level in LEVELS} | {"fig3": "Fig. 3"},
}
STAGE = {
    "KEPT_PARAMS": ("present", "hide", "embed", "embed_options"),  # they survive a change of scene
    "NO_GUESS": NO_GUESS,
    "BESIDE": 1000,  # width of a window with room for a column, as in the stylesheets
}
