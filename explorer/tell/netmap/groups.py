"""What the map shows at each level: lanes (stages) of parts (a layer group, a block, a run of equal blocks, a stage).

Derived from the trace alone. Nothing is lost on the way: the nodes of all parts together are the nodes of the net.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from explorer.facts.rollup import Block, Stage
from explorer.net import called
from explorer.net.node import Node
from explorer.net.ops import is_picture, op
from explorer.tell.given import LEVELS as LEVELS

FOLDS = ("auto", "on", "off")
AUTO_FOLD_BLOCKS = 100  # nets with more blocks open folded
LEAST_RUN = 2  # equal blocks in a row that are worth folding


@dataclass(frozen=True)
class Part:
    """One tile. `blocks` is empty in stem and head; a run of equal blocks holds several; a stage holds all of its own.

    id: the path by which it is selected: a layer's, the (first) block's, or the stage's module.
    """

    id: str
    stage: str
    nodes: tuple[Node, ...]
    blocks: tuple[Block, ...] = ()
    whole: bool = False  # all of its stage

    @property
    def place(self) -> str:
        """In words: 'conv3_1', 'conv4_4 to conv4_6'; a stage by its name alone."""
        if not self.blocks or self.whole:
            return self.stage
        return called.blocks(self.blocks[0].path, self.blocks[-1].path)

    @property
    def shortcuts(self) -> dict[str, int]:
        """How many of which kind it holds: {'identity': 2, 'projection': 1}."""
        kinds = [block.shortcut for block in self.blocks]
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


@dataclass(frozen=True)
class Lane:
    """One stage of the drawing."""

    stage: Stage
    parts: tuple[Part, ...]


def bypass_id(block: Block) -> str:
    """The id by which a block's shortcut is selected."""
    return f"{block.path}.downsample"


def signature(block: Block) -> tuple[object, ...]:
    """Equal for blocks that differ in nothing but their place: same layers, same shapes, same shortcut."""
    return tuple(
        (
            node.path.removeprefix(block.path),
            node.kind,
            node.in_shape,
            node.out_shape,
            node.kernel,
            node.stride,
            node.groups,
            node.dilation,
            node.params,
        )
        for node in block.nodes
    )


def folds(staged: Sequence[Stage], fold: str = "auto") -> bool:
    """Whether runs of equal blocks are folded: as told, or when the net is too deep to show each."""
    return fold == "on" or fold == "auto" and sum(len(stage.blocks) for stage in staged) > AUTO_FOLD_BLOCKS


def lanes(
    staged: Sequence[Stage], level: str = "blocks", fold: str = "auto", unfolded: Iterable[str] = ()
) -> tuple[Lane, ...]:
    """The drawing's lanes. unfolded: ids of runs that are shown block by block nevertheless."""
    if level == "stages":
        return tuple(
            Lane(stage, (Part(stage.module, stage.name, stage.nodes, stage.blocks, whole=True),)) for stage in staged
        )
    folded, kept = folds(staged, fold), frozenset(unfolded)
    return tuple(Lane(stage, runs(stage, folded, kept) if stage.blocks else _plain(stage)) for stage in staged)


def runs(stage: Stage, folded: bool, unfolded: frozenset[str] = frozenset()) -> tuple[Part, ...]:
    """A stage's blocks as parts; equal neighbours in one part when `folded`."""
    parts: list[Part] = []
    for _, group in groupby(stage.blocks, key=signature):
        equal = tuple(group)
        together = folded and len(equal) >= LEAST_RUN and equal[0].path not in unfolded
        parts += [_part(stage, equal)] if together else [_part(stage, (block,)) for block in equal]
    return tuple(parts)


def _part(stage: Stage, equal: tuple[Block, ...]) -> Part:
    return Part(equal[0].path, stage.name, tuple(node for block in equal for node in block.nodes), equal)


def _plain(stage: Stage) -> tuple[Part, ...]:
    """Stem and head: a tile per convolution, pooling and classifier, with what follows it."""
    groups: list[list[Node]] = []
    for node in stage.nodes:
        if not groups or op(node.kind).starts and not is_picture(groups[-1][-1]):
            groups.append([])
        groups[-1].append(node)
    return tuple(
        Part(
            next(node for node in group if not is_picture(node)).path, stage.name, tuple(group), whole=len(groups) == 1
        )
        for group in groups
    )
