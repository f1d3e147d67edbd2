"""The two pages that stand without Streamlit: the phones' and the speaker's. Each is one file, its script known by its hash."""

from __future__ import annotations

import gzip
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from explorer.tell.joined import joined, stylesheet

FOLDER = Path(__file__).resolve().parent
TITLES = {"phone": "Vote · ResNet Explorer", "speaker": "Speaker · ResNet Explorer"}
PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
    '<link rel="icon" href="data:,"><style id="fonts">{fonts}</style><style>{style}</style></head><body><main id="place"></main>'
    '<script type="module">{script}</script></body></html>'
)


def script(name: str) -> str:
    """The page's script. Raises `ValueError` for one that would end its element."""
    text = joined(FOLDER / f"{name}.js", {})
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError(f"{name}.js: it holds what would end its element")
    return text


@lru_cache(maxsize=4)
def document(name: str, faces: bool = True) -> tuple[bytes, str]:
    """(the file, what the browser may do with it). name: of TITLES; faces: with its typefaces, for who gets them nowhere else."""
    text = script(name)
    style = stylesheet(FOLDER / "hall.css", FOLDER / "votes.css")
    if "<" in style:
        raise ValueError("hall.css: a stylesheet has no “<”")
    ours = {"style": Markup(style), "script": Markup(text), "fonts": Markup(_faces() if faces else "")}  # noqa: S704 (our own files)
    whole = PAGE.format(title=TITLES[name], **ours)
    hashed = b64encode(sha256(text.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{hashed}'; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    return str(whole).encode(), policy


def _faces() -> str:
    """The typefaces of our drawings: once on the page, for its words and for each picture."""
    from explorer.tell.drawing.svg import fonts

    return fonts()


@lru_cache(maxsize=4)
def packed(name: str) -> bytes:
    """The file, compressed once."""
    return gzip.compress(document(name)[0], 9)
