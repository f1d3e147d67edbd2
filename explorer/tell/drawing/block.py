"""One residual block, as in Fig. 2 and 5 of He et al. 2015, from the traced block.

Feature maps are bars as wide as their channels, convolutions the shapes between them: a bottleneck looks like one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from explorer import units
from explorer.facts.rollup import Block
from explorer.net.node import Node
from explorer.net.ops import adds, is_layer, op
from explorer.tell import palette
from explorer.tell.drawing import svg

WIDTH, BAR = 640, 8


@dataclass(frozen=True)
class Look:
    """Where things stand, in units of the drawing; words: the size of its smallest ones."""

    words: float
    centre: int
    conv: int
    gap: int
    widest: int  # of the widest bar
    around: int  # x of the shortcut's vertical line
    labels: int  # x of the convolutions' names
    named: int  # the room that those have


# On a phone a page's drawing is about half as large as its units: 12 px at least.
PAGE, HALL = Look(24, 386, 60, 46, 326, 590, 8, 182), Look(30, 404, 74, 54, 296, 586, 2, 206)


def block_drawing(
    block: Block, colour: str, title: str, widest: int, in_hall: bool = False, where: str = ""
) -> svg.Drawing:
    """The block. `widest`: channels that fill the drawing's width, so that two blocks share one scale. in_hall: with words
    for the last row. where: it stands, below the title."""
    look = HALL if in_hall else PAGE
    scale = look.widest / widest
    body: svg.Shapes = [
        svg.Arrowhead(palette.SHORTCUT),
        svg.Text(look.labels, 32, title, "ink serif", 30),
        *([svg.Text(look.labels, 38 + look.words, where, "ink", look.words)] if where else []),
    ]
    y = 88.0
    tags: list[str] = []
    added = 0  # lines that say what the shortcut does, once it has come
    start = y + BAR / 2
    shape = units.shape(block.in_shape)
    body += [
        *_bar(block.in_shape, y, scale, look),
        svg.Text(look.centre, y - 13, shape, "ink mid bold", look.words),
    ]
    gate = next((node for node in reversed(block.nodes) if node.in_gate), None)  # its last operation tells it
    for node in block.nodes:
        if node.on_shortcut or (node.in_gate and node is not gate):
            continue
        if is_layer(node):
            y = _tags(body, tags, y, look)
            if node is block.convs[0] and _after_activation(block):
                start = y + BAR
            body += _conv(node, y + BAR, scale, colour, look)
            y += BAR + look.conv
            body += _bar(node.out_shape, y, scale, look)
        elif adds(node):
            y = _tags(body, tags, y, look)
            y, added = _addition(body, block, start, y, scale, look), len(_along(block))
        else:
            tags.append(op(node.kind).short)
    y = _tags(body, tags, y, look, added) + BAR
    body += _bar(block.out_shape, y, scale, look)
    shape, asked, size = units.shape(block.out_shape), units.shape_asked(block.out_shape), look.words
    body.append(svg.Text(look.centre, y + 11 + size, shape, "ink mid bold", size, proof="out", asked=asked))
    return svg.Drawing(WIDTH, y + 23 + size, title, tuple(body))


def _bar(shape: Sequence[int], y: float, scale: float, look: Look) -> svg.Shapes:
    width = shape[1] * scale
    return [svg.rect(look.centre - width / 2, y, width, BAR, "#8a929c", 2)]


def _conv(node: Node, y: float, scale: float, colour: str, look: Look) -> svg.Shapes:
    """The convolution as a trapezoid from its input's to its output's width, its weights beside the name."""
    top, bottom = node.in_shape[1] * scale / 2, node.out_shape[1] * scale / 2
    outline = [
        (look.centre - top, y),
        (look.centre + top, y),
        (look.centre + bottom, y + look.conv),
        (look.centre - bottom, y + look.conv),
    ]
    name = f"{node.kernel}×{node.kernel}, {node.out_shape[1]:,}"
    groups = [f"in {node.groups} groups"] if node.groups > 1 else []
    if node.stride > 1 and groups:
        name += f", /{node.stride}"
    elif node.stride > 1:
        groups = [f"stride {node.stride}"]
    weights = math.prod(node.weights[0][1])
    baselines = [y + 2 + look.words * (1 + 1.1 * line) for line in range(3)]
    edge = look.centre - (top + bottom) / 2 - 10
    words: svg.Shapes = [
        svg.Text(look.labels, baselines[0], name, "ink bold", look.words),
        *(svg.Text(look.labels, baselines[1], words, "ink", look.words) for words in groups),
        svg.Text(
            look.labels,
            baselines[1 + len(groups)],
            f"{weights:,} weights",
            "ink",
            look.words,
            proof=node.path,
            asked="? weights",
        ),
    ]
    if edge > look.labels + look.named + 10:
        words.append(_level(look.labels + look.named, edge, y + look.conv / 2))
    return [svg.polygon(outline, colour), *words]


def _level(start: float, end: float, y: float) -> svg.Line:
    """From a convolution's words to its shape."""
    return svg.line((start, y), (end, y), width=0.8, dash=(1, 4))


def _tags(body: svg.Shapes, tags: list[str], y: float, look: Look, added: int = 0) -> float:
    """What stands between two convolutions (BN, ReLU), as small words; returns the new y and empties `tags`. added: lines that
    stand at the right, below the addition, where it is past: the words stand left of them."""
    gap = look.gap + max(added - 1, 0) * 1.1 * look.words if tags or added else BAR
    if tags or added:
        body.append(svg.line((look.centre, y + BAR), (look.centre, y + gap), width=1.4))
    if tags:
        x, kind = (look.centre - 12, "soft end") if added else (look.centre + 12, "soft")
        body.append(svg.Text(x, y + look.gap / 2 + 4 + look.words / 4, " · ".join(tags), kind, look.words))
        tags.clear()
    return y + gap - BAR


def _addition(body: svg.Shapes, block: Block, start: float, y: float, scale: float, look: Look) -> float:
    """⊕ and the shortcut that joins it: solid or dotted, with what it does written below its arrow."""
    at, colour = y + look.gap + 6, palette.SHORTCUT
    dash = palette.SHORTCUT_DASH[block.shortcut]
    side = look.centre + block.in_shape[1] * scale / 2
    x, far = look.centre, look.around
    body += [
        svg.line((x, y + BAR), (x, at - 16), width=1.4),
        svg.line(
            (side, start),
            (far - 30, start),
            ((far, start), (far, start + 30)),
            (far, at - 30),
            ((far, at), (far - 30, at)),
            (x + 20, at),
            colour=colour,
            width=3.5,
            dash=dash,
            arrow=True,
        ),
        svg.Circle(x, at, 15, svg.Look("paper", stroke=colour, width=3)),
        svg.line((x - 8, at), (x + 8, at), colour=colour, width=3),
        svg.line((x, at - 8), (x, at + 8), colour=colour, width=3),
    ]
    for line, words in enumerate(_along(block)):
        body.append(svg.Text(WIDTH - 4, at + 6 + look.words * (1 + 1.1 * line), words, "end bold", look.words, colour))
    return at + 16 - BAR


def _after_activation(block: Block) -> bool:
    """A pre-activation shortcut that changes the shape starts behind the block's first BN and ReLU."""
    return bool(block.bypass) and block.bypass[0].inputs != block.nodes[0].inputs


def _along(block: Block) -> tuple[str, ...]:
    """What the shortcut does, in lines."""
    words = {
        "identity": ("identity:", "x as it is"),
        "pad": ("zero-padding:", "no weights"),
        "subsample": ("pixels left out",),
    }
    if block.shortcut in words:
        return words[block.shortcut]
    if op(block.bypass[0].kind).colour == "pool":
        return "projection:", "pooled, then 1×1"
    stride = math.prod(node.stride for node in block.bypass)
    return "projection:", "1×1" + (f", stride {stride}" if stride > 1 else "")
