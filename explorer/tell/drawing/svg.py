"""The few SVG elements that our drawings use, as values: a drawing knows its texts and where they stand, so that a page
can lay buttons over them. Every label is escaped; colours follow the reader's theme."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape

from explorer.places import ASSETS

INK, PAPER = ("#1d2026", "#e9e7e1"), ("#fdfcf9", "#12151b")  # light theme, dark theme
STYLE = f"""
.ink {{ fill: {INK[0]}; }} .soft {{ fill: {INK[0]}; opacity: .72; }} .line {{ stroke: {INK[0]}; fill: none; }}
.paper {{ fill: {PAPER[0]}; }}
@media (prefers-color-scheme: dark) {{
.ink, .soft {{ fill: {INK[1]}; }} .line {{ stroke: {INK[1]}; }} .paper {{ fill: {PAPER[1]}; }} }}
text {{ font-family: "Drawing Sans", "Source Sans", "Segoe UI", system-ui, sans-serif; font-size: 17px; }}
.serif {{ font-family: "Drawing Serif", "Source Serif", Georgia, serif; font-weight: 600; }}
.mid {{ text-anchor: middle; }} .end {{ text-anchor: end; }} .bold {{ font-weight: 650; }} .white {{ fill: #fff; }}
""".replace("\n", " ")

FONTS = (("sans", "Drawing Sans", 400), ("sans-bold", "Drawing Sans", 650), ("serif", "Drawing Serif", 600))


@cache
def fonts() -> str:
    """The page's own typefaces, inside the file: a picture in a page, or saved from it, can ask nobody for them."""
    faces = (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: '
        f"url(data:font/woff2;base64,{b64encode((ASSETS / 'app' / 'fonts' / f'{name}.woff2').read_bytes()).decode()}); }}"
        for name, family, weight in FONTS
    )
    return " ".join(faces)


Point = tuple[float, float]
Way = tuple[
    tuple[Point, ...], ...
]  # where it begins; then each step's points: one, a straight line; two or three, a curve
STEPS = {1: "L", 2: "Q", 3: "C"}  # SVG's letter by the number of a step's points


@dataclass(frozen=True)
class Look:
    """How a shape is painted. fill, stroke: "#rrggbb", "none", or "ink" and "paper", which follow the theme; width: of the
    line; dash: the lengths of its dashes and gaps; round: its ends; arrow: whether it ends in the head that `Arrowhead`
    defined for its colour."""

    fill: str = "none"
    opacity: float = 1
    stroke: str = "none"
    width: float = 1
    dash: tuple[float, ...] = ()
    round: bool = False
    arrow: bool = False

    def __str__(self) -> str:
        kinds = [kind for kind, on in (("line", self.stroke == "ink"), ("paper", self.fill == "paper")) if on]
        look = {"class": " ".join(kinds)} if kinds else {}
        if not kinds or self.fill not in ("none", "paper"):
            look["fill"] = self.fill
        if self.opacity < 1:
            look["fill-opacity"] = f"{self.opacity:g}"
        if self.stroke not in ("none", "ink"):
            look["stroke"] = self.stroke
        if self.stroke != "none":
            look["stroke-width"] = f"{self.width:g}"
        if self.dash:
            look["stroke-dasharray"] = " ".join(f"{length:g}" for length in self.dash)
        if self.round:
            look["stroke-linecap"] = "round"
        if self.arrow:
            look["marker-end"] = f"url(#{_head(self.stroke)})"
        return "".join(f' {name}="{value}"' for name, value in look.items())


@dataclass(frozen=True)
class Rect:
    """radius: of its corners."""

    x: float
    y: float
    width: float
    height: float
    look: Look
    radius: float = 0

    def __str__(self) -> str:
        box = f'x="{self.x:.1f}" y="{self.y:.1f}" width="{self.width:.1f}" height="{self.height:.1f}"'
        return f'<rect {box} rx="{self.radius:g}"{self.look}/>'


@dataclass(frozen=True)
class Circle:
    """Around (x, y)."""

    x: float
    y: float
    radius: float
    look: Look

    def __str__(self) -> str:
        return f'<circle cx="{self.x:.1f}" cy="{self.y:.1f}" r="{self.radius:g}"{self.look}/>'


@dataclass(frozen=True)
class Polygon:
    """Its corners in a row."""

    corners: tuple[Point, ...]
    look: Look

    def __str__(self) -> str:
        return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in self.corners)}"{self.look}/>'


@dataclass(frozen=True)
class Line:
    """A way of straight lines and curves, open at its end."""

    way: Way
    look: Look

    def __str__(self) -> str:
        first, *steps = self.way
        d = "M" + _places(first) + "".join(STEPS[len(step)] + _places(step) for step in steps)
        return f'<path d="{d}"{self.look}/>'


@dataclass(frozen=True)
class Arrowhead:
    """How lines of a colour end; drawn by them only."""

    colour: str

    def __str__(self) -> str:
        size = 'viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" orient="auto"'
        head = f'<path d="M0 0L10 5L0 10z" fill="{self.colour}"/>'
        return f'<defs><marker id="{_head(self.colour)}" {size}>{head}</marker></defs>'


@dataclass(frozen=True)
class Text:
    """Words at (x, y), their baseline. kind: classes of `STYLE`; size: px; proof: the name of the number's proof, for
    whoever lays a button over it; asked: what stands there where the number is asked for; turned: by how many degrees about that place."""

    x: float
    y: float
    words: str
    kind: str = "ink"
    size: float = 17
    fill: str = ""
    proof: str = ""
    asked: str = "?"
    turned: float = 0

    def __str__(self) -> str:
        look = f"font-size:{self.size:g}px;" + (f"fill:{self.fill};" if self.fill else "")
        more = f' data-proof="{escape(self.proof)}"' if self.proof else ""
        at = f'x="{self.x:.1f}" y="{self.y:.1f}"'
        if self.turned:
            at += f' transform="rotate({self.turned:g} {self.x:.1f} {self.y:.1f})"'
        return f'<text {at} class="{self.kind}" style="{look}"{more}>{escape(self.words)}</text>'

    @property
    def kinds(self) -> frozenset[str]:
        """Each of its classes."""
        return frozenset(self.kind.split())


Shape = Rect | Circle | Polygon | Line | Arrowhead | Text
Shapes = list[Shape]


@dataclass(frozen=True)
class Drawing:
    """A picture of width × height; `str()` is a whole SVG file that stands alone. narrow: the same for a phone, where that is
    another drawing."""

    width: float
    height: float
    title: str
    body: tuple[Shape, ...]
    narrow: Drawing | None = None

    def __str__(self) -> str:
        return self.written(fonts())

    def written(self, faces: str) -> str:
        """The file with these typefaces in it (CSS)."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}"><title>{escape(self.title)}</title>'
            f"<style>{faces} {STYLE}</style>{''.join(map(str, self.body))}</svg>"
        )

    @property
    def numbers(self) -> list[Text]:
        """The texts whose number can be proved, in the order in which they are drawn."""
        return [one for one in self.body if isinstance(one, Text) and one.proof]


def polygon(points: Iterable[Point], fill: str, opacity: float = 1, stroke: str = "none") -> Polygon:
    return Polygon(tuple(points), Look(fill, opacity, stroke, 1.2))


def rect(x: float, y: float, width: float, height: float, fill: str, radius: float = 3, opacity: float = 1) -> Rect:
    return Rect(x, y, width, height, Look(fill, opacity), radius)


def line(
    first: Point,
    *steps: Point | tuple[Point, ...],
    colour: str = "ink",
    width: float = 2,
    dash: tuple[float, ...] = (),
    arrow: bool = False,
) -> Line:
    """From `first` on: to a point, straight; to the last of several, in a curve by way of the others."""
    way = tuple(step if isinstance(step[0], tuple) else (step,) for step in (first, *steps))
    return Line(way, Look(stroke=colour, width=width, dash=dash, round=True, arrow=arrow))


def _places(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _head(colour: str) -> str:
    return f"a{colour.removeprefix('#')}"
