"""What the lecture's bar and the list of scenes show, as JSON-ready data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypedDict

from markupsafe import escape

from explorer import units
from explorer.lecture.answers import NONE, answer, evaluate
from explorer.lecture.scene import HOME, Lecture, Scene, address
from explorer.lecture.scene_text import about, asked, filled, prose
from explorer.tell.link import data_uri, qr_svg
from explorer.tell.markup import Cards

VOTES_KEY, CODE_KEY = "V votes from phones, ", "Q this scene as a code, "  # what a file has no use for
KEYS = (  # as keys.js has them
    "Keys: → and ←, or a clicker’s PageDown and PageUp; on the projector Home begins again; the space key stops and starts a walk; L all scenes, N notes in a window "
    f"of your own, {VOTES_KEY}{CODE_KEY}Escape takes one layer away."
)


class Inputs(TypedDict):
    """What a question asks, and with what it is answered. asks: the same as HTML, its terms opening what they mean."""

    ask: str
    asks: str
    kind: str
    choices: Sequence[str]
    low: float
    high: float
    step: float
    unit: str


class Verdict(TypedDict):
    """An answer beside the visitor's: `answers.Verdict` as the bar shows it. source: with its mark; asks: as in `Inputs`."""

    asks: str
    right: bool | None
    said: str
    answer: str
    sentence: str
    source: str
    because: str


class Told(TypedDict):
    """An answer for the speaker alone, with votes or without. because: HTML."""

    answer: str
    because: str


class Link(TypedDict):
    """A scene to go to."""

    title: str
    address: str


class Bar(TypedDict):
    """All that the bar's script takes."""

    lecture: str
    slug: str
    title: str
    number: int
    minutes: float
    steps: bool
    scenes: list[Link]
    page: str
    path: str
    present: bool
    address: str
    here: str
    revealed: str | None
    text: str
    notes: str
    answers: (
        tuple[int, int] | None
    )  # letters of what is said with the answer, and of its source: room that it will need
    told: Told | None
    question: Inputs | None
    verdict: Verdict | None
    cards: str


class Listed(Link):
    """A scene in the list. asks: whether it has a question."""

    asks: bool
    about: str


class Listing(TypedDict):
    """All that the list's script takes."""

    overview: bool
    page: str
    scenes: list[Listed]
    keys: str
    cards: str


class Asked(TypedDict):
    """A scene's question and its answer; empty where it asks nothing."""

    question: str
    answer: str
    source: str


class Placed(TypedDict):
    """A scene and its place in the lecture. scene: its slug."""

    number: int
    scene: str
    title: str
    page: str
    address: str
    minutes: float
    text: str


class SceneRow(Placed, Asked):
    """A scene to take home."""


@lru_cache(maxsize=64)
def bar(run: Lecture, scene: Scene, page: str, guess: str = "", present: bool = False) -> Bar:
    """The bar over a page. page: where the visitor is. guess: "" before the reveal. Treat as read-only."""
    cards = Cards("stage")
    question, own = scene.question, {"lecture": scene.slug}
    path = "" if page == HOME else page
    text = prose(scene.text, scene.chosen, cards=cards)
    asks = cards.explained(asked(scene))  # before the notes: a term is marked where it first stands on the page
    return {
        "lecture": run.title,
        "slug": scene.slug,
        "title": scene.title,
        "number": run.number(scene),
        "minutes": scene.minutes,
        "steps": scene.steps,
        "scenes": [{"title": one.title, "address": one.address} for one in run.scenes],
        "page": path,
        "path": f"/{path}",
        "present": present,
        "address": scene.address,
        "here": address(scene.page, scene.params(bool(guess)) | own | ({"guess": guess} if guess else {})),
        "revealed": address(scene.page, scene.params(revealed=True) | own) if question else None,
        "text": text,
        "notes": prose(scene.notes, scene.chosen, False, cards),
        "answers": _letters(scene),
        "told": _told(scene),
        "question": _inputs(scene, asks),
        "verdict": _verdict(scene, guess, cards, asks) if question and guess else None,
        "cards": cards.html(),
    }


def _letters(scene: Scene) -> tuple[int, int] | None:
    if scene.question is None:
        return None
    because = prose(scene.question.because, scene.chosen, False).striptags()
    return len(because), len(evaluate(scene, "").source) + 2


def _told(scene: Scene) -> Told | None:
    if scene.question is None:
        return None
    because = prose(scene.question.because, scene.chosen, links=False)
    return {"answer": evaluate(scene, NONE).answer, "because": because}


def _inputs(scene: Scene, asks: str) -> Inputs | None:
    """What the visitor answers, and with what."""
    if scene.question is None:
        return None
    one = scene.question
    return {
        "ask": asked(scene),
        "asks": asks,
        "kind": one.kind,
        "choices": one.choices,
        "low": one.low,
        "high": one.high,
        "step": one.step,
        "unit": one.unit,
    }


def _verdict(scene: Scene, guess: str, cards: Cards, asks: str) -> Verdict:
    found = evaluate(scene, guess)
    proof = answer(scene.asks, scene).proof
    mark = units.mark(found.source)
    return {
        "right": found.right,
        "said": found.said,
        "sentence": found.sentence,
        "source": f"{mark} {found.source}",
        "asks": asks,
        "answer": cards.number(proof, found.answer) if proof else escape(found.answer),
        "because": prose(scene.asks.because, scene.chosen, False, cards),
    }


@lru_cache(maxsize=64)
def phone(root: str, scene: Scene) -> dict[str, str]:
    """The scene's link and its QR code for the hall, as an image's source. root: the app's address, with the last /."""
    url = root.rstrip("/") + scene.address
    return {"url": url, "code": data_uri(qr_svg(url))}


@lru_cache(maxsize=8)
def listing(run: Lecture, page: str) -> Listing:
    """The scenes of a lecture with the first sentence of each."""
    cards = Cards("scenes")
    scenes: list[Listed] = [
        {
            "title": scene.title,
            "address": scene.address,
            "asks": scene.question is not None,
            "about": about(scene.text, scene.chosen, cards),
        }
        for scene in run.scenes
    ]
    return {"overview": True, "page": page, "scenes": scenes, "keys": KEYS, "cards": cards.html()}


def rows(run: Lecture) -> list[SceneRow]:
    """The scenes as plain rows, to take home: what is shown, said and asked, and the answer."""
    return [{**placed(run, scene), **_asked(scene)} for scene in run.scenes]


def placed(run: Lecture, scene: Scene) -> Placed:
    """text: every {figure} in place."""
    return {
        "number": run.number(scene),
        "scene": scene.slug,
        "title": scene.title,
        "page": scene.page,
        "address": scene.address,
        "minutes": scene.minutes,
        "text": filled(scene.text.strip(), scene.chosen),
    }


def _asked(scene: Scene) -> Asked:
    if scene.question is None:
        return {"question": "", "answer": "", "source": ""}
    verdict = evaluate(scene, "")
    return {"question": asked(scene), "answer": verdict.answer, "source": verdict.source}
