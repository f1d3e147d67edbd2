"""Feature maps as volumes, to scale: height and width in one scale, channels in another; and receptive fields."""

from __future__ import annotations

from collections.abc import Sequence

from explorer import units
from explorer.facts.rollup import stages
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.tell import palette
from explorer.tell.drawing import svg

TALLEST, LONGEST, LEAST = 220, 118, 2.5  # pixels: the highest map, the most channels, anything at all
SLANT = (0.42, 0.30)  # how far a map's width runs to the right and up, per pixel of width
GAP, BASE = 16, 350


def milestones(nodes: Sequence[Node]) -> list[tuple[str, Node]]:
    """The feature maps worth drawing: input, stem, each stage's last, pooling, classes: (label, node)."""
    marked = [("input", nodes[0])]
    for stage in stages(nodes):
        if not stage.blocks:
            marked += [(_label(node), node) for node in stage.nodes if op(node.kind).starts]
        else:
            marked.append((stage.name, stage.nodes[-1]))
    return marked


def _label(node: Node) -> str:
    return op(node.kind).milestone or node.path


def volumes_drawing(nodes: Sequence[Node], title: str) -> svg.Drawing:
    """All milestones from left to right, shrinking in size and growing in channels."""
    marked = milestones(nodes)
    per_pixel = TALLEST / max(max(node.out_shape[2:], default=1) for _, node in marked)
    per_channel = LONGEST / max(node.out_shape[1] for _, node in marked)
    body: svg.Shapes = []
    x = 30.0
    for label, node in marked:
        height, run, length = _extent(node, per_pixel, per_channel)
        reach = max(length + run * SLANT[0], 104, 9.6 * len(units.shape(node.out_shape)))  # room for the words below
        left = x + (reach - length - run * SLANT[0]) / 2
        body += box(left, BASE, height, run, length, palette.STAGE_COLOURS[node.stage])
        middle = x + reach / 2
        body.append(svg.Text(middle, BASE + 30, label, "ink mid bold", 18))
        body.append(svg.Text(middle, BASE + 54, units.shape(node.out_shape), "ink mid", 17, proof=node.path))
        body.append(svg.Text(middle, BASE + 77, relation(label, node, marked), "soft mid", 16))
        x += reach + GAP
    body.append(svg.Text(30, 34, title, "ink serif", 24))
    return svg.Drawing(x - GAP + 30, BASE + 94, title, tuple(body))


def _extent(node: Node, per_pixel: float, per_channel: float) -> tuple[float, float, float]:
    spatial = node.out_shape[2:] or (1, 1)
    return (
        max(spatial[0] * per_pixel, LEAST),
        max(spatial[1] * per_pixel, LEAST),
        max(node.out_shape[1] * per_channel, LEAST),
    )


def box(x: float, base: float, height: float, run: float, length: float, colour: str) -> svg.Shapes:
    """A cuboid: front face length × height, its side and top receding by the map's width."""
    dx, dy = run * SLANT[0], run * SLANT[1]
    top, right = base - height, x + length
    return [
        svg.polygon([(x, top), (x + dx, top - dy), (right + dx, top - dy), (right, top)], colour, 0.55, colour),
        svg.polygon(
            [(right, top), (right + dx, top - dy), (right + dx, base - dy), (right, base)], colour, 0.38, colour
        ),
        svg.polygon([(x, top), (right, top), (right, base), (x, base)], colour, 0.92, colour),
    ]


def relation(label: str, node: Node, marked: list[tuple[str, Node]]) -> str:
    """How the map's size relates to the one before it: '½ the size' where it shrank."""
    before = [one for _, one in marked][[name for name, _ in marked].index(label) - 1]
    if op(node.kind).relation:
        return op(node.kind).relation
    if len(node.out_shape) < 4:
        return "classes" if node.out_shape[1] != 1 else "class"
    return f"stride {node.jump // before.jump}" if node.jump > before.jump else "same size"


def receptive_drawing(nodes: Sequence[Node], title: str) -> svg.Drawing:
    """What one unit of each stage sees, as squares around the middle of the picture (receptive fields, in pixels)."""
    size, middle = 420, 300
    picture = nodes[0].out_shape[2:]
    fields = [(stage.name, stage.nodes[-1].receptive_field) for stage in stages(nodes) if stage.name != "head"]
    seen = [(name, field) for name, field in fields if field is not None]
    scale = size / max([*picture, *(field for _, field in seen)])
    body: svg.Shapes = [svg.Text(30, 34, title, "ink serif", 24)]
    high, wide = picture[0] * scale, picture[1] * scale
    centre_y = 60 + size / 2
    body.append(svg.rect(middle - wide / 2, centre_y - high / 2, wide, high, "#8a929c", 2, 0.28))
    for order, (name, field) in enumerate(reversed(seen)):
        side, colour = field * scale, palette.STAGE_COLOURS[name]
        x, y = middle - side / 2, centre_y - side / 2
        body.append(svg.Rect(x, y, side, side, svg.Look(colour, 0.1, colour, 2.5)))
        row = 110 + order * 62
        body.append(svg.line((x + side, y + side * 0.12), (570, row - 6), colour=colour, width=1, dash=(2, 4)))
        body.append(svg.Text(580, row, name, "bold", 18, colour))
        body.append(
            svg.Text(
                580,
                row + 24,
                units.pixels(field) + (" > picture" if field > max(picture) else ""),
                "ink",
                17,
                proof=name,
            )
        )
    row = 110 + len(seen) * 62
    body.append(svg.rect(580, row - 13, 16, 16, "#8a929c", 2, 0.45))
    body.append(svg.Text(604, row, f"the picture, {picture[0]}×{picture[1]}", "ink", 17))
    return svg.Drawing(830, 500, title, tuple(body))
