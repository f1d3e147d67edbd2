"""What one unit sees, on the picture: a thin Streamlit face; the square moves in the browser."""

from __future__ import annotations

from pathlib import Path

from explorer.tell import markup
from explorer.tell.joined import joined, stylesheet
from explorer.web import served

FOLDER = Path(__file__).resolve().parent
GIVEN = {"PROOF_CARD": markup.slotted_card()}
JS = joined(FOLDER / "field.js", GIVEN)
CSS = stylesheet(FOLDER / "reach.css", FOLDER.parent / "proof.css")
_component = served.component("resnet_reach", html='<div class="place"></div>\n', css=CSS, js=JS)


def show(data: bytes) -> None:
    """data: what `tell.story.reach` gives, as JSON."""
    _component(key="reach", data=data)
