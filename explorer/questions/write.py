"""A sheet as a file: JSON, a worksheet that prints with its solutions behind, GIFT, Moodle XML and a QTI 2.1 package.

GIFT: docs.moodle.org/en/GIFT_format. Moodle XML: docs.moodle.org/en/Moodle_XML_format. Neither has a kind of question for
an order that every Moodle knows: there it is a matching of places and things. QTI: `explorer.questions.qti`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from xml.etree import ElementTree as xml

from markupsafe import Markup, escape

from explorer.questions import qti
from explorer.questions.kinds import named
from explorer.questions.question import Answer, Question, shown, why
from explorer.questions.sheet import EVERY, Sheet
from explorer.tell import questions


def _json(sheet: Sheet) -> str:
    said = {"version": sheet.version, "seed": sheet.seed, "model": sheet.name, "topics": sheet.topics}
    if sheet.level != EVERY:
        said["level"] = sheet.level
    return json.dumps(said | {"questions": [asdict(one) for one in sheet.questions]}, indent=2, ensure_ascii=False)


PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}: exercises</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #111;
  background: #fff }}
h1 {{ font-size: 1.5rem; margin: 0 }} h2 {{ font-size: 1.25rem; break-before: page; margin-top: 3rem }}
p {{ margin: .25rem 0; white-space: pre-line }} .about {{ color: #555; font-size: .875rem }}
ol {{ padding-left: 2rem }} li {{ margin: 1.25rem 0; break-inside: avoid; overflow-wrap: anywhere }}
ul {{ list-style: none; padding: 0 }} ul li {{ margin: .2rem 0 }} ul li::before {{ content: "☐ " }}
.place {{ display: inline-block; width: 1.5rem; border-bottom: 1px solid #111; margin-right: .5rem }}
.order li::before {{ content: none }}
.blank {{ display: inline-block; min-width: 12rem; border-bottom: 1px solid #111; height: 1.75rem }}
.who {{ margin-top: 1rem; display: flex; gap: .5rem }} .who span {{ flex: 1; border-bottom: 1px solid #111 }}
pre {{ white-space: pre-wrap; font: .875rem/1.4 ui-monospace, monospace; margin: .25rem 0 }}
@media print {{ body {{ margin: 0; max-width: none; font-size: 11pt }} @page {{ margin: 2cm }} }}
</style></head><body>
<h1>{name}: exercises</h1>
<p class="about">Seed {seed}, version {version}{level}. Pictures are height × width in pixels. MACs: one multiply-add counts once.</p>
<p class="who">Name <span></span> Date <span></span></p>
<ol>{asked}</ol>
<h2>Solutions</h2>
<ol>{solved}</ol>
</body></html>
""")
ASKED = Markup("<li><p>{}</p>{}</li>")
BLANK = Markup('<p><span class="blank"></span> {}</p>')
CHOICES, CHOICE = Markup("<ul>{}</ul>"), Markup("<li>{} {}</li>")
ORDER = Markup('<ul class="order">{}</ul>')
PLACE = Markup('<li><span class="place"></span>{}</li>')
SOLVED = Markup("<li><p><b>{} {}</b></p><pre>{}</pre></li>")


def _html(sheet: Sheet) -> str:
    level = "" if sheet.level == EVERY else f", level “{questions.HARD[sheet.level][0]}”"
    return PAGE.format(
        name=sheet.name, seed=sheet.seed, version=sheet.version, level=level, asked=asked(sheet), solved=solved(sheet)
    )


def asked(sheet: Sheet) -> Markup:
    """The questions, as list items."""
    return Markup("").join(ASKED.format(one.text, _answered(one)) for one in sheet.questions)


def solved(sheet: Sheet) -> Markup:
    """The answers with their solutions, as list items."""
    return Markup("").join(
        SOLVED.format(shown(one.answer), one.unit, "\n".join(one.solution)) for one in sheet.questions
    )


def _answered(one: Question) -> Markup:
    """Where the answer is written, ticked, or its places are numbered."""
    if one.choices is None:
        return BLANK.format(one.unit)
    if isinstance(one.answer, tuple):
        return ORDER.format(Markup("").join(PLACE.format(shown(item)) for item in one.choices))
    return CHOICES.format(Markup("").join(CHOICE.format(shown(choice), one.unit) for choice in one.choices))


def _escaped(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", text).replace("\n", r"\n")


def _gift(sheet: Sheet) -> str:
    return "\n\n".join(_gift_of(one, name(one, sheet.version)) for one in sheet.questions) + "\n"


def name(one: Question, version: int) -> str:
    """In a bank of questions: 'Shapes: rows after a layer · v4-7-1'; in an older sheet's files its id."""
    if version < qti.WORDED:
        return one.id
    return f"{named(one.kind)} · {one.id.removesuffix(f'-{one.kind}')}"


def _gift_of(one: Question, called: str) -> str:
    solution = "####" + _escaped("\n".join(one.solution))
    head = f"::{_escaped(called)}::{_escaped(_worded(one))} "
    if one.choices is None:
        answers = [f"=%100%{one.answer}:{one.tolerance}"]
        answers += [f"=%0%{wrong.answer}:0#{_escaped(wrong.why)}" for wrong in one.misconceptions]
        return head + "{#\n" + "\n".join([*answers, solution]) + "\n}"
    if isinstance(one.answer, tuple):
        pairs = [f"={place} -> {_escaped(item)}" for place, item in enumerate(one.answer, 1)]
        return head + "{\n" + "\n".join([*pairs, solution]) + "\n}"
    answers = [
        f"={_escaped(shown(choice))}"
        if choice == one.answer
        else f"~{_escaped(shown(choice))}#{_escaped(why(one, choice))}"
        for choice in one.choices
    ]
    return head + "{\n" + "\n".join([*answers, solution]) + "\n}"


def _worded(one: Question) -> str:
    return f"{one.text} (in {one.unit})" if one.unit and one.choices is None else one.text


def _moodle(sheet: Sheet) -> str:
    quiz = xml.Element("quiz")
    for one in sheet.questions:
        ordered = isinstance(one.answer, tuple)
        kind = "numerical" if one.choices is None else "matching" if ordered else "multichoice"
        question = xml.SubElement(quiz, "question", type=kind)
        _text(question, "name", name(one, sheet.version))
        _text(question, "questiontext", Markup("<br>").join(_worded(one).split("\n")), format="html")
        steps = Markup("<pre>{}</pre>").format("\n".join(one.solution))
        _text(question, "generalfeedback", steps, format="html")
        xml.SubElement(question, "defaultgrade").text = "1"
        _PARTS[kind](question, one)
    xml.indent(quiz)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(quiz, encoding="unicode") + "\n"


def _numerical(question: xml.Element, one: Question) -> None:
    for value in (one.answer, *(wrong.answer for wrong in one.misconceptions)):
        answer = _answer(question, one, value, str(value))
        xml.SubElement(answer, "tolerance").text = str(one.tolerance if value == one.answer else 0)


def _multichoice(question: xml.Element, one: Question) -> None:
    xml.SubElement(question, "single").text = "true"
    xml.SubElement(question, "shuffleanswers").text = "false"
    for choice in one.choices or ():
        _answer(question, one, choice, str(escape(shown(choice)))).set("format", "html")


def _matching(question: xml.Element, one: Question) -> None:
    xml.SubElement(question, "shuffleanswers").text = "true"
    for place, item in enumerate(one.answer if isinstance(one.answer, tuple) else (), 1):
        pair = xml.SubElement(question, "subquestion", format="html")
        xml.SubElement(pair, "text").text = str(place)
        _text(pair, "answer", item)


def _answer(question: xml.Element, one: Question, value: Answer, text: str) -> xml.Element:
    answer = xml.SubElement(question, "answer", fraction="100" if value == one.answer else "0")
    xml.SubElement(answer, "text").text = text
    _text(answer, "feedback", escape(why(one, value)), format="html")
    return answer


_PARTS = {"numerical": _numerical, "multichoice": _multichoice, "matching": _matching}


def _text(parent: xml.Element, tag: str, text: str, **attributes: str) -> None:
    xml.SubElement(xml.SubElement(parent, tag, attributes), "text").text = str(text)


@dataclass(frozen=True)
class Form:
    """A kind of file. words: what it is for; write: a sheet's text, or the bytes of a package."""

    words: str
    ending: str
    mime: str
    write: Callable[[Sheet], str | bytes]


FORMS: dict[str, Form] = {
    "json": Form("JSON", "json", "application/json", _json),
    "html": Form("Worksheet to print, solutions behind", "html", "text/html", _html),
    "gift": Form("GIFT", "gift.txt", "text/plain", _gift),
    "moodle": Form("Moodle XML", "xml", "application/xml", _moodle),
    "qti": Form("QTI 2.1 package", "zip", "application/zip", qti.package),
}
