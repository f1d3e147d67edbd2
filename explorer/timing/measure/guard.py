"""What a forward pass will take, what the host or GPU has, and what happens when it is too much.

The estimate comes from the trace: which outputs are alive at each operation of an inference pass. Compared with the
free memory (and the cgroup's limit in a container) before anything is allocated; an allocation that fails all the
same is caught, memory is given back, and the next request works.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
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
from explorer.net.trace import trace
from explorer.spec import MAX_BATCH, ResNetSpec
from explorer.timing.data.settings import Settings
from explorer.timing.measure.host import host_free_bytes
from explorer.units import size

SHARE = 0.8  # of the free memory that a timing may take
WORKSPACE = 1.0  # convolution libraries reorder tensors into layouts of their own: reckon one more copy
HALF_WORKSPACE = 2.0  # on a CPU in fp16: the copy is of twice the size where it computes in fp32


@lru_cache(maxsize=256)
def peak_bytes(spec: ResNetSpec, height: int, width: int, dtype: str) -> int:
    """Most bytes alive at once during an inference pass of one picture, which is not counted: `facts.memory`'s model."""
    return max(alive_bytes(trace(spec, height, width, 1), dtype))


def estimate_bytes(spec: ResNetSpec, settings: Settings) -> int:
    """Bytes that a measurement takes at its peak: weights, live activations, the library's copies, inputs."""
    each = BYTES[settings.dtype]
    weights = weight_elements(spec, settings)
    activations = peak_bytes(spec, settings.height, settings.width, settings.dtype) * settings.batch
    picture = spec.in_channels * settings.height * settings.width * each * settings.batch  # more only of what is free
    staging = weights * 4  # initialised in fp32 on the host, then converted
    workspace = HALF_WORKSPACE if (settings.kind, settings.dtype) == ("cpu", "fp16") else WORKSPACE
    return int((1 + workspace) * (weights * each + activations + picture) + staging + picture)


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
    need = together(specs, settings)
    if settings.batch > limits().batch:
        telemetry.refused("too large")
        raise TooLarge(f"batch={settings.batch:,}: this host measures at most {limits().batch:,} pictures at once")
    if need > most:
        telemetry.refused("too large")
        many = f"{len(specs)} models at once need" if len(specs) > 1 else "needs"
        raise TooLarge(
            f"batch={settings.batch:,} at {settings.height}×{settings.width} in {settings.dtype}: {many} "
            f"about {size(need)}; {size(most)} of memory may be used here ({size(have)} free). At "
            f"this size, {_advice(specs, settings, most)}."
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


def together(specs: Sequence[ResNetSpec], settings: Settings) -> int:
    return sum(estimate_bytes(spec, settings) for spec in specs)


def _advice(specs: Sequence[ResNetSpec], settings: Settings, most: float) -> str:
    """The largest batch whose estimate fits, else the largest square input, below the one asked for, at batch 1."""

    def fits(**changes: int) -> bool:
        return together(specs, Settings(**(settings.as_row() | changes))) <= most

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
