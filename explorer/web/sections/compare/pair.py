"""Which two models Compare shows: the pinned baseline in the URL, the quick pairs, and what both are called."""

from __future__ import annotations

import streamlit as st

from explorer.facts import comparison
from explorer.spec import ResNetSpec, naming, preset, presets
from explorer.spec.chosen import DEFAULTS
from explorer.web import plain
from explorer.web.session import by_key, session
from explorer.web.state import Chosen

BASELINE = "resnet34"
SWITCHES = ("block", "shortcut", "stride_on", "activation", "norm")


def baseline() -> ResNetSpec:
    """The pinned baseline of `?vs=`; a bad one is said, and the default shown."""
    text = st.query_params.get("vs", BASELINE)
    try:
        return comparison.parse(text)
    except ValueError as error:
        plain.error(f"{error}. Shown: {naming.title(preset(BASELINE))}.")
        return preset(BASELINE)


def pin(address: str) -> None:
    """Into the URL; the default leaves it."""
    if address != BASELINE:
        st.query_params["vs"] = address
    elif "vs" in st.query_params:
        del st.query_params["vs"]


def controls(chosen: Chosen, base: ResNetSpec) -> None:
    """Quick pairs set both sides; the select box and the button set the baseline alone. A pair is lit while it is the
    one on the screen, however it came there."""
    session()["pair"] = next(
        (label for label in comparison.QUICK if comparison.quick(label) == (base, chosen.spec)), None
    )
    st.pills("Quick pairs", tuple(comparison.QUICK), key="pair", on_change=_take_pair, label_visibility="collapsed")
    middle, right = st.columns([1, 1.6], vertical_alignment="bottom")
    now = comparison.address(base)
    options = [*presets()] if now in presets() else [now, *presets()]
    with middle:
        session()["vs_choice"] = now
        st.selectbox(
            "Baseline, pinned",
            options,
            key="vs_choice",
            on_change=lambda: pin(session()["vs_choice"]),
            format_func=lambda address: naming.title(comparison.parse(address)),
        )
    with right:
        st.button(
            "Pin the model on the left",
            icon=":material/push_pin:",
            on_click=pin,
            args=(comparison.address(chosen.spec),),
            help="The sidebar’s model becomes the baseline; then change the sidebar.",
        )


def _take_pair() -> None:
    """A quick pair: the baseline into the URL, the other model into the sidebar's controls."""
    label = session().get("pair")
    if label is None:
        return
    base, _ = comparison.quick(label)
    pin(comparison.address(base))
    name, changes = comparison.QUICK[label][1]
    session()["net"] = ""
    session()["depth"] = name.removeprefix("resnet")
    for field in SWITCHES:
        by_key()[field] = changes.get(field, DEFAULTS[field])


def names(base: ResNetSpec, chosen: Chosen) -> tuple[str, str]:
    """Both titles; by their switches where the titles would be the same."""
    pair = naming.title(base), naming.title(chosen.spec)
    if pair[0] == pair[1] and base != chosen.spec:
        return comparison.told_apart(base, chosen.spec), comparison.told_apart(chosen.spec, base)
    return pair
