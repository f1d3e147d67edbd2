"""The ten steps' thin Streamlit face: one component, all of whose figures move in the browser."""

from __future__ import annotations

from pathlib import Path

from explorer.facts.proof.base import latex_in_a_browser
from explorer.tell import markup, mosaic, palette
from explorer.tell.joined import joined, stylesheet
from explorer.web import served

FOLDER = Path(__file__).resolve().parent
GIVEN = {
    "PROOF_CARD": markup.slotted_card(),
    "TWO_SIDED": mosaic.TWO_SIDED,
    "BLOCK_COLOURS": palette.BLOCK_COLOURS,
    "LATEX": latex_in_a_browser(),
}
JS = joined(FOLDER / "path.js", GIVEN)
CSS = stylesheet(FOLDER / "path.css", FOLDER.parent / "proof.css")
_component = served.component("resnet_path", html='<div class="place"></div>\n', css=CSS, js=JS)


def show(data: bytes) -> None:
    """The steps with their figures; data: steps, terms, start, and what `tell.path.figures` gives, as JSON."""
    _component(key="path", data=data)
