"""Which tensors a pass keeps: the memory that each lies in, what autograd saves of it, and what is alive when.

Exact, and tested against torch for every axis (tests/facts/test_memory.py). A tensor is told as the path of the node whose output it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby

from explorer.facts.proof import Proof
from explorer.facts.proof.sums import subtotals
from explorer.facts.rollup import BYTES
from explorer.net.node import Node
from explorer.net.ops import is_silent, normalises, op, saved_extra
from explorer.terms import times


def storages(nodes: Sequence[Node]) -> dict[str, str]:
    """Node path → path of the node whose memory its output lies in: itself, or what it writes over."""
    homes: dict[str, str] = {}
    for node in nodes:
        homes[node.path] = homes[node.inputs[0]] if node.inplace and node.inputs else node.path
    return homes


def tensor(node: Node, dtype: str) -> Proof:
    """Bytes of a node's output."""
    return Proof(node.path, times(*node.out_shape, BYTES[dtype]), "N·c·H·W·bytes")


def saved_paths(nodes: Sequence[Node], but: Callable[[Node], bool] = lambda node: False) -> set[str]:
    """The tensors that autograd keeps, without the norms' statistics and the indices of max pooling. but: which
    operations keep a copy of their own instead."""
    homes, kept = storages(nodes), set()
    for node in nodes:
        if but(node):
            continue
        saves = op(node.kind).saves
        read = len(node.inputs) if "inputs" in saves else int("input" in saves)
        kept |= {homes[path] for path in node.inputs[:read]}
        kept |= {homes[node.path]} if "output" in saves else set()
    return kept


def saved(nodes: Sequence[Node], dtype: str = "fp32", but: Callable[[Node], bool] = lambda node: False) -> Proof:
    """What autograd keeps for the backward pass: what each operation's row says that it saves, each piece of memory
    once; the norms' statistics; max pooling's indices. The picture counts, parameters and buffers do not. but: as for
    `saved_paths`."""
    kept = saved_paths(nodes, but)
    parts = [
        _group(stage, [tensor(node, dtype) for node in group])
        for stage, group in groupby((node for node in nodes if node.path in kept), lambda node: node.stage)
    ]
    batched = [node for node in nodes if "batch statistics" in op(node.kind).saves]
    channels = sum(node.out_shape[1] for node in batched)
    if batched and (statistics := saved_extra(batched[0])):
        label, factors, rule = statistics
        parts.append(Proof(label, times(2, channels, factors[2]), rule))
    parts += [extra for node in nodes if node not in batched and (extra := _extra(node))]
    return _group("saved for backward", parts)


def saved_bytes(nodes: Sequence[Node], dtype: str = "fp32") -> int:
    """The sum of `saved`."""
    return int(saved(nodes, dtype).value)


def alive(nodes: Sequence[Node], named: bool = False) -> list[tuple[Node, frozenset[str]]]:
    """(node, the tensors alive while it runs) in a forward pass without gradients, the picture left out. named: as a code
    would have it that gives each operation's result a line of its own, as torchvision's: there a convolution's input is let go
    before its BN runs.

    A node holds its inputs and its output (max pooling its indices too). Python's frames hold more: the input of its
    block and of its stage until they return, the main path while the shortcut runs, a convolution's input until its
    BN has returned, a pre-activation that the projection will need, what attention is called with and its means.
    """
    homes, by_path = storages(nodes), {node.path: node for node in nodes}
    activated: dict[str, str] = {}  # what the first operation of a shortcut reads
    called: dict[str, str] = {}  # what attention, and a pool of several layers, were called with
    for node in nodes:
        if node.on_shortcut and not is_silent(node):
            activated.setdefault(node.block, node.inputs[0])
        if owner := _caller(node):
            called.setdefault(owner, node.inputs[0])
    means = {_caller(node): node.path for node in nodes if node.in_gate and op(node.kind).side == "one"}
    found: list[tuple[Node, frozenset[str]]] = []
    seen: set[str] = set()
    block, stage, block_input, stage_input, main = "", "stem", "input", "input", "input"
    for node in nodes[1:]:
        if node.block != block:
            block, block_input = node.block, node.inputs[0]
        if node.stage != stage:
            stage, stage_input = node.stage, node.inputs[0]
        main = main if node.on_shortcut else node.path
        held = {node.path, *node.inputs, block_input, stage_input, main}
        if not named and normalises(node) and op(by_path[node.inputs[0]].kind).layer and not _in_sequence(node):
            held |= set(by_path[node.inputs[0]].inputs)
        if owner := _caller(node):
            held |= {called[owner]} | ({means[owner]} & seen if owner in means else set())
        held |= {activated[block]} & seen if block in activated else set()
        seen.add(node.path)
        found.append((node, frozenset(homes[path] for path in held) - {"input"}))
    return found


def alive_bytes(nodes: Sequence[Node], dtype: str = "fp32", named: bool = False) -> list[int]:
    """Bytes of what is alive while each node runs. named: as for `alive`."""
    sizes = {node.path: math.prod(node.out_shape) for node in nodes}
    return [BYTES[dtype] * sum(sizes[path] for path in held) + _beside(node) for node, held in alive(nodes, named)]


def alive_at(nodes: Sequence[Node], place: int, dtype: str, named: bool = False) -> Proof:
    """The tensors alive while the node at `place` of `alive` runs, one by one. named: as for `alive`."""
    node, held = alive(nodes, named)[place]
    parts = [tensor(one, dtype) for one in nodes if one.path in held]
    if _beside(node) and (extra := _extra(node)):
        parts.append(extra)
    return _group(f"alive while {node.path} runs", parts)


def _caller(node: Node) -> str:
    """The module of several layers that is called as one while the node runs: a block's attention, the stem's pool."""
    return node.gate or ("maxpool" if node.path.startswith("maxpool.") else "")


def _in_sequence(node: Node) -> bool:
    """Whether it runs inside an `nn.Sequential`, which lets go of each layer's input when the layer has returned."""
    return node.on_shortcut or node.path.startswith(("conv1.", "maxpool."))


def _beside(node: Node) -> int:
    """Bytes that an operation makes beside its output in a pass without gradients."""
    makes = {"indices", "group statistics"} & set(op(node.kind).saves)
    extra = saved_extra(node) if makes else None
    return math.prod(extra[1]) if extra else 0


def _extra(node: Node) -> Proof | None:
    """What an operation keeps besides tensors of the pass."""
    if (extra := saved_extra(node)) is None:
        return None
    label, factors, rule = extra
    return Proof(label, times(*factors), rule)


def _group(label: str, parts: Sequence[Proof]) -> Proof:
    return Proof(label, subtotals(parts), label, tuple(parts))
