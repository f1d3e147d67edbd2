"""Explain it to me: the ten steps, the doors at their end, and the glossary."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from markupsafe import Markup

from explorer.places import ROOT
from explorer.tell.path import page
from explorer.web import path_component, pieces

STYLE = (Path(__file__).parent / "explain.css").read_text(encoding="utf-8")
DOORS = (  # page, what it is called here, icon, what is behind it
    (
        "architecture",
        "The whole net",
        ":material/account_tree:",
        "Every block of ResNet-50 on one map, with its shortcuts.",
    ),
    ("feature_maps", "Your own picture", ":material/visibility:", "Draw a digit and watch it pass, block by block."),
    ("lecture", "The tour", ":material/co_present:", "The same ideas with the paper’s numbers: guess first, then see."),
)


def steps() -> None:
    """The ten steps; `?step=7` begins at the seventh."""
    path_component.show(page.told(page.start_of(st.query_params.get("step", "1"))))


def doors() -> None:
    """Where to go from here."""
    st.subheader("Now look at a real one", anchor=False)
    for column, (name, words, icon, behind) in zip(st.columns(len(DOORS)), DOORS):
        with column, st.container(border=True, key=f"door-{name}"):
            st.page_link(ROOT / "pages" / f"{name}.py", label=f"**{words}**", icon=icon)
            pieces.html(Markup('<div class="note">{}</div>').format(behind))


def words() -> None:
    """The whole glossary."""
    with st.expander(page.ALL_WORDS, icon=":material/menu_book:"):
        pieces.html(page.glossary())
