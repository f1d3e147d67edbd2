"""Threads and devices: what makes a run the same bit for bit, whoever else is computing.

Sums of floating-point numbers depend on how the work is cut between threads, so each experiment computes on exactly
one. `torch.set_num_threads` looks global and is not quite: it sets the calling thread's own count (an OpenMP control
variable) and the count with which *later* threads start. So inside `one_thread` a run has one thread whatever its
neighbours do; meanwhile threads born elsewhere (a rerun of a page) start with one, which is what a busy machine
wants; the old count comes back when the last run ends. Two threads on a loaded machine are slower than one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

_lock = threading.Lock()
_inside = 0
_threads_before = 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread; nests, and any number of threads may be inside at once."""
    global _inside, _threads_before
    with _lock:
        if _inside == 0:
            _threads_before = torch.get_num_threads()
        _inside += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                torch.set_num_threads(_threads_before)


def checked_device(device: str) -> torch.device:
    """Raises `ValueError` when a GPU is asked for and there is none."""
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device='cuda': this machine has no CUDA device; choose cpu")
    return torch.device(device)


def derived(seed: int, stream: int) -> int:
    """A seed of its own for one purpose of a run (torch keeps 32 bits of a seed, so the pair is hashed)."""
    return int(np.random.SeedSequence([seed, stream]).generate_state(1)[0])


def generator(seed: int, stream: int = 0) -> torch.Generator:
    """A private CPU generator, one per purpose: never torch's global one, which visitors would share."""
    return torch.Generator("cpu").manual_seed(derived(seed, stream))
