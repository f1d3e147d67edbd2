"""What can be wrong in a scene whose keys and types are right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from explorer.lecture import scene_text
from explorer.lecture.answers import answer
from explorer.lecture.scene import KINDS, OWN, Question, Scene, query
from explorer.spec.query import read
from explorer.tell import netmap, url_keys


def of_question(question: Question) -> list[tuple[str, str]]:
    """(key, problem) of a question whose keys and types are right."""
    found = []
    if question.kind not in KINDS:
        found.append(("kind", f"kind={question.kind!r}: choose one of {', '.join(KINDS)}"))
    if bool(question.figure) == bool(question.answer):
        found.append(("ask", "a question has a figure of the model, or an answer with its source: one of the two"))
    if question.answer and not question.source:
        found.append(("answer", f"answer={question.answer!r} needs a source"))
    if question.kind == "choice" and len(question.choices) < 2:
        found.append(("choices", "a choice needs at least two choices"))
    if question.kind == "choice" and question.answer and question.answer not in question.choices:
        found.append(("answer", f"answer={question.answer!r}: choose one of {', '.join(question.choices)}"))
    if question.kind == "number" and not (question.low < question.high and question.step > 0 and question.per > 0):
        found.append(
            (
                "low",
                f"low={question.low:g}, high={question.high:g}, step={question.step:g}: low must be below high, "
                "step and per above 0",
            )
        )
    return found


def of_scene(scene: Scene) -> list[tuple[str, str]]:
    """(key, problem) of a scene whose keys and types are right. With a wrong state nothing else is looked at."""
    found = []
    for key, check in CHECKS.items():
        try:
            check(scene)
        except ValueError as error:
            found.append((key, str(error)))
            if key == "state":
                break
    return found


def _state(scene: Scene) -> None:
    params = query(scene.state)
    own = next((key for key in params if key in OWN), None)
    if own:
        raise ValueError(f"state: {own!r} belongs to the lecture itself, leave it out")
    _link(scene.page, params)
    _node(scene, params)


def _link(page: str, params: Mapping[str, str]) -> None:
    """All that the page would say of a link to it, as one problem: a scene is held to what a visitor is."""
    found = read({key: [value] for key, value in params.items()}, url_keys.KEYS, page)
    if said := [*found.faults, *found.remarks]:
        raise ValueError("; ".join(said))


def _node(scene: Scene, params: Mapping[str, str]) -> None:
    chosen, node = scene.chosen, params.get("node", "")
    if node and not netmap.known(chosen.spec, chosen.height, chosen.width, node):
        raise ValueError(f"node={node!r}: this model has no such layer, block or stage; choose for example layer1.0")


def _text(scene: Scene, text: str) -> None:
    scene_text.check(text, scene.chosen)
    for drives in scene_text.phrases(text):
        _node(scene, query(drives))


def _asked(scene: Scene) -> None:
    if scene.question:
        right = answer(scene.question, scene)
        if scene.question.kind == "choice" and right.value not in scene.question.choices:
            raise ValueError(f"figure={scene.question.figure!r} says {right.value!r}, which is none of the choices")
        if scene.question.kind == "number":
            float(right.value)


def _then(scene: Scene) -> None:
    params = scene.params(revealed=True)
    _link(scene.page, params)
    _node(scene, params)


CHECKS: dict[str, Callable[[Scene], object]] = {
    "ask": scene_text.asked,
    "state": _state,
    "text": lambda scene: _text(scene, scene.text),
    "notes": lambda scene: _text(scene, scene.notes),
    "then": lambda scene: _then(scene),
    "because": lambda scene: _text(scene, scene.question.because if scene.question else ""),
    "figure": _asked,
}
