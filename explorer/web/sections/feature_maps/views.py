"""The Feature maps page's sections: the answer and what changes it, the way through the net, one block's sum, responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
from markupsafe import Markup

from explorer.facts.told import Told
from explorer.look import pictures, subject, walker
from explorer.look.passed import BlockRow, last_maps, lesioned, passed, terms_of
from explorer.look.pictures import Prepared
from explorer.look.seen import Step, block_rows, class_map, followed, response_paths, top
from explorer.look.shipped import recorded_responses
from explorer.net.node import Node
from explorer.net.ops import adds
from explorer.net.trace import trace
from explorer.spec import naming
from explorer.spec.address import params_of
from explorer.spec.chosen import Chosen
from explorer.tell import feature_maps, look_words
from explorer.tell.feature_maps import CHANNELS, NAMES, OURS, TWINS, WHO, Curve
from explorer.tell.plots.look import additions, journey, responses
from explorer.tell.plots.once import once
from explorer.web import look_component, pieces
from explorer.web.asked import asked, now, several
from explorer.web.look_component import Unit
from explorer.web.sections.feature_maps import picture, who
from explorer.web.sections.feature_maps.passes import Looker, Watched, once_in_turn, watched, x_key
from explorer.web.sections.feature_maps.who import Who

COVER = "cover"
BEYOND = 10  # times the usual response: of a net that did not learn
BESIDE = 7  # channels a row, where two nets stand side by side


@dataclass(frozen=True)
class Look:
    """One picture through one net, with what the sections need. slug: of WHO; plain: the picture before a part was
    covered; changed: what differs from the net and the picture as they are, in words; again: the same look from what is kept,
    for a part of the page that is drawn by itself and is not to hold the pass itself meanwhile."""

    slug: str
    net: Who
    plain: Prepared
    picture: Prepared
    nodes: tuple[Node, ...]
    watched: Watched
    changed: tuple[str, ...]
    before: dict[str, float]
    was: Told | None
    again: Callable[[], Look | None]


def looked(chosen: Chosen) -> Look | None:
    """The choices on top of the page, and the pass; None while there is no picture yet, and it is said what is missing."""
    slug = asked("Which net looks?", WHO, "who")
    left, right = st.columns([1, 2], gap="large")
    with left, st.container(key="look-picture"):
        try:
            net = who.digits(slug) if slug != OURS else who.sidebars(chosen)
            if net is None:
                return None
            prepared = picture.of_a_digit() if net.spec.in_channels == 1 else picture.photograph(net)
        except ValueError as error:
            pieces.note(f"{error}.")
            return None
    if prepared is None:
        return None
    with left:
        said = st.container(key="look-said")  # on a phone the bars are below the window
        with st.container(key="look-watch"):
            _watch_on_the_map(net)
    with right:
        place = st.container()
        with st.container(key="look-what-if"):
            changes = _changes(net)
        found = _passes(slug, net, prepared, changes)
        if found:
            one = found.watched
            if one.who.names:
                with said:
                    begins = f"With {' and '.join(found.changed)} it" if found.changed else "It"
                    says_it = Markup('<p class="says">{} says <b>{}</b>.</p>')
                    pieces.html(says_it.format(begins, top(one.seen, one.who.names, 1)[0][0]))
            with place, st.container(key="look-answer"):
                _answer(found)
    return found


def _watch_on_the_map(net: Who) -> None:
    """A way to the walk of this net and this very picture, where a link can say the net."""
    key, table = ("digit", walker.DIGITS) if net.spec.in_channels == 1 else ("picture", walker.PICTURES)
    try:
        params = params_of(net.spec) | {"walk": "net"}
    except ValueError:
        return
    if net.side != net.spec.default_input:
        params["input"] = str(net.side)
    source = now(feature_maps.DIGITS if net.spec.in_channels == 1 else feature_maps.PICTURES, key)
    if source != next(iter(table)):
        params[key] = source
    pieces.within("Watch it go through the map", params)


@dataclass(frozen=True)
class Changes:
    """What if: blocks that add nothing, option A's zeros on the other side, a part of the picture covered. named: the
    blocks as the map names them."""

    off: tuple[str, ...] = ()
    zeros: bool = False
    box: look_component.Box | None = None
    named: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        said = [f"{' and '.join(self.named)} adding nothing"] if self.off else []
        said += ["option A’s zeros on the other side"] if self.zeros else []
        return (*said, *(["a part of the picture covered"] if self.box else []))


def _changes(net: Who) -> Changes:
    """The controls of "what if"."""
    nodes = trace(net.spec, net.side, net.side)
    blocks, named = [node.block for node in nodes if adds(node) and node.block], feature_maps.places(nodes)
    off: tuple[str, ...] = ()
    if blocks:
        options = {path: named.get(path, path) for path in blocks}
        off = several("What if these blocks added nothing?", options, "off", "Choose blocks to switch off")
    zeros = net.spec.shortcut == "A" and st.toggle(
        "What if option A’s zeros stood on the other side?",
        key="zeros",
        bind="query-params",
        help="Where a stage doubles the channels, option A adds channels of zeros: behind x’s own, or half on both sides. "
        "The counts, the names and the shapes are the same, so that weights load either way, and answer otherwise.",
    )
    names = tuple(named[path] for path in off)
    return Changes(off, bool(zeros), look_component.covered(COVER), names)


def _passes(slug: str, net: Who, prepared: Prepared, changes: Changes) -> Look | None:
    shown = pictures.covered(prepared, changes.box) if changes.box else prepared
    one = _watch("look", net, prepared, shown, changes)
    if one is None:
        return None
    before: dict[str, float] = {}
    was = None
    if one.before is not None and one.who.names:
        before = dict(top(one.before, one.who.names, len(one.who.names)))
        was = look_words.says(one.before, one.who.names)
    again = partial(_passes, slug, net, prepared, changes)
    return Look(slug, net, prepared, shown, one.nodes, one, changes.words, before, was, again)


def _watch(label: str, net: Who, prepared: Prepared, shown: Prepared, changes: Changes) -> Watched | None:
    """The pass of what is `shown`; `prepared`: the picture as it came, on which an untrained net is calibrated."""
    like, x = prepared.x, shown.x
    base = x_key(like)
    at = (x.shape[2], x.shape[3])

    def unchanged(looker: Looker) -> Watched:
        found = net.make(looker, like)
        return Watched(found, passed(found.model, found.spec, like, terms=False), at)

    def make(looker: Looker) -> Watched:
        if not changes.words:
            return unchanged(looker)
        one = looker.passes.made((net.key, (), False, base, base), looker.id, lambda: unchanged(looker))
        before = replace(one.seen, outputs={}, rows={})
        if not changes.zeros and not changes.box:
            seen = lesioned(one.who.model, one.fullest, one.nodes, changes.off)
            return Watched(one.who, seen, at, before=before)
        found = subject.other_zeros(one.who) if changes.zeros else one.who
        return Watched(found, passed(found.model, found.spec, x, off=changes.off, terms=False), at, before=before)

    return watched(label, (net.key, changes.off, changes.zeros, base), x, make)


def _answer(found: Look) -> None:
    one, names = found.watched, found.watched.who.names
    told = one.who.told
    pieces.note(f"{told[0].upper()}{told[1:]}.", "recorded" if found.slug != OURS else "", explained=True)
    if not names:
        pieces.note("It has no classifier, so it gives no answer.")
        return
    best = top(one.seen, names)
    bars, glowing = st.columns([3, 2], gap="medium")
    with bars:
        pieces.html(feature_maps.answers(one.seen, names, found.before))
        _difference(found, best[0][0])
        with st.container(key="look-spoken"):
            label = _spoken_for(names, best[0][0])
            exactly = st.container()
    features = one.seen.outputs[last_maps(found.nodes)][0]
    glow = class_map(features, one.who.classifier, label)
    with glowing, st.container(key="look-cover"):
        hint = "Orange spoke for the class. Drag over the picture to cover a part."
        look_component.cover({**feature_maps.spoken(glow, found.picture, names[label]), "hint": hint}, COVER)
    with exactly:
        logit, bias = float(one.seen.logits[0, label]), float(one.who.classifier.bias[label])
        pieces.html(look_words.score_told(names[label], float(glow.mean()), bias, logit))


def _difference(found: Look, best: str) -> None:
    """What the change did to the answer, in a sentence."""
    if not found.changed or not found.before:
        return
    was = max(found.before.items(), key=lambda one: one[1])[0]
    verb = "still says" if was == best else "now says"
    now = look_words.says(found.watched.seen, found.watched.who.names)
    pieces.lead(Told(f"With {' and '.join(found.changed)} it {verb} ", now, "; before: ", found.was or "", "."))


def _spoken_for(names: tuple[str, ...], best: str) -> int:
    """The class whose map glows: the answer, or one that was picked."""
    follow = "the answer"
    picked = st.selectbox("What spoke for …", (follow, *dict.fromkeys(names)), key="spoke_for")
    return names.index(best if picked == follow else picked)


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
        shown = asked("Maps behind each …", choices, "rows", wrap=True)
    with channels:
        order = asked("Which channels", CHANNELS, "channels")
        first: int | None = None
        if order == "order":
            most = max(node.out_shape[1] for node in found.nodes if node.block)
            first = int(st.number_input("From channel", 0, most - 1, 0, step=feature_maps.MOST, key="first_channel"))
    one = found.watched
    twin = TWINS.get(found.slug)
    beside = bool(twin) and st.toggle(
        f"Beside it: {NAMES[twin] if twin else ''}",
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
    pieces.note("Brightest: the largest number on the maps of a row.", "measured", explained=True)
    if unit:
        _follow(found, unit, data)


def _through(
    one: Watched, picture: Prepared, rows: str, first: int | None, most: int = feature_maps.MOST
) -> feature_maps.Looked | None:
    """A pass's maps, row by row; None while blocks that are not kept any more wait to be made again."""
    key = ("way", rows, first, most)

    def make() -> feature_maps.Looked:
        return feature_maps.through(one.with_blocks(rows), one.nodes, picture, rows, first, most)

    if rows == feature_maps.STAGES or one.keeps(rows):
        return one.once(key, make)
    return once_in_turn(one, key, make)


def _beside(found: Look, twin: str, rows: str, first: int | None) -> None:
    """Both nets on the same picture, row by row."""
    net = who.digits(twin)
    other = _watch("twin", net, found.picture, found.picture, Changes())
    if other is None:
        return
    pairs = ((found.slug, found.watched), (twin, other))
    for column, (slug, one) in zip(st.columns(2, gap="large"), pairs, strict=True):
        with column:
            pieces.lead(
                Told(f"{NAMES[slug][0].upper()}{NAMES[slug][1:]}: ", look_words.says(one.seen, one.who.names), ".")
            )
            data = _through(one, found.picture, rows, first, BESIDE)
            if data is not None:
                look_component.maps({**data, "slim": True}, f"maps-{slug}")


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
        pieces.note("Red adds, blue takes away; the line is what goes on after ReLU.", "measured", explained=True)


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
        responses(curves), "Standard deviation of each layer’s responses, residual against plain", key="responses"
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


__all__ = ["Look", "inside", "looked", "responding", "way"]
