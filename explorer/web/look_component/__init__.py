"""Two thin faces for the Feature maps page: a pad to draw a digit on, and feature maps that show where a unit looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).resolve().parent
CSS = (FOLDER / "look.css").read_text(encoding="utf-8")


def _registered(name: str) -> Callable[..., Any]:
    script = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    return st.components.v2.component(f"resnet_{name}", html='<div class="place"></div>\n', css=CSS, js=script)


_pad, _maps = _registered("pad"), _registered("maps")


def pad(sample: str, key: str) -> str | None:
    """A square to draw a digit on; what is drawn, as a PNG's data URL (white ink on black), or None when it is empty.
    sample: the data URL that it starts with."""
    drawn = _pad(key=key, data={"sample": sample}, on_ink_change=lambda: None)
    ink = drawn.ink
    return sample if ink is None else ink or None


def maps(data: dict[str, Any], key: str) -> None:
    """Rows of feature maps beside the picture that they were made from; pointing at a unit shows what it sees."""
    _maps(key=key, data=data)
