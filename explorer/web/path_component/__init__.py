"""The ten steps' thin Streamlit face: one component, all of whose figures move in the browser."""

from __future__ import annotations

from pathlib import Path

from explorer.tell.joined import joined, stylesheet
from explorer.tell.path import page
from explorer.web import served

FOLDER = Path(__file__).resolve().parent
JS = joined(FOLDER / "path.js", page.GIVEN)
CSS = stylesheet(FOLDER / "path.css", FOLDER.parent / "proof.css")
_component = served.component("resnet_path", html='<div class="place"></div>\n', css=CSS, js=JS)


def show(data: bytes) -> None:
    """The steps with their figures; data: steps, terms, start, and what `tell.path.figures` gives, as JSON."""
    _component(key="path", data=data)
