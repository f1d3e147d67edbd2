"""What a layer or block is called in an exercise: as the paper calls it (He et al. 2015, Table 1), conv3_1 for `layer2.0`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from explorer.facts.proof import Proof
from explorer.net.called import block as block
from explorer.net.called import in_deep_stem, order
from explorer.net.called import layer as layer
from explorer.net.called import part as part
from explorer.net.node import Node
from explorer.net.ops import convolves, op

ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}


ALONE = {"maxpool": "the max pool", "fc": "fc", "conv1": "conv1", "bn1": "the BatchNorm after conv1"}


def ordinal(place: int) -> str:
    """1 → '1st'; of the few places that a net's parts have."""
    return ORDINALS.get(place, f"{place}th")


def told(node: Node, nodes: Sequence[Node]) -> str:
    """In a sentence: 'the 2nd convolution of conv3_1', 'the projection of conv3_1', 'the max pool'."""
    if not node.block and not in_deep_stem(node, nodes):
        return ALONE.get(node.path, node.path)
    whose = block(node.block) if node.block else "the stem"
    if node.in_gate:
        return f"{node.path.rpartition('.')[2]} in the gate of {whose}"
    if node.on_shortcut:
        return f"the {part(node, nodes)} of {whose}"
    place = order(node, nodes)
    what = "convolution" if convolves(node) else op(node.kind).full or "BatchNorm"
    return f"the {ordinal(place)} {what} of {whose}"


def rules(metric: str, nodes: Sequence[Node]) -> str:
    """How the layers among these are counted, one rule a kind. metric: params | macs."""
    counted = [one for one in nodes if (one.params if metric == "params" else one.macs)]
    convs = [one for one in counted if convolves(one)]
    found = []
    if convs:
        split = " ÷ groups" if any(one.groups > 1 for one in convs) else ""
        spread = "height out · width out · " if metric == "macs" else ""
        verb, what = ("takes", "multiply-adds") if metric == "macs" else ("has", "weights")
        biased = metric == "params" and any(len(one.weights) > 1 for one in convs)
        bias = ", and a bias for each channel out where it has one" if biased else ""
        found.append(f"a convolution {verb} {spread}channels in · channels out · k²{split} {what}{bias}")
    for kind in dict.fromkeys(one.kind for one in counted if op(one.kind).normalises):
        found.append(f"a {op(kind).full or 'BatchNorm'} has a scale and a shift for each channel")
    if any(one.in_gate and not convolves(one) for one in counted):
        found.append(
            "a gate’s window has its k weights"
            if metric == "params"
            else "a gate’s window takes channels · k multiply-adds"
        )
    if any(one.path == "fc" for one in counted):
        found.append("fc has features · classes weights and a bias for each class")
    return "; ".join(found)


def outline(proof: Proof, nodes: Sequence[Node], within: str | None = None, depth: int = 0) -> list[str]:
    """The whole derivation, one line a part, indented; equal neighbours on one line. within: the path of the block whose
    parts these are."""
    found = [f"{'  ' * depth}{_label(proof.label, nodes, within)}: {proof.text}"] if not depth else []
    inside = proof.label.removesuffix(".downsample")
    for first, last, times in proof.runs():
        own = _label(first.label, nodes, inside)
        if times > 1:
            own = f"{own} {'and' if times == 2 else '…'} {_label(last.label, nodes, inside)}, each"
        found.append(f"{'  ' * (depth + 1)}{own}: {first.text}")
        found += outline(first, nodes, inside, depth + 1)
    return found


def _label(label: str, nodes: Sequence[Node], within: str | None) -> str:
    """What a line of a proof is called: a layer or block by its path, a run of layers by those of its ends."""
    if " … " in label:  # of layers that widen the receptive field alike
        first, last = label.split(" … ")
        last, count = last.rsplit(", ", 1)
        return f"{_label(first, nodes, within)} … {_label(last, nodes, within)}, {count}"
    if label.endswith(".downsample"):
        return f"the shortcut of {block(label.removesuffix('.downsample'))}"
    if re.fullmatch(r"layer\d+\.\d+", label):
        return block(label)
    if stage := re.fullmatch(r"layer(\d+)", label):
        return f"conv{int(stage[1]) + 1}_x"
    node = next((one for one in nodes if one.path == label), None)
    if node is None:
        return {"side": "rows", "height": "rows"}.get(label, label)
    if node.block and not (convolves(node) or op(node.kind).normalises or node.in_gate):
        return block(node.block)
    return part(node, nodes) if node.block and node.block == within else layer(node, nodes)
