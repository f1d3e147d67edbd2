"""The few SVG elements that our drawings use. Every label is escaped; colours follow the reader's theme."""

from __future__ import annotations

from html import escape

INK, PAPER = ("#1d2026", "#e9e7e1"), ("#fdfcf9", "#12151b")  # light theme, dark theme
STYLE = f"""
.ink {{ fill: {INK[0]}; }} .soft {{ fill: {INK[0]}; opacity: .72; }} .line {{ stroke: {INK[0]}; fill: none; }}
.paper {{ fill: {PAPER[0]}; }}
@media (prefers-color-scheme: dark) {{
.ink, .soft {{ fill: {INK[1]}; }} .line {{ stroke: {INK[1]}; }} .paper {{ fill: {PAPER[1]}; }} }}
text {{ font-family: "Source Sans 3", "Source Sans", Inter, "Segoe UI", system-ui, sans-serif; font-size: 17px; }}
.serif {{ font-family: "Source Serif 4", "Source Serif", Georgia, serif; font-weight: 600; }}
.mid {{ text-anchor: middle; }} .end {{ text-anchor: end; }} .bold {{ font-weight: 650; }} .white {{ fill: #fff; }}
""".replace("\n", " ")


def document(width: float, height: float, body: list[str], title: str) -> str:
    """A whole SVG file that stands alone."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}"><title>{escape(title)}</title><style>{STYLE}</style>{"".join(body)}</svg>'
    )


def text(
    x: float, y: float, words: str, kind: str = "ink", size: float | None = None, fill: str = "", proof: str = ""
) -> str:
    """proof: the name of the number's proof, for whoever lays a button over it (`spots`)."""
    look = (f"font-size:{size:g}px;" if size else "") + (f"fill:{fill};" if fill else "")
    more = f' data-proof="{escape(proof)}"' if proof else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" style="{look}"{more}>{escape(words)}</text>'


def polygon(points: list[tuple[float, float]], fill: str, opacity: float = 1, stroke: str = "none") -> str:
    at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{at}" fill="{fill}" fill-opacity="{opacity:g}" stroke="{stroke}" stroke-width="1.2"/>'


def rect(x: float, y: float, width: float, height: float, fill: str, radius: float = 3, opacity: float = 1) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius:g}" fill="{fill}" '
        f'fill-opacity="{opacity:g}"/>'
    )


def path(d: str, colour: str, width: float = 2, dash: str = "", arrow: bool = False) -> str:
    """A line; with `arrow` it ends in the arrowhead that `arrowhead(colour)` defined."""
    extra = (f' stroke-dasharray="{dash}"' if dash else "") + (f' marker-end="url(#a{colour[1:]})"' if arrow else "")
    look = 'class="line"' if colour == "ink" else f'fill="none" stroke="{colour}"'
    return f'<path d="{d}" {look} stroke-width="{width:g}" stroke-linecap="round"{extra}/>'


def arrowhead(colour: str) -> str:
    return (
        f'<defs><marker id="a{colour[1:]}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" '
        f'orient="auto"><path d="M0 0L10 5L0 10z" fill="{colour}"/></marker></defs>'
    )
