"""The pieces that pages are made of: header, key figures, drawings, downloads. The only look is assets/app/app.css."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer import naming, palette
from explorer.state import Chosen
from explorer.tabular import csv_text

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    from explorer.proof import Proof

ASSETS = Path(__file__).resolve().parent.parent / "assets" / "app"


@dataclass(frozen=True)
class Figure:
    """A key figure. source: a key of palette.PROVENANCE."""

    value: str
    label: str
    exact: str = ""
    source: str = "computed"


@dataclass(frozen=True)
class Provable:
    """A table's cell that opens its formula: what is shown, and its proof."""

    shown: str
    proof: Proof


def style() -> None:
    """The app's stylesheet; once per page, before anything else."""
    st.html(f"<style>{(ASSETS / 'app.css').read_text(encoding='utf-8')}</style>")


def brand() -> None:
    """The product's name and sign, on top of the sidebar."""
    sign = image((ASSETS / "icon.svg").read_text(encoding="utf-8"), "")
    with st.sidebar:
        st.html(f'<div class="brand">{sign}<span>ResNet Explorer</span></div>')


def header(chosen: Chosen, problem: str | None, beside: Callable[[], None] = lambda: None) -> None:
    """What is built, in the field's words; and what is wrong with the choice, if anything is. beside: what else stands
    in the line."""
    from explorer.proof import prove  # torch: not before the controls are painted
    from explorer.trace import trace

    spec = chosen.spec
    nodes = trace(spec, chosen.height, chosen.width, chosen.batch)
    params, macs = (prove(metric, nodes) for metric in ("params", "macs"))
    facts = [escape(naming.layout(spec)), proved(params, f"{palette.count(params.value)} params"),
             proved(macs, palette.macs(macs.value) + (" per picture" if chosen.batch > 1 else "")), f"{chosen.batch}×{spec.in_channels}×{chosen.height}×{chosen.width}"]
    spans = "".join(f'<span class="sep">{fact}</span>' for fact in facts)
    said = naming.same_layout_as(chosen.layout_of, spec) or naming.remark(spec)
    soft = f'<span class="soft">{escape(said)}</span>' if said else ""
    with st.container(key="built", horizontal=True, vertical_alignment="center"):
        st.html(f'<div class="built" role="status"><b>{escape(naming.title(spec))}</b>{spans}{soft}</div>', width="stretch")
        beside()
    if problem:
        st.error(f"{problem}. Shown: {naming.title(spec)}.", icon=":material/error:")


def mark(source: str) -> str:
    """The unobtrusive mark that says what a figure is: computed, measured, recorded or published."""
    return (f'<span class="mark" title="{source}: {escape(palette.PROVENANCE[source])}">'
            f"{palette.PROVENANCE_MARK[source]} {source}</span>")


def figures(items: Sequence[Figure]) -> None:
    """A row of key figures."""
    cells = "".join(
        f'<div class="figure"><div class="value">{escape(item.value)}</div><div class="label">{escape(item.label)} {mark(item.source)}</div>'
        + (f'<div class="exact">{escape(item.exact)}</div>' if item.exact else "") + "</div>" for item in items)
    st.html(f'<div class="figures">{cells}</div>')


def lead(text: str) -> None:
    """The page's point, in a sentence or two."""
    st.html(f'<p class="lead">{escape(text)}</p>')


def drawing(svg: str, label: str, least_px: int = 0, most_px: int = 2000) -> None:
    """An SVG as wide as its column; scrolls inside itself where it would become narrower than `least_px`."""
    st.html(f'<div class="scroll"><div class="drawing" style="min-width:{least_px}px;max-width:{most_px}px">'
            f"{image(svg, label)}</div></div>")


def image(svg: str, label: str) -> str:
    """An SVG as an `<img>`: st.html takes inline SVG away. The picture follows the theme by `prefers-color-scheme`,
    which an image inherits from the page's colour scheme."""
    data = b64encode(svg.encode()).decode()
    return f'<img alt="{escape(label)}" src="data:image/svg+xml;base64,{data}">'


def arithmetic(formula: str) -> None:
    """A substituted formula, its result in bold."""
    terms, _, result = formula.rpartition(" = ")
    st.html(f'<div class="sum">{escape(terms)} = <b>{escape(result)}</b></div>')


def reason(block: object) -> None:
    """Why a block's shortcut is solid or dotted, with the line itself as a key."""
    kind = block.shortcut
    st.html(f'<div class="why"><span class="key {kind}"></span><b>{escape(palette.SHORTCUT_WORDS[kind])}.</b> '
            f"{escape(block.reason[0].upper() + block.reason[1:])}.</div>")


def table(rows: Sequence[dict], caption: str = "", source: str = "computed") -> None:
    """Plain rows as a table that reads like the paper's; scrolls inside itself on a phone."""
    numeric = {key for key in rows[0] if all(_is_number(row[key]) for row in rows)}
    kind = {key: ' class="num"' if key in numeric else "" for key in rows[0]}
    head = "".join(f"<th{kind[key]}>{escape(key)}</th>" for key in rows[0])
    cells = "".join("<tr>" + "".join(f"<td{kind[key]}>{_cell(value)}</td>" for key, value in row.items()) + "</tr>"
                    for row in rows)
    note = f'<div class="note">{escape(caption)} {mark(source)}</div>' if caption else ""
    st.html(f'<div class="scroll"><table class="paper"><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table></div>{note}')


def provable(rows: Sequence[dict], proofs: Sequence[dict[str, Proof]]) -> list[dict]:
    """The same rows, with a formula behind each figure that has one."""
    return [{key: Provable(str(value), known[key]) if key in known else value for key, value in row.items()}
            for row, known in zip(rows, proofs, strict=True)]


def _is_number(value: object) -> bool:
    value = value.shown if isinstance(value, Provable) else value
    return isinstance(value, (int, float)) or bool(re.fullmatch(r"[×+−]?[\d,.]+( [KMGT]?\w+)?|same|–", str(value)))


def _cell(value: object) -> str:
    if isinstance(value, Provable):
        return proved(value.proof, value.shown)
    return escape(palette.exact(value) if isinstance(value, int) else str(value))


def chart(figure: object, alt: str, key: str | None = None) -> None:
    """A plotly figure in the app's manner; pointing at it shows a button that saves it as SVG."""
    st.plotly_chart(figure, width="stretch", key=key, alt=alt, config={
        "displaylogo": False, "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": f"resnet-explorer-{key or 'figure'}"}})


def downloads(name: str, rows: Sequence[dict], svg: str | None = None) -> None:
    """CSV and JSON of a page's data, and its drawing as SVG."""
    with st.popover("Take it home", icon=":material/download:"):
        st.download_button("Data as CSV", lambda: csv_text(rows), f"{name}.csv", "text/csv", on_click="ignore")
        st.download_button("Data as JSON", lambda: json.dumps(list(rows), indent=2), f"{name}.json",
                           "application/json", on_click="ignore")
        if svg:
            st.download_button("Drawing as SVG", svg, f"{name}.svg", "image/svg+xml", on_click="ignore")

def proof(proved: Proof, words: str | None = None) -> None:
    """A button that opens where a number comes from: the substituted formula, to copy as text and as LaTeX.

    proved: of explorer.proof; words: the button's text, the number and its label by default.
    """
    with st.popover(words or f"{proved.value:,} {proved.label}", icon=":material/function:"):
        st.html(f'<div class="note">{escape(proved.label)}: {escape(proved.rule)} {mark("computed")}</div>')
        if len(proved.text) < 100:  # a longer line would run out of the popover
            st.latex(proved.latex)
        st.code(proved.text, language=None, wrap_lines=True)
        st.code(proved.latex, language="latex", wrap_lines=True)
        if proved.parts:
            with st.expander("Step by step"):
                st.code("\n".join(proved.outline(deepest=2)), language=None)


def proved(proof: Proof, value: str | None = None) -> str:
    """The same for a table's cell, as HTML: the number opens its formula in place, without a rerun."""
    return (f'<details class="proof"><summary>{escape(value or f"{proof.value:,}")}</summary>'
            f"<code>{escape(proof.text)}</code><code>{escape(proof.latex)}</code></details>")
