"""The map: from the trace to a drawing as plain data. What is drawn is derived from the nodes, never described again.

`drawing` gives everything that the component needs for one level of one model, JSON-ready; `figure3` the paper's
Fig. 3; `dot` the traced graph in Graphviz' language; `View` what a visitor has chosen to see.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from hashlib import sha1

from explorer import units
from explorer.facts import memory
from explorer.facts.rollup import METRICS, Headline, headline, stages
from explorer.look.kept import Kept
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, naming
from explorer.tell import palette
from explorer.tell.netmap.columns import MetricColumn, columns
from explorer.tell.netmap.details import details
from explorer.tell.netmap.dot import dot
from explorer.tell.netmap.fig3 import box_ids, figure3
from explorer.tell.netmap.groups import LEVELS, Part, folds, lanes
from explorer.tell.netmap.scene import scene
from explorer.tell.netmap.sent import Drawing, Palette, Titles
from explorer.tell.netmap.view import NAMES as VIEW_NAMES
from explorer.tell.netmap.view import View, parse

__all__ = [
    "LEVELS",
    "VIEW_NAMES",
    "MetricColumn",
    "View",
    "color_choices",
    "colours",
    "dot",
    "drawing",
    "drawing_text",
    "every_path",
    "figure3",
    "known",
    "parse",
]

USUAL_VIEW = View()
TEXTS: Kept[str] = Kept(64, 16 << 20, len)


def drawing(
    spec: ResNetSpec,
    height: int,
    width: int,
    batch: int = 1,
    view: View = USUAL_VIEW,
    extra: Mapping[str, MetricColumn] | None = None,
    dtype: str = "fp32",
) -> Drawing:
    """The map of a model at view.level, as JSON-ready data. dtype: of its layers' outputs, of `memory.FORMATS`. Do not change what
    it returns: it is shared."""
    base, parts = _drawing(spec, height, width, batch, view.level, view.fold, view.unfold, dtype)
    if not extra:
        return base
    columned = columns(parts, extra, dtype)
    return {**base, "columns": columned, "stamp": _stamp(base["stamp"], columned)}


def drawing_text(
    spec: ResNetSpec,
    height: int,
    width: int,
    batch: int = 1,
    view: View = USUAL_VIEW,
    extra: Mapping[str, MetricColumn] | None = None,
    dtype: str = "fp32",
) -> str:
    """`drawing`, or the paper's Fig. 3 where the view shows that, as JSON: written once for all who look at it."""
    if view.figure == "fig3":
        return _figure3_text()
    if extra:
        return _written(drawing(spec, height, width, batch, view, extra, dtype))
    what = (spec, height, width, batch, view.level, view.fold, view.unfold, dtype)
    return TEXTS.made(what, "all", lambda: _written(_drawing(*what)[0]))


@cache
def _figure3_text() -> str:
    return _written({**figure3(), "palette": colours()})


def _written(data: Mapping[str, object]) -> str:
    """As few bytes as JSON takes: with blanks, and signs as escapes, a map is a sixth longer."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=32)
def _drawing(
    spec: ResNetSpec, height: int, width: int, batch: int, level: str, fold: str, unfold: tuple[str, ...], dtype: str
) -> tuple[Drawing, tuple[Part, ...]]:
    nodes = memory.in_format(trace(spec, height, width, batch), dtype)
    staged = stages(nodes)
    drawn, parts = scene(lanes(staged, level, fold, unfold), level)
    head = headline(spec, height, width, batch)
    named = titles(spec, head, (batch, spec.in_channels, height, width))
    made: Drawing = {
        "stamp": _stamp(spec, height, width, batch, level, fold, unfold, dtype),
        "figure": "map",
        "level": level,
        "folded": folds(staged, fold),
        "title": named["title"],
        "slug": named["slug"],
        "facts": named["facts"],
        "input": f"{height}×{width}×{spec.in_channels}",
        "shortcuts_held": head["shortcuts"],
        "scene": drawn,
        "columns": columns(parts, dtype=dtype),
        "details": details(spec, staged, height, width, dtype),
        "palette": colours(),
        "spec_shortcut": spec.shortcut,
    }
    if special := naming.special(spec):
        made["special"] = special
    return made, parts


def _stamp(*what: object) -> str:
    """Tells the component in a few characters whether the drawing is another one."""
    return sha1(repr(what).encode()).hexdigest()[:12]


def titles(spec: ResNetSpec, head: Headline, shape: tuple[int, ...]) -> Titles:
    """Name, file name, and the line of figures that stands under the name on an exported picture."""
    facts = (
        naming.layout(spec),
        f"{units.count(head['params'])} params",
        units.macs(head["macs"]),
        "×".join(map(str, shape)),
    )
    return {"title": naming.title(spec), "slug": naming.slug(spec), "facts": " · ".join(facts)}


def colours() -> Palette:
    """The palette as the component needs it."""
    return {
        "stages": palette.STAGE_COLOURS,
        "kinds": palette.KIND_COLOURS,
        "shortcut": palette.SHORTCUT,
        "words": palette.SHORTCUT_WORDS,
        "kind_labels": palette.KIND_LABELS,
        "provenance": {name: [units.PROVENANCE_MARK[name], text] for name, text in units.PROVENANCE.items()},
    }


@lru_cache(maxsize=32)
def every_path(spec: ResNetSpec, height: int, width: int) -> frozenset[str]:
    """Whatever can be selected on the map of a model: its layers, blocks, shortcuts and stages."""
    nodes = trace(spec, height, width)
    blocks = {node.block for node in nodes if node.block}
    return frozenset(
        {node.path for node in nodes}
        | blocks
        | {f"{block}.downsample" for block in blocks}
        | {stage.module for stage in stages(nodes)}
    )


def known(spec: ResNetSpec, height: int, width: int, path: str) -> bool:
    """Whether the model has this layer, block, shortcut or stage, or Fig. 3 this box (`plain-34/conv1`)."""
    return path in every_path(spec, height, width) or "/" in path and path in box_ids()


def color_choices(extra: Iterable[str] = ()) -> tuple[str, ...]:
    """What tiles can be coloured by, besides the stage."""
    return (*METRICS, *extra)
