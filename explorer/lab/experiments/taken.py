"""What a run takes of memory, reckoned from its nets, batches and pictures before any of it is made; and whether it fits.

The arithmetic is that of timings and of the Cost page (`facts.memory`). On a CPU it is never under what a process grew by, and
at most 1.6 times it above 100 MB (tests/benchmarks/bench_lab_memory.py); on a GPU it is the same, and was not measured.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import pairwise

import torch

from explorer import telemetry
from explorer.apart import TooLarge
from explorer.facts.memory.grown import look_bytes, step_bytes, weights_bytes
from explorer.facts.memory.host import resident_bytes
from explorer.facts.memory.room import SHARE, free_bytes, most_bytes, recovering
from explorer.lab.config import Config
from explorer.lab.experiment import TEXTS, Experiment
from explorer.lab.experiments.compute import checked_device
from explorer.lab.experiments.data import TEST, TRAINING
from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.units import size

FP32 = 4
MARGIN = 1.2  # this and the next two: what runs of every size grew by beyond the arithmetic
GAPS = 1.5  # of a large batch's tensors: what the allocator keeps between them
FIRST_BYTES = (
    145_000_000  # what the first run of a process brings: code that PyTorch imports on its way, kernels, the optimizer
)
ROWS_BYTES = 8_000  # of a step's rows, of sixteen nets at most
LEARNING = 3  # of its weights' size each: the weights, their gradients, their momentum

SIZES = (  # fields that memory depends on
    *(
        "depth",
        "shallow",
        "depths",
        "imagenet_depths",
        "width",
        "side",
        "picture_side",
        "batch",
        "points",
        "pictures",
        "lrs",
    ),
    *("kind", "init"),
)

_lock = threading.Lock()
_promised: dict[object, int] = {}  # of runs that have not ended
_began: int | None = None  # what the process held before its first


def nets(specs: Iterable[ResNetSpec], copies: int = 1) -> int:
    """Nets that live at once. copies: of their weights; buffers there are once."""
    return sum(copies * weights + buffers for weights, buffers in map(weights_bytes, specs))


def step(specs: Iterable[ResNetSpec], side: int, batch: int) -> int:
    """The largest step of nets of which one at a time does one; also a pass whose gradients are wanted."""
    return max(step_bytes(spec, side, side, batch) for spec in specs)


def look(specs: Iterable[ResNetSpec], side: int, pictures: int) -> int:
    """The largest pass without gradients, one at a time."""
    return int(GAPS * max(look_bytes(spec, side, side, pictures) for spec in specs))


def between_blocks(spec: ResNetSpec, side: int, batch: int) -> int:
    """A copy of each block's input, and of the head's."""
    nodes = trace(spec, side, side, batch)
    into = [now for before, now in pairwise(nodes) if now.block != before.block]
    return FP32 * sum(math.prod(one.in_shape) for one in into)


def digits(side: int) -> int:
    """All of them, enlarged: as they are made, there are the small ones too."""
    return 2 * FP32 * (TRAINING + TEST) * (8 * 8 + side * side)


def reckoned(experiment: Experiment, config: Config) -> int:
    """Bytes that a run takes at its most, in a process that has imported the explorer and computed nothing yet."""
    steps: int = getattr(config, "steps", 0)
    return int(MARGIN * experiment.takes(config)) + ROWS_BYTES * steps + FIRST_BYTES


@contextlib.contextmanager
def room(key: str, config: Config, known: Mapping[str, Experiment]) -> Iterator[None]:
    """What a run takes is kept for it until it has ended. known: all experiments, of which one may fit instead.

    Raises `TooLarge` before anything is made, with what would fit, and where memory runs out all the same."""
    device = checked_device(config.device)
    need, mine = reckoned(known[key], config), object()
    what = named(known[key], config)
    with _lock:
        have = free_bytes(device) + _held(device)
        if need > (most := most_bytes(have)):
            raise _refused(
                f"{what}: needs about {size(need)}; {size(most)} of memory may be used here ({size(have)} free). "
                f"{_advice(key, config, known, most)}."
            )
        others = sum(_promised.values())
        if (
            others and need + others > SHARE * have
        ):  # what they hold now is in `have`, and may grow to what they were promised
            raise _refused(
                f"{what}: needs about {size(need)}, and runs that have begun and rest or are paused take {size(others)} of "
                f"the {size(SHARE * have)} that may be used here; it will fit when one of them has ended."
            )
        _promised[mine] = need - FIRST_BYTES
    try:
        with recovering(what):
            yield
    finally:
        with _lock:
            del _promised[mine]


def named(experiment: Experiment, config: Config) -> str:
    """A run by its size's name, or by the fields that make it large."""
    for preset in experiment.presets.values():
        if all(getattr(preset.config, name) == getattr(config, name) for name in _sizes(config)):
            return f"“{preset.label}”"
    return ", ".join(f"{name}={getattr(config, name)}" for name in _sizes(config))


def _sizes(config: Config) -> list[str]:
    return [field.name for field in fields(config) if field.name in SIZES]


def _advice(key: str, config: Config, known: Mapping[str, Experiment], most: float) -> str:
    """A size of this experiment that fits, the largest; else the experiments of which one does."""

    def fits(of: str) -> list[tuple[int, str]]:
        there = [one for one in known[of].presets.values() if one.config.device == config.device]
        return [(need, one.label) for one in there if (need := reckoned(known[of], one.config)) <= most]

    if mine := fits(key):
        return f"“{max(mine)[1]}” would fit"
    others = [TEXTS[one]["tab"] for one in known if one in TEXTS and fits(one)]
    return (
        f"No size of it does; of the experiments, {', '.join(others)} would fit"
        if others
        else "No experiment fits here"
    )


def _refused(said: str) -> TooLarge:
    telemetry.refused("too large")
    return TooLarge(said)


def _held(device: torch.device) -> int:
    """What this process has taken since its first run began, which is no more free, and not lost."""
    global _began
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    now = resident_bytes()
    _began = now if _began is None else _began
    return max(0, now - _began)
