"""One picture through one net: what is changed, the passes, and what the net says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
from markupsafe import Markup

from explorer.facts.told import Told
from explorer.look import pictures, subject, walker
from explorer.look.passed import last_maps, lesioned, passed
from explorer.look.pictures import Prepared
from explorer.look.seen import class_map, top
from explorer.net.node import Node
from explorer.net.ops import adds
from explorer.net.trace import trace
from explorer.spec.address import params_of
from explorer.spec.chosen import Chosen
from explorer.tell import feature_maps, look_words
from explorer.tell.palette import POSITIVE
from explorer.tell.questions import OURS, WHO
from explorer.web import look_component, pieces
from explorer.web.asked import asked, now, several
from explorer.web.picture_given import PHOTOS
from explorer.web.sections.feature_maps import picture, who
from explorer.web.sections.feature_maps.passes import Looker, Watched, watched, x_key
from explorer.web.sections.feature_maps.who import Who

COVER = "cover"


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
        watch = st.container(key="look-watch")
    with right:
        place = st.container()
        with st.container(key="look-what-if"):
            changes = _changes(net)
        with watch:
            _watch_on_the_map(net, changes)
        found = _passes(slug, net, prepared, changes)
        if found:
            one = found.watched
            if one.who.names:
                with said:
                    pieces.html(_says(found))
            with place, st.container(key="look-answer"):
                _answer(found)
    return found


def _says(found: Look) -> Markup:
    """The answer, large; of a net that learned nothing that it guesses."""
    one = found.watched
    begins = f"With {' and '.join(found.changed)} it" if found.changed else "It"
    verb = _verb(found) if one.who.trained or found.changed else f"is untrained, so it {_verb(found)}"
    best = top(one.seen, one.who.names, 1)[0][0]
    return Markup('<p class="says">{} {} <b>{}</b>.</p>').format(begins, verb, best)


def _watch_on_the_map(net: Who, changes: Changes) -> None:
    """A way to the walk of this net and this very picture, where a link can say the net. The map has none of the changes."""
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
    pieces.within("Watch the unchanged net on the map" if changes.words else "Watch it go through the map", params)


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
        said += ["shortcuts to the wrong channels"] if self.zeros else []
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
        "What if shortcuts led to the wrong channels?",
        key="zeros",
        bind="query-params",
        help="Where a stage doubles the channels, this net’s shortcuts fill up with channels of zeros (option A of the paper): behind x’s own, or half on both "
        "sides. Here they stand on the other side than in training: each channel of x is added to another one than the net learned. Counts, names and shapes are "
        "the same, so that weights load either way, and answer otherwise.",
    )
    names = tuple(named[path] for path in off)
    return Changes(off, bool(zeros), look_component.covered(COVER), names)


def _passes(slug: str, net: Who, prepared: Prepared, changes: Changes) -> Look | None:
    shown = pictures.covered(prepared, changes.box) if changes.box else prepared
    one = watch("look", net, prepared, shown, changes)
    if one is None:
        return None
    before: dict[str, float] = {}
    was = None
    if one.before is not None and one.who.names:
        before = dict(top(one.before, one.who.names, len(one.who.names)))
        was = look_words.says(one.before, one.who.names)
    again = partial(_passes, slug, net, prepared, changes)
    return Look(slug, net, prepared, shown, one.nodes, one, changes.words, before, was, again)


def watch(label: str, net: Who, prepared: Prepared, shown: Prepared, changes: Changes) -> Watched | None:
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
    if found.slug != OURS and now(feature_maps.DIGITS, "digit") in PHOTOS:
        pieces.note(look_words.DIGITS_ONLY)
    if not names:
        pieces.note("It has no classifier, so it gives no answer.")
        return
    best = top(one.seen, names)
    bars, glowing = st.columns([3, 2], gap="medium")
    with bars:
        pieces.html(feature_maps.answers(one.seen, names, found.before))
        with st.container(key="look-difference"):
            _difference(found, best[0][0])
        with st.container(key="look-spoken"):
            label = _spoken_for(names, best[0][0])
            exactly = st.container()
    features = one.seen.outputs[last_maps(found.nodes)][0]
    glow = class_map(features, one.who.classifier, label)
    with glowing, st.container(key="look-cover"):
        hint = f"{POSITIVE.capitalize()} places spoke for the class. Drag over the picture to cover a part (with a finger: its button first)."
        look_component.cover({**feature_maps.spoken(glow, found.picture, names[label]), "hint": hint}, COVER)
        if found.changed and found.before:
            _under(found, best[0][0])
    with exactly:
        logit, bias = float(one.seen.logits[0, label]), float(one.who.classifier.bias[label])
        pieces.html(look_words.score_told(names[label], float(glow.mean()), bias, logit))


def _difference(found: Look, best: str) -> None:
    """What the change did to the answer, in a sentence."""
    if not found.changed or not found.before:
        return
    was = max(found.before.items(), key=lambda one: one[1])[0]
    verb = f"{'still' if was == best else 'now'} {_verb(found)}"
    now = look_words.says(found.watched.seen, found.watched.who.names)
    pieces.lead(Told(f"With {' and '.join(found.changed)} it {verb} ", now, "; before: ", found.was or "", "."))


def _under(found: Look, best: str) -> None:
    """The same below the picture that is covered. On a phone the bars stand above it: a line there would push it away from under
    the finger, so this one stands in its place."""
    was = max(found.before.items(), key=lambda one: one[1])[0]
    with st.container(key="look-under"):
        said = Markup('<p class="says">Now it {} <b>{}</b>; before: {}.</p>')
        pieces.html(said.format(_verb(found), best, was))


def _verb(found: Look) -> str:
    return "says" if found.watched.who.trained else "guesses"


def _spoken_for(names: tuple[str, ...], best: str) -> int:
    """The class whose map glows: the answer, or one that was picked."""
    follow = "the answer"
    picked = st.selectbox("What spoke for which class?", (follow, *dict.fromkeys(names)), key="spoke_for")
    return names.index(best if picked == follow else picked)
