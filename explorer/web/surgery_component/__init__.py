"""The map as an operating table: click an arc to cut it, a block to remove it, its BN to take it. A thin Streamlit face."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.lab.operations import Wounds
from explorer.tell import given
from explorer.tell.joined import joined, stylesheet
from explorer.web.session import by_key

FOLDER = Path(__file__).resolve().parent
MAP = FOLDER.parent / "map_component"
GIVEN = given.DRAWN
JS = joined(FOLDER / "table.js", GIVEN)
CSS = stylesheet(MAP / "picture.css", FOLDER / "table.css")
KEY = "operating-table"
_component = st.components.v2.component("resnet_surgery", html='<div class="place"></div>\n', css=CSS, js=JS)


def show(drawn: dict[str, Any], wounds: Wounds, operate: Callable[[str, str], None]) -> None:
    """drawn: the net's map, with its palette; operate: takes (operation, block) of a click."""

    def take() -> None:
        asked = (by_key().get(KEY) or {}).get("operate") or {}
        operate(str(asked.get("what", "")), str(asked.get("path", "")))

    held = {"cut": sorted(wounds.cut), "removed": sorted(wounds.removed), "bare": sorted(wounds.bare)}
    _component(key=KEY, data={**drawn, "wounds": held}, on_operate_change=take)
