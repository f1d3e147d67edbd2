"""The walk: a picture goes through a net, on the map of the home page or by itself. No torch here: the first page's walk
is on the screen before it is imported."""

from __future__ import annotations

from pathlib import Path

from explorer.tell import palette

FOLDER = Path(__file__).resolve().parent
GIVEN = {"RAMPS": palette.WALK_RAMPS}
STYLE = FOLDER / "walk.css"
