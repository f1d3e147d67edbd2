"""The file of a picture that a visitor gives: drawn on the pad, uploaded, or from the camera. It is written nowhere; the
latest of each kind goes along from Feature maps to the walk and back, as long as the visit lasts."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

import numpy as np
import streamlit as st

from explorer.look import pictures
from explorer.tell.mosaic import data_url
from explorer.web import look_component
from explorer.web.session import by_key, session

SAMPLE = 7  # the digit that the pad starts with, of the test set
PNG = "data:image/png;base64,"
MOST_BYTES = 500_000  # of a picture that goes along: a larger file is kept smaller
MOST_SIDE = 1024  # px
PHOTOS = ("upload", "camera")  # sources of a picture that may show anything
KEYS = {"draw": "pad", "upload": "own", "camera": "camera"}  # source → its control's


def given(source: str) -> bytes | None:
    """The file of a picture that is not bundled: drawn, uploaded or from the camera; None while there is none. Raises
    `ValueError`."""
    kept, carried = session().setdefault("given", {}), session().setdefault("carried", [])
    if KEYS[source] not in by_key() and source in kept and source not in carried:
        carried.append(source)  # its control is new on this page, and knows of nothing
    before = kept.get(source) if source in carried else None
    if source == "draw":
        kept[source] = _ink(before)
        return kept[source]
    found = _file() if source == "upload" else _camera()
    if found is None:
        if before is None:
            kept.pop(source, None)
        return before
    if source in carried:
        carried.remove(source)
    kept[source] = _small(found)
    return found


def arrived(source: str) -> bool:
    """Whether the control of an uploaded or photographed picture has just brought one that can be read. Asked before the
    control is shown."""
    file = by_key().get(KEYS[source]) if source != "draw" else None
    if file is None or file.file_id == session().get("arrived"):
        return False
    session()["arrived"] = file.file_id
    try:
        pictures.read(file.getvalue())
    except ValueError:
        return False
    return True


def _small(file: bytes) -> bytes:
    """The same picture in a file that a visit may keep. Raises `ValueError` where it is none."""
    if len(file) <= MOST_BYTES:
        return file
    picture = pictures.read(file)
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=90)
    return held.getvalue()


def _ink(before: bytes | None) -> bytes:
    """What is on the pad, as a PNG. before: what it starts with, else a digit of the test set."""
    if before is None:
        sample = data_url(np.asarray(pictures.sample(SAMPLE), dtype=np.float32)[:, :, None] / 255)
    else:
        sample = PNG + b64encode(before).decode("ascii")
    ink = look_component.pad(sample, KEYS["draw"], own=before is not None)
    if ink is None:
        raise ValueError("Draw a digit, from 0 to 9")
    if not ink.startswith(PNG):
        raise ValueError("picture: the pad sends PNG only")
    try:
        return b64decode(ink.removeprefix(PNG), validate=True)
    except NotBase64:
        raise ValueError("picture: the pad sends PNG only") from None


def _file() -> bytes | None:
    words, kinds = "PNG, JPEG or WebP, up to 16 megapixels", ["png", "jpg", "jpeg", "webp"]
    file = st.file_uploader(words, type=kinds, key=KEYS["upload"], max_upload_size=pictures.MOST_BYTES // 10**6)
    return file.getvalue() if file else None


def _camera() -> bytes | None:
    shot = st.camera_input("The camera", key=KEYS["camera"], label_visibility="collapsed")
    return shot.getvalue() if shot else None
