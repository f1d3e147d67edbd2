"""Which two models Compare shows: the pinned baseline in the URL, the quick pairs, and what both are called."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.facts import comparison
from explorer.spec import ResNetSpec, naming, preset, presets
from explorer.spec.chosen import DEFAULTS, DEPTHS
from explorer.spec.controls import BY_KEY
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


def controls(chosen: Chosen, base: ResNetSpec) -> bool:
    """Two lists, one for each side, and the usual pairs, which set both; whether both are to have the same task. A pair is
    lit while it is the one on the screen, however it came there."""
    session()["pair"] = next(
        (label for label in comparison.QUICK if comparison.quick(label) == (base, chosen.spec)), None
    )
    st.pills("Quick pairs", tuple(comparison.QUICK), key="pair", on_change=_take_pair, label_visibility="collapsed")
    left, right, beside = st.columns([1, 1, 0.9], vertical_alignment="bottom")
    with left:
        _picker("From which net?", "vs_choice", base, _take_base)
    with right:
        _picker("To which net?", "to_choice", chosen.spec, _take_other, "The sidebar’s net: change its parts there.")
    with beside:
        st.button(
            "Keep the right one on the left",
            icon=":material/push_pin:",
            on_click=pin,
            args=(comparison.address(chosen.spec),),
            help="Then change the right one, here or in the sidebar.",
        )
    return st.toggle(
        "Same task for both",
        value=True,
        key="same",
        bind="query-params",
        help="The left one gets the right one’s classes and input channels. Input size, batch 1 and fp32 are the same for "
        "both in any case.",
    )


def _picker(label: str, key: str, spec: ResNetSpec, take: Callable[[], None], help: str | None = None) -> None:
    now = comparison.address(spec)
    by_key()[key] = now
    st.selectbox(
        label,
        [*presets()] if now in presets() else [now, *presets()],
        key=key,
        on_change=take,
        format_func=_called,
        help=help,
    )


def _called(address: str) -> str:
    """Two nets never have one name in the list: the browser answers by it."""
    name, _, changes = address.partition("~")
    return naming.title(comparison.parse(address)) + (f" ({changes.replace('~', ', ')})" if changes else "")


def _take_base() -> None:
    pin(session()["vs_choice"])


def _take_other() -> None:
    """A known net into the sidebar's controls, as published."""
    name = session()["to_choice"]
    if name not in presets():  # the one that is there already
        return
    depth = name.removeprefix("resnet")
    session()["net"] = "" if depth in DEPTHS else name
    if depth in DEPTHS:
        session()["depth"] = depth
    for key in ("block", "shortcut", *BY_KEY):
        by_key()[key] = DEFAULTS[key]


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
