"""A drawing of ours as PowerPoint's own shapes: vectors and text that can be edited, no picture of them.

Our drawings have few shapes (`tell.drawing.svg`), and each becomes one of PowerPoint's: lines and polygons a custom
geometry, texts a text box. A shape without a rule here raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.shapes.autoshape import Shape
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.util import Emu, Pt

from explorer.tell.drawing import svg
from explorer.tell.drawing.svg import INK, PAPER, Arrowhead, Circle, Drawing, Line, Look, Point, Polygon, Rect, Text
from explorer.tell.palette import rgb

FINE = 100  # parts of a unit of a drawing, in which a geometry's whole numbers count
SOFT = 0.72  # as in svg.STYLE
ASCENT = 0.93  # of a line's size, above its baseline
WIDE = 0.62  # of a letter, on average, as a share of its size: generous, for its box only
MEAN = 0.5  # the same, as it is
POINTS_PER_EMU = 1 / 12_700
Steps = Sequence[tuple[str, Sequence[Point]]]  # DrawingML's commands, with their points


@dataclass(frozen=True)
class Frame:
    """Where a drawing stands on its slide: its left upper corner, and EMU per unit of it."""

    left: float
    top: float
    scale: float

    def box(self, x: float, y: float, width: float, height: float) -> tuple[Emu, Emu, Emu, Emu]:
        """A rectangle of the drawing on the slide."""
        return (
            Emu(round(self.left + x * self.scale)),
            Emu(round(self.top + y * self.scale)),
            Emu(max(1, round(width * self.scale))),
            Emu(max(1, round(height * self.scale))),
        )

    def points(self, size: float) -> float:
        """A length of the drawing in points."""
        return size * self.scale * POINTS_PER_EMU


def drawn(slide: Slide, drawing: Drawing, words: str, left: int, top: int, width: int, height: int) -> GroupShape:
    """The drawing as a group, as large as the box allows, in its middle. words: its alternative text."""
    x, y, right, bottom = extent(drawing.body)
    scale = min(width / (right - x), height / (bottom - y))
    beside, above = (width - (right - x) * scale) / 2, (height - (bottom - y) * scale) / 2
    frame = Frame(left + beside - x * scale, top + above - y * scale, scale)
    group: GroupShape = slide.shapes.add_group_shape()
    group.name = drawing.title
    group._element.xpath("./p:nvGrpSpPr/p:cNvPr")[0].set("descr", words)
    for one in drawing.body:
        RULES[type(one)](group, one, frame)
    return group


def extent(body: Iterable[svg.Shape]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is drawn, in its units; a text's width is estimated."""
    points = [point for one in body for point in _corners(one)]
    return (
        min(x for x, _ in points),
        min(y for _, y in points),
        max(x for x, _ in points),
        max(y for _, y in points),
    )


def _corners(one: svg.Shape) -> Sequence[Point]:
    if isinstance(one, Text):
        wide = len(one.words) * one.size * MEAN
        if one.turned:
            return [(one.x - one.size, one.y - wide / 2), (one.x + one.size, one.y + wide / 2)]
        x = _left(one, wide)
        return [(x, one.y - one.size), (x + wide, one.y + one.size / 4)]
    if isinstance(one, Rect):
        return [(one.x, one.y), (one.x + one.width, one.y + one.height)]
    if isinstance(one, Circle):
        return [(one.x - one.radius, one.y - one.radius), (one.x + one.radius, one.y + one.radius)]
    if isinstance(one, Polygon):
        return one.corners
    return [point for step in one.way for point in step] if isinstance(one, Line) else []


def _left(one: Text, wide: float) -> float:
    """Where words of this width begin."""
    return one.x - (wide / 2 if "mid" in one.kinds else wide if "end" in one.kinds else 0)


def _rect(group: GroupShape, one: Rect, frame: Frame) -> None:
    kind = MSO_SHAPE.ROUNDED_RECTANGLE if one.radius else MSO_SHAPE.RECTANGLE
    shape = group.shapes.add_shape(kind, *frame.box(one.x, one.y, one.width, one.height))
    if one.radius:
        shape.adjustments[0] = min(0.5, one.radius / max(min(one.width, one.height), 0.01))
    _painted(shape, one.look, frame)


def _circle(group: GroupShape, one: Circle, frame: Frame) -> None:
    box = frame.box(one.x - one.radius, one.y - one.radius, 2 * one.radius, 2 * one.radius)
    _painted(group.shapes.add_shape(MSO_SHAPE.OVAL, *box), one.look, frame)


def _polygon(group: GroupShape, one: Polygon, frame: Frame) -> None:
    first, *others = one.corners
    _geometry(group, [("moveTo", [first]), *(("lnTo", [corner]) for corner in others), ("close", [])], one.look, frame)


def _line(group: GroupShape, one: Line, frame: Frame) -> None:
    first, *steps = one.way
    _geometry(group, [("moveTo", first), *((COMMANDS[len(step)], step) for step in steps)], one.look, frame)


COMMANDS = {1: "lnTo", 2: "quadBezTo", 3: "cubicBezTo"}  # DrawingML's by the number of a step's points


def _geometry(group: GroupShape, steps: Steps, look: Look, frame: Frame) -> None:
    """A shape of its own outline."""
    points = [point for _, some in steps for point in some]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    shape = group.shapes.add_shape(MSO_SHAPE.RECTANGLE, *frame.box(left, top, width, height))
    geometry = etree.SubElement(shape._element.spPr, qn("a:custGeom"))
    for name in ("avLst", "gdLst", "ahLst", "cxnLst"):
        etree.SubElement(geometry, qn(f"a:{name}"))
    etree.SubElement(geometry, qn("a:rect"), l="0", t="0", r="r", b="b")
    outline = etree.SubElement(
        etree.SubElement(geometry, qn("a:pathLst")),
        qn("a:path"),
        w=str(max(1, round(width * FINE))),
        h=str(max(1, round(height * FINE))),
    )
    for name, some in steps:
        step = etree.SubElement(outline, qn(f"a:{name}"))
        for x, y in some:
            etree.SubElement(step, qn("a:pt"), x=str(round((x - left) * FINE)), y=str(round((y - top) * FINE)))
    preset = shape._element.spPr.find(qn("a:prstGeom"))
    shape._element.spPr.replace(preset, geometry)
    _painted(shape, look, frame)


def _painted(shape: Shape, look: Look, frame: Frame) -> None:
    """Fill and line, as the drawing says them, and nothing that a theme would add."""
    plain(shape)
    if look.fill == "none":
        shape.fill.background()
    else:
        shape.fill.solid()
        _coloured(shape.fill._xPr.find(qn("a:solidFill")), _hex(look.fill), look.opacity)
    if look.stroke == "none":
        shape.line.fill.background()
        return
    shape.line.width = Pt(max(0.25, frame.points(look.width)))
    shape.line.fill.solid()
    line = shape.line._get_or_add_ln()
    _coloured(line.find(qn("a:solidFill")), _hex(look.stroke), 1)
    if look.round:
        line.set("cap", "rnd")
    if look.dash:
        on, off = (length / look.width for length in look.dash)
        custom = etree.SubElement(line, qn("a:custDash"))
        etree.SubElement(custom, qn("a:ds"), d=str(max(1, round(on * 100_000))), sp=str(round(off * 100_000)))
    if look.arrow:
        etree.SubElement(line, qn("a:round"))
        etree.SubElement(line, qn("a:tailEnd"), type="triangle", w="med", len="med")


def _hex(colour: str) -> str:
    """As on paper: in the light theme."""
    return {"ink": INK[0], "paper": PAPER[0]}.get(colour, colour)


def plain(shape: Shape) -> None:
    """Without what the theme adds to a shape: its shadow, its colours."""
    for style in shape._element.findall(qn("p:style")):
        shape._element.remove(style)


def _coloured(fill: etree._Element, colour: str, opacity: float) -> None:
    for old in list(fill):
        fill.remove(old)
    named = etree.SubElement(fill, qn("a:srgbClr"), val=colour.lstrip("#"))
    if opacity < 1:
        etree.SubElement(named, qn("a:alpha"), val=str(round(opacity * 100_000)))


def _text(group: GroupShape, one: Text, frame: Frame) -> None:
    """Words on their baseline, in a box that is as wide as they may become."""
    kinds = one.kinds
    wide, high = len(one.words) * one.size * WIDE + one.size, one.size * 1.25
    x = _left(one, wide)
    box = frame.box(x, one.y - ASCENT * one.size, wide, high)
    if one.turned:  # by a quarter, about the baseline's middle
        box = frame.box(x - (high / 2 - ASCENT * one.size), one.y - high / 2, wide, high)
    shape = group.shapes.add_textbox(*box)
    shape.rotation = one.turned
    words = shape.text_frame
    words.word_wrap = False
    words.auto_size = MSO_AUTO_SIZE.NONE
    words.vertical_anchor = MSO_ANCHOR.TOP
    words.margin_left = words.margin_right = words.margin_top = words.margin_bottom = 0
    line = words.paragraphs[0]
    line.alignment = PP_ALIGN.CENTER if "mid" in kinds else PP_ALIGN.RIGHT if "end" in kinds else PP_ALIGN.LEFT
    line.line_spacing = 1.0
    run = line.add_run()
    run.text = one.words
    run.font.size = Pt(max(1, round(frame.points(one.size), 1)))
    run.font.bold = bool({"bold", "serif"} & kinds)
    if "serif" in kinds:
        run.font.name = "+mj-lt"
    run.font.fill.solid()
    colour = one.fill or ("#ffffff" if "white" in kinds else _softened(INK[0]) if "soft" in kinds else INK[0])
    _coloured(run.font.fill._xPr.find(qn("a:solidFill")), colour, 1)


def _softened(colour: str) -> str:
    """The colour at `SOFT` over our paper."""
    mixed = (SOFT * one + (1 - SOFT) * other for one, other in zip(rgb(colour), rgb(PAPER[0]), strict=True))
    return "#" + "".join(f"{round(part):02x}" for part in mixed)


RULES: dict[type[svg.Shape], Callable[[GroupShape, Any, Frame], None]] = {
    Rect: _rect,
    Circle: _circle,
    Polygon: _polygon,
    Line: _line,
    Text: _text,
    Arrowhead: lambda group, one, frame: None,  # DrawingML has its own
}
