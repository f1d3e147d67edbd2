"""The bar under the header: on what the net is run, and for what. One configuration, valid on every page; a page shows
those of its controls that change something there.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import cast

import streamlit as st
from markupsafe import Markup

from explorer.spec.chosen import DEFAULTS, Chosen, Raw, of_controls
from explorer.spec.task import FORMATS, PURPOSES
from explorer.tell import on_page
from explorer.web import pieces
from explorer.web.asked import everywhere, now, shared
from explorer.web.session import by_key, session


def controls(page: str, picked: Raw, link: Mapping[str, str] | None) -> dict[str, str | int]:
    """Every control's raw value by key. picked: the sidebar's; link: the parameters of the link that was just followed."""
    usual = _as_published(picked)
    side = "any" if page == "practice" else usual[0]  # an exercise draws the size that is not typed
    with st.container(key="task", horizontal=True):
        values: dict[str, str | int] = {
            "input": _text("input", "Input", side, link),
            "batch": everywhere("batch", cast(int, DEFAULTS["batch"]), link, int, _batch),
            "classes": _text("classes", "Classes", usual[1], link),
            "dtype": shared("Number format", FORMATS, "dtype", link),
            "optimizer": shared("For", PURPOSES, "optimizer", link),
        }
        if unused := on_page.unused(page, {key: str(values[key]) for key in on_page.SPOKEN}, now):
            pieces.html(Markup('<div class="unused">{}</div>').format(" · ".join(unused)), width="content")
    here = on_page.used(page, now)
    gone = [f".st-key-{key}" for key in (on_page.ALL if here else ()) if key not in here] or [".st-key-task"] * (
        not here
    )
    if gone:
        pieces.stylesheet(f"{', '.join(gone)} {{ display: none !important; }}")
    return values


def said(page: str, chosen: Chosen) -> str:
    """What the header says of it besides the input, where the page uses it."""
    return on_page.said(page, chosen, now)


def _as_published(picked: Raw) -> tuple[str, str]:
    """The input and the classes of the sidebar's net where nothing is typed, to stand in the empty fields; those of the
    last net that was one while its name is mistyped."""
    with suppress(ValueError):
        usual = of_controls(picked)
        side = f"{usual.height}" if usual.height == usual.width else f"{usual.height}x{usual.width}"
        session()["usual"] = side, f"{usual.spec.num_classes:,}"
    return session().get("usual", ("", ""))


def _text(key: str, label: str, usual: str, link: Mapping[str, str] | None) -> str:
    def draw() -> str:
        return st.text_input(label, key=key, max_chars=20, placeholder=usual)

    return everywhere(key, "", link, str, draw)


def _batch() -> int:
    # What it holds is its default as well: that stands in the first picture of a page, what the session says a moment later.
    return int(st.number_input("Batch", value=cast(int, by_key()["batch"]), step=1, key="batch"))
