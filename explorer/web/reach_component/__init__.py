"""What one unit sees, on the picture: a thin Streamlit face; the square moves in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from explorer.tell import markup
from explorer.tell.joined import joined, stylesheet

FOLDER = Path(__file__).resolve().parent
GIVEN = {"PROOF_CARD": markup.slotted_card()}
JS = joined(FOLDER / "field.js", GIVEN)
CSS = stylesheet(FOLDER / "reach.css", FOLDER.parent / "proof.css")
_component = st.components.v2.component("resnet_reach", html='<div class="place"></div>\n', css=CSS, js=JS)


def show(data: dict[str, Any]) -> None:
    """data: what `tell.story.reach` gives."""
    _component(key="reach", data=data)
