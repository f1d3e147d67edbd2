"""What the Feature maps page says of a pass, in a sentence each; numbers open their proofs."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from explorer import units
from explorer.facts.told import Provable, Told
from explorer.look.passed import BlockRow, Passed
from explorer.look.seen import Step, top
from explorer.net.node import Node
from explorer.net.shortcuts import SHORTCUTS, shortcut_kind
from explorer.spec import ResNetSpec, naming
from explorer.tell.feature_maps import Curve, places
from explorer.tell.look_proofs import added, probability, score
from explorer.tell.markup import Cards, mark

# Of a net of digits that is given a photo: `pictures.written` and `pictures.digit` in a line.
DIGITS_ONLY = "It knows the ten digits and nothing else. Of your photo it gets what is not background: cut out, grey, centred on 28×28 pixels."


def says(seen: Passed, names: Sequence[str]) -> Told:
    """The likeliest class and its share, which opens its proof: '7, 99.9 %'."""
    name, share = top(seen, tuple(names), 1)[0]
    place = int(seen.logits[0].argmax())
    return Told(f"{name}, ", Provable(units.chance(share), probability(seen.logits[0], place, names)))


def score_told(name: str, mean: float, bias: float, logit: float) -> Markup:
    """What a class map comes to, in small print: its mean and the class's bias are the class's score."""
    cards = Cards("score")
    places = next((one for one in PLACES if _adds_up(one, mean, bias, logit)), PLACES[0])
    before = f"What spoke for “{name}”, {units.fixed(mean, places)} on average over the picture, and the class’s bias, "
    before += f"{'' if bias < 0 else '+'}{units.fixed(bias, places)}, add up to its score: "
    rounded = "" if _adds_up(places, mean, bias, logit) else ", each of them rounded"
    told = Told(
        before, Provable(units.fixed(logit, places), score(mean, bias, logit)), f"{rounded} (Zhou et al. 2016)."
    )
    return Markup('<div class="note">{} {}</div>{}').format(cards.explained(told), mark("measured"), cards.html())


PLACES = (2, 3, 4)  # behind the point, the fewest with which the sum that is shown is right


def _adds_up(places: int, *terms: float) -> bool:
    """Whether all terms but the last, rounded, come to the last one, rounded."""
    *added, total = (round(one, places) for one in terms)
    return abs(sum(added) - total) < 0.1**places / 2


def adds_most(rows: Sequence[BlockRow], path: str, nodes: Sequence[Node]) -> Told:
    """How much the block at `path` adds, and which adds most; each number opens its proof."""
    named = places(nodes)

    def said(row: BlockRow) -> str | Provable:
        return Provable(f"{row.residual_share:.2f}", added(row)) if row.norm_shortcut else "∞"

    one = next(row for row in rows if row.path == path)
    most = max(rows, key=lambda row: row.residual_share)
    if one is most:
        return Told(f"{named[path]} adds most of all: F(x) is ", said(one), " times as large as x.")
    return Told(
        f"{named[path]} adds F(x), ",
        said(one),
        f" times as large as x; {named[most.path]} adds most: ",
        said(most),
        " times.",
    )


def nothing_added(spec: ResNetSpec) -> str:
    """The same of a net without shortcuts."""
    return f"{naming.title(spec)} has no shortcuts: nothing is added, each block replaces what came."


WAY_AROUND = {  # what a kind of shortcut does, said where its three terms are seen
    "identity": "The shortcut carries x past the block’s layers, unchanged. They only have to find what to add: F(x).",
    "pad": "The shortcut carries x past the block’s layers. It is dotted, since x does not fit any more: every second pixel of "
    "it is taken, and zeros stand where the new channels are.",
    "projection": "The shortcut carries x past the block’s layers. It is dotted, since x does not fit any more: a 1×1 convolution "
    "makes it fit.",
    "subsample": "The shortcut carries x past the block’s layers. It is dotted, since x does not fit any more: every second "
    "pixel of it is taken.",
}


def way_around(nodes: tuple[Node, ...], path: str) -> str:
    """What the shortcut of a block does, in a sentence or two."""
    return WAY_AROUND[shortcut_kind([node for node in nodes if node.block == path and node.on_shortcut])]


def way_of(steps: Sequence[Step], nodes: Sequence[Node], label: str, channel: int, value: float) -> str:
    """What became of one unit of the maps at `label`, in a sentence."""
    if not steps:
        return f"{label}, channel {channel}: {value:.2f}. This was the last block: its mean over positions goes to the classifier."
    most = max(steps, key=lambda one: abs(one.residual))
    held = sum(one.after == 0 < abs(one.total) for one in steps)
    said = (
        f"{label}, channel {channel}: {value:.2f}. {len(steps)} {'block adds' if len(steps) == 1 else 'blocks add'} to it, "
        f"{places(nodes)[most.path]} most: {most.residual:+.2f}. "
        + (f"ReLU holds it back {held} {'time' if held == 1 else 'times'}. " if held else "")
        + f"At the end it is {steps[-1].after:.2f}."
    )
    return said.replace("-", "−")


MIXED = "its 1×1 convolution mixes all channels, and the unit is followed into the channel that takes most from its own"
SKIPPED = "it takes every second position only, and the one that it takes here lies beside the unit’s"


def leaps_told(steps: Sequence[Step], nodes: Sequence[Node], value: float) -> str:
    """Where a shortcut brings another number than came in, and why; empty where each brings what came. value: at the start."""
    came = [value, *(one.after for one in steps)]
    changed = [one for one, before in zip(steps, came, strict=False) if one.shortcut != before]
    if not changed:
        return ""
    whys: dict[str, list[str]] = {}
    for one in changed:
        whys.setdefault(MIXED if SHORTCUTS[one.kind].channels == "mixed" else SKIPPED, []).append(
            places(nodes)[one.path]
        )
    said = [f"in {_listed(where)} {why}" for why, where in whys.items()]
    return f"Narrow bar: the shortcut does not bring the unit’s own number; {'; '.join(said)}."


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def responses_told(curves: Sequence[Curve]) -> str:
    """The nets' mean responses, in a sentence."""
    means = ", ".join(f"{one.name} layers {sum(one.values) / len(one.values):.2f}" for one in curves)
    return f"A layer’s responses on average: {means}."
