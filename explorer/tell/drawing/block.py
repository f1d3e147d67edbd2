"""One residual block, as in Fig. 2 and 5 of He et al. 2015, from the traced block.

Feature maps are bars as wide as their channels, convolutions the shapes between them: a bottleneck looks like one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from explorer import units
from explorer.facts.rollup import Block
from explorer.net.node import Node
from explorer.net.ops import is_layer, op
from explorer.tell import palette
from explorer.tell.drawing import svg

WIDTH, CENTRE, BAR, CONV, GAP = 640, 372, 8, 50, 38
WIDEST = 340  # pixels of the widest bar
AROUND = 592  # x of the shortcut's vertical line
LABELS = 24  # x of the convolutions' names


def block_drawing(block: Block, colour: str, title: str, widest: int) -> svg.Drawing:
    """The block. `widest`: channels that fill the drawing's width, so that two blocks share one scale."""
    scale = WIDEST / widest
    body: svg.Shapes = [svg.arrowhead(palette.SHORTCUT), svg.Text(24, 30, title, "ink serif", 24)]
    y = 88.0
    tags: list[str] = []
    start = y + BAR / 2
    body += [*_bar(block.in_shape, y, scale), svg.Text(CENTRE, y - 13, units.shape(block.in_shape), "ink mid bold", 19)]
    gate = next((node for node in reversed(block.nodes) if node.in_gate), None)  # its last operation tells it
    for node in block.nodes:
        if node.on_shortcut or (node.in_gate and node is not gate):
            continue
        if is_layer(node):
            y = _tags(body, tags, y)
            if node is block.convs[0] and _after_activation(block):
                start = y + BAR
            body += _conv(node, y + BAR, scale, colour)
            y += BAR + CONV
            body += _bar(node.out_shape, y, scale)
        elif node.kind == "add":
            y = _tags(body, tags, y)
            y = _addition(body, block, start, y, scale)
        else:
            tags.append(op(node.kind).short)
    y = _tags(body, tags, y) + BAR
    body += _bar(block.out_shape, y, scale)
    body.append(svg.Text(CENTRE, y + 30, units.shape(block.out_shape), "ink mid bold", 19, proof="out"))
    return svg.Drawing(WIDTH, y + 42, title, tuple(body))


def _bar(shape: Sequence[int], y: float, scale: float) -> svg.Shapes:
    width = shape[1] * scale
    return [svg.rect(CENTRE - width / 2, y, width, BAR, "#8a929c", 2)]


def _conv(node: Node, y: float, scale: float, colour: str) -> svg.Shapes:
    """The convolution as a trapezoid from its input's to its output's width, its weights beside the name."""
    top, bottom = node.in_shape[1] * scale / 2, node.out_shape[1] * scale / 2
    outline = [(CENTRE - top, y), (CENTRE + top, y), (CENTRE + bottom, y + CONV), (CENTRE - bottom, y + CONV)]
    name = f"{node.kernel}×{node.kernel}, {node.out_shape[1]:,}"
    name += f", /{node.stride}" if node.stride > 1 else ""
    name += f", {node.groups} groups" if node.groups > 1 else ""
    weights = f"{math.prod(node.weights[0][1]):,} weights"
    edge = CENTRE - (top + bottom) / 2 - 10
    words: svg.Shapes = [
        svg.Text(LABELS, y + 21, name, "ink bold", 19),
        svg.Text(LABELS, y + 43, weights, "ink", 17, proof=node.path),
    ]
    if edge > LABELS + 150:
        words.append(svg.path(f"M{LABELS + 140} {y + CONV / 2}H{edge:.1f}", "ink", 0.8, "1 4"))
    return [svg.polygon(outline, colour), *words]


def _tags(body: svg.Shapes, tags: list[str], y: float) -> float:
    """What stands between two convolutions (BN, ReLU), as small words; returns the new y and empties `tags`."""
    if tags:
        body.append(svg.path(f"M{CENTRE} {y + BAR}V{y + GAP}", "ink", 1.4))
        body.append(svg.Text(CENTRE + 12, y + GAP / 2 + 9, " · ".join(tags), "soft", 16))
        tags.clear()
        return y + GAP - BAR
    return y


def _addition(body: svg.Shapes, block: Block, start: float, y: float, scale: float) -> float:
    """⊕ and the shortcut that joins it: solid or dotted, with what it does written along it."""
    at, colour = y + GAP + 6, palette.SHORTCUT
    dash = palette.SHORTCUT_DASH[block.shortcut]
    side = CENTRE + block.in_shape[1] * scale / 2
    body.append(svg.path(f"M{CENTRE} {y + BAR}V{at - 16}", "ink", 1.4))
    body.append(
        svg.path(
            f"M{side} {start:.1f}H{AROUND - 30}Q{AROUND} {start:.1f} {AROUND} {start + 30:.1f}V{at - 30:.1f}"
            f"Q{AROUND} {at:.1f} {AROUND - 30} {at:.1f}H{CENTRE + 20}",
            colour,
            3.5,
            dash,
            arrow=True,
        )
    )
    paper = {"class": "paper", "style": f"stroke:{colour};stroke-width:3"}
    body.append(svg.element("circle", cx=CENTRE, cy=f"{at:.1f}", r=15, **paper))
    body.append(svg.path(f"M{CENTRE - 8} {at}h16M{CENTRE} {at - 8}v16", colour, 3))
    middle = (start + at) / 2
    along = svg.Text(AROUND + 14, middle, _along(block), "mid bold", 17, colour)
    body.append(svg.element("g", [along], transform=f"rotate(90 {AROUND + 14} {middle:.1f})"))
    return at + (16 if block.nodes[-1].kind == "relu" else 34) - BAR


def _after_activation(block: Block) -> bool:
    """A pre-activation shortcut that changes the shape starts behind the block's first BN and ReLU."""
    return bool(block.bypass) and block.bypass[0].inputs != block.nodes[0].inputs


def _along(block: Block) -> str:
    words = {"identity": "identity: x as it is", "pad": "zero-padding: no weights", "subsample": "pixels left out"}
    if block.shortcut in words:
        return words[block.shortcut]
    pooled = "pooled, " if op(block.bypass[0].kind).colour == "pool" else ""
    stride = math.prod(node.stride for node in block.bypass)
    return f"projection: {pooled}1×1, {block.out_shape[1]:,}" + (f", /{stride}" if stride > 1 else "")
