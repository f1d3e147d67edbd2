"""Mixed precision (AMP): what torch.autocast keeps, and in which format.

Parameters, gradients and the optimizer's state stay in fp32. What multiplies by weights runs in 16 bit, on 16-bit copies
of its weights that are kept until the pass ends; all else takes the format that it is given. Exact, and tested against
autograd's own tensors under torch.autocast (tests/facts/test_memory_autocast.py). A GPU runs Group Normalization in
fp32: tested with that rule imposed on a CPU; exact for what autograd saves of the published nets, else never under it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from explorer.facts.memory import tensors
from explorer.facts.proof import Proof
from explorer.facts.proof.sums import subtotals
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.terms import times

HALF, HALF_BYTES = "bf16", 2  # fp16 takes as much


def in_half(node: Node) -> bool:
    """Whether autocast runs it in 16 bit: convolutions and linear layers."""
    return op(node.kind).macs is not None


def in_full(node: Node) -> bool:
    """Whether a GPU's autocast runs it in fp32, whatever it is given: Group Normalization."""
    return "group statistics" in op(node.kind).saves


def format_of(nodes: Sequence[Node], node: Node) -> str:
    """The format of a node's output; of a net with a norm in fp32, that of all but convolutions and linear layers."""
    return "fp32" if any(map(in_full, nodes)) and not in_half(node) else HALF


def saved(nodes: Sequence[Node]) -> Proof:
    """What autograd keeps for the backward pass: the picture's 16-bit copy and the weights' are among it."""
    if any(map(in_full, nodes)):
        kept = tensors.saved(nodes, "fp32", but=in_half)
        read = [_bytes(f"{node.path}: its input in 16 bit", node.in_shape) for node in nodes if in_half(node)]
        parts = [*kept.parts, _group("16-bit copies of inputs", read)]
    else:
        parts = list(tensors.saved(nodes, HALF).parts)
    copied = [_bytes(node.path, node.weights[0][1]) for node in nodes if in_half(node)]
    return _group("saved for backward", [*parts, _group("16-bit copies of weights", copied)])


def biases(nodes: Sequence[Node]) -> Proof:
    """The biases' 16-bit copies: autograd does not need them, autocast keeps them until the pass ends."""
    count = sum(math.prod(shape) for node in nodes if in_half(node) for _, shape in node.weights[1:])
    return Proof("16-bit copies of biases", times(count, HALF_BYTES), "biases·bytes")


def alive_bytes(nodes: Sequence[Node]) -> list[int]:
    """Bytes of what is alive while each node runs in a pass without gradients; with a norm in fp32, not under it."""
    held = tensors.alive_bytes(nodes, _given(nodes))
    return [one + int(sum(part.value for part in _beside(nodes, place))) for place, one in enumerate(held)]


def alive_at(nodes: Sequence[Node], place: int) -> Proof:
    """The same of the node at `place` of `tensors.alive`, one by one."""
    held = tensors.alive_at(nodes, place, _given(nodes))
    return _group(held.label, [*held.parts, *_beside(nodes, place)])


def _given(nodes: Sequence[Node]) -> str:
    return "fp32" if any(map(in_full, nodes)) else HALF


def _beside(nodes: Sequence[Node], place: int) -> list[Proof]:
    """The copies of parameters made so far, and what the operation makes of an input in another format."""
    node, full = nodes[1 + place], any(map(in_full, nodes))
    count = sum(one.params for one in nodes[: 2 + place] if in_half(one))
    found = [Proof("16-bit copies of parameters", times(count, HALF_BYTES), "parameters·bytes")]
    if in_half(node) and (full or node.inputs[0] == nodes[0].path) or in_full(node):
        found.append(_bytes(f"{node.path}: its input in another format", node.in_shape))
    return [one for one in found if one.value]


def _bytes(label: str, shape: Sequence[int]) -> Proof:
    return Proof(label, times(*shape, HALF_BYTES), "elements·bytes")


def _group(label: str, parts: Sequence[Proof]) -> Proof:
    return Proof(label, subtotals(parts), label, tuple(parts))
