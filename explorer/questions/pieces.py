"""The pieces of an exercise as HTML: the question, what was wrong with an answer, the answer, how it comes about."""

from __future__ import annotations

import re

from markupsafe import Markup

from explorer.questions import answering
from explorer.questions.answering import State
from explorer.questions.question import Answer, Question, shown
from explorer.tell import questions
from explorer.tell.markup import joined

DIFFICULTY = {1: "look it up", 2: "one formula", 3: "several steps"}
VERDICT = {"first": "Right.", "later": "Right this time.", "shown": "The answer:"}
SHOW = "Show me how"
ORDERED = "Press them in order, beginning with the first; a second press takes one back."


def asked(one: Question) -> Markup:
    """The topic, how hard it is, and the question."""
    text = one.text.split("\n")[0]
    return Markup(
        '<div class="asked-of">{} · <span title="{}">{}</span></div><div class="exercise-question">{}</div>'
    ).format(
        questions.TOPICS[one.topic],
        DIFFICULTY[one.difficulty],
        "●" * one.difficulty + "○" * (3 - one.difficulty),
        unbroken(text),
    )


def unbroken(text: str) -> Markup:
    """No net's name is cut at its hyphen."""
    name = Markup('<span style="white-space: nowrap">{}</span>')
    return joined(name.format(part) if at % 2 else part for at, part in enumerate(re.split(r"(\S+-\d\S*)", text)))


def lines(one: Question) -> Markup:
    """What stands below the question, where it is no list of choices; else nothing."""
    _, *found = one.text.split("\n")
    return Markup("<pre>{}</pre>").format("\n".join(found)) if found and one.choices is None else Markup("")


def choice(one: Question, answer: Answer) -> str:
    """A choice in words."""
    _, *found = one.text.split("\n")
    written = dict(line.split(": ", 1) for line in found)
    words = f"{answer}: {written[answer]}" if isinstance(answer, str) and answer in written else shown(answer)
    return f"{words} {one.unit}".strip()


def hint(one: Question, answer: Answer) -> Markup:
    """The known mistake behind a wrong answer; else where it lies."""
    said = answering.judge(one, answer).hint or answering.nearer(one, answer)
    if isinstance(answer, tuple):
        items = joined(Markup("<li>{}</li>").format(item) for item in answer)
        return Markup('<div class="exercise-hint"><ol>{}</ol>{}</div>').format(items, said)
    return Markup('<div class="exercise-hint"><b>{} {}</b> {}</div>').format(shown(answer), one.unit, said)


def verdict(one: Question, state: State) -> Markup:
    """The answer, once it is over."""
    answer = (
        Markup("<ol>{}</ol>").format(joined(Markup("<li>{}</li>").format(each) for each in one.answer))
        if isinstance(one.answer, tuple)
        else Markup("<b>{} {}</b>").format(shown(one.answer), one.unit)
    )
    return Markup('<div class="exercise-verdict {}">{} {}</div>').format(state, VERDICT[state], answer)


def solution(one: Question) -> Markup:
    """How the answer comes about."""
    return Markup('<div class="proof-lines"><b>How it comes about</b><pre>{}</pre></div>').format(
        "\n".join(one.solution)
    )
