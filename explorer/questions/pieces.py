"""The pieces of an exercise as HTML: the question, what was wrong with an answer, the answer, how it comes about."""

from __future__ import annotations

import re

from markupsafe import Markup

from explorer.questions import answering
from explorer.questions.answering import State
from explorer.questions.kinds import KINDS
from explorer.questions.names import ordinal
from explorer.questions.question import Answer, Question, shown
from explorer.tell import questions
from explorer.tell.markup import Cards, joined

DIFFICULTY = {1: "one step", 2: "one formula", 3: "several steps"}
VERDICT = {"first": "Right.", "later": "Right this time.", "shown": "The answer:"}
WRONG = "Not right"
SHOW = "Show the answer"
CHECK = "Check"
TYPE = "a number, or a calculation"  # what a field takes, in it: no example, which reads as a hint
BLOCK = re.compile(r"\bconv(\d)_(\d+)\b")
ROUNDED = "⌊ ⌋: rounded down to a whole number."
ORDERED = "Press them in order, beginning with the first; a second press takes one back. Then check it."


def asked(one: Question, usual: tuple[int, int]) -> Markup:
    """The topic, how hard it is, and the question, whose terms open what they mean. usual: height and width of the page's
    picture: a question of another one says so."""
    text, cards = one.text.split("\n")[0], Cards("asked")
    return Markup(
        '<div class="asked-of">{} · <span aria-hidden="true">{}</span> {}</div><div class="exercise-question">{}</div>{}{}{}'
    ).format(
        questions.TOPICS[one.topic],
        "●" * one.difficulty + "○" * (3 - one.difficulty),
        DIFFICULTY[one.difficulty],
        unbroken(text, cards),
        _size(one, text, usual) + _rounded(one.text),
        _called(" ".join((text, *map(str, one.choices or ()))), cards),
        cards.html(),
    )


def unbroken(text: str, cards: Cards) -> Markup:
    """No net's name is cut at its hyphen; a term opens what it means."""
    name = Markup('<span style="white-space: nowrap">{}</span>')
    return joined(
        name.format(part) if at % 2 else cards.explained(part) for at, part in enumerate(re.split(r"(\S+-\d\S*)", text))
    )


def _size(one: Question, text: str, usual: tuple[int, int]) -> Markup:
    """Of what picture its sizes are, where that is not the page's and the question does not say so itself."""
    (height, width), (high, wide) = one.input, usual
    if not KINDS[one.kind].sized or one.input == usual or f"picture of {height}×{width}" in text:
        return Markup("")
    said = "Here the picture is {}×{} pixels (height × width), not {}×{} as on the other pages."
    return Markup('<div class="note asked-names">{}</div>').format(said.format(height, width, high, wide))


def _called(text: str, cards: Cards) -> Markup:
    """What a block's name says, where the question or one of its choices names one."""
    found = BLOCK.search(text)
    if not found:
        return Markup("")
    stage = ordinal(int(found[1]) - 1)  # conv1 is the stem
    said = f"{found[0]}: block {found[2]} of conv{found[1]}_x, the {stage} stage"
    said += "; in brackets, what PyTorch calls it." if "(layer" in text else "."
    return Markup('<div class="note asked-names">{}</div>').format(cards.explained(said))


def counted(one: Question, answer: Answer) -> str:
    """An answer with its unit: '7 rows', '1 row'."""
    return f"{shown(answer)} {one.unit.removesuffix('s') if answer == 1 else one.unit}".strip()


def lines(one: Question) -> Markup:
    """What stands below the question, where it is no list of choices; else nothing."""
    _, *found = one.text.split("\n")
    return Markup("<pre>{}</pre>").format("\n".join(found)) if found and one.choices is None else Markup("")


def choice(one: Question, answer: Answer, found: bool = False) -> str:
    """A choice in words. found: it is marked as the answer: of lines the one that is wrong, which it says."""
    _, *lines = one.text.split("\n")
    written = dict(line.split(": ", 1) for line in lines)
    if isinstance(answer, str) and answer in written:
        return f"{answer}: {written[answer]}{FOUND if found else ''}"
    return counted(one, answer)


FOUND = " is the wrong line"


def hint(one: Question, answer: Answer, over: bool = False) -> Markup:
    """That it is wrong, and the known mistake behind it; else where it lies, and by which rule. over: the answer stands there:
    it says where, and how it comes about begins with the rule."""
    cards = Cards(f"hint {shown(answer)}")
    said = _read(answering.judge(one, answer).hint or ("" if over else answering.nearer(one, answer)), cards)
    if isinstance(answer, tuple):
        items = joined(Markup("<li>{}</li>").format(item) for item in answer)
        whole = Markup('<div class="exercise-hint"><b>{}.</b><ol>{}</ol>{}{}</div>')
        return whole.format(WRONG, items, said, cards.html())
    whole = Markup('<div class="exercise-hint"><b>{}: your answer was {}.</b> {}{}</div>')
    return whole.format(WRONG, counted(one, answer), said, cards.html())


def _read(text: str, cards: Cards) -> Markup:
    """A text whose terms open what they mean, and what its signs mean."""
    return cards.explained(text) + _rounded(text)


def _rounded(text: str) -> Markup:
    return Markup('<div class="note">{}</div>').format(ROUNDED) if "⌊" in text else Markup("")


def verdict(one: Question, state: State) -> Markup:
    """The answer, once it is over."""
    answer = (
        Markup("<ol>{}</ol>").format(joined(Markup("<li>{}</li>").format(each) for each in one.answer))
        if isinstance(one.answer, tuple)
        else Markup("<b>{}</b>").format(counted(one, one.answer))
    )
    return Markup('<div class="exercise-verdict {}">{} {}</div>').format(state, VERDICT[state], answer)


def solution(one: Question) -> Markup:
    """How the answer comes about."""
    cards = Cards("how")
    text = "\n".join(one.solution)
    whole = Markup('<div class="proof-lines"><b>How it comes about</b><pre>{}</pre>{}{}</div>')
    return whole.format(cards.explained(text), _rounded(text), cards.html())
