"""The pieces that pages are made of: header, key figures, drawings, downloads. The only look is assets/app/app.css.

`html` is the one way for HTML to a page: what is not `Markup` stands there as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Literal, ParamSpec
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup, escape

from explorer.places import ASSETS
from explorer.spec import naming
from explorer.tell import fragments, markup
from explorer.tell.fragments import Figure as Figure
from explorer.tell.fragments import Html
from explorer.tell.fragments import image as image
from explorer.tell.fragments import provable as provable
from explorer.tell.joined import alone
from explorer.tell.joined import stylesheet as joined_styles
from explorer.tell.markup import mark as mark
from explorer.tell.tabular import csv_text
from explorer.web import inside, plain
from explorer.web.session import by_key
from explorer.web.state import Chosen, on_stage

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    import plotly.graph_objects as go

    from explorer.tell.drawing import Drawing

FOLDER = Path(__file__).resolve().parent
SIGN = image((ASSETS / "app" / "icon.svg").read_text(encoding="utf-8"), "")
SCRIPT = alone(FOLDER / "every_page" / "app.js", inside.GIVEN)
BRAND = f'<div class="brand">{SIGN}<span>ResNet Explorer</span></div><script>{SCRIPT}</script>'  # both are our own
STYLE = joined_styles(FOLDER / "app.css", FOLDER / "navigation.css", FOLDER / "proof.css")

P = ParamSpec("P")
Section = Callable[[], Sequence[Mapping[str, object]]]  # shows a part of a page; its data, to be taken home


@dataclass(frozen=True)
class Ready:
    """HTML that Streamlit takes as it is: it looks through every string for a common indent."""

    text: str

    def _repr_html_(self) -> str:
        return self.text


def html(text: Html, width: Literal["stretch", "content"] = "stretch") -> None:
    """A piece of HTML on the page. What is no `Markup` is shown as the text that it is."""
    st.html(Ready(escape(text)), width=width)


def style() -> None:
    """The app's stylesheets; once per page, before anything else."""
    stylesheet(STYLE)


def stylesheet(look: str) -> None:
    """CSS for the page; `:--sidebar` and the like are parts of Streamlit's (`inside.PARTS`).

    Raises `ValueError` for an unknown part, and for what could end the stylesheet and begin something else.
    """
    if "<" in look:
        raise ValueError("look: a stylesheet has no “<”")
    st.html(Ready(f"<style>{inside.filled(look)}</style>"))


def brand() -> None:
    """The product's name and sign, on top of the sidebar; with it, where it takes no room, the app's script."""
    with st.sidebar:
        st.html(Ready(BRAND), unsafe_allow_javascript=True)


def remember(cookie: str, value: str, seconds: int) -> None:
    """Have the browser keep a value of ours; both are of letters, digits and underscores. Raises `ValueError` else."""
    if not re.fullmatch(r"\w+=\w+", f"{cookie}={value}", re.ASCII):
        raise ValueError("value: a cookie is of letters, digits and underscores here")
    about = f"max-age={seconds}; path=/; SameSite=Lax"
    script = f'document.cookie = "{cookie}={value}; {about}" + (location.protocol === "https:" ? "; Secure" : "");'
    st.html(f"<span hidden></span><script>{script}</script>", unsafe_allow_javascript=True)


def not_taken(problems: Sequence[str], chosen: Chosen) -> None:
    """All that is wrong with what was typed. chosen: the last valid model and its input, which stay."""
    *others, last = (f"{one}." for one in problems)
    spec, sides = chosen.spec, f"{chosen.height}×{chosen.width}"
    shown = f"{naming.title(spec)} with {spec.num_classes:,} classes, of {chosen.batch:,}×{spec.in_channels}×{sides}"
    plain.error(*others, f"{last} Still shown, as it was before: {shown}.")


def shown(made: Callable[P, Html]) -> Callable[P, None]:
    """What `fragments` makes, which a lecture’s file has too, put on the page."""

    @wraps(made)
    def show(*args: P.args, **kwargs: P.kwargs) -> None:
        html(made(*args, **kwargs))

    return show


figures, lead, note = shown(fragments.figures), shown(fragments.lead), shown(fragments.note)
told, drawing, arithmetic = shown(fragments.told), shown(fragments.drawing), shown(fragments.arithmetic)
reason, table = shown(fragments.reason), shown(fragments.table)
header = shown(fragments.built)
opened = shown(markup.opened)  # the whole derivation of a part of a picture that was clicked on


def within(label: str, params: Mapping[str, str], page: str = "", kind: str = "within") -> None:
    """A link to a page, else to the home page, in the same visit: what the visitor has drawn or given comes along. It is a link
    as any other is: the page is as the address says, and not as this visit left it. kind: how it looks, a class."""
    address = f"./{page}" + (f"?{urlencode(params, safe=',:/.')}" if params else "")
    html(Markup('<a class="{}" data-within href="{}">{}</a>').format(kind, address, label))


def chart(figure: go.Figure, alt: str, key: str | None = None, on_pick: Callable[[str], None] | None = None) -> None:
    """A plotly figure in the app's manner; pointing at it shows a button that saves it as SVG.

    on_pick: takes the id (or `customdata`, or the name on the horizontal axis) of the part that a visitor clicks on; needs
    a `key`.
    """
    if on_stage():
        from explorer.tell.plots.enlarged import enlarged

        figure = enlarged(figure)
    config = {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": f"resnet-explorer-{_file_name(alt)}"},
    }
    if on_pick is None or key is None:
        st.plotly_chart(figure, width="stretch", key=key, alt=alt, config=config)
        return

    def take() -> None:
        points = by_key()[key]["selection"]["points"]
        if points:
            known = next(points[0][name] for name in ("id", "customdata", "x") if points[0].get(name) is not None)
            on_pick(str(known[0] if isinstance(known, list) else known))

    st.plotly_chart(figure, width="stretch", key=key, alt=alt, config=config, on_select=take, selection_mode="points")


def _file_name(words: str) -> str:
    """'Roofline of ResNet-50: each …' → 'roofline-of-resnet-50-each-…'."""
    return re.sub(r"[^\w]+", "-", words.lower()).strip("-")[:60]


def unfolding(label: str, icon: str, draw: Callable[[], None]) -> None:
    """What is made only once a visitor opens it: hidden charts and long tables would cost every rerun."""
    with st.expander(label, icon=f":material/{icon}:", on_change="rerun") as opened:
        if opened.open:
            draw()


def window(label: str, icon: str, key: str, draw: Callable[[], None]) -> None:
    """A button with a little window, whose contents are made only while it is open: else every rerun would make them."""
    with st.popover(label, icon=f":material/{icon}:", key=key, on_change="rerun") as opened:
        if opened.open:
            draw()


def downloads(
    name: str,
    rows: Callable[[], Sequence[Mapping[str, object]]],
    drawings: Callable[[], Mapping[str, Drawing]] = dict,
    figures: bool = True,
) -> None:
    """CSV and JSON of a page's data, its drawings by name, and every figure on the page as SVG and PNG. rows, drawings: make
    them, once somebody wants them. figures: whether the page has some, and no buttons of its own that save them."""

    def draw() -> None:
        data_buttons(name, rows)
        for what, drawn in drawings().items():
            st.download_button(
                f"{what} as SVG",
                str(drawn),
                f"{name}-{what.lower().replace(' ', '-')}.svg",
                "image/svg+xml",
                on_click="ignore",
            )
        if figures:
            save_figures()

    window("Take it home", "download", "home-open", draw)


def data_buttons(name: str, rows: Callable[[], Sequence[Mapping[str, object]]]) -> None:
    """CSV and JSON of a page's data, which `rows` makes once somebody presses."""
    st.download_button("Data as CSV", lambda: csv_text(rows()), f"{name}.csv", "text/csv", on_click="ignore")
    st.download_button(
        "Data as JSON",
        lambda: json.dumps(list(rows()), indent=2),
        f"{name}.json",
        "application/json",
        on_click="ignore",
    )


def save_figures() -> None:
    """Two buttons that save every chart and drawing of the page; the browser does it."""
    html(
        Markup(
            '<div class="save">Figures on this page: <button type="button" data-save="svg">SVG</button> '
            '<button type="button" data-save="png">PNG</button></div>'
        )
    )
