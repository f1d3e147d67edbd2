"""The first page: what this is in one sentence, a trained net at work, and three doors. It needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from explorer.web import inside, pieces, session, walk_component
from explorer.web.inside import DeltaGenerator, StreamlitPage

STYLE = (Path(__file__).parent / "first.css").read_text(encoding="utf-8")
NETS = ("digits-residual-20",)
WHAT = "shows what a residual network does to a picture, what it costs and why it works, from the real network."
DOORS = (  # page, label, what stands behind
    ("explain", "Explain it to me", "From a pixel to a shortcut"),
    ("lecture", "Give a lecture", "Scenes for the projector"),
    ("sheet", "I need numbers", "Size, work, memory, time, and the code"),
)


BELOW = "That was a small net, of digits. Here is one for photographs, all of it: any part opens when you pick it."


def what() -> Markup:
    """The sentence."""
    return Markup('<p class="what">{}<span><b>ResNet Explorer</b> {}</span></p>').format(pieces.SIGN, WHAT)


def stands(page: str, home: str) -> bool:
    """Whether it is shown: on the home page, to whoever comes without a link to something else, until they choose.

    Streamlit leaves a default out of the address, so that `/?depth=50` soon reads `/`: what counts is how one came.
    """
    memory = session.session().get("first")
    came = memory is None or memory[0] != page or inside.by_history()
    bare = page == home and not st.query_params and not st.context.is_embedded
    shown = bare and (came or bool(memory and memory[1]))
    session.session()["first"] = (page, shown)
    return shown


def place(shown: bool) -> DeltaGenerator:
    """Where it stands, of its own and empty elsewhere.

    Streamlit lets what the script drew stay until its next run is whole, and lays it out in the rows that come there
    meanwhile: the walk stood in the header's line, beside the link.
    """
    slot = None if session.session().get("welcomed") == shown else st.empty()
    session.session()["welcomed"] = shown
    return (st if slot is None else slot).container(key="welcome")


def show(pages: Mapping[str, StreamlitPage]) -> None:
    """pages: by file, for the doors."""
    pieces.stylesheet(STYLE)
    with st.container(key="first"):
        pieces.html(what())
        walk_component.show(NETS, "first-walk", first=True, begins="itself")
        with st.container(key="doors", horizontal=True):
            for page, label, behind in DOORS:
                st.page_link(
                    pages.get(page, pages["why_residual"]),
                    label=f"**{label}**  \n{behind}",
                    icon=":material/arrow_forward:",
                )
    pieces.note(BELOW)
