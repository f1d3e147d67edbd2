"""The map's thin Streamlit face: registers the component once, mounts it, and keeps its choices in the URL."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.tell import given, netmap
from explorer.tell.joined import joined, stylesheet
from explorer.web import kept, served, walk_component, walks
from explorer.web.session import by_key, session
from explorer.web.state import Chosen

FOLDER = Path(__file__).resolve().parent
STYLES = ("controls", "picture", "panel", "table", "map")
KEY = "map"

GIVEN = given.MAP
JS = joined(FOLDER / "map.js", GIVEN)
CSS = stylesheet(*(FOLDER / f"{name}.css" for name in STYLES), walk_component.STYLE, FOLDER.parent / "proof.css")
_component = served.component("resnet_map", html='<div class="map-place"></div>\n', css=CSS, js=JS)


@st.fragment
def show(chosen: Chosen, extra: Mapping[str, netmap.MetricColumn] | None = None) -> None:
    """The map of a model; the selection, the level and the colour are in the URL and come from it."""
    view = _view(chosen, extra or {})
    _write(view)  # what was dropped leaves the URL too
    walk = None
    if view.walk == "net":
        with st.empty().container():  # one place, so that the map is the same element while a walk is on
            walk = walks.of(chosen)  # with the control for its picture
    else:
        st.empty()
        walks.forget()
    _mount(chosen, view, extra, KEY, walk)


@st.fragment
def show_pair(pair: Mapping[str, Chosen]) -> None:
    """Two maps side by side under their titles, with one selection, level and colour for both: what one reports, the
    other follows, as far as its model has it."""
    for place, (column, (title, chosen)) in enumerate(zip(st.columns(len(pair)), pair.items())):
        with column:
            st.subheader(title, anchor=False)
            _mount(chosen, _view(chosen, {}), None, f"{KEY}_{place}", dtype=chosen.dtype)


def _mount(
    chosen: Chosen,
    view: netmap.View,
    extra: Mapping[str, netmap.MetricColumn] | None,
    key: str,
    walk: dict[str, Any] | None = None,
    dtype: str = "fp32",
) -> None:
    drawn = netmap.drawing_text(chosen.spec, chosen.height, chosen.width, chosen.batch, view, extra, dtype)
    own = json.dumps({**_sent(view, key), "key": key, **({"walk": walk} if walk else {})})
    _component(
        key=key,
        data=f"{drawn.removesuffix('}')},{own.removeprefix('{')}".encode(),  # one object of both
        on_view_change=_reporter(chosen, tuple(extra or ()), key),
    )


def measured(chosen: Chosen) -> dict[str, netmap.MetricColumn]:
    """The times as the Timing page measured them for this model at this input and batch, if it did: a colour of the map.
    Stem and head are tiles of layers, so the layers' own times are in it where each was timed."""
    times = session().get("block_times")
    if not times or times["of"] != (chosen.spec, chosen.height, chosen.width, chosen.batch):
        return {}
    counts = f"mean of the middle half of the passes on the Timing page; {times['stamp']}"
    return {"median_s": netmap.MetricColumn("Measured time", "s", times["seconds"], counts, "measured earlier")}


def _view(chosen: Chosen, extra: Mapping[str, object]) -> netmap.View:
    """What the URL says, without what this model does not have."""
    read = netmap.parse(st.query_params, netmap.color_choices(extra))
    return read.checked(partial(netmap.known, chosen.spec, chosen.height, chosen.width))


def _sent(view: netmap.View, key: str) -> dict[str, object]:
    """The view as the component was last told. It stays as it is while changes come from the component itself, so
    that a click resends nothing; a change from elsewhere (a link, another page, another model) makes a new `seq`."""
    memory = by_key().setdefault(f"{key}_memory", {"seq": 0, "sent": None, "now": None})
    if view != memory["now"]:
        memory.update(seq=memory["seq"] + 1, sent=view, now=view)
    sent = memory["sent"]
    return {"seq": memory["seq"], "view": {name: getattr(sent, name) for name in netmap.VIEW_NAMES}}


def _reporter(chosen: Chosen, extra: tuple[str, ...], key: str) -> Callable[[], None]:
    """Takes what the component reports into the URL."""

    def take() -> None:
        reported = (by_key().get(key) or {}).get("view") or {}
        memory = by_key().get(f"{key}_memory")
        if not memory or reported.get("seq") != memory["seq"]:
            return  # an answer to a view that has been replaced since
        view = netmap.parse(reported, netmap.color_choices(extra)).checked(
            partial(netmap.known, chosen.spec, chosen.height, chosen.width)
        )
        memory["now"] = view
        _write(view)

    return take


def _write(view: netmap.View) -> None:
    """Into the URL; what is at its default is left out."""
    wanted = view.params()
    for name in netmap.VIEW_NAMES:
        if name in wanted and st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and name in st.query_params:
            del st.query_params[name]
    kept.keep()
