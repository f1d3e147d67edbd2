"""A place to choose a file that stays in the browser: of its bytes only those are sent that its reader asks for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.tell.joined import joined
from explorer.web import served
from explorer.web.session import by_key
from explorer.weights.slices import MOST, Missing, Slices

FOLDER = Path(__file__).resolve().parent
_pick = served.component(
    "resnet_file",
    html='<div class="place"></div>\n',
    css=(FOLDER / "pick.css").read_text(encoding="utf-8"),
    js=joined(FOLDER / "pick.js", {}),
)


@dataclass(frozen=True)
class Given:
    """A file as far as it was sent. id: the browser's, another one each time that a file is chosen."""

    id: str
    name: str
    file: Slices


def given(key: str) -> Given | None:
    """What the component of this key has sent. Raises `ValueError` where it is not what this page's script sends."""
    said = (by_key().get(key) or {}).get("given")
    return None if said is None else _checked(said)


def pick(key: str, label: str, about: str, accept: str, file: str, missing: Missing | None) -> None:
    """Draw it. file: the id of the file that was read; missing: which bytes of it are asked for, None when it is told."""
    want = None if missing is None else {"id": file, "offset": missing.offset, "length": missing.length}
    data = {"label": label, "about": about, "accept": accept, "want": want, "told": "" if want else file}
    _pick(key=key, data=data, on_given_change=lambda: None)


def _checked(said: Any) -> Given:
    """Nothing that a browser says is trusted: not its types, not its lengths."""
    wrong = ValueError("file: the browser sent something else than a file; choose it again")
    if not isinstance(said, Mapping) or not isinstance(said.get("parts"), list):
        raise wrong
    name, size, parts = said.get("name"), said.get("size"), said["parts"]
    if not isinstance(name, str) or not isinstance(said.get("id"), str) or type(size) is not int:
        raise wrong
    if not all(isinstance(part, list) and len(part) == 2 for part in parts):
        raise wrong
    if not all(type(offset) is int and isinstance(text, str) for offset, text in parts):
        raise wrong
    if sum(len(text) for _, text in parts) > 2 * MOST:
        raise ValueError(f"file={name[:80]!r}: its names are spread over more than {MOST:,} bytes")
    try:
        read = [(offset, base64.b64decode(text, validate=True)) for offset, text in parts]
    except (binascii.Error, ValueError):
        raise wrong from None
    return Given(said["id"][:80], name[:80], Slices(size, read))
