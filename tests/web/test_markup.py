"""One way for HTML to a page: what nobody declared to be HTML is shown as text."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit
from markupsafe import Markup

from explorer import units
from explorer.facts.proof import Proof
from explorer.facts.told import Told
from explorer.tell import markup
from explorer.tell.drawing import Drawing
from explorer.terms import said
from explorer.web import pieces

BROKEN = re.compile(r"(?:F\(x\)|\bx) [-+−=÷/] (?:F\(x\)|x\b|sum\b)")
ATTACK = "<img src=x onerror=alert(1)>\"'&"
HARMLESS = "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;&amp;"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What reaches the page as HTML."""
    shown: list[str] = []
    monkeypatch.setattr(streamlit, "html", lambda text, **_: shown.append(text._repr_html_()))
    return shown


@pytest.mark.parametrize(
    "show",
    [
        pieces.html,
        pieces.lead,
        pieces.note,
        lambda text: pieces.note(text, "computed"),
        lambda text: pieces.arithmetic(Proof(text, said(text, 1), text)),
        lambda text: pieces.table([{text: text}], text),
        lambda text: pieces.figures([pieces.Figure(text, text, text)]),
        lambda text: pieces.drawing(Drawing(1, 1, text, ()), text),
        lambda text: pieces.lead(Told(text)),
        lambda text: pieces.html(markup.stacked({text: []})),
        lambda text: pieces.html(markup.joined([text, Markup("<hr>")], text)),
        lambda text: pieces.html(f"{Markup('<b>')}{text}"),
    ],
)
def test_text_stays_text(page: list[str], show: object) -> None:
    show(ATTACK)
    assert HARMLESS in page[0] and "<img src=x" not in page[0]


def test_html_that_was_put_together_by_hand_shows_itself(page: list[str]) -> None:
    """An f-string gives a plain string, and a plain string is text: forgetting to escape can be seen, and harms nobody."""
    pieces.html(f"<b>{Markup('<i>x</i>')}</b>")
    assert page == ["&lt;b&gt;&lt;i&gt;x&lt;/i&gt;&lt;/b&gt;"]


def test_a_stylesheet_cannot_become_anything_else(page: list[str]) -> None:
    with pytest.raises(ValueError, match="look"):
        pieces.stylesheet("a {} </style><script>")
    pieces.stylesheet("a {}")
    assert page == ["<style>a {}</style>"]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("import streamlit as st\nst.html('x')\n", "TID251"),
        ("from html import escape\nprint(escape)\n", "TID251"),
        ("from explorer.tell.markup import Pattern\nx = input()\nPattern(f'<b>{x}</b>')\n", "S704"),
        ("from markupsafe import Markup\nx = input()\nMarkup(f'<b>{x}</b>')\n", "S704"),
    ],
)
def test_the_linter_refuses_a_second_way(code: str, rule: str) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", str(root / "explorer/web/new.py"), "-"]
    found = subprocess.run(command, input=code, capture_output=True, text=True, cwd=root)
    assert found.returncode == 1 and rule in found.stdout


def test_a_pattern_is_what_markups_own_format_gives() -> None:
    pattern, texts = markup.Pattern('<a href="{}">{}{}</a>'), (ATTACK, Markup("<b>"), 3)
    assert pattern.format(*texts) == Markup('<a href="{}">{}{}</a>').format(*texts)
    assert isinstance(pattern.format(*texts), Markup)
    for wrong in (texts[:2], (*texts, "more")):
        with pytest.raises(ValueError, match="zip"):
            pattern.format(*wrong)


def test_a_formula_in_a_sentence_stands_in_one_line() -> None:
    """In a scene and the list of them, in a question, in the path and the glossary, on a card, and where terms are marked."""
    from explorer import lecture
    from explorer.lecture.scene_text import filled, prose
    from explorer.tell import glossary
    from explorer.tell.path.texts import steps

    assert units.unbroken("they learn F(x), and x\n+ F(x) = sum; 2 + 3 is left, x is too.") == (
        "they learn F(x), and x\u00a0+\u00a0F(x)\u00a0=\u00a0sum; 2 + 3 is left, x is too."
    )
    assert units.unbroken("‖F(x)‖ ÷ ‖x‖, each") == "‖F(x)‖\u00a0÷\u00a0‖x‖, each"
    tour = lecture.load(lecture.DEFAULT)
    cards = markup.Cards("here")
    texts = [
        *(str(prose(scene.text, scene.chosen)) for scene in tour.scenes),
        *(str(prose("Is it F(x) + x?", scene.chosen)) for scene in tour.scenes[:1]),
        filled("Is it F(x) + x?", tour.scenes[0].chosen),
        json.dumps(lecture.listing(tour, lecture.HOME), ensure_ascii=False),
        *(said for step in steps() for said in (*step.said, step.why, *(one.amiss for one in step.options))),
        *(term.says for term in glossary.terms().values()),
        str(cards.explained("x + F(x) goes on")),
        str(markup.opened("F", Proof("1", said("F(x) + x", 1), "F(x) ÷ x"))),
    ]
    assert sum(bool(re.search("\u00a0[+÷]\u00a0", text)) for text in texts) >= 6
    assert [
        text
        for text in texts
        if BROKEN.search(re.sub(r"<pre.*?</pre>|<code.*?</code>|data-[a-z]+=\"[^\"]*\"", "", text))
    ] == []
