"""What somebody answered: read, judged, and kept for a visit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from explorer.facts.proof import evaluate
from explorer.questions.question import Answer, Question, why

LONGEST = 48  # of what is typed: room for a product of six factors, none for a number that takes seconds
MOST = 10**16  # more than any count here
State = Literal["open", "first", "later", "shown"]


@dataclass(frozen=True)
class Verdict:
    """hint: what went wrong, where a known mistake leads to that answer; else ""."""

    right: bool
    hint: str = ""


def typed(text: str) -> int:
    """'9,408', '9 408' or '3·64·7²' → 9408. Raises `ValueError` for what is no whole number and no arithmetic."""
    plain = re.sub(r"[\s_'’]+(?=\d)", "", text.strip())
    for sign in "×*x":
        plain = plain.replace(sign, "·")
    plain = plain.replace("^2", "²")
    if not plain or len(plain) > LONGEST:
        raise ValueError("answer: type a whole number, or arithmetic such as 3*64*7^2")
    try:
        value = evaluate(plain)
    except (ValueError, ZeroDivisionError, OverflowError):
        value = 0.5
    if not abs(value) < MOST or value != int(value):
        raise ValueError(f"answer “{text[:60]}”: type a whole number, or arithmetic such as 3*64*7^2")
    return int(value)


def judge(question: Question, answer: Answer) -> Verdict:
    """Whether it is right; if not, which known mistake it is."""
    right = answer == question.answer
    if isinstance(answer, int) and isinstance(question.answer, int):
        right = abs(answer - question.answer) <= question.tolerance
    return Verdict(right, "" if right else why(question, answer))


def nearer(question: Question, answer: Answer) -> str:
    """Of a wrong answer that no known mistake leads to: on which side it is, and what the answer rests on."""
    if isinstance(answer, tuple) and isinstance(question.answer, tuple):
        right = sum(one == other for one, other in zip(answer, question.answer, strict=True))
        return f"{right} of {len(answer)} stand in their place."
    if isinstance(answer, int) and isinstance(question.answer, int):
        rule = question.solution[0] if question.solution[0].startswith("Rule: ") else ""
        return f"Too {'small' if answer < question.answer else 'large'}. {rule}".strip()
    return "That is not it."


@dataclass
class Tried:
    """wrong: the answers that were wrong, in order."""

    topic: str
    wrong: list[Answer] = field(default_factory=list)
    solved: bool = False
    shown: bool = False

    @property
    def state(self) -> State:
        if self.shown:
            return "shown"
        return "open" if not self.solved else "later" if self.wrong else "first"


@dataclass
class Record:
    """What one visit has answered. streak: right at the first try, one after another; best: the longest one."""

    tried: dict[str, Tried] = field(default_factory=dict)
    streak: int = 0
    best: int = 0

    def of(self, question: Question) -> Tried:
        """What was tried of a question; its text names the net and everything else that makes it this one."""
        return self.tried.get(question.text) or Tried(question.topic)

    def give(self, question: Question, answer: Answer) -> Verdict:
        """Answer. What is over already is not counted again."""
        verdict, one = judge(question, answer), self._kept(question)
        if one.state != "open" or answer in one.wrong:
            return verdict
        if verdict.right:
            one.solved = True
            self.streak += not one.wrong
            self.best = max(self.best, self.streak)
        else:
            one.wrong.append(answer)
            self.streak = 0
        return verdict

    def show(self, question: Question) -> None:
        """Give up: the solution."""
        one = self._kept(question)
        if one.state == "open":
            one.shown, self.streak = True, 0

    def anew(self, questions: Iterable[Question]) -> None:
        """A new round: what was asked in an earlier one is asked again."""
        for one in questions:
            self.tried.pop(one.text, None)

    def tally(self, questions: Iterable[Question]) -> dict[str, tuple[int, int]]:
        """Topic → (right at the first try, asked) of these questions."""
        found: dict[str, tuple[int, int]] = {}
        for one in questions:
            right, asked = found.get(one.topic, (0, 0))
            found[one.topic] = right + (self.of(one).state == "first"), asked + 1
        return found

    def _kept(self, question: Question) -> Tried:
        return self.tried.setdefault(question.text, Tried(question.topic))
