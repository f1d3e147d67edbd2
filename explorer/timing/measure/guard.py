"""What a forward pass will take, what the host or GPU has, and what happens when it is too much.

The estimate comes from the trace: which outputs are alive at each operation of an inference pass, and what the convolution
at work may copy of its own. Compared with the free memory (and the cgroup's limit in a container) before anything is
allocated; an allocation that fails all the same is caught, memory is given back, and the next request works
(`facts.memory.room`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from explorer import telemetry
from explorer.apart import TooLarge as TooLarge
from explorer.facts.memory.grown import KERNELS_BYTES, MARGIN, pass_bytes, peak_bytes
from explorer.facts.memory.host import host_free_bytes
from explorer.facts.memory.room import SHARE, free_bytes, most_bytes
from explorer.facts.rollup import BYTES
from explorer.limits import limits
from explorer.net.trace import trace
from explorer.spec import MAX_BATCH, ResNetSpec
from explorer.timing.data.settings import Settings
from explorer.timing.measure import rotation
from explorer.timing.measure.hardware import ANY_CACHE, cache_bytes
from explorer.units import size

WORKSPACE = 1.0  # on a GPU, and compiled: libraries copy more than one layer's tensors; reckon one more of everything
HALF_COPIES = 4  # bytes an element of a CPU's copies in fp16: it computes in fp32 where it has no kernels of its own
CALIBRATION = (4, 64)  # pictures and their side at most: what BN's statistics are taken from


def estimate_bytes(spec: ResNetSpec, settings: Settings, free: int | None = None) -> int:
    """Bytes that a measurement takes at its peak: as the net is made and its BN calibrated, in fp32, or in a pass, with all
    pictures in rotation. free: what there is; with less the rotation is shorter.

    On a CPU never under what a process grew by, and at most 1.6 times it above 100 MB (tests/benchmarks/bench_heavy.py).
    """
    each = BYTES[settings.dtype]
    weights, size = weight_elements(spec, settings), (settings.height, settings.width)
    picture = spec.in_channels * math.prod(size) * each * settings.batch
    there = settings.kind != "cuda" or torch.cuda.is_available()  # a card may be reckoned for from a host without one
    cache = cache_bytes(torch.device(settings.device)) if there else ANY_CACHE
    pictures = picture * (rotation.count(picture, cache, free) if settings.fresh else 1)
    if settings.kind == "cpu" and settings.compile == "eager":
        few, side = CALIBRATION
        side = min(side, *size)
        copies = HALF_COPIES if settings.dtype == "fp16" else each
        made = 4 * weights + pass_bytes(spec, side, side, few, "fp32", 4)
        passed = weights * each + pictures + pass_bytes(spec, *size, settings.batch, settings.dtype, copies)
        return int(MARGIN * max(made, passed)) + KERNELS_BYTES
    activations = peak_bytes(spec, *size, settings.dtype) * settings.batch
    return int((1 + WORKSPACE) * (weights * each + activations)) + 4 * weights + pictures + picture


def weight_elements(spec: ResNetSpec, settings: Settings) -> int:
    """Parameters and buffers."""
    return sum(node.params + node.buffers for node in trace(spec, settings.height, settings.width, 1))


def guard(spec: ResNetSpec, settings: Settings, free: int | None = None) -> int:
    """The estimate in bytes when it fits. Raises `TooLarge` with the largest batch or input that would."""
    return guard_together([spec], settings, free)


def guard_together(specs: Sequence[ResNetSpec], settings: Settings, free: int | None = None) -> int:
    """As `guard`, for models that live at once."""
    have = free_bytes(torch.device(settings.device)) if free is None else free
    most = most_bytes(have)
    need = together(specs, settings, have)
    if settings.batch > limits().batch:
        telemetry.refused("too large")
        raise TooLarge(f"batch={settings.batch:,}: this host measures at most {limits().batch:,} pictures at once")
    if need > most:
        telemetry.refused("too large")
        many = f"{len(specs)} models at once need" if len(specs) > 1 else "needs"
        raise TooLarge(
            f"batch={settings.batch:,} at {settings.height}×{settings.width} in {settings.dtype}: {many} "
            f"about {size(need)}; {size(most)} of memory may be used here ({size(have)} free). At "
            f"this size, {_advice(specs, settings, most, have)}."
        )
    if settings.kind == "cuda":
        guard_host(specs, settings)
    return need


def guard_host(specs: Sequence[ResNetSpec], settings: Settings) -> None:
    """A GPU's weights are initialised on the host first, one model after another. Raises `TooLarge`."""
    need, have = max(8 * weight_elements(spec, settings) for spec in specs), host_free_bytes()
    if need > SHARE * have:
        raise TooLarge(
            f"device={settings.device!r}: the weights are made in the host's memory first and need about "
            f"{size(need)} there; {size(SHARE * have)} may be used ({size(have)} free). Choose a smaller net."
        )


def together(specs: Sequence[ResNetSpec], settings: Settings, free: int) -> int:
    return sum(estimate_bytes(spec, settings, free) for spec in specs)


def _advice(specs: Sequence[ResNetSpec], settings: Settings, most: float, free: int) -> str:
    """The largest batch whose estimate fits, else the largest square input, below the one asked for, at batch 1."""

    def fits(smaller: Settings) -> bool:
        return together(specs, smaller, free) <= most

    batch = _largest(MAX_BATCH, lambda batch: fits(replace(settings, batch=batch)))
    if batch:
        return f"batch {batch:,} would fit"
    side = _largest(
        max(settings.height, settings.width), lambda side: fits(replace(settings, batch=1, height=side, width=side))
    )
    return f"even batch 1 does not; an input of {side}×{side} would fit" if side else "choose a smaller net"


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
