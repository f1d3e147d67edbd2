"""How much memory there is for a work, and what happens when there was less: it is given back, and told."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
import traceback
from collections.abc import Iterator

import torch

from explorer.apart import TooLarge
from explorer.facts.memory.host import host_free_bytes
from explorer.limits import limits

SHARE = 0.8  # of the free memory that a work may take


def free_bytes(device: torch.device) -> int:
    """What can still be allocated: the GPU's free memory, or the host's within its cgroup."""
    if device.type == "cuda":
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + cached
    return host_free_bytes()


def allowed_bytes(free: float) -> float:
    """Of what is free, within the host's own ceiling."""
    return min(free, limits().memory_mb * 1e6)


def most_bytes(free: float) -> float:
    """What a work may take of it, the host's own ceiling included."""
    return min(SHARE * free, allowed_bytes(free))


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
