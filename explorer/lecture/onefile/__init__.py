"""A lecture as one HTML file that needs no server and no internet: the app's own bar, map and charts, with all their data.

`saved` makes it, of the same scenes and by the same functions as the app; a test walks both and compares them.
"""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from explorer.lecture.bar import CODE_KEY, KEYS, VOTES_KEY, listing, phone
from explorer.lecture.onefile import states
from explorer.lecture.onefile.pages import view
from explorer.lecture.onefile.store import Store
from explorer.lecture.scene import HOME, Lecture, Scene
from explorer.places import ROOT
from explorer.tell import given, netmap
from explorer.tell.drawing.svg import fonts
from explorer.tell.joined import SCRIPTS, joined, stylesheet
from explorer.tell.path import page as path
from explorer.tell.plots.script import source

MOST_BYTES = 8_000_000
MAP_STYLES = ("controls", "picture", "panel", "table", "map")
STREAMLITS = re.compile(r":--([a-z-]+)|(?<=@media )\(--[a-z-]+\)")  # its parts and widths, by our names (web/inside)
HERE = {"main": ".file-main", "chart": ".file-chart", None: "(width < 0)"}
ABOUT = (
    "This lecture is one file: it works without a server and without the internet. Every figure in it was computed from "
    "the real model when it was saved, or carries its source. What needs PyTorch itself says so, and where to find it."
)
STARTS = "→, Space or a clicker’s PageDown starts it on the projector. "
PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="ResNet Explorer">'
    '<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{style}</style></head>'
    '<body><div id="lecture" data-colours="{colours}"><p class="failed">{wait}</p></div>'
    '<script type="application/gzip" id="data">{data}</script><script type="application/gzip" id="plotly">{plotly}</script>'
    '<script type="module">{script}</script></body></html>'
)
POLICY = (  # nothing is asked of the network, whatever a script or a drawing would like
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; worker-src blob:"
)


def saved(run: Lecture, root: str = "") -> str:
    """The file. root: the app's address, as in "https://resnet.example.org/", for what only the app can do; without one,
    the file says how the app is started.

    Raises `ValueError` where it would be larger than `MOST_BYTES`.
    """
    text = str(
        PAGE.format(
            title=run.title,
            policy=POLICY,
            style=_ours(_style()),
            colours=" ".join(_theme()["chartCategoricalColors"]),
            wait="This lecture is being unpacked. If it stays like this, the browser runs no scripts.",
            data=_packed(json.dumps(content(run, root), ensure_ascii=False, separators=(",", ":"))),
            plotly=_plotly(),
            script=_ours(_script()),
        )
    )
    size = len(text.encode())
    if size > MOST_BYTES:
        raise ValueError(
            f"{run.name or run.title}: the file would have {size:,} bytes, at most {MOST_BYTES:,}; leave scenes out"
        )
    return text


def content(run: Lecture, root: str = "") -> dict[str, Any]:
    """All that the file's script knows: what the app's bar says, and every state of every page that a scene can show."""
    store = Store()
    scenes = {scene.slug: _scene(run, scene, root, store) for scene in run.scenes}
    return {
        "title": run.title,
        "subtitle": run.subtitle,
        "about": ABOUT,
        "root": root,
        "home": HOME,
        "list": {**listing(run, "lecture"), "keys": STARTS + _keys(root)},
        "scenes": scenes,
        "views": store.views,
        "nets": store.nets,
        "levels": store.levels,
        "plots": store.plots,
        "drawings": store.drawings,
        "fig3": netmap.figure3(),
        "palette": netmap.colours(),
        "fonts": fonts(),
        "css": {
            "stage": _styled(SCRIPTS / "lecture_bar" / "stage.css", SCRIPTS / "proof.css"),
            "map": _styled(*(SCRIPTS / "map_component" / f"{name}.css" for name in MAP_STYLES), SCRIPTS / "proof.css")
            + ".map-root .play { display: none; }",  # a walk needs the net itself
            "walk": _styled(
                *(SCRIPTS / "map_component" / f"{name}.css" for name in ("picture", "panel", "map")),
                *(SCRIPTS / "walk_component" / f"{name}.css" for name in ("walk", "alone")),
                SCRIPTS / "proof.css",
            ),
            "race": _styled(SCRIPTS / "race_component" / "race.css"),
            "path": _styled(SCRIPTS / "path_component" / "path.css", SCRIPTS / "proof.css")
            + ".way { top: 0; }",  # there is no bar of the app's above it
            "reach": _styled(SCRIPTS / "reach_component" / "reach.css", SCRIPTS / "proof.css"),
            "look": _styled(SCRIPTS / "look_component" / "look.css", SCRIPTS / "proof.css"),
        },
    }


def _keys(root: str) -> str:
    """A file has no server to vote at, and without the app's address no code to show."""
    keys = KEYS.replace(VOTES_KEY, "")
    return keys if root else keys.replace(CODE_KEY, "")


def _scene(run: Lecture, scene: Scene, root: str, store: Store) -> dict[str, Any]:
    found: dict[str, int] = {}
    for params in states.states(scene):
        number = store.view(view(scene.page, states.chosen_of(params), params))
        found[states.key(params)] = number
        found.setdefault(states.net_key(params), number)
    return {
        "slug": scene.slug,
        **states.told(run, scene),
        "states": found,
        "first": states.key(scene.params()),
        "then": states.key(scene.params(revealed=True)),
        "hide": scene.hide.replace(",", " "),
        "phone": phone(root, scene) if root else None,
    }


def _packed(text: str) -> str:
    return b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


@cache
def _plotly() -> str:
    return _packed(source())


@cache
def _script() -> str:
    return joined(
        SCRIPTS / "lecture_file" / "file.js",
        {**path.GIVEN, **given.MAP, **given.STAGE, "PARTS": {}, "STATES": {}, "SPEAKER": ""},
    )


@cache
def _style() -> str:
    """The app's stylesheets, its theme as custom properties, and the file's own."""
    files = (SCRIPTS / "app.css", SCRIPTS / "proof.css", SCRIPTS / "lecture_file" / "file.css")
    pages = {
        "why_residual": "why_residual.css",
        "feature_maps": "feature_maps/page.css",
        "shapes": "shapes.css",
        "explain": "explain.css",
        "practice": "practice/page.css",
    }
    own = (
        f'[data-page="{page}"] .page {{ {_without_streamlit((SCRIPTS / "sections" / name).read_text(encoding="utf-8"))} }}'
        for page, name in pages.items()
    )
    return "\n".join([_properties(), fonts(), _styled(*files), *own])


def _styled(*files: Path) -> str:
    """Stylesheets of the app, in the typefaces that our drawings carry in themselves; what they say of Streamlit's own parts
    finds nothing here, but for the page and its charts."""
    return _without_streamlit(stylesheet(*files))


def _without_streamlit(text: str) -> str:
    text = STREAMLITS.sub(lambda found: HERE.get(found[1], ".not-here"), text)
    for face in ("Sans", "Serif"):
        text = text.replace(f'"Source {face}"', f'"Source {face}", "Drawing {face}"')
    return text


def _properties() -> str:
    """The theme of .streamlit/config.toml, by the names that Streamlit gives its colours in components."""
    theme = _theme()
    names = {
        "primary-color": "primaryColor",
        "background-color": "backgroundColor",
        "secondary-background-color": "secondaryBackgroundColor",
        "text-color": "textColor",
        "border-color": "borderColor",
        "link-color": "linkColor",
    }
    colours = "".join(
        f" --st-{name}: light-dark({theme['light'][key]}, {theme['dark'][key]});" for name, key in names.items()
    )
    faces = (
        ' --st-font: "Source Sans", "Drawing Sans", "Segoe UI", system-ui, sans-serif;'
        ' --st-heading-font: "Source Serif", "Drawing Serif", Georgia, serif; --st-code-font: ui-monospace, monospace;'
    )
    return f":root {{ color-scheme: light dark;{colours}{faces} }}"


@cache
def _theme() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    return found


def _ours(text: str) -> Markup:
    """A stylesheet or script of our own, to stand between its tags. Raises `ValueError` for what would end it."""
    ends = [mark for mark in ("</style", "</script", "<!--") if mark in text.lower()]
    if ends:
        raise ValueError(f"a script or stylesheet of ours has {ends[0]!r} in it, which would end it")
    return Markup(text)  # noqa: S704 (files of ours, no visitor's text)
