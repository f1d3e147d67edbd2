"""A lecture as a file to take away: one page for students, one file that walks and asks, slides, or plain data."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache

from markupsafe import Markup

from explorer.lecture.answers import NONE, evaluate
from explorer.lecture.bar import rows
from explorer.lecture.handout import handout
from explorer.lecture.scene import Lecture, Scene
from explorer.lecture.scene_text import filled


def as_json(run: Lecture, root: str = "") -> str:
    """The scenes as plain data: what is shown, said and asked, every {figure} in place, and the answers.

    title, subtitle, name, minutes, url (the app's, or ""), scenes: number, scene (its slug), title, page, address, state,
    minutes, text, notes, hide, question: null, or ask, kind, choices, low, high, step, unit, answer, source, because, revealed
    (the page's parameters after it).
    """
    data = {
        "title": run.title,
        "subtitle": run.subtitle,
        "name": run.name,
        "minutes": run.minutes,
        "url": root,
        "scenes": [
            {**row, "state": scene.params(), "notes": _filled(scene.notes, scene), "hide": scene.hide}
            | {"question": _asked(scene)}
            for row, scene in zip(_plain(run), run.scenes, strict=True)
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False).replace("\u00a0", " ")


def _plain(run: Lecture) -> list[dict[str, object]]:
    return [
        {key: value for key, value in row.items() if key not in ("question", "answer", "source")} for row in rows(run)
    ]


def _asked(scene: Scene) -> dict[str, object] | None:
    question = scene.question
    if question is None:
        return None
    found = evaluate(scene, NONE)
    slider = {"low": question.low, "high": question.high, "step": question.step} if question.kind == "number" else {}
    return {
        "ask": _filled(question.ask, scene),
        "kind": question.kind,
        "choices": list(question.choices),
        **{name: slider.get(name) for name in ("low", "high", "step")},
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
