"""Which two nets Compare shows: a picker of the same kind for either side, the usual pairs, and whether both have one task.

The left one stands in the URL as an address (`?vs=`), the right one is the app's net and in the controls that every page
shares; what either picker can do, the other can too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby

import streamlit as st
from markupsafe import Markup

from explorer.facts import comparison
from explorer.facts.comparison import Side
from explorer.spec import ResNetSpec, Value, naming, preset, presets, resolve
from explorer.spec import varied as varied_sensibly
from explorer.spec.chosen import MOST_NAME, controls_of
from explorer.spec.controls import AXES, Axis, worded
from explorer.spec.fields import write_field
from explorer.spec.row import GROUPS
from explorer.spec.task import FORMATS
from explorer.tell import compare_parts
from explorer.web import inside, pieces, plain
from explorer.web.asked import shared
from explorer.web.session import by_key, session
from explorer.web.state import Chosen

BASELINE = "resnet34"
LAYOUT = (
    Axis("block", "Block type", "Layout", worded("block")),
    Axis("shortcut", "Shortcut", "Layout", worded("shortcut")),
)
PARTS = (*LAYOUT, *sorted(AXES, key=lambda one: GROUPS.index(one.group)))


@dataclass(frozen=True)
class Place:
    """One of the two pickers. key: of its list; take: makes a net this side's, `name` being what it was asked for by."""

    key: str
    label: str
    take: Callable[[ResNetSpec, str], None]


def baseline() -> ResNetSpec:
    """The left net, of `?vs=`; a bad one is said, and the default shown."""
    text = st.query_params.get("vs", BASELINE)
    try:
        return comparison.parse(text)
    except ValueError as error:
        plain.error(f"{error}. Shown: {naming.title(preset(BASELINE))}.")
        return preset(BASELINE)


def pin(spec: ResNetSpec, name: str = "") -> None:
    """Into the URL; the default leaves it."""
    address = comparison.address(spec)
    if address != BASELINE:
        st.query_params["vs"] = address
    elif "vs" in st.query_params:
        del st.query_params["vs"]


def put(spec: ResNetSpec, name: str = "") -> None:
    """Into the controls that every page shares. Raises `ValueError` where they have no choice that gives it."""
    by_key().update(controls_of(spec, name))


LEFT = Place("vs_choice", "From this net …", pin)
RIGHT = Place("to_choice", "… to yours, which every page shows", put)


def sides(chosen: Chosen) -> tuple[Side, Side]:
    """The controls, and what they say."""
    right = Side(chosen.spec, chosen.height, chosen.width, chosen.batch, chosen.dtype, chosen.training)
    base = baseline()
    session()["pair"] = next(
        (label for label in comparison.QUICK if comparison.quick(label) == (base, chosen.spec)), None
    )
    st.pills("Usual pairs", tuple(comparison.QUICK), key="pair", on_change=_take_pair, label_visibility="collapsed")
    first, middle, second = st.columns([1, 0.1, 1], vertical_alignment="bottom")
    with first:
        _picker(LEFT, base)
    with middle, st.container(key="swap"):
        st.button(
            "Swap the two",
            icon=":material/swap_horiz:",
            help="Swap the two",
            key="swap-sides",
            on_click=_swap,
            args=(base, chosen.spec),
        )
    with second:
        _picker(RIGHT, chosen.spec)
    if problem := session().pop("pair_problem", None):  # below the lists: they stay where they were typed in
        plain.error(problem)
    noted, note = session().get("pair_note") or ("", "")
    if noted in (
        comparison.address(base),
        comparison.address(chosen.spec),
    ):  # as long as the net is there: nothing moves
        st.caption(plain.plain(note))
    same = st.toggle(
        "Same task for both",
        value=True,
        key="same",
        bind="query-params",
        on_change=_own_or_same,
        args=(chosen,),
        help="Classes, input channels, input size, batch and number format: as the bar above says, for both.",
    )
    if same and (said := compare_parts.given(base, right)):
        pieces.note(said, explained=True)
    left = replace(right, spec=base)
    return left.at(right) if same else _own_task(left), right


def _own_or_same(chosen: Chosen) -> None:
    """Who gives the left one a task of its own begins with the bar's batch and format: what then differs was chosen."""
    if not by_key()["same"]:
        by_key().update({"vs_batch": chosen.batch, "vs_dtype": chosen.dtype})
        if chosen.batch != 1:
            st.query_params["vs_batch"] = str(chosen.batch)


def _own_task(left: Side) -> Side:
    """The left one's input, batch and format, where they may differ from the bar's."""
    link = None if "vs_dtype" in by_key() and not inside.by_history() else dict(st.query_params)
    if link and link.get("vs_dtype") not in FORMATS:
        link.pop("vs_dtype", None)
    with st.container(horizontal=True, vertical_alignment="center", key="left-task"):
        pieces.html(Markup("<b>The left one’s own task</b>"), width="content")
        usual = str(left.spec.default_input)
        size = st.text_input("Input", "", key="vs_input", bind="query-params", max_chars=20, placeholder=usual)
        batch = st.number_input("Batch", value=1, step=1, key="vs_batch", bind="query-params")
        dtype = shared("Number format", FORMATS, "vs_dtype", link)
    try:
        return compare_parts.with_task(left, size, batch, dtype)
    except ValueError as error:
        plain.error(f"{error}. Shown for the left one: the bar’s input and batch.")
        return replace(left, dtype=dtype)


def _picker(place: Place, spec: ResNetSpec) -> None:
    """A list of the known nets that takes any other's name too, and this net's parts behind a button."""
    now = comparison.address(spec)
    by_key()[place.key] = now
    with st.container(key=f"side-{place.key}", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            place.label,
            [*presets()] if now in presets() else [now, *presets()],
            key=place.key,
            on_change=_take,
            args=(place,),
            format_func=_called,
            accept_new_options=True,
            help="Choose one, or type the name of any ResNet.",
        )
        with st.popover("Its parts", icon=":material/tune:", key=f"{place.key}-open", on_change="rerun") as opened:
            if opened.open:
                _parts(place, spec)


def _called(address: str) -> str:
    """Two nets never have one name in the list: the browser answers by it."""
    name, _, changes = address.partition("~")
    try:
        return naming.title(comparison.parse(address)) + (f" ({changes.replace('~', ', ')})" if changes else "")
    except ValueError:  # what was just typed
        return address[:MOST_NAME]


def _take(place: Place) -> None:
    session()["pair_note"] = None
    text = str(by_key().get(place.key, ""))[:500]
    try:
        known = "~" in text or text in presets()
        place.take(comparison.parse(text) if known else resolve(text).spec, "" if "~" in text else text)
    except ValueError as error:
        _take_a_beginning(place, text, error)


def _take_a_beginning(place: Place, text: str, problem: ValueError) -> None:
    """What was typed is no net's name: the first one that the list has for it, as Enter takes in any list; others are named."""
    sought = text.casefold().strip()
    names = [name for name in presets() if sought and (sought in name or sought in _called(name).casefold())]
    if not names:
        session()["pair_problem"] = str(problem)
        return
    place.take(preset(names[0]), names[0])
    others = ", ".join(_called(name) for name in names[1:5])
    said = f"Of {text[:40]!r} the first in the list" + (f"; there are {others} too." if others else ".")
    session()["pair_note"] = comparison.address(preset(names[0])), said


def _parts(place: Place, spec: ResNetSpec) -> None:
    """Every part that may be another one, as it is in this net."""
    for group, ones in groupby(PARTS, lambda one: one.group):
        pieces.html(Markup('<div class="group">{}</div>').format(group))
        for one in ones:
            key = f"{place.key}-{one.field}"
            by_key()[key] = write_field(getattr(spec, one.field))
            args, words = (place, spec, one), one.values
            if words:
                st.selectbox(
                    one.label, tuple(words), key=key, format_func=words.__getitem__, on_change=_change, args=args
                )
            else:
                st.text_input(one.label, key=key, max_chars=30, help=one.help or None, on_change=_change, args=args)


def _change(place: Place, spec: ResNetSpec, one: Axis) -> None:
    session()["pair_note"] = None
    text = str(by_key()[f"{place.key}-{one.field}"])
    try:
        value: Value = () if not text.strip() and isinstance(getattr(spec, one.field), tuple) else one.read(text)
        place.take(varied_sensibly(spec, **{one.field: value}), "")
    except ValueError as error:
        session()["pair_problem"] = str(error)


def _swap(left: ResNetSpec, right: ResNetSpec) -> None:
    session()["pair_note"] = None
    try:
        put(left)
    except ValueError as error:
        session()["pair_problem"] = str(error)
    else:
        pin(right)


def _take_pair() -> None:
    label = session().get("pair")
    if label is not None:
        session()["pair_note"] = None
        base, other = comparison.quick(label)
        pin(base)
        put(other)
