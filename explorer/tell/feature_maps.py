"""A pass as the Feature maps page shows it: rows of mosaics, the three terms of a block, the answer; plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np
from markupsafe import Markup
from torch import Tensor

from explorer import units
from explorer.facts.proof import deciding_size
from explorer.facts.rollup import blocks
from explorer.look.passed import BlockRow, Passed, Sum
from explorer.look.pictures import Prepared
from explorer.look.seen import brightest, strongest, strongest_and_brightest, top
from explorer.net.field import Place
from explorer.net.node import Node
from explorer.net.ops import adds, rectifies
from explorer.net.shortcuts import SHORTCUTS, shortcut_kind
from explorer.tell.look_proofs import Opens, opens, probability
from explorer.tell.markup import Cards, joined
from explorer.tell.mosaic import Mosaic, coloured, data_url, mosaic, ramp_css
from explorer.tell.palette import ADDED, SIGN_KEY

NAMES = {  # the same, in a sentence
    "residual-20": "the residual net of 20 layers",
    "plain-20": "the plain net of 20 layers",
    "residual-56": "the residual net of 56 layers",
    "plain-56": "the plain net of 56 layers",
}
TWINS = {"residual-20": "plain-20", "plain-20": "residual-20", "residual-56": "plain-56", "plain-56": "residual-56"}
PICTURES = {  # CC0: S. van der Walt; R. Michetti
    "cat": "A cat",
    "coffee": "A cup of coffee",
    "upload": "Your own",
    "camera": "Camera",
}
DIGITS = {"draw": "Draw it", "upload": "A photo", "camera": "Camera"}
STAGES = "stages"
CHANNELS = {"strongest": "the strongest", "order": "in order"}
FIRST = 72  # px on the screen of the largest map; the others keep their proportion to it, but for what would be too small to see
MOST = 14  # channels a row
BESIDE = 8  # of the smallest maps, where two nets stand side by side: of maps twice as large half as many
MOST_ROWS = 40
LABELS = {"stem": "after the stem", "head": "after the last ReLU"}


@dataclass(frozen=True)
class Curve:
    """A net's responses, layer by layer. group: residual | plain; recorded: over test pictures, not on this one."""

    name: str
    group: str
    values: Sequence[float]
    recorded: bool = False


class Picture(TypedDict):
    """src: a data URL; height, width in pixels of the net's input."""

    src: str
    height: int
    width: int
    alt: str


class MapRow(TypedDict):
    """Maps of one node in one picture (`mosaic.Mosaic`). sign: before it, in a sum; scale: of a map on the screen. opens:
    how the side of a map comes about, None where no layer decides it."""

    label: str
    path: str
    shape: str
    opens: Opens | None
    sign: str
    note: str
    src: str
    columns: int
    rows: int
    height: int
    width: int
    channels: list[int]
    scale: float
    field: Place


class Key(TypedDict):
    """The colour scale: CSS, and what stands at its ends. source: of the numbers on the maps, of units.PROVENANCE."""

    ramp: str
    low: str
    high: str
    source: str


class Group(TypedDict):
    """kind: through | terms."""

    kind: str
    title: str
    rows: list[MapRow]
    key: Key


class Looked(TypedDict):
    """What `look_component.maps` shows. slim: beside another one."""

    picture: Picture
    hint: str
    groups: list[Group]
    slim: NotRequired[bool]


class Glow(TypedDict):
    """What `look_component.cover` shows: data URLs of the picture and of what lies over it."""

    src: str
    glow: str
    alt: str
    hint: NotRequired[str]


class Shares(TypedDict):
    """A block's terms: Euclidean norms, and what is added as a share of what is carried."""

    block: str
    norm_shortcut: float
    norm_residual: float
    norm_sum: float
    ratio: float


def rows_of(nodes: tuple[Node, ...]) -> dict[str, str]:
    """Which rows there are to look at, slug → words: each stage's end, or a stage block by block."""
    stages = dict.fromkeys(node.stage for node in nodes if node.block)
    return {STAGES: "stage by stage"} | {stage: f"inside {stage}" for stage in stages}


def through(
    seen: Passed,
    nodes: tuple[Node, ...],
    picture: Prepared,
    rows: str = STAGES,
    first: int | None = None,
    beside: bool = False,
) -> Looked:
    """After the stem and at the end of each stage (rows: a stage, for the end of each of its blocks), at true proportions
    (the browser draws larger what would be too small to see, and says so).

    first: the channel to begin with; None: the strongest ones, and the brightest. beside: another net stands there too, so rows are short,
    and of equal width: stages alone, each with fewer maps the larger they are. Raises `ValueError` for rows that the net
    does not have.
    """
    if rows not in rows_of(nodes):
        raise ValueError(f"rows={rows[:60]!r}: choose one of {', '.join(rows_of(nodes))}")
    ends: dict[str, Node] = {}
    for node in nodes:
        if node.path in seen.outputs and rows in (STAGES, node.stage):
            ends[node.stage if rows == STAGES else node.block] = node
    if beside:
        ends = {name: node for name, node in ends.items() if node.block}
    if len(ends) > MOST_ROWS:
        ends = dict(list(ends.items())[:MOST_ROWS])
    sides = [node.out_shape[3] for node in ends.values()]
    largest, smallest = max(sides), min(sides)
    made, named = [], LABELS | places(nodes)
    for name, node in ends.items():
        maps = seen.outputs[node.path][0]
        most = max(1, BESIDE * smallest // node.out_shape[3]) if beside else MOST
        channels = strongest_and_brightest(maps, most) if first is None else _in_order(len(maps), first, most)
        peak = brightest(maps[channels])[1]
        drawn = mosaic(maps[channels].numpy(), most, most=peak)
        note = f"{len(channels)} of {len(maps)} maps, brightest: {units.rough(peak)}"
        made.append(_row(named.get(name, name), node, nodes, drawn, channels, FIRST / largest, note=note))
    key: Key = {"ramp": ramp_css(False), "low": "0", "high": "the brightest of the row", "source": "measured"}
    looked: Looked = {
        "picture": _picture(picture),
        "hint": "Point at a feature map, or tap it: here you see what that one unit sees. A click or a tap follows it on.",
        "groups": [{"kind": "through", "title": "", "rows": made, "key": key}],
    }
    return looked | {"slim": True} if beside else looked


def _in_order(count: int, first: int, most: int) -> list[int]:
    """`most` channels from `first` on; the last ones of a row that does not go so far."""
    start = first if first < count else max(0, count - most)
    return list(range(count))[start : start + most]


def which_are_shown(first: int | None, beside: bool = False) -> str:
    """Which of a row's maps are shown, and what its brightest is. first, beside: as in `through`."""
    chosen = "" if first is not None else "Shown: the largest means and the brightest map. "
    colours = "" if beside else " These colours go from 0 up; a block’s terms, below, have two sides."
    return f"{chosen}Brightest: a row’s largest number.{colours}"


def terms(seen: Passed, one: Sum, nodes: tuple[Node, ...], picture: Prepared) -> Looked:
    """One block's sum: what the shortcut carries + what the block adds = what goes on; then ReLU. One colour scale.
    seen: the pass that the block was in.

    Where the shortcut is dotted, what came before it stands in front: x, and what the shortcut makes of it.
    """
    by_path = {node.path: node for node in nodes}
    inside = [node for node in nodes if node.block == one.path]
    add = next(node for node in inside if adds(node))
    total = one.total[0]
    channels = strongest(total, 6)
    parts = [part[channels].numpy() for part in (one.shortcut[0], one.residual[0], total)]
    most = float(max(np.abs(part).max() for part in parts))
    scale = FIRST / add.out_shape[3]
    shortcut = by_path[add.inputs[1]]
    kind = shortcut_kind([node for node in inside if node.on_shortcut])
    dotted = bool(SHORTCUTS[kind].made)
    named: tuple[tuple[str, str, Node], ...] = (
        (
            f"x, {SHORTCUTS[kind].made}" if dotted else "x",
            "⇢" if dotted else "",
            shortcut,
        ),
        ("F(x)", "+", by_path[add.inputs[0]]),
        ("sum", "=", add),
    )
    rows = [
        _row(name, node, nodes, mosaic(part, 3, True, most), channels, scale, sign)
        for (name, sign, node), part in zip(named, parts, strict=True)
    ]
    if rectifies(inside[-1]):
        after = mosaic(np.maximum(parts[2], 0), 3, True, most)
        rows.append(_row("after ReLU", add, nodes, after, channels, scale, "→"))
    if dotted:
        rows.insert(0, _before(seen, by_path, inside, scale, most))
    low, high = units.ends(most)
    key: Key = {"ramp": ramp_css(True), "low": low, "high": high, "source": "measured"}
    hint = f"The same {len(channels)} channels in each row. {SIGN_KEY}"
    return {
        "picture": _picture(picture),
        "hint": f"{hint} {DOTTED[kind]}" if dotted else hint,
        "groups": [{"kind": "terms", "title": "", "rows": rows, "key": key}],
    }


DOTTED = {
    "pad": "This shortcut is dotted: every second pixel of x, and channels of zeros beside x’s own.",
    "subsample": "This shortcut is dotted: every second pixel of x.",
    "projection": "This shortcut is dotted: a 1×1 convolution mixes x’s channels anew.",
}


def _before(
    seen: Passed,
    by_path: Mapping[str, Node],
    inside: Sequence[Node],
    scale: float,
    most: float,
) -> MapRow:
    """x as it comes to a dotted block, its own strongest channels."""
    own = {node.path for node in inside}
    came = by_path[next(source for node in inside for source in node.inputs if source not in own)]
    maps = seen.outputs[came.path][0]
    channels = strongest(maps, 6)
    drawn = mosaic(maps[channels].numpy(), 3, True, most)
    return _row("x, as it comes", came, tuple(by_path.values()), drawn, channels, scale)


def answers(seen: Passed, names: Sequence[str], before: Mapping[str, float] | None = None) -> Markup:
    """The likeliest classes as bars, HTML; each share opens its proof. before: each class's share before something was
    changed, as a tick."""
    cards, found, logits = Cards("answers"), top(seen, tuple(names)), seen.logits[0]
    places = logits.topk(len(found)).indices.tolist()
    bar = Markup(
        '<div class="answer"><span class="name">{}</span><span class="track"><span style="width:{:.1f}%"></span>{}</span>'
        '<span class="share">{}</span></div>'
    )
    tick = Markup('<i title="before: {}" style="left:{:.1f}%"></i>')
    bars = (
        bar.format(
            name,
            100 * share,
            tick.format(units.chance(before[name]), 100 * before[name]) if before else "",
            cards.number(probability(logits, place, names), units.chance(share)),
        )
        for (name, share), place in zip(found, places, strict=True)
    )
    return Markup('<div class="answers">{}</div>{}').format(joined(bars, ""), cards.html())


def spoken(class_map: Tensor, picture: Prepared, name: str) -> Glow:
    """The class map to lie over the picture: what spoke for a class glows."""
    low, high = float(class_map.min()), float(class_map.max())
    glow = coloured(class_map.numpy(), low, high, ("#000000", ADDED))
    alpha = ((class_map - low) / ((high - low) or 1.0) * 200).byte().numpy()
    return {
        "src": data_url(picture.shown),
        "glow": data_url(np.dstack([glow, alpha])),
        "alt": f"The picture as the net gets it; what spoke for {name} glows",
    }


def share_rows(rows: list[BlockRow]) -> list[Shares]:
    """‖F(x)‖ against ‖x‖ per block, for the line over depth and for export."""
    return [
        {
            "block": row.path,
            "norm_shortcut": row.norm_shortcut,
            "norm_residual": row.norm_residual,
            "norm_sum": row.norm_sum,
            "ratio": row.residual_share,
        }
        for row in rows
    ]


def places(nodes: Sequence[Node]) -> dict[str, str]:
    """Each block's name on the map by its path: layer1.0 → 'conv2_1'."""
    return {block.path: block.place for block in blocks(tuple(nodes))}


def _row(
    label: str,
    node: Node,
    nodes: Sequence[Node],
    drawn: Mosaic,
    channels: list[int],
    scale: float,
    sign: str = "",
    note: str = "",
) -> MapRow:
    shape = units.shape(node.out_shape)
    until = [one for one in nodes[: nodes.index(node) + 1] if one.stage == node.stage]
    sides = deciding_size(until)
    return {
        "label": label,
        "path": node.path,
        "shape": shape,
        "opens": opens(sides[0], shape) if sides else None,
        "sign": sign,
        "note": note,
        "src": drawn.src,
        "columns": drawn.columns,
        "rows": drawn.rows,
        "height": drawn.height,
        "width": drawn.width,
        "channels": channels,
        "scale": scale,
        "field": node.field.plain,
    }


def _picture(picture: Prepared) -> Picture:
    height, width = picture.shown.shape[:2]
    return {"src": data_url(picture.shown), "height": height, "width": width, "alt": "The picture as the net gets it"}
