"""What the lecture's bar and the list of scenes show, as JSON-ready data."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache

from markupsafe import escape

from explorer import units
from explorer.lecture.answers import answer, evaluate
from explorer.lecture.scene import HOME, Lecture, Scene, address
from explorer.lecture.scene_text import about, asked, filled, prose
from explorer.tell.link import data_uri, qr_svg
from explorer.tell.markup import Cards

INPUTS = ("ask", "kind", "choices", "low", "high", "step", "unit")


@lru_cache(maxsize=64)
def bar(run: Lecture, scene: Scene, page: str, guess: str = "", present: bool = False) -> dict[str, object]:
    """The bar over a page. page: where the visitor is. guess: "" before the reveal. Treat as read-only."""
    cards = Cards("stage")
    question, own = scene.question, {"lecture": scene.slug}
    path = "" if page == HOME else page
    return {
        "lecture": run.title,
        "slug": scene.slug,
        "title": scene.title,
        "number": run.number(scene),
        "minutes": scene.minutes,
        "scenes": [{"title": one.title, "address": one.address} for one in run.scenes],
        "page": path,
        "path": f"/{path}",
        "present": present,
        "address": scene.address,
        "here": address(scene.page, scene.params(bool(guess)) | own | ({"guess": guess} if guess else {})),
        "revealed": address(scene.page, scene.params(revealed=True) | own) if question else None,
        "text": prose(scene.text, scene.chosen, cards=cards),
        "notes": prose(scene.notes, scene.chosen, False, cards),
        "question": _inputs(scene),
        "verdict": _verdict(scene, guess, cards) if question and guess else None,
        "cards": cards.html(),
    }


def _inputs(scene: Scene) -> dict[str, object] | None:
    """What the visitor answers, and with what."""
    if scene.question is None:
        return None
    return {key: value for key, value in asdict(scene.question).items() if key in INPUTS} | {"ask": asked(scene)}


def _verdict(scene: Scene, guess: str, cards: Cards) -> dict[str, object]:
    found = asdict(evaluate(scene, guess))
    proof = answer(scene.asks, scene).proof
    mark = units.PROVENANCE_MARK.get(found["source"], units.PROVENANCE_MARK["published"])
    return found | {
        "source": f"{mark} {found['source']}",
        "ask": asked(scene),
        "answer": cards.number(proof, found["answer"]) if proof else escape(found["answer"]),
        "because": prose(scene.asks.because, scene.chosen, False, cards),
    }


@lru_cache(maxsize=64)
def phone(root: str, scene: Scene) -> dict[str, str]:
    """The scene's link and its QR code for the hall, as an image's source. root: the app's address, with the last /."""
    url = root.rstrip("/") + scene.address
    return {"url": url, "code": data_uri(qr_svg(url))}


@lru_cache(maxsize=8)
def listing(run: Lecture, page: str) -> dict[str, object]:
    """The scenes of a lecture with the first sentence of each."""
    cards = Cards("scenes")
    scenes = [
        {
            "title": scene.title,
            "address": scene.address,
            "asks": scene.question is not None,
            "about": about(scene.text, scene.chosen, cards),
        }
        for scene in run.scenes
    ]
    return {"overview": True, "page": page, "scenes": scenes, "cards": cards.html()}


def rows(run: Lecture) -> list[dict[str, object]]:
    """The scenes as plain rows, to take home: what is shown, said and asked, and the answer."""
    return [
        {
            "number": run.number(scene),
            "scene": scene.slug,
            "title": scene.title,
            "page": scene.page,
            "address": scene.address,
            "minutes": scene.minutes,
            "text": filled(scene.text.strip(), scene.chosen),
            **_asked(scene),
        }
        for scene in run.scenes
    ]


def _asked(scene: Scene) -> dict[str, str]:
    if scene.question is None:
        return {"question": "", "answer": "", "source": ""}
    verdict = evaluate(scene, "")
    return {"question": asked(scene), "answer": verdict.answer, "source": verdict.source}
