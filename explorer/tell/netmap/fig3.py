"""The paper's Fig. 3: VGG-19, the plain 34-layer net and ResNet-34 side by side, all three from traced models.

He et al. 2015, Fig. 3: "Left: the VGG-19 model (19.6 billion FLOPs) as a reference. Middle: a plain network with 34
parameter layers (3.6 billion FLOPs). Right: a residual network with 34 parameter layers (3.6 billion FLOPs)."
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from explorer import units
from explorer.facts.rollup import blocks
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.net.trace import follow, trace
from explorer.net.vgg import vgg19
from explorer.spec import preset
from explorer.tell.netmap import panel_proofs
from explorer.tell.netmap.paths import number
from explorer.tell.netmap.recipes import layer_name, shape
from explorer.tell.netmap.sent import Arc, Box, Fig3Box, Figure3, Head, Narrow

Bands = dict[tuple[int, ...], dict[str, float]]  # output size → its band: y, h
Places = dict[tuple[str, str], Box]  # (net, path) → x, y, width, height
PUBLISHED_MACS = {"VGG-19": 19.6e9, "plain-34": 3.6e9, "ResNet-34": 3.6e9}
BOX_H, STEP = 22.0, 33.0
HEAD, BAND_GAP = 92.0, 22.0


@dataclass(frozen=True)
class Across:
    """Where things stand from left to right. gutter: of the output sizes; indent: of a box in its column; bulge: of an arc."""

    gutter: float
    column: float
    indent: float
    box: float
    bulge: float

    @property
    def width(self) -> float:
        """Of the figure."""
        return self.gutter + 3 * self.column + self.bulge

    def left(self, index: int) -> float:
        """The boxes' edge in that column."""
        return self.gutter + index * self.column + self.indent


WIDE, NARROW = Across(78, 178, 8, 152, 50), Across(54, 93, 1, 86, 25)  # the narrow one is as wide as a phone


@dataclass(frozen=True)
class Column:
    """One net of the figure."""

    name: str
    nodes: tuple[Node, ...]

    @property
    def drawn(self) -> list[Node]:
        """The layers that get a box: the main path's convolutions, poolings and classifiers."""
        return [node for node in self.nodes if op(node.kind).starts and node.on_main]


@lru_cache(maxsize=1)
def nets() -> tuple[Column, ...]:
    """The three models, traced on a 1×3×224×224 input."""
    net34 = preset("resnet34")
    return (
        Column("VGG-19", follow(vgg19(), (1, 3, 224, 224))),
        Column("plain-34", trace(replace(net34, shortcut="none"))),
        Column("ResNet-34", trace(net34)),
    )


@lru_cache(maxsize=1)
def figure3() -> Figure3:
    """The figure as JSON-ready data: columns, bands of equal output size, boxes, the flow, and the shortcuts."""
    columns = nets()
    bands = _bands(columns)
    places = _places(columns, bands, WIDE)
    shortcuts = _all_shortcuts(columns, places, WIDE)
    height = max(band["y"] + band["h"] for band in bands.values())
    return {
        "stamp": "fig3",
        "figure": "fig3",
        "details": {"rules": panel_proofs.rules()},
        "title": "VGG-19, plain-34, ResNet-34",
        "slug": "fig3-vgg19-plain34-resnet34",
        "facts": "He et al. 2015, Fig. 3, drawn from the traced models, 1×3×224×224",
        "w": WIDE.width,
        "h": height + 8,
        "bands": [
            {"size": "×".join(map(str, size)) if len(size) > 1 else "1", "y": band["y"], "h": band["h"]}
            for size, band in bands.items()
        ],
        "columns": [_head(column, index) for index, column in enumerate(columns)],
        "boxes": [_box(column, node, places[column.name, node.path]) for column in columns for node in column.drawn],
        "flow": [_flow(column, places) for column in columns],
        "shortcuts": shortcuts,
        "shortcuts_held": {
            kind: sum(line["kind"] == kind for line in shortcuts) for kind in ("identity", "projection")
        },
        "narrow": _narrow(columns, bands),
    }


def _narrow(columns: Sequence[Column], bands: Bands) -> Narrow:
    """The same on a phone: what stands elsewhere there."""
    places = _places(columns, bands, NARROW)
    return {
        "w": NARROW.width,
        "columns": [NARROW.left(index) + NARROW.box / 2 for index in range(len(columns))],
        "boxes": list(places.values()),
        "names": [_short(layer_name(node)) for column in columns for node in column.drawn],
        "flow": [_flow(column, places) for column in columns],
        "shortcuts": [line["d"] for line in _all_shortcuts(columns, places, NARROW)],
    }


def _short(name: str) -> str:
    """A layer's name in a narrow box: '3×3 conv, 128, /2' → '3×3, 128 /2', '2×2 max pool, /2' → 'max pool /2'."""
    plain = name.replace(" conv", "").replace("average", "avg").replace(", /", " /")
    return plain[plain.index("max pool") :] if "max pool" in plain else plain


def _places(columns: Sequence[Column], bands: Bands, across: Across) -> Places:
    return {
        (column.name, node.path): _place(column, node, bands, across.left(index), across.box)
        for index, column in enumerate(columns)
        for node in column.drawn
    }


def _all_shortcuts(columns: Sequence[Column], places: Places, across: Across) -> list[Arc]:
    return [line for column in columns for line in _shortcuts(column, places, across.bulge)]


def _size(node: Node) -> tuple[int, ...]:
    """Height × width of the output; a vector counts as 1×1."""
    return node.out_shape[2:] or (1, 1)


def _bands(columns: Sequence[Column]) -> Bands:
    """Output sizes from large to small, each as tall as the net with the most layers there needs."""
    sizes = sorted({_size(node) for column in columns for node in column.drawn}, reverse=True)
    bands, y = {}, HEAD
    for size in sizes:
        most = max(sum(_size(node) == size for node in column.drawn) for column in columns)
        bands[size] = {"y": y, "h": most * STEP + BAND_GAP}
        y += bands[size]["h"]
    return bands


def _place(column: Column, node: Node, bands: Bands, left: float, width: float) -> list[float]:
    alike = [other for other in column.drawn if _size(other) == _size(node)]
    y = bands[_size(node)]["y"] + BAND_GAP / 2 + alike.index(node) * STEP
    return [left, y, width, BOX_H]


def _head(column: Column, index: int) -> Head:
    macs = sum(node.macs for node in column.nodes)
    return {
        "name": column.name,
        "x": WIDE.left(index) + WIDE.box / 2,
        "params": f"{units.count(sum(node.params for node in column.nodes))} params",
        "macs": units.macs(macs),
        "proofs": panel_proofs.sums(column.nodes[1:], ("params", "macs")),
        "steps": panel_proofs.steps(column.nodes[1:], ("params", "macs")),
        "paper": f"paper: {PUBLISHED_MACS[column.name] / 1e9:.1f} billion",
    }


def box_id(column: Column, node: Node) -> str:
    """'plain-34/conv1'."""
    return f"{column.name}/{node.path}"


@lru_cache(maxsize=1)
def box_ids() -> frozenset[str]:
    """The name of every box of the figure."""
    return frozenset(box_id(column, node) for column in nets() for node in column.drawn)


def _box(column: Column, node: Node, place: Box) -> Fig3Box:
    name = layer_name(node)
    words = f"{column.name}, {node.path}: {name}, {shape(node.in_shape)} to {shape(node.out_shape)}"
    return {
        "id": box_id(column, node),
        "net": column.name,
        "path": node.path,
        "kind": node.kind,
        "stage": node.stage if node.block else "",
        "name": name,
        "box": place,
        "says": words,
        "in": shape(node.in_shape),
        "out": shape(node.out_shape),
        "params": node.params,
        "macs": node.macs,
        "proofs": panel_proofs.shown([node]),
    }


def _flow(column: Column, places: Places) -> str:
    """The main path from the first box to the last."""
    boxes = [places[column.name, node.path] for node in column.drawn]
    x = number(boxes[0][0] + boxes[0][2] / 2)
    lines = [f"M{x} {number(one[1] + BOX_H)}V{number(two[1])}" for one, two in zip(boxes, boxes[1:])]
    return "".join([f"M{x} {number(boxes[0][1] - 9)}V{number(boxes[0][1])}", *lines])


def _shortcuts(column: Column, places: Places, bulge: float) -> list[Arc]:
    """An arc per block: from above its first convolution to below its last."""
    lines: list[Arc] = []
    for block in blocks(column.nodes):
        if block.shortcut == "none":
            continue
        first, last = places[column.name, block.convs[0].path], places[column.name, block.convs[-1].path]
        right, middle = first[0] + first[2], first[0] + first[2] / 2
        top, bottom = first[1] - 5.5, last[1] + BOX_H + 5.5
        far = right + bulge
        d = (
            f"M{number(middle)} {number(top)}H{number(right)}C{number(far)} {number(top)} {number(far)} "
            f"{number(bottom)} {number(right)} {number(bottom)}H{number(middle + 2)}"
        )
        lines.append(
            {
                "id": f"{column.name}/{block.path}.downsample",
                "kind": block.shortcut,
                "count": 1,
                "d": d,
                "says": f"{column.name}, {block.path}: {block.reason}",
            }
        )
    return lines
