"""A sheet as a file: JSON, a worksheet that prints with its solutions behind, GIFT and Moodle XML.

GIFT: docs.moodle.org/en/GIFT_format. Moodle XML: docs.moodle.org/en/Moodle_XML_format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from xml.etree import ElementTree as xml

from markupsafe import Markup, escape

from explorer.questions.question import Answer, Question
from explorer.questions.sheet import Sheet


def shown(answer: Answer) -> str:
    """As it is read: thousands apart."""
    return answer if isinstance(answer, str) else f"{answer:,}"


def _why(question: Question, answer: Answer) -> str:
    return next((one.why for one in question.misconceptions if one.answer == answer), "")


def _json(sheet: Sheet) -> str:
    said = {"version": sheet.version, "seed": sheet.seed, "model": sheet.name, "topics": sheet.topics}
    return json.dumps(said | {"questions": [asdict(one) for one in sheet.questions]}, indent=2, ensure_ascii=False)


PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}: exercises</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #111;
  background: #fff }}
h1 {{ font-size: 1.5rem; margin: 0 }} h2 {{ font-size: 1.25rem; break-before: page; margin-top: 3rem }}
p {{ margin: .25rem 0 }} .about {{ color: #555; font-size: .875rem }}
ol {{ padding-left: 2rem }} li {{ margin: 1.25rem 0; break-inside: avoid; overflow-wrap: anywhere }}
ul {{ list-style: none; padding: 0 }} ul li {{ margin: .2rem 0 }} ul li::before {{ content: "☐ " }}
.blank {{ display: inline-block; min-width: 12rem; border-bottom: 1px solid #111; height: 1.75rem }}
pre {{ white-space: pre-wrap; font: .875rem/1.4 ui-monospace, monospace; margin: .25rem 0 }}
@media print {{ body {{ margin: 0; max-width: none; font-size: 11pt }} @page {{ margin: 2cm }} }}
</style></head><body>
<h1>{name}: exercises</h1>
<p class="about">Seed {seed}, version {version}. Pictures are height × width in pixels. MACs: one multiply-add counts once.</p>
<ol>{asked}</ol>
<h2>Solutions</h2>
<ol>{solved}</ol>
</body></html>
""")
ASKED = Markup("<li><p>{}</p>{}</li>")
BLANK = Markup('<p><span class="blank"></span> {}</p>')
CHOICES, CHOICE = Markup("<ul>{}</ul>"), Markup("<li>{} {}</li>")
SOLVED = Markup("<li><p><b>{} {}</b></p><pre>{}</pre></li>")


def _html(sheet: Sheet) -> str:
    asked, solved = [], []
    for one in sheet.questions:
        listed = Markup("").join(CHOICE.format(shown(choice), one.unit) for choice in one.choices or ())
        asked.append(ASKED.format(one.text, CHOICES.format(listed) if one.choices else BLANK.format(one.unit)))
        solved.append(SOLVED.format(shown(one.answer), one.unit, "\n".join(one.solution)))
    return PAGE.format(
        name=sheet.name,
        seed=sheet.seed,
        version=sheet.version,
        asked=Markup("").join(asked),
        solved=Markup("").join(solved),
    )


def _escaped(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", text).replace("\n", r"\n")


def _gift(sheet: Sheet) -> str:
    return "\n\n".join(_gift_of(one) for one in sheet.questions) + "\n"


def _gift_of(one: Question) -> str:
    solution = "####" + _escaped("\n".join(one.solution))
    head = f"::{_escaped(one.id)}::{_escaped(_worded(one))} "
    if one.choices is None:
        answers = [f"=%100%{one.answer}:{one.tolerance}"]
        answers += [f"=%0%{wrong.answer}:0#{_escaped(wrong.why)}" for wrong in one.misconceptions]
        return head + "{#\n" + "\n".join([*answers, solution]) + "\n}"
    answers = [
        f"={_escaped(shown(choice))}"
        if choice == one.answer
        else f"~{_escaped(shown(choice))}#{_escaped(_why(one, choice))}"
        for choice in one.choices
    ]
    return head + "{\n" + "\n".join([*answers, solution]) + "\n}"


def _worded(one: Question) -> str:
    return f"{one.text} (in {one.unit})" if one.unit and one.choices is None else one.text


def _moodle(sheet: Sheet) -> str:
    quiz = xml.Element("quiz")
    for one in sheet.questions:
        kind = "numerical" if one.choices is None else "multichoice"
        question = xml.SubElement(quiz, "question", type=kind)
        _text(question, "name", one.id)
        _text(question, "questiontext", escape(_worded(one)), format="html")
        steps = Markup("<pre>{}</pre>").format("\n".join(one.solution))
        _text(question, "generalfeedback", steps, format="html")
        xml.SubElement(question, "defaultgrade").text = "1"
        if one.choices is not None:
            xml.SubElement(question, "single").text = "true"
            xml.SubElement(question, "shuffleanswers").text = "false"
        wrong = [one.answer for one in one.misconceptions]
        for choice in one.choices or (one.answer, *wrong):
            right = choice == one.answer
            answer = xml.SubElement(question, "answer", fraction="100" if right else "0")
            if kind == "multichoice":
                answer.set("format", "html")
            xml.SubElement(answer, "text").text = str(escape(shown(choice))) if one.choices else str(choice)
            _text(answer, "feedback", escape(_why(one, choice)), format="html")
            if kind == "numerical":
                xml.SubElement(answer, "tolerance").text = str(one.tolerance if right else 0)
    xml.indent(quiz)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(quiz, encoding="unicode") + "\n"


def _text(parent: xml.Element, tag: str, text: str, **attributes: str) -> None:
    xml.SubElement(xml.SubElement(parent, tag, attributes), "text").text = str(text)


WRITERS: dict[str, Callable[[Sheet], str]] = {"json": _json, "html": _html, "gift": _gift, "moodle": _moodle}
