"""The whole lecture as one HTML file for students: text, pictures, a link per scene; the answers at the end."""

from __future__ import annotations

from html import escape

from explorer import units
from explorer.lecture.answers import NONE, evaluate
from explorer.lecture.scene import Lecture, Question, Scene
from explorer.lecture.scene_pictures import pictures
from explorer.lecture.scene_text import prose
from explorer.tell.link import data_uri, qr_svg

STYLE = """
:root { color-scheme: light; }
body { font: 17px/1.55 Georgia, "Source Serif 4", serif; color: #1d2026; background: #fff; max-width: 46rem; margin: 2.5rem auto; padding: 0 1.2rem; }
h1 { font-size: 2.2rem; line-height: 1.15; margin-bottom: .2rem; } h2 { font-size: 1.35rem; margin: 0 0 .3rem; }
.soft, figcaption, .mark { color: #565c66; font: 14px/1.4 system-ui, sans-serif; }
section { border-top: 1px solid #ded9cc; padding: 1.2rem 0 .6rem; break-inside: avoid; }
.number { color: #d2452f; margin-right: .5rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-end; } figure { margin: .5rem 0; flex: 1 1 16rem; text-align: center; }
figure img { max-width: 100%; max-height: 24rem; }
.ask { border-left: 4px solid #d2452f; padding: .2rem 0 .2rem 1rem; margin: .8rem 0; }
.ask ul { margin: .2rem 0; padding-left: 1.2rem; } .line { border-bottom: 1px solid #999; display: inline-block; width: 9rem; }
.link { display: flex; gap: .8rem; align-items: center; overflow-wrap: anywhere; } .link img { width: 5.2rem; flex: none; }
a { color: #1b6aa0; } code { font-size: .9em; }
@media print { body { margin: 0; max-width: none; font-size: 11.5pt; } a { color: inherit; text-decoration: none; } @page { margin: 16mm; } }
"""


def handout(run: Lecture, root: str) -> str:
    """One file that needs nothing else. root: the app's address, as in "http://localhost:8501/"."""
    scenes = "".join(_scene(run.number(scene), scene, root) for scene in run.scenes)
    asked = "".join(_answer(run.number(scene), scene) for scene in run.scenes if scene.question)
    answers = f'<section class="answers"><h2>Answers</h2>{asked}</section>' if asked else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(run.title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f'<h1>{escape(run.title)}</h1><p class="soft">{escape(run.subtitle)}</p>{scenes}{answers}'
        f'<p class="soft">Made by ResNet Explorer. Every figure is computed from the real model, or carries its source.</p>'
        "</body></html>"
    )


def _scene(number: int, scene: Scene, root: str) -> str:
    drawn = "".join(
        f"<figure>{_image(svg, label)}<figcaption>{escape(label)}</figcaption></figure>"
        for svg, label in pictures(scene)
    )
    return (
        f'<section><h2><span class="number">{number}</span>{escape(scene.title)}</h2>{prose(scene.text, scene.chosen, links=False)}'
        + (f'<div class="pictures">{drawn}</div>' if drawn else "")
        + (_ask(scene.question) if scene.question else "")
        + _link(root.rstrip("/") + scene.address)
        + "</section>"
    )


def _ask(question: Question) -> str:
    items = "".join(f"<li>{escape(choice)}</li>" for choice in question.choices)
    own = (
        f"<ul>{items}</ul>" if items else f'<p>Your guess: <span class="line">&nbsp;</span> {escape(question.unit)}</p>'
    )
    return f'<div class="ask"><b>{escape(question.ask)}</b>{own}</div>'


def _answer(number: int, scene: Scene) -> str:
    found = evaluate(scene, NONE)
    mark = units.PROVENANCE_MARK.get(found.source, units.PROVENANCE_MARK["published"])
    return (
        f'<p><span class="number">{number}</span>{escape(scene.question.ask)} <b>{escape(found.answer)}</b> '
        f'<span class="mark">{mark} {escape(found.source)}</span></p>{prose(scene.question.because, scene.chosen, links=False)}'
    )


def _link(url: str) -> str:
    code = qr_svg(url)
    return f'<p class="link soft">{_image(code, "") if code else ""}<a href="{escape(url)}">{escape(url)}</a></p>'


def _image(svg: str, label: str) -> str:
    return f'<img alt="{escape(label)}" src="{data_uri(svg)}">'
