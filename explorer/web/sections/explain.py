"""Explain it to me: the ten steps, the doors at their end, and the glossary."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from markupsafe import Markup

from explorer.tell.path import page
from explorer.web import path_component, pieces

STYLE = (Path(__file__).parent / "explain.css").read_text(encoding="utf-8")
Door = tuple[str, dict[str, str], str, str]  # page, what its address says, what it is called here, what is behind it
DOORS: tuple[Door, ...] = (
    # with the net in the address: the home page greets who comes by a bare one
    ("", {"depth": "50"}, "The whole net", "Every block of ResNet-50 on one map, with its shortcuts."),
    ("feature_maps", {}, "Your own digit", "Draw one and watch it pass, block by block."),
    (
        "lecture",
        {},
        "The lecture, by yourself",
        "The same ideas with the paper’s numbers, scene by scene: guess first, then see. “Start” opens it on this screen.",
    ),
)


def steps() -> None:
    """The ten steps; `?step=7` begins at the seventh."""
    path_component.show(page.told(page.start_of(st.query_params.get("step", "1"))))


def doors() -> None:
    """Where to go from here."""
    st.subheader("Where to go from here", anchor=False)
    for column, (name, asks, words, behind) in zip(st.columns(len(DOORS)), DOORS):
        with column, st.container(border=True, key=f"door-{name or 'architecture'}"):
            pieces.within(words, asks, name, "door")
            pieces.html(Markup('<div class="note">{}</div>').format(behind))


def words() -> None:
    """The whole glossary."""
    with st.expander(page.ALL_WORDS, icon=":material/menu_book:"):
        pieces.html(page.glossary())
