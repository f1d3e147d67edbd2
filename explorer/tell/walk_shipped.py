"""The walks that ship: trained digit nets, made once, so that the first page moves before torch is there.

    .venv/bin/python -m explorer.tell.walk_shipped

makes them again; a test holds the files to what this makes.
"""

from __future__ import annotations

import json

from explorer.look.handwriting import SIDE
from explorer.look.shipped import NETS
from explorer.look.walker import walker
from explorer.places import ASSETS
from explorer.tell import netmap
from explorer.tell.walk import walk

FOLDER = ASSETS / "walk"
SHIPPED = {"digits-residual-20": "Residual, 20 layers", "digits-plain-20": "Plain, 20 layers"}


def made(name: str) -> dict[str, object]:
    """A net's drawing and its walk, JSON-ready: what `walk_component` sends. name: of SHIPPED."""
    spec = NETS[name]
    drawn, colours = netmap.drawing(spec, SIDE, SIDE), netmap.colours()
    palette = {"stages": colours["stages"], "shortcut": colours["shortcut"]}
    drawing = {  # what a map without tools needs
        "title": drawn["title"],
        "level": drawn["level"],
        "figure": drawn["figure"],
        "scene": drawn["scene"],
        "columns": {},
        "palette": palette,
    }
    return {"title": SHIPPED[name], "drawing": drawing, "walk": walk(*walker(spec, SIDE, SIDE), source="recorded")}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in SHIPPED:
        text = json.dumps(made(name), ensure_ascii=False, separators=(",", ":"))
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
