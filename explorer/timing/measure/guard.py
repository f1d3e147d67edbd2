"""What a forward pass will take, what the host or GPU has, and what happens when it is too much.

The estimate comes from the trace: which outputs are alive at each operation of an inference pass, and what the convolution
at work may copy of its own. Compared with the free memory (and the cgroup's limit in a container) before anything is
allocated; an allocation that fails all the same is caught, memory is given back, and the next request works.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import torch

from explorer import telemetry
from explorer.apart import TooLarge as TooLarge
from explorer.facts.memory import alive_bytes
from explorer.facts.rollup import BYTES
from explorer.limits import limits
from explorer.net.ops import op
from explorer.net.trace import trace
from explorer.spec import MAX_BATCH, ResNetSpec
from explorer.timing.data.settings import Settings
from explorer.timing.measure import rotation
from explorer.timing.measure.hardware import ANY_CACHE, cache_bytes
from explorer.timing.measure.host import host_free_bytes
from explorer.units import size

SHARE = 0.8  # of the free memory that a timing may take
WORKSPACE = 1.0  # on a GPU, and compiled: libraries copy more than one layer's tensors; reckon one more of everything
HALF_COPIES = 4  # bytes an element of a CPU's copies in fp16: it computes in fp32 where it has no kernels of its own
MARGIN = 1.07  # this and the next: what 330 requests of tests/benchmarks/bench_heavy.py grew by beyond the arithmetic
KERNELS_BYTES = 14_000_000
CALIBRATION = (4, 64)  # pictures and their side at most: what BN's statistics are taken from


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


def free_bytes(device: torch.device) -> int:
    """What can still be allocated: the GPU's free memory, or the host's within its cgroup."""
    if device.type == "cuda":
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + cached
    return host_free_bytes()


def guard(spec: ResNetSpec, settings: Settings, free: int | None = None) -> int:
    """The estimate in bytes when it fits. Raises `TooLarge` with the largest batch or input that would."""
    return guard_together([spec], settings, free)


def guard_together(specs: Sequence[ResNetSpec], settings: Settings, free: int | None = None) -> int:
    """As `guard`, for models that live at once."""
    have = free_bytes(torch.device(settings.device)) if free is None else free
    most = min(SHARE * have, limits().memory_mb * 1e6)
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

    def fits(**changes: int) -> bool:
        return together(specs, Settings(**(settings.as_row() | changes)), free) <= most

    batch = _largest(MAX_BATCH, lambda batch: fits(batch=batch))
    if batch:
        return f"batch {batch:,} would fit"
    side = _largest(max(settings.height, settings.width), lambda side: fits(batch=1, height=side, width=side))
    return f"even batch 1 does not; an input of {side}×{side} would fit" if side else "choose a smaller net"


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


OUT_OF_MEMORY = (  # as torch's allocators and the libraries under it put it, in lower case
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "failed to allocate",
    "std::bad_alloc",
    "cudnn_status_alloc_failed",
    "cublas_status_alloc_failed",
    "cudnn_status_internal_error_host_allocation_failed",
    "unable to find a valid cudnn algorithm",
    "unable to find an engine",  # no algorithm fits into what is left
    "could not create a memory object",
    "could not create a primitive",  # oneDNN on the CPU
)


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in OUT_OF_MEMORY)


@contextlib.contextmanager
def recovering(what: str) -> Iterator[None]:
    """Out of memory inside becomes `TooLarge`, after everything was given back."""
    refused = False
    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        refused = True
        traceback.clear_frames(error.__traceback__)  # they hold the tensors
    finally:
        give_back(collect=refused)
    if refused:
        raise TooLarge(f"{what}: the device ran out of memory. It has been given back; try a smaller batch or input.")


def give_back(collect: bool = True) -> None:
    """Return cached memory to the system, as far as it goes.

    collect: also look for cycles. It takes 0.3 s in which no page is served, so only after a failure; a model that
    was timed as planned goes without."""
    if collect:
        gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
