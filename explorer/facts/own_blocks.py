"""A net's own blocks, those that are alike in a run together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypedDict

from explorer import units
from explorer.facts.proof import prove
from explorer.facts.rollup import Block, Row, blocks, summed
from explorer.facts.told import Provable
from explorer.net import called
from explorer.net.node import Node


@dataclass(frozen=True)
class Alike:
    """Blocks of one stage, one after another, whose operations have the same kinds, shapes, strides and weights."""

    blocks: tuple[Block, ...]

    @property
    def first(self) -> Block:
        return self.blocks[0]

    @property
    def name(self) -> str:
        """'conv3_2 to conv3_4, 3 alike'."""
        named = called.blocks(self.first.path, self.blocks[-1].path)
        return f"{named}, {len(self.blocks)} alike" if len(self.blocks) > 1 else named


def alike(nodes: Sequence[Node]) -> tuple[Alike, ...]:
    """All blocks, in the net's order."""
    return tuple(Alike(tuple(run)) for _, run in groupby(blocks(nodes), _made))


def having(groups: Sequence[Alike], path: str) -> Alike:
    """Those with a block, or with a layer of it, or the first of a stage (`layer2`); the net's first for any other path."""
    wanted = ".".join(path.split(".")[:2])
    named = ((group, block) for group in groups for block in group.blocks)
    return next(
        (group for group, block in named if wanted in (block.path, block.stage, block.path.split(".")[0])), groups[0]
    )


def rows(groups: Sequence[Alike]) -> list[Row]:
    """A line per run of blocks, figures of one block."""
    return [
        {
            "stage": group.first.stage,
            "first": group.first.path,
            "alike": len(group.blocks),
            "in_shape": list(group.first.in_shape),
            "out_shape": list(group.first.out_shape),
            "shortcut": group.first.shortcut,
            "params": summed(group.first.nodes),
            "macs": summed(group.first.nodes, "macs"),
        }
        for group in groups
    ]


def _made(block: Block) -> tuple[object, ...]:
    return (
        block.stage,
        *((node.kind, node.in_shape, node.out_shape, node.stride, node.kernel, node.weights) for node in block.nodes),
    )


CAPTION = (
    "Blocks with the same shapes, strides and weights stand in one line; figures are of one block, for one picture."
)


Line = TypedDict(
    "Line",
    {"blocks": str, "in": str, "out": str, "shortcut": str, "parameters": Provable, "MACs": Provable},
)


def provable(groups: Sequence[Alike]) -> list[Line]:
    """A line a group, its figures with their proofs."""
    return [_provable(group) for group in groups]


def _provable(group: Alike) -> Line:
    block = group.first
    params, macs = (prove(metric, block.nodes, block.path) for metric in ("params", "macs"))
    return {
        "blocks": group.name,
        "in": units.shape(block.in_shape),
        "out": units.shape(block.out_shape),
        "shortcut": block.shortcut,
        "parameters": Provable(params.shown, params),
        "MACs": Provable(macs.shown, macs),
    }
