"""Which tensors a pass keeps: the memory that each lies in, what autograd saves of it, and what is alive when.

Exact, and tested against torch. A tensor is told as the path of the node whose output it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from explorer.facts.proof import Proof
from explorer.facts.proof.sums import subtotals
from explorer.facts.rollup import BYTES
from explorer.net.trace import Node

INDEX_BYTES = 8  # max pooling keeps an int64 per output for its backward pass
STATISTIC_BYTES = 4  # BN keeps mean and inverse deviation per channel in fp32


def storages(nodes: Sequence[Node]) -> dict[str, str]:
    """Node path → path of the node whose memory its output lies in: itself, or what it writes over."""
    homes: dict[str, str] = {}
    for node in nodes:
        homes[node.path] = homes[node.inputs[0]] if node.inplace and node.inputs else node.path
    return homes


def tensor(node: Node, dtype: str) -> Proof:
    """Bytes of a node's output."""
    size = BYTES[dtype]
    return Proof(
        node.path, "·".join(map(str, (*node.out_shape, size))), math.prod(node.out_shape) * size, "N·c·H·W·bytes"
    )


def saved_paths(nodes: Sequence[Node]) -> set[str]:
    """The tensors that autograd keeps, without BN's statistics and the indices of max pooling."""
    homes = storages(nodes)
    kept = {homes[node.inputs[0]] for node in nodes if node.kind in ("conv", "norm", "maxpool", "linear")}
    return kept | {homes[node.path] for node in nodes if node.kind == "relu"}


def saved(nodes: Sequence[Node], dtype: str = "fp32") -> Proof:
    """What autograd keeps for the backward pass: inputs of convolutions, BN, max pooling and fc, outputs of ReLU,
    each piece of memory once; BN's batch statistics; max pooling's indices. The picture counts, parameters do not."""
    kept = saved_paths(nodes)
    parts = [
        _group(stage, [tensor(node, dtype) for node in group])
        for stage, group in groupby((node for node in nodes if node.path in kept), lambda node: node.stage)
    ]
    channels = sum(node.out_shape[1] for node in nodes if node.kind == "norm")
    parts.append(
        Proof(
            "BN: batch mean and deviation",
            f"2·{channels}·{STATISTIC_BYTES}",
            2 * channels * STATISTIC_BYTES,
            "2·channels·4 bytes, fp32",
        )
    )
    parts += [_indices(node) for node in nodes if node.kind == "maxpool"]
    return _group("saved for backward", parts)


def saved_bytes(nodes: Sequence[Node], dtype: str = "fp32") -> int:
    """The sum of `saved`."""
    return saved(nodes, dtype).value


def alive(nodes: Sequence[Node]) -> list[tuple[Node, frozenset[str]]]:
    """(node, the tensors alive while it runs) in a forward pass without gradients, the picture left out.

    A node holds its inputs and its output (max pooling its indices too). Python's frames hold more: the input of its
    block and of its stage until they return, the main path while the shortcut runs, a convolution's input until its
    BN has returned, and a pre-activation that the projection will need.
    """
    homes, by_path = storages(nodes), {node.path: node for node in nodes}
    activated = {node.block: node.inputs[0] for node in nodes if node.on_shortcut and node.kind != "identity"}
    found, seen = [], set()
    block, stage, block_input, stage_input, main = "", "stem", "input", "input", "input"
    for node in nodes[1:]:
        if node.block != block:
            block, block_input = node.block, node.inputs[0]
        if node.stage != stage:
            stage, stage_input = node.stage, node.inputs[0]
        main = main if node.on_shortcut else node.path
        held = {node.path, *node.inputs, block_input, stage_input, main}
        if node.kind == "norm" and by_path[node.inputs[0]].kind == "conv":
            held |= set(by_path[node.inputs[0]].inputs)
        held |= {activated[block]} & seen if block in activated else set()
        seen.add(node.path)
        found.append((node, frozenset(homes[path] for path in held) - {"input"}))
    return found


def alive_bytes(nodes: Sequence[Node], dtype: str = "fp32") -> list[int]:
    """Bytes of what is alive while each node runs."""
    sizes = {node.path: math.prod(node.out_shape) for node in nodes}
    return [
        BYTES[dtype] * sum(sizes[path] for path in held)
        + (INDEX_BYTES * sizes[node.path] if node.kind == "maxpool" else 0)
        for node, held in alive(nodes)
    ]


def alive_at(nodes: Sequence[Node], place: int, dtype: str) -> Proof:
    """The tensors alive while the node at `place` of `alive` runs, one by one."""
    node, held = alive(nodes)[place]
    parts = [tensor(one, dtype) for one in nodes if one.path in held]
    return _group(f"alive while {node.path} runs", parts + ([_indices(node)] if node.kind == "maxpool" else []))


def _indices(node: Node) -> Proof:
    shape = "·".join(map(str, node.out_shape))
    return Proof(
        f"{node.path}: indices",
        f"{shape}·{INDEX_BYTES}",
        INDEX_BYTES * math.prod(node.out_shape),
        "N·c·H·W·8 bytes, int64",
    )


def _group(label: str, parts: Sequence[Proof]) -> Proof:
    return Proof(label, subtotals(parts), sum(part.value for part in parts), label, tuple(parts))
