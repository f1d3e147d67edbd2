"""The shared controls of the net: its name, or depth, block and shortcut; everything else behind Variants.

Each is bound to its key of the URL; which there are, and what they are called, is `spec.controls`' table. The variants
show words, and their slugs stand in the URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import streamlit as st
from markupsafe import Markup

from explorer import spec as axes
from explorer.spec.chosen import DEFAULTS, DEPTHS, MOST_NAME, OTHERS, PAPER
from explorer.spec.controls import AXES, BY_KEY, Axis, worded
from explorer.spec.row import GROUPS
from explorer.tell import on_page
from explorer.web import pieces, plain
from explorer.web.asked import forget, now, shared
from explorer.web.session import session, snapshot
from explorer.web.state import choose

OPEN = "variants-open"
IN_THE_BAR = ("classes",)  # of the axes: `configuration` asks for it
AWAY = """
@media (--no-drawer) { :--sidebar, :--sidebar-opens { display: none; } }
@media (--drawer) { /* the drawer has the navigation */
  :--sidebar-content { display: none; }
  :--sidebar-opens::after { content: "Pages" !important; }
}
"""
WORDED = tuple(one.slug for one in AXES if one.values)  # the variants that show words


def controls(link: Mapping[str, str] | None = None) -> dict[str, str | int]:
    """Every control's raw value by key; one that is not drawn is at its default. link: the parameters of the link that was
    just followed, None where none was."""
    values: dict[str, str | int] = {
        "net": st.text_input(
            "Any ResNet by its name",
            key="net",
            bind="query-params",
            max_chars=MOST_NAME,
            placeholder="resnet50d, WRN-28-10, …",
        )
    }
    if values["net"]:
        _about(str(values["net"]))
        st.button("Back to the five depths", on_click=_forget_name, icon=":material/undo:", type="tertiary")
    else:
        values |= _layout()
    values["block"] = shared(
        "Block type",
        {PAPER: "paper’s"} | worded("block"),
        "block",
        link,
        "The paper has basic blocks in 18 and 34 layers, bottlenecks in 50, 101 and 152. Choose freely.",
        spread=True,
    )
    values["shortcut"] = shared(
        "Shortcut",
        {PAPER: "as in the paper"} | worded("shortcut"),
        "shortcut",
        link,
        "What carries x past a block. Where the block changes the shape, x needs a projection, a 1×1 convolution (the paper’s "
        "option B), or zeros for the new channels, without a weight (A). C has projections everywhere.",
    )
    return values | _variants(link)


def idle(page: str) -> bool:
    """Whether no control of the model changes anything on the page as it stands."""
    return on_page.idle(page, now)


def useless(page: str) -> bool:
    """Whether the sidebar's controls change nothing there; the header may still have a net to name."""
    return idle(page) or on_page.chooses(page, now)


def put_away() -> None:
    """What does nothing here is not seen; the model stays chosen, and its place in the address."""
    pieces.stylesheet(AWAY)


def _about(name: str) -> None:
    """What the name leaves open and how it was taken; a wrong one is said in the header."""
    try:
        notes = axes.resolve(name).notes
    except ValueError:
        return
    for note in notes:
        st.caption(plain.plain(note))


def _forget_name() -> None:
    session()["net"] = ""


def _layout() -> dict[str, str | int]:
    """The net by its depth, or another one by its family."""
    values: dict[str, str | int] = {"depth": choose("Depth", DEPTHS, "depth", "50", width="stretch")}
    if values["depth"] == "other":
        values["model"] = st.selectbox("Model", OTHERS, key="model", bind="query-params")
    if values.get("model") == "cifar":
        layers = st.number_input("Depth: 6n+2 layers", value=20, step=6, key="layers", bind="query-params")
        values["layers"] = layers
        n = (layers - 2) // 6
        st.caption(f"n = {n}: 6·{n} + 2 = {layers:,} layers" if layers % 6 == 2 else "8, 14, 20, 26, 32, …")
    if values.get("model") == "custom":
        values["stages"] = st.text_input("Blocks per stage", "2,3,4,2", key="stages", bind="query-params", max_chars=40)
    return values


def _variants(link: Mapping[str, str] | None) -> dict[str, str | int]:
    """All of them, in groups, once they are asked for; else those that are not as usual.

    They stay in one container: a control that moves to another one loses its place in the URL (Streamlit 1.67: the old
    place forgets the binding after the new one has made it).
    """
    with st.container(key="variants"):
        everything = st.toggle("Variants", key=OPEN, help="Every published variant: stem, shortcut, norm, attention, …")
        held, asked = snapshot(), st.query_params.to_dict()
        shown = [key for key in BY_KEY if key not in IN_THE_BAR and (everything or _differs(key, link, held, asked))]
        for key in (set(WORDED) - set(shown)) & (held.keys() | asked.keys()):
            forget(key)
        values: dict[str, str | int] = {}
        rows = sorted((one for one in AXES if one.slug in shown), key=lambda one: GROUPS.index(one.group))
        for group, ones in groupby(rows, lambda one: one.group):
            if everything:
                pieces.html(Markup('<div class="group">{}</div>').format(group))
            values |= {one.slug: _axis(one, link) for one in ones}
        return values


def _differs(key: str, link: Mapping[str, str] | None, held: Mapping[str, object], asked: Mapping[str, str]) -> bool:
    """Whether a control is off its default: set earlier (held), or by the link, which wins where the control is not
    Streamlit's to bind. Where it is, one that the link leaves out is drawn once more, so that Streamlit takes it back.
    asked: the address."""
    linked = link is not None and link.get(key, "") not in ("", DEFAULTS[key])
    if linked or (key in WORDED and link is not None):
        return linked
    now = held.get(key)
    return (asked.get(key, "") if now is None else str(now)) not in ("", str(DEFAULTS[key]))


def _axis(one: Axis, link: Mapping[str, str] | None) -> str:
    if one.values:
        return shared(one.label, one.words, one.slug, link, one.help or None)
    return st.text_input(
        one.label, key=one.slug, bind="query-params", max_chars=30, placeholder="as published", help=one.help or None
    )
