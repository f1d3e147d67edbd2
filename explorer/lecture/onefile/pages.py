"""Each page of the app in a state of its link, as a file can have it: the same figures from the same functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from explorer.facts import block_pair, own_blocks
from explorer.facts.told import Told
from explorer.lecture.onefile import asking, counted, recorded
from explorer.lecture.onefile.parts import (
    Beside,
    FeatureMaps,
    Fold,
    Heading,
    Html,
    NetMap,
    Part,
    Reach,
    ShippedWalks,
    View,
)
from explorer.lecture.onefile.plotted import chart
from explorer.look import pictures, subject
from explorer.look.passed import Passed, last_maps, passed
from explorer.look.pictures import Prepared
from explorer.look.seen import block_rows, class_map, top
from explorer.look.subject import NETS
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import naming
from explorer.spec.chosen import Chosen
from explorer.tell import (
    block_sides,
    feature_maps,
    fragments,
    given,
    look_words,
    on_page,
    palette,
    paper_tables,
    story,
)
from explorer.tell.drawing import block_drawing
from explorer.tell.feature_maps import NAMES, TWINS
from explorer.tell.plots.look import additions
from explorer.tell.questions import OURS, WHO
from explorer.tell.url_keys import has_twin

Parts = Sequence[Part | Beside | Fold]
SEVEN = 7  # the digit that the app's pad starts with
WIDE = "st-key-shapes-wide"  # what a phone is not shown, as in the app


def _nodes(chosen: Chosen) -> tuple[Node, ...]:
    return trace(chosen.spec, chosen.height, chosen.width, chosen.batch)


def _architecture(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    return (ShippedWalks(given.TWINS) if params.get("walk") == "twins" and has_twin(chosen) else NetMap(chosen),)


def _blocks(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    return _own_blocks(chosen, params) if params.get("of") == "own" else _pair(chosen, params)


def _pair(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    width, equal, place = int(params.get("outer", "256")), params.get("equal", "width"), params.get("place", "solid")
    desk, hall = (block_sides.sides(width, equal, place, chosen.spec, large) for large in (False, True))
    columns = tuple((Html(side.told, hall.sides[kind].told),) for kind, side in desk.sides.items())
    return (Html(desk.lead), Beside(columns), Fold("What the way around costs", (Html(desk.options),)))


def _own_blocks(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    groups = own_blocks.alike(trace(chosen.spec, chosen.height, chosen.width))
    widest = max(shape[1] for one in groups for shape in (one.first.in_shape, one.first.out_shape))
    group = own_blocks.having(groups, params.get("node", ""))
    block = group.first
    colour, title = palette.STAGE_COLOURS[block.stage], block.place
    label = f"{group.name}: {block_pair.arithmetic(block).text}; {block.reason}"
    desk, hall = (
        fragments.drawing(
            block_drawing(block, colour, title, widest, large), label, proofs=block_pair.drawn_proofs(block)
        )
        for large in (False, True)
    )
    said = (
        Html(fragments.reason(block.shortcut, block_pair.why(block))),
        Html(fragments.arithmetic(block_pair.arithmetic(block))),
        Html(fragments.told(block_pair.totals(block))),
    )
    return (
        Beside(((Html(desk, hall),), said)),
        Html(fragments.table(own_blocks.provable(groups), own_blocks.CAPTION)),
    )


def _shapes(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    told = story.page(chosen.spec, chosen.height, chosen.width, chosen.batch)
    return (
        Html(told.lead),
        Html(told.shown, name=WIDE),
        Html(told.table, name=WIDE),
        Html(told.vertical),
        Heading(story.SEES),
        Html(fragments.note(story.DRAG)),
        Reach(json.loads(told.reach)),
        Heading(story.DEPTHS),
        Html(story.rendered(chosen.spec)),
        Html(paper_tables.table1("1x1", naming.base_name(chosen.spec))),
    )


def _paper(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    show = params.get("table", "table1")
    if show == "table1":
        found = paper_tables.architectures(params.get("table_stride", "1x1"), naming.base_name(chosen.spec))
    elif show == "depth":
        found = paper_tables.counted_depth(chosen.spec, _nodes(chosen))
    else:
        found = paper_tables.told_errors(show)
    return tuple(map(Html, found))


def _feature_maps(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    who = params.get("who", next(iter(WHO)))
    if who == OURS or params.get("digit", "draw") != "draw":
        return ()
    net = subject.digits(f"digits-{who}")
    picture = _seven()
    seen, nodes = _passed(who)
    told = f"{net.told[0].upper()}{net.told[1:]}."
    head = (
        Html(fragments.note(told, "recorded"), name="look-answer"),
        Html(feature_maps.answers(seen, net.names), name="look-answer"),
        Html(_score(who), name="look-answer"),
    )
    rows = params.get("rows", feature_maps.STAGES)
    first = 0 if params.get("channels") == "order" else None
    twin = TWINS[who] if params.get("twin") == "true" else ""
    shown = feature_maps.which_are_shown(first, beside=bool(twin))
    once = fragments.note(shown, "measured", explained=True) if twin else None  # on a projector, for both nets
    brightest = Html(fragments.note(shown, explained=True), hall=once)
    if twin:
        return (*head, Beside(tuple(_looking(one, rows, first) for one in (who, twin))), brightest, *_added(who))
    return (*head, FeatureMaps(feature_maps.through(seen, nodes, picture, rows, first)), brightest, *_added(who))


def _added(who: str) -> Parts:
    """How much each block adds; nothing for a net without shortcuts."""
    seen, nodes = _passed(who)
    measured = block_rows(seen)
    rows = feature_maps.share_rows(measured)
    if not rows:
        return (Html(fragments.lead(look_words.nothing_added(seen.spec))),)
    path = str(rows[0]["block"])
    drawn = chart(
        additions(rows, path, feature_maps.places(nodes)),
        "How much each block adds: the norm of F(x) over the norm of x",
    )
    inside = (
        FeatureMaps(feature_maps.terms(seen, seen.sums[path], nodes, _seven())),
        Html(fragments.lead(look_words.way_around(nodes, path))),
        Html(fragments.lead(look_words.adds_most(measured, path, nodes))),
        drawn,
        Html(
            fragments.note(
                "Euclidean norms over all channels and positions, on this picture.", "measured", explained=True
            )
        ),
    )
    return (Fold("Inside a block: shortcut + residual = sum", inside),)


def _looking(who: str, rows: str, first: int | None) -> tuple[Part, ...]:
    seen, nodes = _passed(who)
    told = look_words.says(seen, subject.digits(f"digits-{who}").names)
    says = Told(f"{NAMES[who][0].upper()}{NAMES[who][1:]}: ", told, ".")
    data = feature_maps.through(seen, nodes, _seven(), rows, first, beside=True)
    return (Html(fragments.lead(says)), FeatureMaps(data))


def _score(who: str) -> Markup:
    """What spoke for the answer, as the class's logit has it."""
    net, (seen, nodes) = subject.digits(f"digits-{who}"), _passed(who)
    label = net.names.index(top(seen, net.names, 1)[0][0])
    glow = class_map(seen.outputs[last_maps(nodes)][0], net.classifier, label)
    bias, logit = float(net.classifier.bias[label]), float(seen.logits[0, label])
    return look_words.score_told(net.names[label], float(glow.mean()), bias, logit)


@lru_cache(maxsize=1)
def _seven() -> Prepared:
    """As it stands on the app's pad."""
    return pictures.digit(np.asarray(pictures.sample(SEVEN), dtype=np.float32) / 255)


@lru_cache(maxsize=4)
def _passed(who: str) -> tuple[Passed, tuple[Node, ...]]:
    net = subject.digits(f"digits-{who}")
    x = _seven().x
    return passed(net.model, net.spec, x), trace(net.spec, *x.shape[2:])


def _nothing(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    return ()


Page = Callable[[Chosen, Mapping[str, str]], Parts]
PAGES: dict[str, tuple[Page, str]] = {  # page → what a file has of it, and what only the app can do there
    "architecture": (_architecture, "Play sends a picture through the net itself: that needs PyTorch."),
    "blocks": (_blocks, "Any other width, place or net: the app cuts the block from the real model."),
    "shapes": (_shapes, "Any other net or input size is traced in the app."),
    "cost": (counted.costs, "Any other net, input size, batch or part is traced in the app; a gradient needs PyTorch."),
    "sheet": (counted.numbers, "Any other net, input or format is counted in the app."),
    "paper": (_paper, "Any other net is counted in the app."),
    "compare": (counted.compared, "Any other pair of nets, layer by layer, is traced in the app."),
    "catalogue": (counted.nets, "Searching it, and opening any of the nets, is done in the app."),
    "explain": (asking.steps, "The whole nets behind the steps are in the app."),
    "practice": (asking.exercises, "Exercises without end, of any net, and worksheets are made in the app."),
    "timing": (recorded.timing, "Timing a pass on this machine needs PyTorch."),
    "why_residual": (recorded.why_residual, "Running it live, or with another seed, needs PyTorch."),
    "feature_maps": (_feature_maps, "Your own digit or photo, and switched-off blocks, need PyTorch."),
    "identify": (_nothing, "Which net a file is of is read off in the app."),
    "machines": (_nothing, "What there is to measure on is known to the app alone."),
    "lecture": (_nothing, "Lectures are chosen, loaded and saved in the app."),
}


IN_THE_APP: tuple[Page, str] = (_nothing, "This page is in the app.")  # one without a row


def view(page: str, chosen: Chosen, params: Mapping[str, str]) -> View:
    """A page in a state; of a page that only the app has, what is built and where it is."""
    draw, live = PAGES.get(page, IN_THE_APP)
    return View(_built(page, chosen, params), tuple(draw(chosen, params)), live)


def _built(page: str, chosen: Chosen, params: Mapping[str, str]) -> Markup:
    """The header's line, where the page is of a model."""

    def now(options: Mapping[str, str], key: str) -> str:
        return params.get(key, next(iter(options)))

    if on_page.idle(page, now):
        return Markup("")
    return fragments.built(_looking_with(page, chosen, params), on_page.said(page, chosen, now))


def _looking_with(page: str, chosen: Chosen, params: Mapping[str, str]) -> Chosen:
    """What the header names: on Feature maps the net that looks."""
    who = params.get("who", next(iter(WHO)))
    if page != "feature_maps" or who == OURS:
        return chosen
    return Chosen(NETS[f"digits-{who}"], subject.SIDE, subject.SIDE, 1, "")
