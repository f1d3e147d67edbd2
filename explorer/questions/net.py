"""A net as questions are asked of it, and the words that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from explorer.facts.proof import Proof, prove
from explorer.facts.rollup import Block, Stage, blocks, stages
from explorer.net import field
from explorer.net.node import Node
from explorer.net.ops import convolves, op
from explorer.net.trace import trace
from explorer.questions import names
from explorer.questions.question import Draw, Wrong
from explorer.spec import ResNetSpec, Value
from explorer.spec.axes import varied

One = TypeVar("One")

WINDOWS = ("conv", "maxpool")  # whose sizes are asked for; a kind of operation more would change version 1
ITEMS = 4  # to put in order, and lines of a calculation
BATCHES = (2, 4, 8, 16, 32)
OPTIONS = {
    "A": "zeros for new channels, no weights",
    "B": "a projection where the shape changes",
    "C": "a projection in every block",
}
RULES = {field.RULE: "1 + the sum of (k − 1)·step over all layers; step: the product of the strides before a layer"}
BROUGHT = {  # by a shortcut, to the addition
    "identity": "x as it is",
    "projection": "x through a 1×1 convolution",
    "subsample": "every second pixel of x",
    "pad": "x, with zeros for the new channels",
    "none": "nothing: it has no shortcut",
}
SHORTCUT_WORDS = {  # before version 3
    "identity": "x as it is",
    "projection": "a 1×1 convolution",
    "subsample": "x, every second pixel",
    "pad": "x, with zeros as its further channels",
    "none": "no shortcut",
}


NAMED = 3  # the version from which on layers have the paper's names; what a sheet said before stays as it was
GATED = 4  # … from which on a block's gate is told, and asked for
EASED = 5  # … from which on the easier ones come first, and a bias is said to be one number a channel
PARTED = 6  # … from which on no kind is asked twice running where another of the same difficulty is left


@dataclass(frozen=True)
class Net:
    """A net and one picture's size, as traced. version: of the sheet, whose words it has to use."""

    spec: ResNetSpec
    name: str
    height: int
    width: int
    version: int = PARTED

    @property
    def nodes(self) -> tuple[Node, ...]:
        return trace(self.spec, self.height, self.width)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return blocks(self.nodes)

    @property
    def named(self) -> bool:
        return self.version >= NAMED

    @property
    def untold(self) -> bool:
        """Whether its blocks hold more than this version's exercises tell of them: version 3 has no words for a gate."""
        return NAMED <= self.version < GATED and self.spec.attention != "none"

    @property
    def gated(self) -> bool:
        """Whether its blocks have a gate, and exercises tell of it."""
        return self.version >= GATED and self.spec.attention != "none"

    def included(self, block: Block | None = None) -> str:
        """What parameters are counted with: ', its 3 BatchNorms and shortcut included'; of a stage without its number."""
        nodes = block.nodes if block else self.nodes
        norms = [node for node in nodes if op(node.kind).normalises and node.params]
        name = op(norms[0].kind).full or "BatchNorm" if norms else ""
        before = " (before its convolutions)" if self.spec.activation == "pre" else ""
        several = f"its {len(norms)} {name}s" if len(norms) > 1 else f"its one {name}"
        counted = [f"{several if block else name}{before}"] if norms else []
        counted += ["gate" if block else "gates"] if self.gated else []
        counted += [] if self.spec.shortcut == "none" else ["shortcut" if block else "shortcuts"]
        return f", {' and '.join(filter(None, (', '.join(counted[:-1]), counted[-1])))} included" if counted else ""

    @property
    def seen(self) -> str:
        return f"{self.name} sees a picture of {self.height}×{self.width} pixels (height × width)."

    def says(self, now: str, before: str) -> str:
        """A question in today's words, or in those of a sheet that is older than version 3."""
        return now if self.named else before

    def newer(self, *wrong: Wrong) -> tuple[Wrong, ...]:
        """Wrong answers that came with version 3."""
        return wrong if self.named else ()

    def block(self, block: Block) -> str:
        """'conv3_1'; in an older sheet 'layer2.0'."""
        return names.block(block.path) if self.named else block.path

    def full(self, block: Block) -> str:
        """With its module: 'conv3_1 (layer2.0)'."""
        return f"{names.block(block.path)} ({block.path})"

    def layer(self, node: Node) -> str:
        """In a list: 'conv3_1, conv 2'; in an older sheet 'layer2.0.conv2'."""
        return names.layer(node, self.nodes) if self.named else node.path

    def part(self, node: Node) -> str:
        """In a list of its block's: 'conv 2'; in an older sheet 'layer2.0.conv2'."""
        return names.part(node, self.nodes) if self.named else node.path

    def told(self, node: Node) -> str:
        """In a sentence, with its module: 'the 2nd convolution of conv3_1 (layer2.0.conv2)'."""
        words = names.told(node, self.nodes)
        return words if node.path in words.replace(" ", "") else f"{words} ({node.path})"

    def with_gate(self, words: str) -> str:
        """Words of its gates; "" where exercises do not tell of any."""
        return words if self.gated else ""

    def gate(self, block: Block) -> list[Node]:
        """The layers of a block's gate; none where exercises do not tell of it."""
        return [node for node in block.nodes if node.in_gate] if self.gated else []

    def beside(self, block: Block) -> str:
        """What a block has besides what `built` says: '; its gate takes the means of its 256 maps, by … to a factor for each map'."""
        layers = [node for node in self.gate(block) if node.weights]
        if not layers:
            return ""
        return f"; its gate takes the means of its {block.out_shape[1]} maps, {gate_layers(layers)}, to a factor for each map"

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those that have blocks."""
        return tuple(one for one in stages(self.nodes) if one.blocks)

    def convs(self) -> list[Node]:
        return [node for node in self.nodes if convolves(node)]


def worked(net: Net, proof: Proof) -> tuple[str, ...]:
    """The rule, then the whole derivation."""
    if net.named:
        return (f"Rule: {RULES.get(proof.rule, proof.rule)}", *names.outline(proof, net.nodes))
    return (f"Rule: {proof.rule}", *proof.outline())


def added_up(net: Net, metric: str, nodes: Sequence[Node], label: str = "") -> tuple[str, ...]:
    """The rules of the layers that these nodes have, then how their sum comes about. metric: params | macs."""
    proof = prove(metric, nodes, label)
    if not net.named:
        return worked(net, proof)
    every = {one.path: one for one in (*net.nodes, *nodes)}  # under another option a block has other layers
    return (f"Rule: {names.rules(metric, nodes)}", *names.outline(proof, tuple(every.values())))


def conv_size(node: Node) -> str:
    """'3×3, 64 channels in and 128 out'."""
    grouped = f" in {node.groups} groups" if node.groups > 1 else ""
    return f"{node.kernel}×{node.kernel}{grouped}, {node.in_shape[1]} channels in and {node.out_shape[1]} out"


def conv_words(node: Node) -> str:
    """A convolution without a bias, in an older sheet's sentence."""
    grouped = f" in {node.groups} groups" if node.groups > 1 else ""
    size = f"{node.kernel}×{node.kernel} convolution{grouped}"
    return f"{node.path} is a {size}, {node.in_shape[1]} channels in and {node.out_shape[1]} out, without a bias"


def built(block: Block, strides: bool = True) -> str:
    """What a block's convolutions are: '256 channels in; 1×1 to 64, 3×3 to 64, 1×1 to 256'."""

    def window(node: Node) -> str:
        grouped = f" in {node.groups} groups" if node.groups > 1 else ""
        strided = f" with stride {node.stride}" if strides and node.stride > 1 else ""
        return f"{node.kernel}×{node.kernel} to {node.out_shape[1]}{grouped}{strided}"

    shortcut = next((one for one in block.bypass if convolves(one)), None)
    beside = f"; on its shortcut {window(shortcut)}" if shortcut else ""
    return f"{block.in_shape[1]} channels in; {', '.join(map(window, block.convs))}{beside}"


def gate_layers(layers: Sequence[Node]) -> str:
    """What a gate's layers are: 'through fc1, a 1×1 to 16, and fc2, a 1×1 to 256, both with a bias'."""
    if all(convolves(node) for node in layers):
        through = ", and ".join(f"{node.path.rpartition('.')[2]}, a 1×1 to {node.out_shape[1]}" for node in layers)
        return f"through {through}, each with a bias"
    return f"by one window that slides along them, {layers[0].kernel} means wide and without a bias"


def carried(net: Net) -> str:
    """Which shortcuts a net has: ' (option B: …)'."""
    return "" if net.spec.shortcut == "none" else f" (option {net.spec.shortcut}: {OPTIONS[net.spec.shortcut]})"


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
