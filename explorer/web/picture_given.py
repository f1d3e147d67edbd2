"""The file of a picture that a visitor gives: drawn on the pad, uploaded, or from the camera. Nothing is stored."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64

import numpy as np
import streamlit as st

from explorer.look import pictures
from explorer.tell.mosaic import data_url
from explorer.web import look_component

SAMPLE = 7  # the digit that the pad starts with, of the test set


def given(source: str) -> bytes | None:
    """The file of a picture that is not bundled: drawn, uploaded or from the camera; None while there is none. Raises
    `ValueError`."""
    if source == "draw":
        return _ink()
    return _file() if source == "upload" else _camera()


def _ink() -> bytes:
    """What is on the pad, as a PNG."""
    sample = np.asarray(pictures.sample(SAMPLE), dtype=np.float32)
    ink = look_component.pad(data_url(sample[:, :, None] / 255), "pad")
    if ink is None:
        raise ValueError("Draw a digit, from 0 to 9")
    kind, _, body = ink.partition(",")
    if kind != "data:image/png;base64":
        raise ValueError("picture: the pad sends PNG only")
    try:
        return b64decode(body, validate=True)
    except NotBase64:
        raise ValueError("picture: the pad sends PNG only") from None


def _file() -> bytes | None:
    file = st.file_uploader("PNG, JPEG or WebP, up to 16 megapixels", type=["png", "jpg", "jpeg", "webp"], key="own")
    return file.getvalue() if file else None


def _camera() -> bytes | None:
    shot = st.camera_input("The camera", key="camera", label_visibility="collapsed")
    return shot.getvalue() if shot else None
