"""How much memory a net takes: activations, the peak of inference, what training keeps, the optimizer's state.

Exact and tested against torch: the bytes that autograd saves, and the tensors alive at the peak of a forward pass.
An estimate: the total, which adds the working copies that convolution libraries make. Held on a CPU in fp32 to what
the process's resident memory grows by, with an allocator that hands back what is freed: never under it, and at most
1.6 times it above 100 MB (tests/benchmarks/bench_memory.py). An allocator that keeps freed blocks shows more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.analysis import BYTES, total
from explorer.spec import MAX_BATCH, ResNetSpec, check_int
from explorer.trace import Node, trace

OPTIMIZERS = {"SGD": 0, "SGD with momentum": 1, "Adam, AdamW": 2}  # copies of the parameters in their state
INDEX_BYTES = 8  # max pooling keeps an int64 per output for its backward pass
STATISTIC_BYTES = 4  # BN keeps mean and inverse deviation per channel in fp32
MARGIN = 1.15  # on all but the weights: rounding and bookkeeping of the allocator
KERNELS_BYTES = 24_000_000  # compiled kernels and their scratch space
ASSUMPTIONS = (
    "plain PyTorch, one device, every tensor of one dtype (no autocast), gradients set to None between steps",
    "two working copies of the largest convolution's input, output and weights in training, one in inference",
    f"{100 * (MARGIN - 1):.0f} % on all but the weights, and {KERNELS_BYTES / 1e6:.0f} MB for kernels; not the program itself",
    "tested on a CPU in fp32: never under what the process grew by, at most 1.6 times it above 100 MB",
)


@dataclass(frozen=True)
class Memory:
    """Bytes, part by part. activations: alive at the peak (inference) or saved for backward (training)."""

    weights: int
    buffers: int
    picture: int
    activations: int
    gradients: int
    optimizer: int
    working: int

    @property
    def total(self) -> int:
        return sum(vars(self).values())


def storages(nodes: Sequence[Node]) -> dict[str, str]:
    """Node path → path of the node whose memory its output lies in: itself, or what it writes over."""
    homes: dict[str, str] = {}
    for node in nodes:
        homes[node.path] = homes[node.inputs[0]] if node.inplace and node.inputs else node.path
    return homes


def saved_bytes(nodes: Sequence[Node], dtype: str = "fp32") -> int:
    """What autograd keeps for the backward pass: inputs of convolutions, BN, max pooling and fc, outputs of ReLU,
    each piece of memory once; BN's batch statistics; max pooling's indices. The picture counts, parameters do not."""
    homes, sizes = storages(nodes), {node.path: math.prod(node.out_shape) for node in nodes}
    kept = {homes[node.inputs[0]] for node in nodes if node.kind in ("conv", "norm", "maxpool", "linear")}
    kept |= {homes[node.path] for node in nodes if node.kind == "relu"}
    extra = sum(2 * STATISTIC_BYTES * node.out_shape[1] for node in nodes if node.kind == "norm")
    extra += sum(INDEX_BYTES * math.prod(node.out_shape) for node in nodes if node.kind == "maxpool")
    return sum(sizes[path] for path in kept) * BYTES[dtype] + extra


def alive_bytes(nodes: Sequence[Node], dtype: str = "fp32") -> list[int]:
    """Bytes of the tensors alive while each node runs in a forward pass without gradients, the picture left out.

    A node holds its inputs and its output (max pooling its indices too). Python's frames hold more: the input of its
    block and of its stage until they return, the main path while the shortcut runs, a convolution's input until its
    BN has returned, and a pre-activation that the projection will need.
    """
    homes, sizes = storages(nodes), {node.path: math.prod(node.out_shape) for node in nodes}
    by_path, alive = {node.path: node for node in nodes}, []
    activated = {node.block: node.inputs[0] for node in nodes if node.on_shortcut and node.kind != "identity"}
    seen: set[str] = set()
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
        indices = INDEX_BYTES * sizes[node.path] if node.kind == "maxpool" else 0
        alive.append(indices + BYTES[dtype] * sum(sizes[home] for home in {homes[path] for path in held} - {"input"}))
    return alive


def working_bytes(node: Node, dtype: str) -> int:
    """Copies that a convolution library makes of its input, output and weights in its own layout."""
    elements = math.prod(node.in_shape) + math.prod(node.out_shape) + node.params
    return elements * BYTES[dtype] if node.kind == "conv" else 0


def estimate(spec: ResNetSpec, height: int, width: int, batch: int = 1, dtype: str = "fp32",
             optimizer: str | None = None) -> Memory:
    """Memory of one forward pass (optimizer=None) or one training step. Raises `ValueError` by field."""
    check_int("batch", batch, 1, MAX_BATCH)
    for name, value, choices in (("dtype", dtype, BYTES), ("optimizer", optimizer, (None, *OPTIMIZERS))):
        if value not in choices:
            raise ValueError(f"{name}={value!r}: choose one of {', '.join(str(one) for one in choices if one)}")
    nodes = trace(spec, height, width, batch)
    params, size = int(total(nodes, "params")), BYTES[dtype]
    picture = math.prod(nodes[0].out_shape) * size
    working = [working_bytes(node, dtype) for node in nodes[1:]]
    if optimizer is None:
        peak, busy = max(((alive, work) for alive, work in zip(alive_bytes(nodes, dtype), working)), key=sum)
        activations, gradients, state, extra = peak, 0, 0, busy
    else:
        activations = saved_bytes(nodes, dtype) - picture
        gradients, state, extra = params * size, params * size * OPTIMIZERS[optimizer], 2 * max(working)
    held = activations + gradients + state + extra
    return Memory(params * size, sum(node.buffers for node in nodes) * size, picture, activations, gradients, state,
                  extra + round((MARGIN - 1) * held) + KERNELS_BYTES)


def formulas(spec: ResNetSpec, height: int, width: int, batch: int, dtype: str, optimizer: str) -> dict[str, str]:
    """How each part of an estimate comes about, with this net's values."""
    nodes = trace(spec, height, width, batch)
    params, size = int(total(nodes, "params")), BYTES[dtype]
    alive = alive_bytes(nodes, dtype)
    peak = nodes[1 + max(range(len(alive)), key=lambda index: alive[index] + working_bytes(nodes[1 + index], dtype))]
    largest = max(nodes, key=lambda node: working_bytes(node, dtype))
    return {
        "weights": f"{params:,} parameters·{size} bytes",
        "buffers": f"{sum(node.buffers for node in nodes):,} elements·{size} bytes",
        "picture": f"{'·'.join(map(str, nodes[0].out_shape))}·{size} bytes",
        "activations": f"inference: alive while {peak.path} runs; training: inputs of convolutions, BN, pooling and fc, "
                       "outputs of ReLU, BN statistics, pooling indices",
        "gradients": "training: as the weights",
        "optimizer": f"training: {OPTIMIZERS[optimizer]} × the weights",
        "working": f"inference: 1 copy at {peak.path}; training: 2 at {largest.path}; "
                   f"{100 * (MARGIN - 1):.0f} % on top, {KERNELS_BYTES / 1e6:.0f} MB for kernels",
    }
