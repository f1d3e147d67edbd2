"""The first page before Streamlit is there: a frame in the page that the server sends, with the sentence, the walk at work and the doors.

Streamlit's page is empty until a megabyte of scripts has run and the socket has answered. What stands in the frame is
made of what the page itself is made of, and goes over to it: the walk moves on as the frame is taken away.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from explorer.tell import given
from explorer.tell.joined import alone
from explorer.tell.markup import joined
from explorer.web import first, inside, walk_component

FOLDER = Path(__file__).resolve().parent
BODY = '<div id="root"></div>'  # Streamlit's; the frame stands behind it
COLOURS = {"text-color": "textColor", "background-color": "backgroundColor"}  # what the walk's look takes of the theme
ENDS = re.compile(r"</script|<!--", re.I)
FONTS = '--st-font: "Source Sans", sans-serif; --st-heading-font: "Source Serif", serif'  # as `font = "sans-serif"` is drawn


def page(streamlits: str) -> str:
    """Streamlit's page with the frame in it. Raises `ValueError` where Streamlit's has no place for it."""
    if streamlits.count(BODY) != 1:
        raise ValueError(f"page: {BODY} stands in Streamlit's page {streamlits.count(BODY)} times, and once is meant")
    return streamlits.replace(BODY, f"{BODY}\n{frame()}")


def frame() -> Markup:
    """The frame: its look, the sentence, the walk's place, the doors, and the script that begins the walk."""
    script = alone(walk_component.FOLDER / "arrival.js", {**given.DRAWN, **inside.GIVEN})
    if ends := ENDS.search(script):
        raise ValueError(f"arrival.js: a script in a page has no {ends[0]}")
    told = {"css": walk_component.LOOK, "walk": walk_component.walk(first.NETS, first=True, begins="itself")}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    ours = {"look": Markup(look()), "told": Markup(text), "script": Markup(script)}  # noqa: S704 (our own files)
    return Markup(
        '<div id="arrival"><style>{look}</style><div class="st-key-first">{what}</div><div class="arrival-walk"></div>{doors}'
        '<script type="application/json">{told}</script><script>{script}</script></div>'
    ).format(what=first.what(), doors=doors(), **ours)


def doors() -> Markup:
    """As plain links: who is in a hurry need not wait for the page."""
    links = joined(
        Markup('<div class="door"><a href="{}"><i></i><p><strong>{}</strong><br>{}</p></a></div>').format(*one)
        for one in first.DOORS
    )
    return Markup('<nav class="st-key-doors">{}</nav>').format(links)


def look() -> str:
    """The frame's stylesheet: the theme's colours as Streamlit calls them, the frame's own and the sentence's rules."""
    sides = {
        name: [st.get_option(f"theme.{side}.{option}") for side in ("light", "dark")]
        for name, option in COLOURS.items()
    }
    colours = "".join(f"--st-{name}: light-dark({light}, {dark}); " for name, (light, dark) in sides.items())
    own = (FOLDER / "arrival.css").read_text(encoding="utf-8")
    return f"#arrival {{ {colours}{FONTS}; }}\n{own}{inside.filled(first.STYLE)}"
