"""The few SVG elements that our drawings use, as values: a drawing knows its texts and where they stand, so that a page
can lay buttons over them. Every label is escaped; colours follow the reader's theme."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
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


@dataclass(frozen=True)
class Element:
    """One SVG element; `str()` is its markup. inner: what is inside it."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    inner: tuple[Element | Text, ...] = ()

    def __str__(self) -> str:
        look = "".join(f' {name}="{value}"' for name, value in self.attributes)
        return f"<{self.tag}{look}>{self._content}</{self.tag}>" if self._content else f"<{self.tag}{look}/>"

    @property
    def _content(self) -> str:
        return "".join(map(str, self.inner))

    def walk(self) -> Iterator[Element | Text]:
        """This element and all inside it."""
        yield self
        for one in self.inner:
            yield from one.walk()


@dataclass(frozen=True)
class Text:
    """Words at (x, y), their baseline. kind: classes of `STYLE`; size: px; proof: the name of the number's proof, for
    whoever lays a button over it; asked: what stands there where the number is asked for."""

    x: float
    y: float
    words: str
    kind: str = "ink"
    size: float = 17
    fill: str = ""
    proof: str = ""
    asked: str = "?"

    def __str__(self) -> str:
        look = f"font-size:{self.size:g}px;" + (f"fill:{self.fill};" if self.fill else "")
        more = f' data-proof="{escape(self.proof)}"' if self.proof else ""
        at = f'x="{self.x:.1f}" y="{self.y:.1f}"'
        return f'<text {at} class="{self.kind}" style="{look}"{more}>{escape(self.words)}</text>'

    def walk(self) -> Iterator[Text]:
        """The text itself."""
        yield self


@dataclass(frozen=True)
class Drawing:
    """A picture of width × height; `str()` is a whole SVG file that stands alone."""

    width: float
    height: float
    title: str
    body: tuple[Element | Text, ...]

    def __str__(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}"><title>{escape(self.title)}</title>'
            f"<style>{fonts()} {STYLE}</style>{''.join(map(str, self.body))}</svg>"
        )

    @property
    def numbers(self) -> list[Text]:
        """The texts whose number can be proved, in the order in which they are drawn."""
        return [one for part in self.body for one in part.walk() if isinstance(one, Text) and one.proof]


Shapes = list[Element | Text]


def element(tag: str, inner: Sequence[Element | Text] = (), /, **attributes: object) -> Element:
    """An element by its attributes; an underscore stands for a hyphen."""
    return Element(tag, tuple((name.replace("_", "-"), str(value)) for name, value in attributes.items()), tuple(inner))


def polygon(points: Iterable[tuple[float, float]], fill: str, opacity: float = 1, stroke: str = "none") -> Element:
    at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return element("polygon", points=at, fill=fill, fill_opacity=f"{opacity:g}", stroke=stroke, stroke_width="1.2")


def rect(x: float, y: float, width: float, height: float, fill: str, radius: float = 3, opacity: float = 1) -> Element:
    box = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}
    return element("rect", **box, rx=f"{radius:g}", fill=fill, fill_opacity=f"{opacity:g}")


def path(d: str, colour: str, width: float = 2, dash: str = "", arrow: bool = False) -> Element:
    """A line; with `arrow` it ends in the arrowhead that `arrowhead(colour)` defined."""
    look = {"class": "line"} if colour == "ink" else {"fill": "none", "stroke": colour}
    extra = ({"stroke_dasharray": dash} if dash else {}) | ({"marker_end": f"url(#a{colour[1:]})"} if arrow else {})
    return element("path", d=d, **look, stroke_width=f"{width:g}", stroke_linecap="round", **extra)


def arrowhead(colour: str) -> Element:
    size = {"viewBox": "0 0 10 10", "refX": 8, "refY": 5, "markerWidth": 6, "markerHeight": 6, "orient": "auto"}
    head = element("path", d="M0 0L10 5L0 10z", fill=colour)
    return element("defs", [element("marker", [head], id=f"a{colour[1:]}", **size)])
