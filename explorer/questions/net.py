"""A net as questions are asked of it, and the words that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from explorer.facts.proof import Proof
from explorer.facts.rollup import Block, Stage, blocks, stages
from explorer.net.node import Node
from explorer.net.ops import convolves
from explorer.net.trace import trace
from explorer.questions.question import Draw
from explorer.spec import ResNetSpec, Value
from explorer.spec.axes import varied

One = TypeVar("One")

WINDOWS = ("conv", "maxpool")  # whose sizes are asked for; a kind of operation more would change version 1
ITEMS = 4  # to put in order, and lines of a calculation
BATCHES = (2, 4, 8, 16, 32)
SHORTCUT_WORDS = {
    "identity": "x as it is",
    "projection": "a 1×1 convolution",
    "subsample": "x, every second pixel",
    "pad": "x, with zeros as its further channels",
    "none": "no shortcut",
}


@dataclass(frozen=True)
class Net:
    """A net and one picture's size, as traced."""

    spec: ResNetSpec
    name: str
    height: int
    width: int

    @property
    def nodes(self) -> tuple[Node, ...]:
        return trace(self.spec, self.height, self.width)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return blocks(self.nodes)

    @property
    def seen(self) -> str:
        return f"{self.name} sees a picture of {self.height}×{self.width} pixels (height × width)."

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those that have blocks."""
        return tuple(one for one in stages(self.nodes) if one.blocks)

    def convs(self) -> list[Node]:
        return [node for node in self.nodes if convolves(node)]


def worked(proof: Proof) -> tuple[str, ...]:
    """The rule, then the whole derivation."""
    return (f"Rule: {proof.rule}", *proof.outline())


def conv_words(node: Node) -> str:
    """A convolution without a bias, in a sentence."""
    grouped = f" in {node.groups} groups" if node.groups > 1 else ""
    size = f"{node.kernel}×{node.kernel} convolution{grouped}"
    return f"{node.path} is a {size}, {node.in_shape[1]} channels in and {node.out_shape[1]} out, without a bias"


def plain(nodes: Sequence[Node]) -> list[Node]:
    """Convolutions without a bias."""
    return [node for node in nodes if [name for name, _ in node.weights] == ["weight"]]


def reshaped(spec: ResNetSpec, **changes: Value) -> ResNetSpec | None:
    """The net with these fields changed; None where there is no such net."""
    try:
        return varied(spec, **changes)
    except ValueError:
        return None


def some(items: Sequence[One], count: int, draw: Draw) -> list[One]:
    """`count` different ones, in the order in which they stand."""
    left = list(range(len(items)))
    while len(left) > count:
        left.pop(draw.below(len(left)))
    return [items[index] for index in left]


def mixed(items: Sequence[One], draw: Draw) -> tuple[One, ...]:
    """All of them, in any order."""
    left, shuffled = list(items), []
    while left:
        shuffled.append(left.pop(draw.below(len(left))))
    return tuple(shuffled)
