"""The walk: a picture goes through a net, on the map of the home page or by itself. No torch here: the first page's walk
is on the screen before it is imported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from explorer.places import ASSETS
from explorer.tell import given
from explorer.tell.joined import joined, stylesheet
from explorer.web import served

# A walk begins by itself, where motion is wanted; with its button; or with the next step of the lecture that shows it.
Begins = Literal["itself", "asked", "lecture"]
FOLDER = Path(__file__).resolve().parent
MAP = FOLDER.parent / "map_component"
STYLE = FOLDER / "walk.css"
LOOK = stylesheet(
    *(MAP / f"{name}.css" for name in ("picture", "panel", "map")),
    STYLE,
    FOLDER / "alone.css",
    FOLDER.parent / "proof.css",
)
_component = served.component(
    "resnet_walk",
    html='<div class="walk-place"></div>\n',
    css=LOOK,
    js=joined(FOLDER / "alone.js", given.DRAWN),
)


def show(names: Sequence[str], key: str, first: bool = False, begins: Begins = "asked") -> None:
    """Shipped walks side by side on one clock. names: of `walk_shipped.SHIPPED`. first: as the first page has one."""
    _component(key=key, data=_told(tuple(names), first, begins))


@lru_cache(maxsize=8)
def _told(names: tuple[str, ...], first: bool, begins: Begins) -> bytes:
    """`walk` as JSON, written once for all visitors."""
    return json.dumps(walk(names, first, begins)).encode()


def walk(names: Sequence[str], first: bool = False, begins: Begins = "asked") -> dict[str, Any]:
    """What the component's script takes for `show`."""
    return {"nets": [shipped(name) for name in names], "stamp": ",".join(names), "first": first, "begins": begins}


@cache
def shipped(name: str) -> dict[str, Any]:
    """A drawing and a walk as `walk_shipped` made them."""
    found: dict[str, Any] = json.loads((ASSETS / "walk" / f"{name}.json").read_text(encoding="utf-8"))
    return found
