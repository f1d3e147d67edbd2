"""The picture that is looked at: drawn, bundled, uploaded or from the camera. Nothing is stored."""

from __future__ import annotations

import numpy as np
from PIL import Image

from explorer.look import pictures, subject
from explorer.look.pictures import Prepared
from explorer.places import ASSETS
from explorer.tell.feature_maps import DIGITS, PICTURES
from explorer.web.asked import asked
from explorer.web.picture_given import given
from explorer.web.sections.feature_maps.who import Who


def of_a_digit() -> Prepared | None:
    """Drawn, or on a photo. Raises `ValueError` when nothing is drawn, or the file is no picture that can be used."""
    source = asked("Which digit?", DIGITS, "digit", label_visibility="collapsed", wrap=True)
    if source == "draw":
        return _drawn()
    data = given(source)
    return None if data is None else pictures.digit(pictures.written(pictures.read(data)))


def photograph(who: Who) -> Prepared | None:
    """What was chosen, as this net gets it; None while there is no file yet. Raises `ValueError`."""
    prepare = subject.preparing(who.spec, who.side)
    source = asked("Which picture?", PICTURES, "picture", wrap=True)
    if source in ("cat", "coffee"):
        return prepare(Image.open(ASSETS / "look" / f"{source}.jpg"))
    data = given(source)
    return None if data is None else prepare(pictures.read(data))


def _drawn() -> Prepared:
    drawn = pictures.read(given("draw") or b"")
    return pictures.digit(np.asarray(drawn.convert("L"), dtype=np.float32) / 255)
