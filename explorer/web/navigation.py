"""The pages and the tab's sign, found on the disk once and not in every run."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st

from explorer.places import ASSETS
from explorer.web import pieces
from explorer.web.inside import StreamlitPage

# Streamlit lights the page that is shown in the line, and no list that has it: there nothing was lit.
IN_A_LIST = """:--toolbar :--nav-list { border-radius: .5rem; font-weight: 600;
  background: color-mix(in srgb, currentColor 12%, transparent); }"""
Row = tuple[str, str, str, str]  # file, title, icon, the list that it stands in


def pages(folder: Path, rows: Sequence[Row]) -> dict[str, StreamlitPage]:
    """By file; the first is the home page. A run marks the one that it shows: each run has its own."""
    return {name: copy(page) for name, page in _prototypes(folder, tuple(rows)).items()}


def line(lists: Mapping[str, list[StreamlitPage]]) -> StreamlitPage:
    """The line of pages over the window, by the list that each stands in ("": the line itself); the page that is shown."""
    page = st.navigation(lists, position="top", expanded=True)
    if page not in lists[""]:
        pieces.stylesheet(IN_A_LIST)
    return page


@cache
def _prototypes(folder: Path, rows: tuple[Row, ...]) -> dict[str, StreamlitPage]:
    return {
        name: st.Page(folder / f"{name}.py", title=title, icon=icon, default=index == 0)
        for index, (name, title, icon, _) in enumerate(rows)
    }


@cache
def icon() -> str:
    """Of the browser's tab, as a data URL."""
    return "data:image/png;base64," + b64encode((ASSETS / "app" / "icon.png").read_bytes()).decode()
