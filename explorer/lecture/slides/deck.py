"""The slides: what stands where, and how large."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.presentation import Presentation as Deck
from pptx.shapes.base import BaseShape
from pptx.slide import Slide
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Emu, Inches, Pt

from explorer import units
from explorer.lecture.answers import NONE, answer, evaluate
from explorer.lecture.quantities import quantity
from explorer.lecture.scene import Lecture, Question, Scene
from explorer.lecture.scene_pictures import Shown, drawings
from explorer.lecture.scene_text import Run, asked, figures, filled, runs
from explorer.lecture.slides.shapes import drawn, extent, plain
from explorer.tell import palette
from explorer.tell.drawing.svg import INK, PAPER

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)  # 16:9, as projectors have it
MARGIN, GAP = Inches(0.6), Inches(0.35)
COLUMN = Inches(4.4)  # of the words, beside the picture
TITLE_TOP, TITLE_HIGH = Inches(0.4), Inches(0.95)
TOP, BOTTOM = Inches(1.5), Inches(6.95)
FACES = {"majorFont": "Georgia", "minorFont": "Calibri"}  # that every Office has
TITLE_ONLY, COVER = 5, 0  # of python-pptx's own layouts
LARGEST, LEAST = 20, 11  # pt, of the words
ABOUT = "Made by ResNet Explorer. Every figure is computed from the real model, or carries its source."
LETTER, LINE = 0.56, 1.22  # of a letter's width and a line's height, as shares of the type's size


@dataclass(frozen=True)
class Box:
    """A part of a slide, in EMU."""

    left: int
    top: int
    width: int
    height: int


def deck(run: Lecture, root: str = "") -> bytes:
    """The .pptx file. root: the app's address, for a link from each slide to its scene; without one there is no link."""
    made: Deck = Presentation()
    made.slide_width, made.slide_height = WIDTH, HEIGHT
    made.core_properties.title, made.core_properties.author = run.title, "ResNet Explorer"
    _typeset(made)
    _cover(made, run)
    for scene in run.scenes:
        for revealed in (False, True) if scene.question else (False,):
            _scene(made, run, scene, revealed, root)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _typeset(made: Deck) -> None:
    """Our typefaces in the theme, and titles where our slides have them."""
    theme = made.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = theme.blob.decode("utf-8")
    for kind, face in FACES.items():
        head, found, tail = text.partition(f"<a:{kind}>")
        start = tail.index('typeface="') + len('typeface="')
        text = head + found + tail[:start] + face + tail[tail.index('"', start) :]
    theme._blob = text.encode("utf-8")
    for layout in (made.slide_layouts[TITLE_ONLY], made.slide_layouts[COVER]):
        for shape in list(layout.placeholders):
            if shape.placeholder_format.type in (13, 15, 16):  # number, footer, date: ours has none
                shape._element.getparent().remove(shape._element)
    _place(made.slide_layouts[TITLE_ONLY].placeholders[0], Box(MARGIN, TITLE_TOP, WIDTH - 2 * MARGIN, TITLE_HIGH))
    wide = WIDTH - 2 * MARGIN
    _place(made.slide_layouts[COVER].placeholders[0], Box(MARGIN, Inches(2.2), wide, Inches(1.6)))
    _place(made.slide_layouts[COVER].placeholders[1], Box(MARGIN, Inches(3.9), wide, Inches(1.4)))


def _place(shape: BaseShape, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = Emu(box.left), Emu(box.top), Emu(box.width), Emu(box.height)


def _cover(made: Deck, run: Lecture) -> None:
    slide = _slide(made, COVER, run.title, 44)
    frame = slide.placeholders[1].text_frame
    frame.text = run.subtitle or f"{len(run.scenes)} scenes"
    _handed(frame.paragraphs[0], 20)
    _noted(slide, f"About {run.minutes:.0f} minutes. {ABOUT}")


def _slide(made: Deck, layout: int, title: str, size: float) -> Slide:
    """An empty slide on our paper, with its title and the bar at its left."""
    slide: Slide = made.slides.add_slide(made.slide_layouts[layout])
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = _rgb(PAPER[0])
    frame: TextFrame = slide.placeholders[0].text_frame
    frame.text, frame.vertical_anchor, frame.word_wrap = title, MSO_ANCHOR.BOTTOM, True
    for line in frame.paragraphs:
        _handed(line, size)
        line.font.bold = True
    bar = slide.shapes.add_shape(
        MSO_SHAPE.RECTANGLE, Inches(0.28), TITLE_TOP, Inches(0.07), Emu(HEIGHT - 2 * TITLE_TOP)
    )
    bar.fill.solid()
    bar.fill.fore_color.rgb = _rgb(palette.SHORTCUT)
    bar.line.fill.background()
    plain(bar)
    bar.name = "Bar"
    return slide


def _scene(made: Deck, run: Lecture, scene: Scene, revealed: bool, root: str) -> None:
    slide = _slide(made, TITLE_ONLY, f"{run.number(scene)}  {scene.title}", 32)
    shown = drawings(scene, revealed)
    column = COLUMN if shown else Emu(WIDTH - 2 * MARGIN)
    said = runs(scene.text, scene.chosen)
    asks = _question(scene, revealed) if scene.question else []
    room = BOTTOM - TOP
    high = round(room * 0.44) if asks else room
    text = _box(slide, Box(MARGIN, TOP, column, high), "Text")
    size = _fitted(said, column, high)
    _written(text, said, size)
    if asks:
        _card(slide, Box(MARGIN, TOP + high + GAP // 2, column, room - high - GAP // 2), asks)
    left = MARGIN + COLUMN + GAP
    _pictures(slide, shown, Box(left, TOP, WIDTH - MARGIN - left, BOTTOM - TOP))
    if root:
        _link(slide, root.rstrip("/") + scene.address)
    _noted(slide, _notes(scene, revealed))


def _noted(slide: Slide, text: str) -> None:
    """What the speaker alone sees."""
    frame = slide.notes_slide.notes_text_frame
    if frame is None:
        raise ValueError("slide: its notes page has no place for text")
    frame.text = text


def _question(scene: Scene, revealed: bool) -> list[tuple[list[Run], float]]:
    """The card's lines, each with its size in points: what is asked and with what, or what is right and why."""
    question = scene.asks
    ask = ([Run(asked(scene), bold=True)], 18.0)
    if not revealed:
        return [ask, *(([Run(line)], 18.0) for line in _choices(question))]
    found = evaluate(scene, NONE)
    mark = units.mark(found.source)
    because = [(line, 16.0) for line in runs(question.because, scene.chosen)]
    return [ask, ([Run(found.answer, bold=True)], 36.0), *because, ([Run(f"{mark} {found.source}")], 12.0)]


def _choices(question: Question) -> list[str]:
    if question.kind == "choice":
        return [f"{letter}   {choice}" for letter, choice in zip("ABCDEFGHIJKLMNOPQRST", question.choices)]
    if question.kind == "block":
        return ["Point at it."]
    return [f"Your guess, {question.low:g} to {question.high:g} {question.unit}:  ________".replace(" :", ":")]


def _card(slide: Slide, box: Box, lines: Sequence[tuple[list[Run], float]]) -> None:
    """The question's card, its words as large as they fit."""
    shape = slide.shapes.add_shape(
        MSO_SHAPE.ROUNDED_RECTANGLE, Emu(box.left), Emu(box.top), Emu(box.width), Emu(box.height)
    )
    shape.name = "Question"
    shape.adjustments[0] = 0.04
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb("#f3f0e8")
    shape.line.fill.background()
    plain(shape)
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = Inches(0.18)
    frame.margin_top = frame.margin_bottom = Inches(0.12)
    inner = box.width - Inches(0.36)
    scale = 1.0
    while scale > 0.6 and _height(lines, inner, scale) > box.height - Inches(0.24):
        scale -= 0.05
    for number, (line, size) in enumerate(lines):
        paragraph = _next(frame, number)
        _line(paragraph, line, round(size * scale, 1))


def _height(lines: Sequence[tuple[list[Run], float]], width: int, scale: float) -> float:
    """EMU that lines of these sizes take, about."""
    return sum(_rows(line, size * scale, width) * Pt(size * scale) * LINE + Pt(5) for line, size in lines)


def _rows(line: Sequence[Run], size: float, width: int) -> int:
    letters = sum(len(run.words) for run in line)
    each = max(1, int(width / (Pt(size) * LETTER)))
    return max(1, -(-letters // each))


def _fitted(said: Sequence[list[Run]], width: int, height: int) -> float:
    """The largest size in points at which the words fit."""
    sizes = (size / 2 for size in range(2 * LARGEST, 2 * LEAST, -1))
    return next((size for size in sizes if _height([(line, size) for line in said], width, 1) <= height), float(LEAST))


def _box(slide: Slide, box: Box, name: str) -> TextFrame:
    shape = slide.shapes.add_textbox(Emu(box.left), Emu(box.top), Emu(box.width), Emu(box.height))
    shape.name = name
    frame: TextFrame = shape.text_frame
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Emu(0)
    return frame


def _written(frame: TextFrame, said: Sequence[list[Run]], size: float) -> None:
    for number, line in enumerate(said):
        _line(_next(frame, number), line, size)


def _next(frame: TextFrame, number: int) -> _Paragraph:
    """Its first paragraph, or a new one."""
    if number == 0:
        return frame.paragraphs[0]
    added: _Paragraph = frame.add_paragraph()  # type: ignore[no-untyped-call]  # python-pptx has no type for it
    return added


def _line(paragraph: _Paragraph, line: Sequence[Run], size: float) -> None:
    for one in line:
        run = paragraph.add_run()
        run.text = one.words
        run.font.bold, run.font.italic = one.bold or None, one.italic or None
        if one.code:
            run.font.name = "Consolas"
    _handed(paragraph, size)


def _handed(paragraph: _Paragraph, size: float) -> None:
    """Size and colour of a line, to the left."""
    paragraph.font.size, paragraph.font.color.rgb = Pt(size), _rgb(INK[0])
    paragraph.space_after = Pt(5)
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(size), _rgb(INK[0])
    paragraph.alignment = PP_ALIGN.LEFT


def _pictures(slide: Slide, shown: Sequence[Shown], room: Box) -> None:
    """One below the other or side by side, whichever lets them be larger."""
    if not shown:
        return
    count = len(shown)
    wide, high = (room.width - (count - 1) * GAP) // count, (room.height - (count - 1) * GAP) // count
    beside = [Box(room.left + at * (wide + GAP), room.top, wide, room.height) for at in range(count)]
    below = [Box(room.left, room.top + at * (high + GAP), room.width, high) for at in range(count)]
    boxes = max((beside, below), key=lambda boxes: _scale(shown, boxes))
    for (drawing, words), box in zip(shown, boxes, strict=True):
        drawn(slide, drawing, words, box.left, box.top, box.width, box.height)


def _scale(shown: Sequence[Shown], boxes: Sequence[Box]) -> float:
    """Of the smallest of them."""
    sizes = (extent(drawing.body) for drawing, _ in shown)
    return min(
        min(box.width / (right - left), box.height / (bottom - top))
        for (left, top, right, bottom), box in zip(sizes, boxes, strict=True)
    )


def _link(slide: Slide, url: str) -> None:
    frame = _box(slide, Box(MARGIN, HEIGHT - Inches(0.45), WIDTH - 2 * MARGIN, Inches(0.3)), "Link")
    run = frame.paragraphs[0].add_run()
    run.text = "This scene in the app"
    run.hyperlink.address = url
    _handed(frame.paragraphs[0], 12)


def _notes(scene: Scene, revealed: bool) -> str:
    """What the speaker sees: the notes, what is right, and how each figure comes about."""
    lines = [filled(" ".join(part.split()), scene.chosen) for part in scene.notes.split("\n\n") if part.strip()]
    names = list(dict.fromkeys(figures(scene.text) + figures(scene.notes)))
    proofs = [proof for name in names if (proof := quantity(name, scene.chosen).proof)]
    if scene.question and revealed:
        found = evaluate(scene, NONE)
        lines.insert(0, f"The answer: {found.answer} ({found.source}).")
        right = answer(scene.question, scene)
        proofs = [right.proof] if right.proof else []
    elif scene.question:
        lines.insert(0, "Let the hall commit itself; the answer is on the next slide.")
    if proofs:
        lines.append("Where the numbers come from:")
        lines += [f"{proof.label}: {proof.text}"[:400] for proof in proofs]
    return "\n".join(lines).replace("\u00a0", " ")


def _rgb(colour: str) -> RGBColor:
    return RGBColor(*palette.rgb(colour))  # type: ignore[no-untyped-call]  # python-pptx has no type for it
