"""Widgets ↔ URL ↔ spec, and what is shared between reruns and visitors.

Every control has its key in the URL (`?depth=101&shortcut=A`); values at their default are left out. An invalid
choice is said clearly, and the last valid model stays on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import streamlit as st

from explorer import spec as axes
from explorer.jobs import Runner
from explorer.spec.chosen import DEFAULT, DEPTHS, OTHERS, PAPER, Chosen, of_controls

__all__ = ["DEFAULT", "Chosen", "Visitor", "choose", "current", "node_selection", "runner", "sidebar", "visitor"]


def current() -> Chosen:
    """The model on the screen. Pages call this; app.py has put it there by `sidebar()`."""
    return st.session_state.get("chosen", DEFAULT)


def node_selection() -> str:
    """The selected block or layer (`?node=layer2.0`), or "" when it is not in the current model's blocks."""
    return st.query_params.get("node", "")[:200]


def choose(label: str, options: tuple[str, ...], key: str, default: str | None = None, **more: object) -> str:
    """A segmented control bound to `?key=`; always one of its options."""
    return st.segmented_control(
        label, options, key=key, default=default or options[0], required=True, bind="query-params", **more
    )


def sidebar() -> tuple[Chosen, str | None]:
    """Draw the shared controls; (the model to show, what is wrong with the choice or None)."""
    with st.sidebar:
        picked = _controls()
    try:
        chosen = of_controls(picked)
    except ValueError as error:
        return current(), str(error)
    st.session_state["chosen"] = chosen
    return chosen, None


def _controls() -> dict[str, object]:
    """Every control's raw value by key."""
    values: dict[str, object] = {"depth": choose("Depth", DEPTHS, "depth", "50", width="stretch")}
    if values["depth"] == "other":
        values["model"] = st.selectbox("Model", OTHERS, key="model", bind="query-params")
    if values.get("model") == "cifar":
        values["layers"] = st.number_input("Depth: 6n+2 layers", value=20, step=6, key="layers", bind="query-params")
        st.caption(
            f"n = {(values['layers'] - 2) // 6}: 6·{(values['layers'] - 2) // 6} + 2 = {values['layers']:,} layers"
            if values["layers"] % 6 == 2
            else "8, 14, 20, 26, 32, …"
        )
    custom = values.get("model") == "custom"
    if custom:
        values["stages"] = st.text_input("Blocks per stage", "2,3,4,2", key="stages", bind="query-params", max_chars=40)
    values["block"] = choose(
        "Block type",
        (PAPER, *axes.BLOCKS),
        "block",
        width="stretch",
        help="paper: basic for 18 and 34, bottleneck for 50, 101 and 152. Choose freely.",
    )
    values["shortcut"] = choose(
        "Shortcut",
        (PAPER, *axes.CHOICES["shortcut"]),
        "shortcut",
        width="stretch",
        help="B: projection where the shape changes. A: zero-padding there, no weights. "
        "C: projections everywhere. none: the plain net.",
    )
    with st.expander("Variants", key="variants"):
        values |= _variants(custom)
    return values


def _variants(custom: bool) -> dict[str, object]:
    values: dict[str, object] = {
        "stride_on": choose(
            "Stride of a bottleneck on its",
            axes.CHOICES["stride_on"],
            "stride_on",
            help="3x3: torchvision's v1.5. 1x1: the paper's v1.",
        ),
        "activation": choose(
            "Activation",
            axes.CHOICES["activation"],
            "activation",
            help="pre: He et al. 2016, BN and ReLU before the convolution.",
        ),
        "norm": choose("Normalization", axes.CHOICES["norm"], "norm"),
        "input": st.text_input(
            "Input size in pixels", "", key="input", bind="query-params", max_chars=20, placeholder="224, or 197x211"
        ),
        "batch": st.number_input("Batch", value=1, step=1, key="batch", bind="query-params"),
        "classes": st.text_input("Classes", "", key="classes", bind="query-params", max_chars=10, placeholder="1000"),
    }
    if custom:
        values["family"] = choose("Family", axes.CHOICES["family"], "family")
        for key, label, usual in (
            ("width", "Base width", 64),
            ("groups", "Groups", 1),
            ("width_per_group", "Width per group", 64),
            ("in_channels", "Input channels", 3),
        ):
            values[key] = st.number_input(label, value=usual, step=1, key=key, bind="query-params")
    return values


@st.cache_resource(max_entries=1, show_spinner=False)
def runner() -> Runner:
    """The one queue for heavy work on this host, shared by all visitors."""
    return Runner()


@dataclass(frozen=True)
class Visitor:
    """One browser tab, as the owner of jobs."""

    id: str
    runner: Runner

    def cancel_jobs(self, unless_place: str | None = None) -> None:
        """Stop this visitor's work, all but that of one page."""
        self.runner.cancel(self.id, unless_place)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Visitor.cancel_jobs)
def visitor() -> Visitor:
    """This visitor; their jobs are cancelled when the tab closes."""
    return Visitor(uuid4().hex, runner())
