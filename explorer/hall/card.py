"""A scene as a phone gets it: its words, a picture, and what can be chosen. The answer stands apart until the reveal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NotRequired, TypedDict

from explorer import units


class Tile(TypedDict):
    """A block of the map, or stem or head. id: its path in the net; number: within its stage, of a block."""

    id: str
    label: str
    number: str


class Lane(TypedDict):
    """A stage of the map."""

    name: str
    tiles: list[Tile]


class Question(TypedDict):
    """What can be chosen. A choice is a whole number from 0: of `choices`, of the marks of a slider (`low`, `low + step`, …),
    or of the tiles, lane after lane."""

    ask: str
    kind: str
    unit: str
    options: int
    choices: list[str]
    low: float
    high: float
    step: float
    lanes: list[Lane]


class Picture(TypedDict):
    """svg: a picture for a white ground, without the typefaces, which the page has already. words: what it shows."""

    svg: str
    words: str


class Card(TypedDict):
    """What every phone may know of a scene before the reveal. text: HTML. address: the live page, from the app's root."""

    slug: str
    title: str
    number: int
    of: int
    text: str
    pictures: list[Picture]
    address: str
    question: Question | None


class Answer(TypedDict):
    """What comes with the reveal. at: where the model's own figure stands among the choices, in steps; between two marks it
    is no whole number. None: it is none of them."""

    answer: str
    because: str
    source: str
    at: float | None


class Speaker(TypedDict):
    """What only the lecturer sees. notes: HTML. minutes: planned for this scene."""

    notes: str
    after: str
    minutes: float
    scenes: NotRequired[list[str]]


@dataclass(frozen=True)
class Cards:
    """A scene for the phones, its answer, and what the lecturer sees beside it. revealed: the pictures that come with the
    answer, of what the reveal leads to, in place of the card's."""

    card: Card
    answer: Answer | None
    speaker: Speaker
    revealed: list[Picture]


def words(question: Question, choice: int) -> str:
    """A choice as it is said: '28.5 %', 'Only the plain one', 'conv5_1'."""
    if question["kind"] == "number":
        value = question["low"] + choice * question["step"]
        return f"{units.plain(value)} {question['unit']}".strip()
    names = question["choices"] or [tile["label"] for lane in question["lanes"] for tile in lane["tiles"]]
    return names[choice]
