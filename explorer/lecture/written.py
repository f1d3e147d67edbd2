"""A lecture as a file to take away: one page for students, one file that walks and asks, slides, or plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypedDict

from markupsafe import Markup

from explorer.lecture.answers import NONE, evaluate
from explorer.lecture.bar import Placed, placed
from explorer.lecture.handout import handout
from explorer.lecture.scene import Lecture, Scene
from explorer.lecture.scene_text import filled


class WrittenQuestion(TypedDict):
    """What a scene asks. low, high, step: of a number's slider, else None. revealed: the page's parameters after it."""

    ask: str
    kind: str
    choices: list[str]
    low: float | None
    high: float | None
    step: float | None
    unit: str
    answer: str
    source: str
    because: str
    revealed: dict[str, str]


class WrittenScene(Placed):
    """A scene. state: the page's parameters."""

    state: dict[str, str]
    notes: str
    hide: Sequence[str]
    question: WrittenQuestion | None


class Written(TypedDict):
    """A lecture. url: the app's, or ""."""

    title: str
    subtitle: str
    name: str
    minutes: float
    url: str
    scenes: list[WrittenScene]


def as_json(run: Lecture, root: str = "") -> str:
    """The scenes as plain data: what is shown, said and asked, every {figure} in place, and the answers.

    title, subtitle, name, minutes, url (the app's, or ""), scenes: number, scene (its slug), title, page, address, state,
    minutes, text, notes, hide, question: null, or ask, kind, choices, low, high, step, unit, answer, source, because, revealed
    (the page's parameters after it).
    """
    data: Written = {
        "title": run.title,
        "subtitle": run.subtitle,
        "name": run.name,
        "minutes": run.minutes,
        "url": root,
        "scenes": [_scene(run, scene) for scene in run.scenes],
    }
    return json.dumps(data, indent=2, ensure_ascii=False).replace("\u00a0", " ")


def _scene(run: Lecture, scene: Scene) -> WrittenScene:
    return {
        **placed(run, scene),
        "state": scene.params(),
        "notes": _filled(scene.notes, scene),
        "hide": scene.hide,
        "question": _asked(scene),
    }


def _asked(scene: Scene) -> WrittenQuestion | None:
    question = scene.question
    if question is None:
        return None
    found = evaluate(scene, NONE)
    typed = question.kind == "number"
    return {
        "ask": _filled(question.ask, scene),
        "kind": question.kind,
        "choices": list(question.choices),
        "low": question.low if typed else None,
        "high": question.high if typed else None,
        "step": question.step if typed else None,
        "unit": question.unit,
        "answer": found.answer,
        "source": found.source,
        "because": _filled(question.because, scene),
        "revealed": scene.params(revealed=True),
    }


def _filled(text: str, scene: Scene) -> str:
    return filled(text.strip(), scene.chosen)


def _html(run: Lecture, root: str) -> str:
    from explorer.lecture.onefile import saved  # plotly: only when it is asked for

    return saved(run, root)


def _pptx(run: Lecture, root: str) -> bytes:
    from explorer.lecture.slides import deck  # python-pptx: only when it is asked for

    return deck(run, root)


FILES = {  # format → how the file's name ends, and what a browser calls it
    "html": (".html", "text/html"),
    "pptx": (".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "handout": ("-handout.html", "text/html"),
    "json": (".json", "application/json"),
}
WRITERS: dict[str, Callable[[Lecture, str], str | bytes]] = {
    "html": _html,
    "pptx": _pptx,
    "handout": handout,
    "json": as_json,
}


@lru_cache(maxsize=4)
def made(form: str, run: Lecture, root: str) -> bytes:
    """The file for whoever presses a button: a hall presses it together. What cannot be made says why, in its place."""
    try:
        text = WRITERS[form](run, root)
    except ValueError as error:
        text = str(Markup('<!doctype html><meta charset="utf-8"><title>{}</title><p>{}.</p>').format(run.title, error))
    return text.encode() if isinstance(text, str) else text
