"""One row per kind of operation: everything about a kind that more than one view needs. Whoever has a table of kinds
asks here; a kind without a row raises.

A new kind is a rule in `explorer.net.trace` (what it does to a shape) and a row here. No torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.net.node import Node
from explorer.terms import Term, ceiled, floored, minus, parted, plain, plus, squared, times

SIDES = {  # how an operation makes its output's height or width -> the rule in symbols
    "window": "⌊(size + 2·padding − kernel)/stride⌋ + 1",
    "subsample": "⌈size/stride⌉",
    "one": "adaptive: 1 whatever the input",
    "border": "size + the border",
    "given": "as asked",
    "same": "unchanged",
}
SAVES = ("input", "inputs", "output", "batch statistics", "group statistics", "indices")
INDEX_BYTES = 8  # max pooling keeps an int64 per output for its backward pass
STATISTIC_BYTES = 4  # BN keeps mean and inverse deviation per channel in fp32


@dataclass(frozen=True)
class Op:
    """What every view asks of a kind of operation.

    label: its name in a legend. short: between two convolutions of a drawing. told: on a tile of the map.
    colour: its key in `explorer.tell.palette`. side: a key of SIDES. saves: what autograd keeps for the backward pass,
    of SAVES. params, macs: the arithmetic with a node's numbers in; None where there is none.
    share: of a tile's width among its neighbours. starts: begins a tile in stem and head, and is one of the layers
    that the paper names. layer: has a weight that the paper counts as a layer. runs: starts a kernel.
    reorders: a library may copy its input and output into a layout of its own.
    """

    label: str
    short: str
    told: Callable[[Node], str]
    colour: str
    side: str = "same"
    saves: tuple[str, ...] = ()
    params: Callable[[Node], Term] | None = None
    macs: Callable[[Node], Term] | None = None
    share: float = 1.0
    starts: bool = False
    layer: bool = False
    runs: bool = True
    reorders: bool = False
    row: Callable[[Node], str] = lambda node: node.path  # in a table of stages: '7×7, 64, stride 2'
    milestone: str = ""  # below its feature map in a drawing; its path where empty
    relation: str = ""  # how that map came about, where "stride 2" does not say it
    normalises: bool = False
    keyed: bool = True  # in the legend of a drawing's colours; a shortcut's parts are lines, told with the shortcuts
    full: str = ""  # in a sentence, where the short name says too little
    convolves: bool = False
    rectifies: bool = False
    adds: bool = False  # main path and shortcut
    averages: bool = False  # over windows
    silent: bool = False  # nothing is called: the picture itself, and what a shortcut hands on as it is
    sign: bool = False  # drawn as a sign in a circle, like + in the paper

    @property
    def named(self) -> str:
        """In a sentence: 'BN', 'GroupNorm'."""
        return self.full or self.short


def op(kind: str) -> Op:
    """The row of a kind. Raises `KeyError` naming the kind where there is none."""
    if kind not in OPS:
        raise KeyError(f"operation {kind!r} has no row in explorer.net.ops")
    return OPS[kind]


def kernel_weights(node: Node) -> Term:
    """c_in·c_out·k², divided by the groups where there are some."""
    c_out, c_in_per_group, kernel, _ = node.weights[0][1]
    full = times(c_in_per_group * node.groups, c_out, squared(kernel))
    return parted(full, node.groups) if node.groups > 1 else full


def fc_weights(node: Node) -> Term:
    c_out, c_in = node.weights[0][1]
    return times(c_in, c_out)


def with_bias(weights: Callable[[Node], Term]) -> Callable[[Node], Term]:
    """The weights' arithmetic, and an addend where the layer has a bias."""
    return lambda node: plus(weights(node), *(shape[0] for _, shape in node.weights[1:]))


def window_side(node: Node, axis: int) -> Term:
    """One side of a window's output with the numbers in."""
    size = node.in_shape[axis]
    room = minus(plus(size, times(2, node.padding)), node.dilation * (node.kernel - 1) + 1)
    if not node.ceil:
        return plus(floored(room, node.stride), 1)
    rounded = ceiled(room, node.stride)
    fit = windows(size, node.kernel, node.stride, node.padding, node.dilation, ceil=True)
    return plus(rounded, 1) if fit == rounded.value + 1 else rounded  # without the window that would start outside


def windows(size: int, kernel: int, stride: int, padding: int, dilation: int = 1, ceil: bool = False) -> int:
    """How many windows fit along a side: PyTorch's rule, rounded up for ceil_mode unless the last one would start
    outside of the picture and its padding."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if not ceil:
        return room // stride + 1
    found = -(-room // stride) + 1
    return found - 1 if (found - 1) * stride >= size + padding else found


SIDE_TERMS: dict[str, Callable[[Node, int], Term]] = {  # side rule -> one side of the output, by its axis
    "window": window_side,
    "subsample": lambda node, axis: ceiled(node.in_shape[axis], node.stride),
    "one": lambda node, axis: plain(1),
    "border": lambda node, axis: plus(node.in_shape[axis], node.out_shape[axis] - node.in_shape[axis]),
    "given": lambda node, axis: plain(node.out_shape[axis]),
    "same": lambda node, axis: plain(node.in_shape[axis]),
}


def side_rule(node: Node) -> str:
    """The rule behind an output's height and width, in symbols."""
    rule = SIDES[op(node.kind).side]
    if node.dilation > 1:
        rule = rule.replace("kernel", "(dilation·(kernel − 1) + 1)")
    return rule.replace("⌊", "⌈").replace("⌋", "⌉") + ", no window outside" if node.ceil else rule


def side_term(node: Node, axis: int) -> Term:
    """The same with the numbers in, for one axis of the output's shape."""
    return SIDE_TERMS[op(node.kind).side](node, axis)


def decides_side(nodes: Sequence[Node]) -> Node | None:
    """The layer of the main path that decides the height and width of what these nodes put out: the last one that
    changes them; where none does, the last that has a window. None where there is neither."""
    main = [
        node
        for node in nodes
        if node.on_main and len(node.out_shape) == 4 and op(node.kind).side not in ("same", "given")
    ]
    main = main or [node for node in nodes if len(node.out_shape) == 4 and op(node.kind).side not in ("same", "given")]
    found = [node for node in main if node.in_shape[2:] != node.out_shape[2:]] or main
    return found[-1] if found else None


def convolves(node: Node) -> bool:
    """Whether it is a convolution of maps."""
    return op(node.kind).convolves


def takes_largest(node: Node) -> bool:
    """Whether it pools by the largest value of each window."""
    return "indices" in op(node.kind).saves


def rectifies(node: Node) -> bool:
    """Whether it is a ReLU."""
    return op(node.kind).rectifies


def normalises(node: Node) -> bool:
    """Whether it is a norm, of any kind."""
    return op(node.kind).normalises


def adds(node: Node) -> bool:
    """Whether main path and shortcut meet in it."""
    return op(node.kind).adds


def is_silent(node: Node) -> bool:
    """Whether nothing is computed: the picture itself, and an identity shortcut, which is a line."""
    return op(node.kind).silent


def is_sign(node: Node) -> bool:
    """Whether it is drawn as a sign in a circle."""
    return op(node.kind).sign


def is_picture(node: Node) -> bool:
    """Whether it is what the net is given: it has no input."""
    return not node.inputs


def is_layer(node: Node) -> bool:
    """Whether the paper counts it: convolutions of the main path and fc, not a projection's nor attention's."""
    return op(node.kind).layer and node.on_main


def reads(node: Node) -> int:
    """Elements that the operation reads, its weights not counted."""
    return math.prod(node.in_shape) + sum(math.prod(shape) for shape in node.others)


def saved_extra(node: Node) -> tuple[str, tuple[int, ...], str] | None:
    """What backward needs besides tensors of the pass: (label, factors whose product is the bytes, rule) or None."""
    saves = op(node.kind).saves
    if "indices" in saves:
        return f"{node.path}: indices", (*node.out_shape, INDEX_BYTES), "N·c·H·W·8 bytes, int64"
    if "batch statistics" in saves:
        return "BN: batch mean and deviation", (2, node.out_shape[1], STATISTIC_BYTES), "2·channels·4 bytes, fp32"
    if "group statistics" in saves:
        factors = (2, node.out_shape[0], node.groups, STATISTIC_BYTES)
        return "GroupNorm: mean and deviation", factors, "2·N·groups·4 bytes, fp32"
    return None


def _down(node: Node) -> str:
    return f", /{node.stride}" if node.stride > 1 else ""


def _more(node: Node) -> str:
    grouped = f", {node.groups} groups" if node.groups > 1 else ""
    return _down(node) + grouped + (f", dilation {node.dilation}" if node.dilation > 1 else "")


def _window(node: Node) -> str:
    return f"{node.kernel}×{node.kernel}"


def _twice(node: Node) -> Term:
    return times(2, node.out_shape[1])


OPS: dict[str, Op] = {
    "input": Op("input", "input", lambda node: "input", "plain", runs=False, relation="the picture", silent=True),
    "conv": Op(
        "convolution",
        "conv",
        lambda node: f"{_window(node)} conv, {node.out_shape[1]}{_more(node)}",
        "conv",
        side="window",
        saves=("input",),
        params=with_bias(kernel_weights),
        macs=lambda node: times(*node.out_shape[2:], kernel_weights(node)),
        share=3.0,
        starts=True,
        layer=True,
        reorders=True,
        convolves=True,
        row=lambda node: (
            f"{_window(node)}, {node.out_shape[1]}" + (f", stride {node.stride}" if node.stride > 1 else "")
        ),
    ),
    "norm": Op(
        "Batch Normalization",
        "BN",
        lambda node: "BN",
        "norm",
        saves=("input", "batch statistics"),
        params=_twice,
        normalises=True,
    ),
    "groupnorm": Op(
        "Group Normalization",
        "GN",
        lambda node: "GN",
        "norm",
        saves=("input", "group statistics"),
        params=_twice,
        normalises=True,
        full="GroupNorm",
    ),
    "frozennorm": Op(
        "frozen Batch Normalization",
        "frozen BN",
        lambda node: "frozen BN",
        "norm",
        saves=("input",),
        normalises=True,
    ),
    "relu": Op("ReLU", "ReLU", lambda node: "ReLU", "relu", saves=("output",), rectifies=True),
    "maxpool": Op(
        "max pooling",
        "max pool",
        lambda node: f"{_window(node)} max pool{_down(node)}",
        "pool",
        side="window",
        saves=("input", "indices"),
        share=2.0,
        starts=True,
        row=lambda node: f"{_window(node)} max pool",
        milestone="max pool",
    ),
    "avgpool": Op(
        "average pooling",
        "average pool",
        lambda node: "average pool",
        "pool",
        side="one",
        share=2.0,
        starts=True,
        row=lambda node: "average pool",
        milestone="pooled",
        relation="average",
    ),
    "avgpool2d": Op(
        "average pooling in windows",
        "average pool",
        lambda node: f"{_window(node)} average pool{_down(node)}",
        "pool",
        side="window",
        saves=("input",),
        share=2.0,
        averages=True,
    ),
    "border": Op("zeros at the border", "border", lambda node: "zero border", "pool", side="border"),
    "add": Op("addition", "+", lambda node: "+", "shortcut", keyed=False, adds=True, sign=True),
    "identity": Op(
        "identity shortcut",
        "identity",
        lambda node: "identity",
        "shortcut",
        runs=False,
        keyed=False,
        silent=True,
    ),
    "pad": Op(
        "zero-padding shortcut",
        "zero-padding",
        lambda node: "zero-padding" + _down(node),
        "shortcut",
        side="subsample",
        keyed=False,
    ),
    "mean": Op("mean of each map", "mean", lambda node: "mean", "pool", side="one"),
    "conv1d": Op(
        "convolution over channels",
        "conv over channels",
        lambda node: f"conv over {node.kernel} channels",
        "conv",
        saves=("input",),
        params=with_bias(lambda node: times(*node.weights[0][1])),
        macs=lambda node: times(node.out_shape[2], node.weights[0][1][2]),
        share=2.0,
    ),
    "sigmoid": Op("sigmoid", "sigmoid", lambda node: "sigmoid", "relu", saves=("output",)),
    "scale": Op("scaling by a gate", "× gate", lambda node: "×", "gate", saves=("inputs",), sign=True),
    "view": Op("another shape", "view", lambda node: "reshape", "plain", side="given", runs=False),
    "flatten": Op("flatten", "flatten", lambda node: "flatten", "plain", runs=False, keyed=False),
    "linear": Op(
        "fully connected",
        "fc",
        lambda node: f"fc {node.out_shape[1]}",
        "fc",
        saves=("input",),
        params=with_bias(fc_weights),
        macs=fc_weights,
        share=3.0,
        starts=True,
        layer=True,
        row=lambda node: f"{node.out_shape[1]:,}-d fc",
        milestone="fc",
    ),
}
KINDS = tuple(OPS)
