"""Explain it to me: the ten steps, the doors at their end, and the glossary."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from explorer.places import ROOT
from explorer.tell import glossary
from explorer.tell.markup import joined
from explorer.tell.path import figures, texts
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
    asked = st.query_params.get("step", "1")
    start = int(asked) if asked in map(str, range(1, len(texts.steps()) + 1)) else 1
    path_component.show(_told(start))


@cache
def _told(start: int) -> bytes:
    """All that the steps need, as JSON: written once for all who read them."""
    said = [
        asdict(one)
        | {
            "text": texts.parts(one.text),
            "check": texts.parts(one.check, one.text),
            "why": texts.parts(one.why, f"{one.text} {one.check}"),
        }
        for one in texts.steps()
    ]
    return json.dumps({"steps": said, "terms": texts.meanings(), "start": start, **figures.everything()}).encode()


def doors() -> None:
    """Where to go from here."""
    st.subheader("Now look at a real one", anchor=False)
    for column, (page, words, icon, behind) in zip(st.columns(len(DOORS)), DOORS):
        with column, st.container(border=True):
            st.page_link(ROOT / "pages" / f"{page}.py", label=f"**{words}**", icon=icon)
            pieces.html(Markup('<div class="note">{}</div>').format(behind))


def words() -> None:
    """The whole glossary."""
    with st.expander("All the words, two lines each", icon=":material/menu_book:"):
        pieces.html(_glossary())


@cache
def _glossary() -> Markup:
    entry = Markup("<dt>{}</dt><dd>{}</dd>")
    ordered = sorted(glossary.terms().values(), key=lambda one: one.name.lower())
    return Markup('<dl class="glossary">{}</dl>').format(joined(entry.format(one.name, one.says) for one in ordered))
