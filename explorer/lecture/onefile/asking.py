"""Explain it to me and Practice in a file: the steps as they are, and a sheet's exercises with all that can be said to an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import permutations

from markupsafe import Markup

from explorer.lecture.onefile.parts import Beside, Exercises, Fold, Html, Json, Part, Steps
from explorer.questions import answering, picture, pieces, sheet
from explorer.questions.question import Question
from explorer.spec import ResNetSpec
from explorer.spec.chosen import Chosen
from explorer.tell import fragments
from explorer.tell.path import page

Parts = Sequence[Part | Beside | Fold]
ROUND = 10  # exercises of one seed, as in the app
SEED = f"v{sheet.VERSION}-1"  # where the link names none; the app draws one


def steps(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    """The ten steps, and the glossary."""
    data = json.loads(page.told(page.start_of(params.get("step", "1"))))
    return (Html(fragments.note(page.LEAD)), Steps(data), Fold(page.ALL_WORDS, (Html(page.glossary()),)))


def exercises(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    """The exercises that the link names, of the net on the screen; a worksheet is the app's."""
    if params.get("do", "exercise") != "exercise":
        return ()
    version, seed = sheet.seeded(params.get("seed", SEED))
    usual = (chosen.spec.default_input,) * 2
    size = None if (chosen.height, chosen.width) == usual else (chosen.height, chosen.width)
    level = sheet.level_of(params)
    able = sheet.every_topic(chosen.spec, size, version, level)
    asked = params.get("topics", "").split(",")
    among = tuple(one for one in able if one in asked) or able
    every = sheet.some(chosen.spec, ROUND, seed, among, size, version, level)
    first = min(max(int(params.get("q", "1")), 1), len(every))
    return (Exercises(tuple(_exercise(one, chosen.spec, (chosen.height, chosen.width)) for one in every), first),)


def _exercise(one: Question, spec: ResNetSpec, usual: tuple[int, int]) -> Json:
    """usual: height and width of the page's picture. With what is said to whatever may be answered: `exercise.js` only looks it up."""
    found: Json = {
        "asked": pieces.asked(one, usual),
        "lines": pieces.lines(one),
        "unit": one.unit,
        "verdict": {state: pieces.verdict(one, state) for state in ("first", "later", "shown")},
        "solution": pieces.solution(one),
        "before": _drawn(one, spec, usual, False),
        "after": _drawn(one, spec, usual, True),
    }
    if one.choices is None:
        known = {str(wrong.answer): pieces.hint(one, wrong.answer) for wrong in one.misconceptions}
        assert isinstance(one.answer, int)  # what is typed is a number
        sides = {side: answering.nearer(one, one.answer + by) for side, by in (("low", -1), ("high", 1))}
        return found | {"kind": "typed", "answer": one.answer, "tolerance": one.tolerance, "known": known, **sides}
    choices = [pieces.choice(one, each) for each in one.choices]
    if isinstance(one.answer, tuple):
        places = {each: str(place) for place, each in enumerate(one.choices)}
        orders = permutations(str(each) for each in one.choices)
        known = {",".join(places[each] for each in order): pieces.hint(one, order) for order in orders}
        right = ",".join(places[each] for each in one.answer)
        known.pop(right)
        return found | {"kind": "order", "choices": choices, "answer": right, "known": known, "how": pieces.ORDERED}
    known = {str(at): pieces.hint(one, each) for at, each in enumerate(one.choices) if each != one.answer}
    answer = {"answer": str(one.choices.index(one.answer)), "found": pieces.choice(one, one.answer, found=True)}
    return found | answer | {"kind": "choice", "choices": choices, "known": known}


def _drawn(one: Question, spec: ResNetSpec, usual: tuple[int, int], answered: bool) -> fragments.Html:
    """Its picture, its numbers hidden until it is answered; nothing where it has none."""
    seen = picture.picture(one, spec, answered, usual)
    return fragments.drawing(seen.drawing, seen.label, most_px=560, proofs=seen.proofs) if seen else Markup("")
