"""The pages and the tab's sign, found on the disk once and not in every run."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st

from explorer.places import ASSETS
from explorer.web.inside import StreamlitPage

Row = tuple[str, str, str, str]  # file, title, icon, the list that it stands in


def pages(folder: Path, rows: Sequence[Row]) -> dict[str, StreamlitPage]:
    """By file; the first is the home page. A run marks the one that it shows: each run has its own."""
    return {name: copy(page) for name, page in _prototypes(folder, tuple(rows)).items()}


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
