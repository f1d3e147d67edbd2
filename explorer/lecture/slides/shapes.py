"""A drawing of ours as PowerPoint's own shapes: vectors and text that can be edited, no picture of them.

Our SVG has few elements (`tell.drawing.svg`), and each becomes one shape: paths and polygons a custom geometry, texts a
text box. An element without a rule here raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.shapes.autoshape import Shape
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.util import Emu, Pt

from explorer.tell.drawing.svg import INK, PAPER, Drawing, Element, Text
from explorer.tell.palette import rgb

FINE = 100  # parts of a unit of a drawing, in which a geometry's whole numbers count
SOFT = 0.72  # as in svg.STYLE
ASCENT = 0.93  # of a line's size, above its baseline
WIDE = 0.62  # of a letter, on average, as a share of its size: generous, for its box only
MEAN = 0.5  # the same, as it is
STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
NUMBER = re.compile(r"-?\d*\.?\d+")
TURN = re.compile(r"rotate\((-?[\d.]+)")
POINTS_PER_EMU = 1 / 12_700
Point = tuple[float, float]


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
        _add(group, one, frame, 0.0)
    return group


def extent(body: Iterable[Element | Text]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is drawn, in its units; a text's width is estimated."""
    points = [point for one in body for point in _corners(one, False)]
    return (
        min(x for x, _ in points),
        min(y for _, y in points),
        max(x for x, _ in points),
        max(y for _, y in points),
    )


def _corners(one: Element | Text, turned: bool) -> list[Point]:
    if isinstance(one, Text):
        wide, kinds = len(one.words) * one.size * MEAN, one.kind.split()
        x = one.x - (wide / 2 if "mid" in kinds else wide if "end" in kinds else 0)
        if turned:
            return [(one.x - one.size, one.y - wide / 2), (one.x + one.size, one.y + wide / 2)]
        return [(x, one.y - one.size), (x + wide, one.y + one.size / 4)]
    look = _look(one)
    if one.tag == "g":
        return [
            point for inner in one.inner for point in _corners(inner, TURN.match(look.get("transform", "")) is not None)
        ]
    if one.tag == "rect":
        x, y, width, height = (float(look[name]) for name in ("x", "y", "width", "height"))
        return [(x, y), (x + width, y + height)]
    if one.tag == "circle":
        x, y, radius = float(look["cx"]), float(look["cy"]), float(look["r"])
        return [(x - radius, y - radius), (x + radius, y + radius)]
    if one.tag == "polygon":
        numbers = [float(found) for found in NUMBER.findall(look["points"])]
        return list(zip(numbers[::2], numbers[1::2], strict=True))
    return [point for _, points in _steps(look["d"]) for point in points] if one.tag == "path" else []


def _add(group: GroupShape, one: Element | Text, frame: Frame, turned: float) -> None:
    if isinstance(one, Text):
        _text(group, one, frame, turned)
        return
    RULES[one.tag](group, one, frame)


def _group(group: GroupShape, one: Element, frame: Frame) -> None:
    turn = TURN.match(_look(one).get("transform", "rotate(0"))
    for inner in one.inner:
        _add(group, inner, frame, float(turn[1]) if turn else 0.0)


def _rect(group: GroupShape, one: Element, frame: Frame) -> None:
    look = _look(one)
    x, y, width, height = (float(look[name]) for name in ("x", "y", "width", "height"))
    radius = float(look.get("rx", 0))
    shape = group.shapes.add_shape(
        MSO_SHAPE.ROUNDED_RECTANGLE if radius else MSO_SHAPE.RECTANGLE, *frame.box(x, y, width, height)
    )
    if radius:
        shape.adjustments[0] = min(0.5, radius / max(min(width, height), 0.01))
    _painted(shape, look, frame)


def _circle(group: GroupShape, one: Element, frame: Frame) -> None:
    look = _look(one)
    x, y, radius = float(look["cx"]), float(look["cy"]), float(look["r"])
    shape = group.shapes.add_shape(MSO_SHAPE.OVAL, *frame.box(x - radius, y - radius, 2 * radius, 2 * radius))
    _painted(shape, look, frame)


def _polygon(group: GroupShape, one: Element, frame: Frame) -> None:
    look = _look(one)
    numbers = [float(found) for found in NUMBER.findall(look["points"])]
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    steps = [("moveTo", corners[:1]), *(("lnTo", [corner]) for corner in corners[1:]), ("close", [])]
    _geometry(group, steps, look, frame)


def _path(group: GroupShape, one: Element, frame: Frame) -> None:
    look = _look(one)
    _geometry(group, list(_steps(look["d"])), look, frame)


def _steps(d: str) -> Iterator[tuple[str, list[Point]]]:
    """An SVG path as DrawingML's commands with absolute points."""
    x = y = 0.0
    for command, text in STEP.findall(d):
        numbers = [float(found) for found in NUMBER.findall(text)]
        if command in "Zz":
            yield "close", []
            continue
        name, count = COMMANDS[command.upper()]
        for at in range(0, len(numbers), count):
            some = numbers[at : at + count]
            from_x, from_y = (x, y) if command.islower() else (0.0, 0.0)
            if command.upper() == "H":
                points = [(from_x + some[0], y)]
            elif command.upper() == "V":
                points = [(x, from_y + some[0])]
            else:
                points = [(from_x + one, from_y + other) for one, other in zip(some[::2], some[1::2], strict=True)]
            x, y = points[-1]
            yield ("lnTo" if name == "moveTo" and at else name), points


COMMANDS = {  # SVG's → DrawingML's, and how many numbers it takes
    "M": ("moveTo", 2),
    "L": ("lnTo", 2),
    "H": ("lnTo", 1),
    "V": ("lnTo", 1),
    "C": ("cubicBezTo", 6),
    "Q": ("quadBezTo", 4),
}


def _geometry(group: GroupShape, steps: Sequence[tuple[str, list[Point]]], look: dict[str, str], frame: Frame) -> None:
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


def _painted(shape: Shape, look: dict[str, str], frame: Frame) -> None:
    """Fill and line, as SVG says them, and nothing that a theme would add."""
    plain(shape)
    fill, stroke = look.get("fill", "none"), look.get("stroke", "none")
    if fill == "none":
        shape.fill.background()
    else:
        shape.fill.solid()
        _coloured(shape.fill._xPr.find(qn("a:solidFill")), fill, float(look.get("fill-opacity", 1)))
    if stroke == "none":
        shape.line.fill.background()
        return
    width = float(look.get("stroke-width", 1))
    shape.line.width = Pt(max(0.25, frame.points(width)))
    shape.line.fill.solid()
    line = shape.line._get_or_add_ln()
    _coloured(line.find(qn("a:solidFill")), stroke, 1)
    if look.get("stroke-linecap") == "round":
        line.set("cap", "rnd")
    if dash := look.get("stroke-dasharray"):
        on, off = (float(part) / width for part in dash.split()[:2])
        custom = etree.SubElement(line, qn("a:custDash"))
        etree.SubElement(custom, qn("a:ds"), d=str(max(1, round(on * 100_000))), sp=str(round(off * 100_000)))
    if "marker-end" in look:
        etree.SubElement(line, qn("a:round"))
        etree.SubElement(line, qn("a:tailEnd"), type="triangle", w="med", len="med")


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


def _look(one: Element) -> dict[str, str]:
    """An element's attributes; what its class and its style say stands among them."""
    look = dict(one.attributes)
    kinds = look.pop("class", "").split()
    if "line" in kinds:
        look |= {"stroke": INK[0], "fill": "none"}
    if "paper" in kinds:
        look["fill"] = PAPER[0]
    for part in filter(None, look.pop("style", "").split(";")):
        name, _, value = part.partition(":")
        look[name.strip()] = value.strip()
    return {name: "#ffffff" if value == "#fff" else value for name, value in look.items()}


def _text(group: GroupShape, one: Text, frame: Frame, turned: float) -> None:
    """Words on their baseline, in a box that is as wide as they may become."""
    kinds = one.kind.split()
    wide, high = len(one.words) * one.size * WIDE + one.size, one.size * 1.25
    x = one.x - (wide / 2 if "mid" in kinds else wide if "end" in kinds else 0)
    box = frame.box(x, one.y - ASCENT * one.size, wide, high)
    if turned:  # by a quarter, about the baseline's middle
        box = frame.box(x - (high / 2 - ASCENT * one.size), one.y - high / 2, wide, high)
    shape = group.shapes.add_textbox(*box)
    shape.rotation = turned
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
    run.font.bold = bool({"bold", "serif"} & set(kinds))
    if "serif" in kinds:
        run.font.name = "+mj-lt"
    run.font.fill.solid()
    colour = one.fill or ("#ffffff" if "white" in kinds else _softened(INK[0]) if "soft" in kinds else INK[0])
    _coloured(run.font.fill._xPr.find(qn("a:solidFill")), colour, 1)


def _softened(colour: str) -> str:
    """The colour at `SOFT` over our paper."""
    mixed = (SOFT * one + (1 - SOFT) * other for one, other in zip(rgb(colour), rgb(PAPER[0]), strict=True))
    return "#" + "".join(f"{round(part):02x}" for part in mixed)


RULES: dict[str, Callable[[GroupShape, Element, Frame], None]] = {
    "g": _group,
    "rect": _rect,
    "circle": _circle,
    "polygon": _polygon,
    "path": _path,
    "defs": lambda group, one, frame: None,  # arrowheads: DrawingML has its own
}
