"""The parts of the page below the answer: the way through the net, one block, and every layer's responses."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.facts.told import Told
from explorer.look import subject
from explorer.look.passed import BlockRow, passed, terms_of
from explorer.look.pictures import Prepared
from explorer.look.seen import Step, block_rows, followed, response_paths
from explorer.look.shipped import recorded_responses
from explorer.net.trace import trace
from explorer.spec import naming
from explorer.tell import feature_maps, look_words
from explorer.tell.feature_maps import CHANNELS, NAMES, TWINS, Curve
from explorer.tell.palette import NEGATIVE, POSITIVE
from explorer.tell.plots.look import additions, journey, responses
from explorer.tell.plots.once import once
from explorer.tell.questions import OURS
from explorer.web import look_component, pieces, state
from explorer.web.asked import asked
from explorer.web.look_component import Unit
from explorer.web.sections.feature_maps import who
from explorer.web.sections.feature_maps.answer import Changes, Look, watch
from explorer.web.sections.feature_maps.passes import Watched, once_in_turn

BEYOND = 10  # times the usual response: of a net that did not learn


def way(found: Look) -> None:
    """From the stem to the last stage; a unit that is clicked on is followed on. Drawn by itself: to look at another stage
    changes nothing else on the page."""
    _way(found.again)


@st.fragment
def _way(again: Callable[[], Look | None]) -> None:
    found = again()
    if found is None:
        return
    rows, channels = st.columns([3, 2], gap="medium")
    choices = feature_maps.rows_of(found.nodes)
    with rows:
        shown = asked("Which maps?", choices, "rows", wrap=True)
    with channels:
        order = asked("Which channels?", CHANNELS, "channels")
        first: int | None = None
        if order == "order":
            most = max(node.out_shape[1] for node in found.nodes if node.block)
            first = int(st.number_input("From channel", 0, most - 1, 0, step=feature_maps.MOST, key="first_channel"))
    one = found.watched
    twin = TWINS.get(found.slug)
    beside = bool(twin) and st.toggle(
        f"Together with {NAMES[twin] if twin else ''}",
        key="twin",
        bind="query-params",
        help="The same layers with and without shortcuts, trained alike, on the same picture.",
    )
    if beside and twin:
        _beside(found, twin, shown, first)
        return
    data = _through(one, found.picture, shown, first)
    if data is None:
        return
    unit = look_component.maps(data, "maps-way")
    pieces.note(feature_maps.which_are_shown(first), explained=True)
    if unit:
        _follow(found, unit, data)


def _through(
    one: Watched, picture: Prepared, rows: str, first: int | None, beside: bool = False
) -> feature_maps.Looked | None:
    """A pass's maps, row by row; None while blocks that are not kept any more wait to be made again."""
    key = ("way", rows, first, beside)

    def make() -> feature_maps.Looked:
        return feature_maps.through(one.with_blocks(rows), one.nodes, picture, rows, first, beside)

    if rows == feature_maps.STAGES or one.keeps(rows):
        return one.once(key, make)
    return once_in_turn(one, key, make)


def _beside(found: Look, twin: str, rows: str, first: int | None) -> None:
    """Both nets on the same picture, row by row."""
    net = who.digits(twin)
    other = watch("twin", net, found.picture, found.picture, Changes())
    if other is None:
        return
    pairs = ((found.slug, found.watched), (twin, other))
    with st.container(key="look-beside"):
        columns = st.columns(2, gap="large")
    for column, (slug, one) in zip(columns, pairs, strict=True):
        with column:
            pieces.lead(
                Told(f"{NAMES[slug][0].upper()}{NAMES[slug][1:]}: ", look_words.says(one.seen, one.who.names), ".")
            )
            data = _through(one, found.picture, rows, first, beside=True)
            if data is not None:
                look_component.maps(data, f"maps-{slug}")
    shown = feature_maps.which_are_shown(first, beside=True)
    pieces.note(shown, "measured" if state.on_stage() else "", explained=True)  # there once, for both nets


def _follow(found: Look, unit: Unit, data: feature_maps.Looked) -> None:
    """What the blocks behind a unit make of it."""
    one = found.watched
    row = next((row for row in data["groups"][0]["rows"] if row["path"] == unit.path), None)
    node = next((node for node in found.nodes if node.path == unit.path), None)
    if row is None or node is None:
        return
    at = (0, unit.channel, unit.row, unit.column)
    if any(place >= size for place, size in zip(at, node.out_shape, strict=True)):
        return
    if not one.seen.rows:
        pieces.lead("A plain net carries no unit on: each block makes all of its channels anew.")
        return

    def make() -> tuple[float, list[Step]]:
        seen = one.with_blocks(node.stage)
        return float(seen.outputs[unit.path][at]), followed(seen, found.nodes, one.who.model, node.path, *at[1:])

    made = once_in_turn(one, ("followed", unit), make)
    if made is None:
        return
    value, steps = made
    pieces.lead(look_words.way_of(steps, found.nodes, row["label"], unit.channel, value))
    if steps:
        pieces.chart(
            journey(steps, value, row["label"], feature_maps.places(found.nodes)),
            "One unit from block to block: what its shortcut carries, what the block adds, what goes on",
            key="journey",
        )
        pieces.note(
            f"{POSITIVE.capitalize()} adds, {NEGATIVE} takes away; the line is what goes on after ReLU. "
            + look_words.leaps_told(steps, found.nodes, value),
            "measured",
            explained=True,
        )
    else:
        pieces.note("The unit’s own number, on this picture.", "measured", explained=True)


def inside(found: Look) -> list[feature_maps.Shares]:
    """One block's sum, and how much each block adds. Drawn by itself."""
    shown: list[feature_maps.Shares] | None = _inside(found.again)
    return shown or []


@st.fragment
def _inside(again: Callable[[], Look | None]) -> list[feature_maps.Shares]:
    found = again()
    if found is None:
        return []
    one = found.watched
    measured: list[BlockRow] = block_rows(one.seen)
    rows = feature_maps.share_rows(measured)
    if not rows:
        pieces.lead(look_words.nothing_added(one.who.spec))
        return []
    names = [str(row["block"]) for row in rows]
    places = feature_maps.places(found.nodes)
    path = st.select_slider("Block", names, key="summand", value=names[0], format_func=places.__getitem__)
    data = once_in_turn(one, ("terms", path), lambda: _terms(found, path))
    if data is not None:
        look_component.maps(data, "maps-terms")
    pieces.lead(look_words.way_around(found.nodes, path))
    pieces.lead(look_words.adds_most(measured, path, found.nodes))
    pieces.chart(
        once(additions, rows, path, places),
        "How much each block adds: the norm of F(x) over the norm of x",
        key="additions",
    )
    pieces.note("Euclidean norms over all channels and positions, on this picture.", "measured", explained=True)
    return rows


def _terms(found: Look, path: str) -> feature_maps.Looked:
    one = found.watched
    seen = one.with_blocks(*(node.stage for node in found.nodes if node.block == path))
    terms = terms_of(one.who.model, seen, found.nodes, (path,))[path]
    return feature_maps.terms(seen, terms, found.nodes, found.picture)


def responding(found: Look) -> None:
    """Fig. 7 of the paper on the weights that are loaded."""
    pieces.unfolding(
        "How large are the responses? The paper’s Fig. 7 on these weights", "show_chart", lambda: _responses(found)
    )


def _responses(found: Look) -> None:
    measured = once_in_turn(found.watched, ("responses",), lambda: _on_this_picture(found))
    if measured is None:
        return
    curves = [*measured, *(_recorded() if found.slug != OURS else ())]
    pieces.chart(
        once(responses, curves), "Standard deviation of each layer’s responses, residual against plain", key="responses"
    )
    if found.slug != OURS:
        pieces.lead(look_words.responses_told(curves))
        pieces.note(
            "Each layer after BN, before ReLU and sum (He et al. 2015, Fig. 7). 20 and 56 layers: on this picture, measured. "
            "110 layers, dotted: over 200 test pictures, recorded after four epochs instead of fifteen; without shortcuts "
            "110 layers learned nothing in them, and their responses are beyond the figure. The paper’s nets were trained "
            "far longer, and differ more.",
            explained=True,
        )
    else:
        pieces.note(
            "Each layer after BN, before ReLU and sum, on this picture (He et al. 2015, Fig. 7).",
            "measured",
            explained=True,
        )


def _on_this_picture(found: Look) -> list[Curve]:
    x, one = found.picture.x, found.watched
    nets = {found.slug: one.who} if found.slug == OURS else {slug: subject.digits(f"digits-{slug}") for slug in TWINS}
    curves: list[Curve] = []
    for slug, net in nets.items():
        paths = response_paths(trace(net.spec, *x.shape[2:]))
        stds = passed(net.model, net.spec, x, (), stds=paths, terms=False).stds
        name = slug.replace("-", ", ") if slug != OURS else naming.title(net.spec)
        curves.append(
            Curve(name, "plain" if net.spec.shortcut == "none" else "residual", [stds[path] for path in paths])
        )
    return curves


def _recorded() -> list[Curve]:
    known = recorded_responses()
    return [
        Curve(f"{kind}, 110", kind, known[name], True)
        for kind in ("residual", "plain")
        if max(known[name := f"digits-{kind}-110"]) < BEYOND
    ]
