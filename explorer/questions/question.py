"""What a question is, and the draws that make one from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from explorer.spec import Value

Answer = int | str | tuple[str, ...]  # a number; words; an order
One = TypeVar("One")


@dataclass(frozen=True)
class Wrong:
    """An answer that a known mistake leads to, and the mistake."""

    answer: Answer
    why: str


@dataclass(frozen=True)
class Made:
    """A question as its kind makes it. subject: the layer, block or stage that it asks for; solution: its steps."""

    subject: str
    text: str
    answer: Answer
    wrong: tuple[Wrong, ...]
    solution: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One exercise. input: height and width in pixels; tolerance: by how much a typed number may differ; choices: None
    where a number is typed, what to put in order where the answer is an order; misconceptions: a wrong answer of each known
    mistake; solution: step by step."""

    id: str
    kind: str
    topic: str
    difficulty: int
    subject: str
    text: str
    spec: dict[str, Value]
    input: tuple[int, int]
    answer: Answer
    unit: str
    tolerance: int
    choices: tuple[Answer, ...] | None
    misconceptions: tuple[Wrong, ...]
    solution: tuple[str, ...]


def shown(answer: Answer) -> str:
    """As it is read: thousands apart, an order with arrows."""
    if isinstance(answer, tuple):
        return " → ".join(answer)
    return answer if isinstance(answer, str) else f"{answer:,}"


def why(question: Question, answer: Answer) -> str:
    """What is wrong with an answer, where it is one of a known mistake; else ""."""
    return next((one.why for one in question.misconceptions if one.answer == answer), "")


class Draw:
    """Draws that are the same for ever: from a hash, not from a library's generator, which may change."""

    def __init__(self, *seed: object) -> None:
        self._seed, self._drawn = ":".join(map(str, seed)), 0

    def below(self, end: int) -> int:
        """A whole number from 0 to `end` − 1."""
        self._drawn += 1
        drawn = blake2b(f"{self._seed}:{self._drawn}".encode(), digest_size=8).digest()
        return int.from_bytes(drawn, "big") % end

    def one(self, among: Sequence[One]) -> One:
        """One of them; there must be one."""
        return among[self.below(len(among))]
