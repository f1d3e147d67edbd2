"""The whole lecture as one HTML file for students: text, pictures, a link per scene; the answers at the end."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from explorer import units
from explorer.lecture.answers import NONE, evaluate
from explorer.lecture.scene import Lecture, Scene
from explorer.lecture.scene_pictures import Shown, pictures
from explorer.lecture.scene_text import asked, prose
from explorer.tell.link import data_uri, qr_svg
from explorer.tell.markup import joined

STYLE = Markup("""
:root { color-scheme: light; }
body { font: 17px/1.55 Georgia, "Source Serif 4", serif; color: #1d2026; background: #fff; max-width: 50rem; margin: 2.5rem auto; padding: 0 1.2rem; }
h1 { font-size: 2.2rem; line-height: 1.15; margin-bottom: .2rem; } h2 { font-size: 1.35rem; margin: 0 0 .3rem; }
.soft, figcaption, .mark { color: #565c66; font: 14px/1.4 system-ui, sans-serif; }
section { border-top: 1px solid #ded9cc; padding: 1.2rem 0 .6rem; } section:not(.answers), figure, .answers p { break-inside: avoid; }
.answers > p:has(.number) { break-after: avoid; }
.number { color: #d2452f; margin-right: .5rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-end; } figure { margin: .5rem 0; flex: 1 1 16rem; text-align: center; }
figure img { max-width: 100%; max-height: 30rem; }
.ask { border-left: 4px solid #d2452f; padding: .2rem 0 .2rem 1rem; margin: .8rem 0; }
.ask ul { margin: .2rem 0; padding-left: 1.2rem; } .line { border-bottom: 1px solid #999; display: inline-block; width: 9rem; }
.link { display: flex; gap: .8rem; align-items: center; overflow-wrap: anywhere; } .link img { width: 5.2rem; flex: none; }
a { color: #1b6aa0; } code { font-size: .9em; }
@media print { body { margin: 0; max-width: none; font-size: 11.5pt; } a { color: inherit; text-decoration: none; } @page { margin: 16mm; } .answers { break-before: page; } }
""")
PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head><body>'
    '<h1>{title}</h1><p class="soft">{subtitle}</p>{scenes}{answers}'
    '<p class="soft">Made by ResNet Explorer. Every figure is computed from the real model, or carries its source.</p>'
    "</body></html>"
)


def handout(run: Lecture, root: str) -> str:
    """One file that needs nothing else. root: the app's address, as in "http://localhost:8501/"; "" where there is none to
    link to."""
    scenes = joined(_scene(run.number(scene), scene, root) for scene in run.scenes)
    each = joined(_answer(run.number(scene), scene) for scene in run.scenes if scene.question)
    answers = Markup('<section class="answers"><h2>Answers</h2>{}</section>').format(each) if each else ""
    return str(PAGE.format(title=run.title, style=STYLE, subtitle=run.subtitle, scenes=scenes, answers=answers))


def _scene(number: int, scene: Scene, root: str) -> Markup:
    return Markup('<section><h2><span class="number">{}</span>{}</h2>{}{}{}{}</section>').format(
        number,
        scene.title,
        prose(scene.text, scene.chosen, links=False),
        _drawn(pictures(scene, revealed=False)),
        _ask(scene) if scene.question else "",
        _link(root.rstrip("/") + scene.address) if root else "",
    )


def _drawn(shown: Sequence[Shown]) -> Markup:
    figure = Markup("<figure>{}<figcaption>{}</figcaption></figure>")
    each = joined(figure.format(_image(str(one), label), label) for one, label in shown)
    return Markup('<div class="pictures">{}</div>').format(each) if each else Markup("")


def _ask(scene: Scene) -> Markup:
    question = scene.asks
    items = joined(Markup("<li>{}</li>").format(choice) for choice in question.choices)
    line = Markup('<p>Your guess: <span class="line">&nbsp;</span> {}</p>')
    own = Markup("<ul>{}</ul>").format(items) if items else line.format(question.unit)
    return Markup('<div class="ask"><b>{}</b>{}</div>').format(asked(scene), own)


def _answer(number: int, scene: Scene) -> Markup:
    found = evaluate(scene, NONE)
    mark = units.mark(found.source)
    because = prose(scene.asks.because, scene.chosen, links=False)
    shown = pictures(scene)  # what the question's picture held back
    drawn = _drawn(shown) if shown != pictures(scene, revealed=False) else ""
    said = Markup('<p><span class="number">{}</span>{} <b>{}</b> <span class="mark">{} {}</span></p>{}{}')
    return said.format(number, asked(scene), found.answer, mark, found.source, because, drawn)


def _link(url: str) -> Markup:
    code = qr_svg(url)
    return Markup('<p class="link soft">{}<a href="{}">{}</a></p>').format(_image(code, "") if code else "", url, url)


def _image(svg: str, label: str) -> Markup:
    return Markup('<img alt="{}" src="{}">').format(label, data_uri(svg))
