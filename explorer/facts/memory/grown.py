"""What a process grows by as a net computes in it, a CPU's convolution library included: passes, and steps of a training.

The tensors are `facts.memory`'s; what the library adds to them is held to what processes grew by, as the kernel counts their
resident memory (tests/benchmarks/bench_heavy.py, bench_lab_memory.py).
"""

from __future__ import annotations

import math
from functools import lru_cache

from explorer.facts.memory import alive_bytes, saved_bytes
from explorer.facts.rollup import BYTES, summed
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.net.trace import trace
from explorer.spec import ResNetSpec

MARGIN = 1.07  # this and the next: what 780 requests of tests/benchmarks/bench_heavy.py grew by beyond the arithmetic
KERNELS_BYTES = 24_000_000
BACKWARD_COPIES = 2  # of its input, output and weights, as a convolution looks for the gradients of two of them
CHANNELS, PICTURE = 16, 4  # in a block of the library's layout; from so many on
SMALLEST = 32


@lru_cache(maxsize=256)
def peak_bytes(spec: ResNetSpec, height: int, width: int, dtype: str) -> int:
    """Most bytes alive at once during an inference pass of one picture, which is not counted: `facts.memory`'s model."""
    return max(alive_bytes(trace(spec, height, width, 1), dtype))


@lru_cache(maxsize=256)
def _steps(spec: ResNetSpec, height: int, width: int, dtype: str) -> tuple[tuple[int, int, int], ...]:
    """(bytes alive, elements that a convolution may copy, its weights) at each operation, of a pass of one picture."""
    nodes = trace(spec, height, width, 1)
    return tuple(
        (
            alive,
            *(
                (math.prod(node.in_shape) + math.prod(node.out_shape), node.params)
                if op(node.kind).reorders
                else (0, 0)
            ),
        )
        for node, alive in zip(nodes[1:], alive_bytes(nodes, dtype), strict=True)
    )


def pass_bytes(spec: ResNetSpec, height: int, width: int, batch: int, dtype: str, copies: int) -> int:
    """Most bytes at once of a pass, beside weights and pictures: what is alive, and the copies in a layout of the library's
    own that a convolution makes of its input, output and weights. copies: bytes of an element there."""
    return max(
        batch * (alive + copies * moved) + copies * weights
        for alive, moved, weights in _steps(spec, height, width, dtype)
    )


def copied_bytes(node: Node) -> int:
    """A convolution's input, output and weights in fp32 in the library's own layout: channels in blocks of `CHANNELS`, full or
    not, but for a picture, which is read as it lies."""
    if not op(node.kind).reorders:
        return 0
    shapes = [shape for shape in (node.in_shape, node.out_shape) if shape[1] >= PICTURE]
    return BYTES["fp32"] * (node.params + sum(math.prod(_filled(shape)) for shape in shapes))


def _filled(shape: tuple[int, ...]) -> tuple[int, ...]:
    batch, channels, *size = shape
    return (batch, CHANNELS * math.ceil(channels / CHANNELS), *size)


@lru_cache(maxsize=256)
def step_bytes(spec: ResNetSpec, height: int, width: int, batch: int) -> int:
    """Most bytes at once of one step of training in fp32, beside weights, gradients and the optimizer's state: what autograd
    keeps of the pass, the pictures among it, and what the backward pass of the largest convolution has beside that."""
    nodes = trace(spec, height, width, batch)
    return saved_bytes(nodes) + BACKWARD_COPIES * max(map(copied_bytes, nodes[1:]))


@lru_cache(maxsize=256)
def look_bytes(spec: ResNetSpec, height: int, width: int, batch: int) -> int:
    """Most bytes at once of a pass in fp32 without gradients, beside weights and pictures, of a net of any width."""
    nodes = trace(spec, height, width, batch)
    return max(alive + copied_bytes(node) for node, alive in zip(nodes[1:], alive_bytes(nodes), strict=True))


@lru_cache(maxsize=256)
def weights_bytes(spec: ResNetSpec) -> tuple[int, int]:
    """(parameters, buffers) in fp32. They depend on no picture: the smallest that goes through every stage is traced."""
    nodes = trace(spec, SMALLEST, SMALLEST, 1)
    params = summed(nodes)
    return BYTES["fp32"] * params, BYTES["fp32"] * sum(node.buffers for node in nodes)
