"""What the ten figures show: a real digit in a trained net, and counts of real blocks and nets; plain data for the browser.

The window's sums, the maps of the first layer and their strides are worked out in the browser, from the pixels and the
trained weights given here; a test holds its arithmetic to the net's own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from torch import Tensor

from explorer import units
from explorer.facts import block_pair
from explorer.facts.proof import Proof, output_size, prove
from explorer.look import fading
from explorer.look.handwriting import MEAN, SIDE, STD
from explorer.look.passed import Passed, ends, passed
from explorer.look.seen import strongest
from explorer.look.shipped import NETS, shipped
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import preset

NET, DIGIT = "digits-residual-20", 7
FILTER = 12  # negative above, positive below: upper edges
BLOCK, CHANNEL = "layer1.1", 2
STRIDES = (1, 2, 3, 4)
WIDTHS = (64, 128, 256, 384, 512)
SIDES = (64, 96, 128, 160, 192, 224, 288, 320, 384, 448)
MAPS = 4  # of each stage
PARTS = {  # node of the block → what is done there
    "conv1": "convolution",
    "bn1": "BN",
    "relu1": "ReLU",
    "conv2": "convolution",
    "bn2": "BN",
}


@dataclass(frozen=True)
class Card:
    """A number and what its card says, as the browser fills it."""

    shown: str
    rule: str
    text: str
    latex: str
    steps: str
    value: float


def card(proof: Proof, shown: str | None = None) -> Card:
    """A proof for the browser."""
    return Card(shown or proof.shown, proof.rule_read, proof.text, proof.latex, "\n".join(proof.steps()), proof.value)


@cache
def everything() -> dict[str, Any]:
    """All that the ten figures need, JSON-ready. Treat as read-only."""
    return {
        "digit": digit(),
        "strides": strides(),
        "stages": stages(),
        "block": block(),
        "widths": widths(),
        "fading": depths(),
        "costs": costs(),
    }


def digit() -> dict[str, Any]:
    """The picture, grey values row by row; how they are scaled; the first layer's filters, nine weights each."""
    pixels = fading.strip()[:, SIDE * DIGIT : SIDE * (DIGIT + 1)]
    filters = shipped(NET).get_parameter("conv1.weight")[:, 0].flatten(1)
    return {
        "side": SIDE,
        "pixels": pixels.flatten().tolist(),
        "mean": MEAN,
        "std": STD,
        "filters": [[round(weight, 6) for weight in one] for one in filters.tolist()],
        "filter": FILTER,
        "name": str(DIGIT),
    }


def strides() -> list[dict[str, Any]]:
    """The first layer with the window moved 1, 2, 3, 4 pixels at a time: the side of its map."""
    (conv,) = (node for node in trace(NETS[NET], SIDE, SIDE) if node.path == "conv1")
    found = []
    for stride in STRIDES:
        (side,) = output_size(_strided(conv, stride))
        found.append({"stride": stride, "side": side.value, "card": asdict(card(side))})
    return found


def _strided(conv: Node, stride: int) -> Node:
    side = (SIDE + 2 * conv.padding - conv.kernel) // stride + 1
    return replace(conv, stride=stride, out_shape=(*conv.out_shape[:2], side, side))


def stages() -> list[dict[str, Any]]:
    """At the end of each stage: its size and its strongest maps."""
    nodes, seen = _seen()
    last = {node.stage: node for node in nodes if node.path in ends(nodes)}
    return [
        {
            "side": node.out_shape[2],
            "channels": node.out_shape[1],
            "maps": [_numbers(maps[channel]) for channel in strongest(maps, MAPS)],
        }
        for stage, node in last.items()
        if stage != "stem"
        for maps in seen.outputs[node.path]
    ]


def block() -> dict[str, Any]:
    """One channel on its way through a block: x, each operation's output, F(x), and the sum before the last ReLU.
    Rounded to two places; the sum is of the rounded terms, so that what is shown adds up."""
    _, seen = _seen()
    terms = seen.sums[BLOCK]
    x = _numbers(terms.shortcut[0, CHANNEL])
    parts: list[dict[str, Any]] = [
        {"name": name, "values": _numbers(seen.outputs[f"{BLOCK}.{path}"][0, CHANNEL])} for path, name in PARTS.items()
    ]
    return {
        "side": terms.total.shape[2],
        "channel": CHANNEL,
        "x": x,
        "parts": parts,
        "sum": [round(one + other, 2) for one, other in zip(x, parts[-1]["values"], strict=True)],
    }


def widths() -> list[dict[str, Any]]:
    """Weights of a basic block and of a bottleneck at the same number of channels, and how many times fewer."""
    found = []
    for width in WIDTHS:
        pair = block_pair.pair(width)
        basic, bottleneck = (block_pair.arithmetic(one) for one in (pair.basic, pair.bottleneck))
        fewer = card(pair.ratio, f"{pair.ratio.value:.1f}")
        found.append(
            {
                "width": width,
                "basic": asdict(card(basic)),
                "bottleneck": asdict(card(bottleneck)),
                "fewer": asdict(fewer),
            }
        )
    return found


def depths() -> dict[str, list[dict[str, Any]]]:
    """Depth → for each number of cut shortcuts the recorded signal behind the stem and each block."""
    return {name.rpartition("-")[2]: [asdict(one) for one in rows] for name, rows in fading.record().items()}


def costs() -> dict[str, Any]:
    """ResNet-50 on pictures of several sizes: its parameters, and its MACs at each size."""
    traced = {side: trace(preset("resnet50"), side, side) for side in SIDES}
    params = prove("params", traced[SIDES[0]])
    macs = {side: prove("macs", nodes) for side, nodes in traced.items()}
    return {
        "params": asdict(card(params, f"{units.count(params.value)}")),
        "sides": [
            {"side": side, "macs": asdict(card(proof, f"{proof.value / 1e9:.2f} GMACs"))}
            for side, proof in macs.items()
        ],
    }


@cache
def _seen() -> tuple[tuple[Node, ...], Passed]:
    """The trace of the net, and what each operation made of the digit."""
    nodes = trace(NETS[NET], SIDE, SIDE)
    return nodes, passed(shipped(NET), NETS[NET], fading.ten()[DIGIT : DIGIT + 1], [node.path for node in nodes])


def _numbers(one: Tensor) -> list[float]:
    return [round(value, 2) for value in one.flatten().tolist()]
