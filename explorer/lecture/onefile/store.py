"""A lecture's views as JSON, in which nothing stands twice: nets, charts and drawings are kept once and named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from explorer.lecture.onefile.parts import (
    Beside,
    Chart,
    Code,
    Exercises,
    FeatureMaps,
    Fold,
    Heading,
    Html,
    Json,
    NetMap,
    Part,
    Plot,
    Race,
    Reach,
    ShippedWalks,
    Steps,
    View,
)
from explorer.places import ASSETS
from explorer.spec.chosen import Chosen
from explorer.tell import netmap
from explorer.tell.fragments import Image, Pictured
from explorer.tell.markup import joined
from explorer.tell.netmap.groups import FOLDS, LEVELS

FONTS = "@fonts@"  # what stands in a drawing in place of its typefaces, which all have in common
OF_LEVEL = ("stamp", "level", "folded", "scene", "columns")  # of a map's data; the rest is the net's


@dataclass
class Store:
    """What the views are made of."""

    views: list[Json] = field(default_factory=list)
    nets: dict[str, Json] = field(default_factory=dict)
    levels: list[Json] = field(default_factory=list)
    plots: list[Mapping[str, Any]] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)

    def view(self, view: View) -> int:
        """Its number; an equal one is kept once."""
        made = {
            "built": self.html(view.built),
            "parts": [self._any(part) for part in view.parts],
            "live": view.live,
        }
        return self._once("view", made, self.views)

    def html(self, piece: Markup | Pictured) -> str:
        """HTML whose drawings are kept apart, without their typefaces."""
        if not isinstance(piece, Pictured):
            return str(piece)
        return str(joined(self._image(one) if isinstance(one, Image) else one for one in piece.parts))

    def _image(self, one: Image) -> Markup:
        number = self._once("drawing", one.drawn.written(FONTS), self.drawings)
        return Markup('<img alt="{}" data-drawing="{}">').format(one.label, number)

    def _any(self, part: Part | Beside | Fold) -> Json:
        if isinstance(part, Beside):
            return {"kind": "beside", "columns": [[self._part(one) for one in column] for column in part.columns]}
        if isinstance(part, Fold):
            return {"kind": "fold", "label": part.label, "parts": [self._part(one) for one in part.parts]}
        return self._part(part)

    def _part(self, part: Part) -> Json:
        if isinstance(part, Html):
            hall = self.html(part.hall) if part.hall else None
            return {"kind": "html", "html": self.html(part.html), "hall": hall, "name": part.name}
        if isinstance(part, Chart):
            return {"kind": "chart", "alt": part.alt, "plots": [self._plot(one) for one in part.plots]}
        if isinstance(part, FeatureMaps):
            return {"kind": "looks", "data": part.data}
        if isinstance(part, Race):
            return {"kind": "race", "data": part.data}
        if isinstance(part, Heading | Code):
            return {"kind": "heading" if isinstance(part, Heading) else "code", "text": part.text}
        if isinstance(part, Steps | Reach):
            return {"kind": "steps" if isinstance(part, Steps) else "reach", "data": part.data}
        if isinstance(part, Exercises):
            return {"kind": "exercises", "every": [self._kept(one) for one in part.every], "first": part.first - 1}
        if isinstance(part, ShippedWalks):
            return {"kind": "walk", "nets": [_shipped(name) for name in part.names], "stamp": ",".join(part.names)}
        return {"kind": "map", "net": self._net(part), "title": part.title}

    def _kept(self, one: Any) -> Any:
        """Whatever HTML it holds, without its drawings."""
        if isinstance(one, Markup | Pictured):
            return self.html(one)
        return {key: self._kept(each) for key, each in one.items()} if isinstance(one, dict) else one

    def _plot(self, one: Plot) -> Json:
        return {
            "label": one.label,
            "figure": self._once("plot", one.figure, self.plots),
            "hall": self._once("plot", one.hall, self.plots),
        }

    def _net(self, part: NetMap) -> str:
        """Every level of a net's map, folded and unfolded."""
        chosen: Chosen = part.chosen
        usual = netmap.drawing(chosen.spec, chosen.height, chosen.width, chosen.batch)
        name = usual["stamp"]
        if name not in self.nets:
            found = {}
            for level in LEVELS:
                for fold in FOLDS:
                    view = netmap.View(level=level, fold=fold)
                    drawn = netmap.drawing(chosen.spec, chosen.height, chosen.width, chosen.batch, view)
                    one = {key: value for key, value in drawn.items() if key in OF_LEVEL}
                    found[f"{level} {fold}"] = self._once("level", one, self.levels)
            common = {key: value for key, value in usual.items() if key not in (*OF_LEVEL, "palette")}
            self.nets[name] = {"common": common, "levels": found}
        return name

    def _once(self, kind: str, one: Any, among: list[Any]) -> int:
        said = f"{kind} {json.dumps(one, sort_keys=True)}"
        if said not in self._known:
            self._known[said] = len(among)
            among.append(one)
        return self._known[said]


def _shipped(name: str) -> Json:
    found: Json = json.loads((ASSETS / "walk" / f"{name}.json").read_text(encoding="utf-8"))
    return found
