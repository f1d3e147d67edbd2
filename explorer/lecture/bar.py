"""What the lecture's bar and the list of scenes show, as JSON-ready data."""

from __future__ import annotations

import re
from dataclasses import asdict
from functools import lru_cache

from explorer import palette
from explorer.lecture.answers import evaluate
from explorer.lecture.scene import HOME, Lecture, Scene, address
from explorer.lecture.words import filled, phrases, prose
from explorer.link import data_uri, qr_svg

INPUTS = ("ask", "kind", "choices", "low", "high", "step", "unit")


@lru_cache(maxsize=64)
def bar(run: Lecture, scene: Scene, page: str, guess: str = "", present: bool = False) -> dict[str, object]:
    """The bar over a page. page: where the visitor is. guess: "" before the reveal. Treat as read-only."""
    question, own = scene.question, {"lecture": scene.slug}
    path = "" if page == HOME else page
    return {
        "lecture": run.title, "slug": scene.slug, "title": scene.title, "number": run.number(scene),
        "scenes": [{"title": one.title, "address": one.address} for one in run.scenes],
        "page": path, "path": f"/{path}", "present": present, "address": scene.address,
        "here": address(scene.page, scene.params(bool(guess)) | own | ({"guess": guess} if guess else {})),
        "revealed": address(scene.page, scene.params(revealed=True) | own) if question else None,
        "text": prose(scene.text, scene.chosen), "notes": prose(scene.notes, scene.chosen, links=False),
        "question": {key: value for key, value in asdict(question).items() if key in INPUTS} if question else None,
        "verdict": _verdict(scene, guess) if question and guess else None,
    }


def _verdict(scene: Scene, guess: str) -> dict[str, object]:
    found = asdict(evaluate(scene, guess))
    mark = palette.PROVENANCE_MARK.get(found["source"], palette.PROVENANCE_MARK["published"])
    return found | {"source": f"{mark} {found['source']}", "ask": scene.question.ask,
                    "because": prose(scene.question.because, scene.chosen, links=False)}


@lru_cache(maxsize=64)
def phone(root: str, scene: Scene) -> dict[str, str]:
    """The scene's link and its QR code for the hall, as an image's source. root: the app's address, with the last /."""
    url = root.rstrip("/") + scene.address
    return {"url": url, "code": data_uri(qr_svg(url))}


@lru_cache(maxsize=8)
def listing(run: Lecture, page: str) -> dict[str, object]:
    """The scenes of a lecture with the first sentence of each."""
    return {"overview": True, "page": page, "scenes": [
        {"title": scene.title, "address": scene.address, "asks": scene.question is not None, "about": _about(scene)}
        for scene in run.scenes]}


def _about(scene: Scene) -> str:
    plain = filled(scene.text, scene.chosen)
    for words, drives in phrases(plain):
        plain = plain.replace(f"[{words}](?{drives})", words)
    plain = " ".join(re.sub(r"[*`]", "", plain).split())
    return re.split(r"(?<=[.?!])\s", plain)[0]
