"""The page's words as HTML. `mark` is the sign that says what a figure is."""

from __future__ import annotations

from markupsafe import Markup

from explorer.lab.claims import story
from explorer.lab.claims.judged import shipped
from explorer.lab.experiment import Paper
from explorer.lab.outcome import Run
from explorer.tell.markup import joined

CLAIMS = "Every claim, over the recorded seeds and in this run"
SPREAD = "Final training loss of each net over the seeds"


def seeds() -> str:
    """Which seeds the claims are held to, and on what they ran."""
    made = shipped()["provenance"]
    ran = f"{made['date']}, torch {made['torch']}, {made['device']}, one thread"
    return f"Seeds {made['seeds'][0]}–{made['seeds'][-1]}, {ran}."


def question(key: str) -> Markup:
    """The experiment's name, small, and its question."""
    text = story.texts()[key]
    return Markup('<div class="kicker">{}</div><h2 class="question">{}</h2>').format(text["tab"], text["question"])


def setup(key: str) -> Markup:
    return Markup('<p class="setup">{}</p>').format(story.texts()[key]["setup"])


def verdict(run: Run, guess: str | None) -> Markup:
    """How the run came out, against the prediction; and what there is to see in it."""
    key, answer = run["experiment"], run["answer"]
    mood, sentence = story.verdict(key, answer, guess)
    return Markup('<div class="verdict {}" role="status"><b>{}</b><p>{}</p></div>').format(
        mood, sentence, story.told(key, answer)
    )


def source(run: Run, mark: Markup) -> Markup:
    """Where the figures come from, in a line."""
    made = run["provenance"]
    spent = f"{run['seconds']:.0f} s" if "seconds" in run else f"{run['cpu_s']:.0f} s of CPU time"
    device = f"{made['device']}, node {made['node']}" if "node" in made else made["device"]
    return Markup(
        '<div class="source">{} {} · <span class="date">{}</span> · torch {} · {}, one thread · {}</div>'
    ).format(mark, story.budget_of(run), made["date"], made["torch"], device, spent)


def meaning(key: str, mark: Markup) -> Markup:
    """Three columns: what may be claimed, what needs care, and the paper."""
    text = story.texts()[key]
    return Markup('<div class="meaning">{}{}{}</div>').format(
        _column("What may be claimed", text["may"]),
        _column("What needs care", text["care"]),
        _paper(text["paper"], mark),
    )


def _column(title: str, items: list[str]) -> Markup:
    listed = joined(Markup("<li>{}</li>").format(item) for item in items)
    return Markup("<div><h3>{}</h3><ul>{}</ul></div>").format(title, listed)


def _paper(one: Paper, mark: Markup) -> Markup:
    """The published source: its figure as a table, and what it says."""
    table = _table(list(one["rows"][0]), [list(row.values()) for row in one["rows"]]) if one["rows"] else ""
    return Markup('<div><h3>In the paper {}</h3>{}<p>{}</p><p><a href="{}" target="_blank">{}</a></p></div>').format(
        mark, table, one["note"], one["url"], one["source"]
    )


def article() -> Markup:
    """The article's three clauses, with what holds and what needs care."""
    text = story.article()
    rows = [[f"“{one['says']}”", one["holds"], one["care"]] for one in text["clauses"]]
    return Markup('<p>{}</p><div class="scroll clauses">{}</div>').format(
        text["source"], _table(["It says", "What holds", "What needs care"], rows)
    )


def _table(head: list[str], rows: list[list[str]]) -> Markup:
    names = joined(Markup("<th>{}</th>").format(name) for name in head)
    cells = (joined(Markup("<td>{}</td>").format(cell) for cell in row) for row in rows)
    body = joined(Markup("<tr>{}</tr>").format(row) for row in cells)
    return Markup('<table class="paper"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(names, body)
