"""Predict, then reveal: a guess held against the model's own figure."""

from __future__ import annotations

from dataclasses import dataclass

from explorer import units
from explorer.lecture.quantities import Quantity, place, quantity
from explorer.lecture.scene import Question, Scene
from explorer.tell.given import NO_GUESS

NONE = NO_GUESS
NEAR = 0.1  # a number counts as right within this share of the answer


@dataclass(frozen=True)
class Verdict:
    """right: None where nothing was guessed. said, answer: in words. source: computed, published …, or a citation."""

    right: bool | None
    said: str
    answer: str
    sentence: str
    source: str


def answer(question: Question, scene: Scene) -> Quantity:
    """What is right: the figure of the scene's model, or the cited answer."""
    if question.figure:
        return quantity(question.figure, scene.chosen)
    return Quantity(
        float(question.answer) * question.per if question.kind == "number" else question.answer,
        question.answer,
        question.source,
    )


def evaluate(scene: Scene, guess: str) -> Verdict:
    """Hold a guess, as it stands in the URL, against the answer. A guess that makes no sense counts as none."""
    question = scene.asks
    right = answer(question, scene)
    judge = {"number": _number, "choice": _name, "block": _block}[question.kind]
    said, hit, sentence = judge(scene, guess, right)
    return Verdict(hit, said, _in_words(question, right), sentence, right.source)


def _in_words(question: Question, right: Quantity) -> str:
    if question.kind == "number":
        value = float(right.value) / question.per
        return _units(value, question, 3 if abs(value) < 1 else 2)  # a share as `quantities` says it
    return right.text


def _number(scene: Scene, guess: str, right: Quantity) -> tuple[str, bool | None, str]:
    question = scene.asks
    try:
        value = float(guess)
    except ValueError:
        return "", None, ""
    if not question.low <= value <= question.high:
        return "", None, ""
    said, true = f"{units.plain(value)} {question.unit}".strip(), float(right.value) / question.per
    if abs(value - true) <= NEAR * abs(true):
        return said, True, f"You said {said}: close."
    if value * true > 0 and max(value / true, true / value) >= 1.5:
        more = "too much" if value > true else "too little"
        return said, False, f"You said {said}: {max(value / true, true / value):.1f} times {more}."
    return said, False, f"You said {said}: off by {_units(abs(value - true), question)}."


def _name(scene: Scene, guess: str, right: Quantity) -> tuple[str, bool | None, str]:
    if guess not in scene.asks.choices:
        return "", None, ""
    hit = guess == right.value
    return guess, hit, f"You said “{guess}”: " + ("right." if hit else "no.")


def _block(scene: Scene, guess: str, right: Quantity) -> tuple[str, bool | None, str]:
    if guess in ("", NONE):
        return "", None, ""
    hit = guess == right.value or guess.startswith(f"{right.value}.")
    return guess, hit, f"You clicked {place(guess, scene.chosen)}: " + ("right." if hit else "no.")


def _units(value: float, question: Question, digits: int = 2) -> str:
    text = f"{value:,.0f}" if question.step >= 1 else f"{value:,.{digits}f}".rstrip("0").rstrip(".")
    return f"{text} {question.unit}".strip()
