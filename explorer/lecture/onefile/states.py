"""The states in which a lecture can show its pages: each scene as it is prepared and revealed, with each of its phrases
laid over it. What the app's bar says of each scene, and what it will say of every guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from explorer.lecture.answers import NONE, evaluate
from explorer.lecture.bar import bar
from explorer.lecture.scene import Lecture, Question, Scene, query
from explorer.lecture.scene_text import phrases
from explorer.spec import chosen as chosen_by
from explorer.spec.chosen import Chosen
from explorer.tell.netmap import VIEW_NAMES, every_path

MOST_STEPS = 4_000  # places of a slider: no screen has more
DIGITS = 10  # of a place on a slider, as the browser rounds it
Params = Mapping[str, str]


def states(scene: Scene) -> list[dict[str, str]]:
    """The page's parameters in every state, the prepared one first."""
    bases = [scene.params(), *([scene.params(revealed=True)] if scene.question else [])]
    return [base | query(phrase) for base in bases for phrase in ("", *phrases(scene.text))]


def key(params: Params) -> str:
    """The same for the same parameters, whatever their order; as `keyOf` in file.js."""
    return "&".join(f"{name}={value}" for name, value in sorted(params.items()))


def net_key(params: Params) -> str:
    """The same without what only changes the look at a map."""
    return key({name: value for name, value in params.items() if name not in VIEW_NAMES})


def chosen_of(params: Params) -> Chosen:
    """The model that a state shows."""
    return chosen_by.of_params(params)


def told(run: Lecture, scene: Scene) -> dict[str, Any]:
    """What the bar says of a scene: before the reveal, after it, and of every guess."""
    found: dict[str, Any] = {"asked": bar(run, scene, scene.page)}
    if scene.question:
        found["revealed"] = bar(run, scene, scene.page, NONE)
        found["step"] = step_of(scene.question)
        found["verdicts"] = {guess: _verdict(scene, guess) for guess in guesses(scene)}
    return found


def _verdict(scene: Scene, guess: str) -> list[Any]:
    row = asdict(evaluate(scene, guess))
    return [row["right"], row["said"], row["sentence"]]


def guesses(scene: Scene) -> Iterable[str]:
    """Whatever can be answered, as it stands in the link."""
    question = scene.asks
    if question.kind == "choice":
        return question.choices
    if question.kind == "block":
        chosen = scene.chosen
        return sorted(every_path(chosen.spec, chosen.height, chosen.width))
    step = step_of(question)
    count = int((question.high - question.low) / step + 1e-9)
    return [f"{round(question.low + place * step, DIGITS):.12g}" for place in range(count + 1)]


def step_of(question: Question) -> float:
    """Of the slider; a finer one than a screen can show is made coarser by a whole number."""
    steps = (question.high - question.low) / question.step
    return question.step * max(1, -int(-steps // MOST_STEPS))
