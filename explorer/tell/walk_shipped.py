"""The walks that ship: trained digit nets, made once, so that the first page moves before torch is there.

    .venv/bin/python -m explorer.tell.walk_shipped

makes them again; a test holds the files to what this makes.
"""

from __future__ import annotations

import json
from typing import TypedDict

from explorer.look.handwriting import SIDE
from explorer.look.shipped import NETS
from explorer.look.walker import walker
from explorer.places import ASSETS
from explorer.tell import netmap
from explorer.tell.netmap.sent import Scene, Shades
from explorer.tell.walk import Walk, walk

FOLDER = ASSETS / "walk"
SHIPPED = {"digits-residual-20": "Residual, 20 layers", "digits-plain-20": "Plain, 20 layers"}


class Bare(TypedDict):
    """What of a map's drawing one without tools needs."""

    title: str
    level: str
    figure: str
    scene: Scene
    columns: dict[str, Shades]
    palette: Colours


class Colours(TypedDict):
    """As `netmap.colours` has them."""

    stages: dict[str, str]
    shortcut: str


class Shipped(TypedDict):
    """A net's drawing and the walk of a picture through it."""

    title: str
    drawing: Bare
    walk: Walk


def made(name: str) -> Shipped:
    """A net's drawing and its walk, JSON-ready: what `walk_component` sends. name: of SHIPPED."""
    spec = NETS[name]
    drawn, colours = netmap.drawing(spec, SIDE, SIDE), netmap.colours()
    drawing: Bare = {
        "title": drawn["title"],
        "level": drawn["level"],
        "figure": drawn["figure"],
        "scene": drawn["scene"],
        "columns": {},
        "palette": {"stages": colours["stages"], "shortcut": colours["shortcut"]},
    }
    return {"title": SHIPPED[name], "drawing": drawing, "walk": walk(*walker(spec, SIDE, SIDE), source="recorded")}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in SHIPPED:
        text = json.dumps(made(name), ensure_ascii=False, separators=(",", ":"))
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
