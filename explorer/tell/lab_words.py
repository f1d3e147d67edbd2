"""The page's words as HTML: plain strings, every text escaped. `mark` is the sign that says what a figure is."""

from __future__ import annotations

from html import escape

from explorer.lab.claims import story
from explorer.lab.outcome import Row


def question(key: str) -> str:
    """The experiment's name, small, and its question."""
    text = story.texts()[key]
    return f'<div class="kicker">{escape(text["tab"])}</div><h1 class="question">{escape(text["question"])}</h1>'


def setup(key: str) -> str:
    return f'<p class="setup">{escape(story.texts()[key]["setup"])}</p>'


def verdict(run: Row, guess: str | None) -> str:
    """How the run came out, against the prediction; and what there is to see in it."""
    key, answer = run["experiment"], run["answer"]
    mood, sentence = story.verdict(key, answer, guess)
    return (
        f'<div class="verdict {mood}" role="status"><b>{escape(sentence)}</b>'
        f"<p>{escape(story.told(key, answer))}</p></div>"
    )


def source(run: Row, mark: str) -> str:
    """Where the figures come from, in a line."""
    made = run["provenance"]
    spent = f"{run['seconds']:.0f} s" if "seconds" in run else f"{run['cpu_s']:.0f} s of CPU time"
    return (
        f'<div class="source">{mark} {escape(story.budget_of(run))} · {made["date"]} · torch {made["torch"]} · '
        f"{escape(made['device'])}, one thread · {spent}</div>"
    )


def meaning(key: str, mark: str) -> str:
    """Three columns: what may be claimed, what needs care, and the paper."""
    text = story.texts()[key]
    return (
        f'<div class="meaning">{_column("What may be claimed", text["may"])}'
        f"{_column('What needs care', text['care'])}{_paper(text['paper'], mark)}</div>"
    )


def _column(title: str, items: list[str]) -> str:
    return f"<div><h3>{title}</h3><ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul></div>"


def _paper(one: Row, mark: str) -> str:
    """The published source: its figure as a table, and what it says."""
    table = _table(list(one["rows"][0]), [list(row.values()) for row in one["rows"]]) if one["rows"] else ""
    return (
        f"<div><h3>In the paper {mark}</h3>{table}<p>{escape(one['note'])}</p>"
        f'<p><a href="{one["url"]}" target="_blank">{escape(one["source"])}</a></p></div>'
    )


def article() -> str:
    """The article's three clauses, with what holds and what needs care."""
    text = story.texts()["article"]
    rows = [[f"“{one['says']}”", one["holds"], one["care"]] for one in text["clauses"]]
    return f'<p>{escape(text["source"])}</p><div class="scroll clauses">{_table(["It says", "What holds", "What needs care"], rows)}</div>'


def _table(head: list[str], rows: list[list[str]]) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="paper"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'
