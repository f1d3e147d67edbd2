"""The whole net as a still picture: a lane per stage, a tile per block, each shortcut an arch, solid or dotted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from explorer import units
from explorer.facts.rollup import Block, Stage, stages
from explorer.net import called
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.tell import palette
from explorer.tell.drawing import svg

LANE, TOP, LEFT, RIGHT, HIGH, WIDEST = 78, 62, 150, 960, 34, 92
MOST = 12  # blocks in a lane; beyond it, equal neighbours share a tile
PHONE, PHONES_LEFT, PHONES_MOST, PHONES_LANE, LINE = 370, 128, 8, 54, 24  # the same for a phone


def overview_drawing(nodes: Sequence[Node], title: str, chosen: str = "", narrow: bool = False) -> svg.Drawing:
    """chosen: the path of a block or a layer in it, which is marked. narrow: for a phone, where a unit is about a pixel."""
    right, lane = (PHONE, PHONES_LANE) if narrow else (RIGHT, LANE)
    body: svg.Shapes = [svg.Text(20, 30, title, "ink serif", 24)]
    found = stages(nodes)
    for order, stage in enumerate(found):
        body += _lane(stage, TOP + order * lane, chosen, right)
    low = TOP + len(found) * lane + (18 if narrow else 8)
    legend = _legend(low, found, narrow)
    lines = len(legend) // 2 - 1 if narrow else 0
    return svg.Drawing(right + 20, low + 16 + max(lines, 0) * LINE, title, (*body, *legend))


def _lane(stage: Stage, y: float, chosen: str, right: float) -> svg.Shapes:
    colour = palette.STAGE_COLOURS[stage.name]
    body: svg.Shapes = [
        svg.rect(20, y + 14, 5, HIGH, colour),
        svg.Text(34, y + 27, stage.name, "bold", 18, colour),
        svg.Text(34, y + 47, units.shape(stage.out_shape), "soft", 15),
    ]
    left = LEFT if right == RIGHT else PHONES_LEFT
    tiles = _tiles(stage, MOST if right == RIGHT else PHONES_MOST)
    step = min(WIDEST + 14, (right - left) / len(tiles))
    for place, (label, group) in enumerate(tiles):
        x, wide = left + place * step, step - 14
        marked = any(chosen == block.path or chosen.startswith(f"{block.path}.") for block in group)
        body.append(
            svg.rect(x, y + 14, wide, HIGH, palette.FILLS[stage.name] if marked else colour, 4, 1 if marked else 0.28)
        )
        body.append(svg.Text(x + wide / 2, y + 37, label, f"mid bold {'white' if marked else 'ink'}", 16))
        if group and group[0].shortcut != "none":
            dash = palette.SHORTCUT_DASH[group[0].shortcut]
            body.append(
                svg.line(
                    (x - 6, y + 22),
                    ((x - 2, y - 8), (x + wide + 2, y - 8), (x + wide + 6, y + 22)),
                    colour=palette.SHORTCUT,
                    width=2.6,
                    dash=dash,
                )
            )
    return body


def _tiles(stage: Stage, most: int) -> list[tuple[str, tuple[Block, ...]]]:
    """(label, blocks): one block each, or runs of equal blocks in a long stage; layers in stem and head."""
    if not stage.blocks:
        kept = [node for node in stage.nodes if op(node.kind).starts]
        return [(node.path, ()) for node in kept]
    if len(stage.blocks) <= most:
        return [(called.number(block.path), (block,)) for block in stage.blocks]
    runs = [tuple(group) for _, group in groupby(stage.blocks, key=lambda block: (block.shortcut, block.in_shape))]
    return [(f"×{len(run)}" if len(run) > 1 else called.number(run[0].path), run) for run in runs]


def _legend(y: float, found: Sequence[Stage], stacked: bool) -> svg.Shapes:
    kinds = dict.fromkeys(block.shortcut for stage in found for block in stage.blocks)
    parts: svg.Shapes = []
    x = 20
    for kind in kinds:
        if kind != "none":
            dash = palette.SHORTCUT_DASH[kind]
            parts.append(svg.line((x, y), (x + 44, y), colour=palette.SHORTCUT, width=2.6, dash=dash))
        parts.append(svg.Text(x + 54, y + 5, palette.SHORTCUT_WORDS[kind], "ink", 16))
        x, y = (x, y + LINE) if stacked else (x + 380, y)
    return parts
