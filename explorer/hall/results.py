"""What is taken home of a session: for each question and round, how many chose what. No persons."""

from __future__ import annotations

import json
from typing import TypedDict

from explorer.hall.card import Answer, Card, words
from explorer.hall.rules import Hall, Refused


class Choice(TypedDict):
    """votes: how many. right: whether it is the model's own figure, or the mark next to it."""

    choice: str
    votes: int
    right: bool


class Result(TypedDict):
    """One round of one question."""

    scene: str
    question: str
    kind: str
    answer: str
    source: str
    round: int
    votes: int
    choices: list[Choice]


def results(hall: Hall, code: str, token: str) -> list[Result]:
    """All rounds of all questions that were shown, in the lecture's order. Raises `Refused`."""
    if not hall.steers(code, token):
        raise Refused("token", "Only who has started this session takes its results.")
    (shown,) = hall.store.read(code, ("shown",)) or ("[]",)
    found: list[Result] = []
    for slug in json.loads(shown or "[]"):
        card, answer, rounds = (
            json.loads(one or "null")
            for one in hall.store.read(code, (f"card:{slug}", f"answer:{slug}", f"rounds:{slug}")) or ("", "", "")
        )
        if card and card["question"]:
            found += [_result(hall, code, card, answer, number) for number in range(1, rounds["n"] + 1)]
    return found


def _result(hall: Hall, code: str, card: Card, answer: Answer, number: int) -> Result:
    question = card["question"]
    assert question is not None
    tally = hall.store.ballots(code, f"{card['slug']}/{number}")
    listed = range(question["options"]) if question["kind"] != "number" else sorted(tally)
    right = None if answer["at"] is None else round(answer["at"])
    return Result(
        scene=card["slug"],
        question=question["ask"],
        kind=question["kind"],
        answer=answer["answer"],
        source=answer["source"],
        round=number,
        votes=sum(tally.values()),
        choices=[
            Choice(choice=words(question, choice), votes=tally.get(choice, 0), right=choice == right)
            for choice in listed
        ],
    )


class ChoiceRow(Choice):
    """A choice with the round that it was in."""

    scene: str
    question: str
    round: int
    answer: str


def csv_rows(found: list[Result]) -> list[ChoiceRow]:
    """A row per choice."""
    return [
        {
            "scene": one["scene"],
            "question": one["question"],
            "round": one["round"],
            "choice": choice["choice"],
            "votes": choice["votes"],
            "right": choice["right"],
            "answer": one["answer"],
        }
        for one in found
        for choice in one["choices"]
    ]
