"""Measuring what the device reaches at best: several matrix products, convolutions and copies, in the same run.

One kernel would not do: on some CPUs a convolution is twice as fast as a matrix product. Each candidate counts with
its fastest pass, since a ceiling is what was reached at least once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
import torch.nn.functional as F

from explorer.facts.memory.room import free_bytes, recovering
from explorer.timing.data.limits import Ceilings, Kernel
from explorer.timing.data.settings import Settings
from explorer.timing.measure.clock import clock_for
from explorer.timing.measure.hardware import resolve
from explorer.timing.measure.inputs import DTYPES, FORMATS
from explorer.timing.measure.loop import no_checkpoint, timed
from explorer.timing.measure.subject import as_set

EACH_S = 0.12  # budget of one candidate
TINY_OPS = 100
MATMULS = {"cpu": (512, 1024, 2048), "mps": (1024, 2048, 4096), "cuda": (2048, 4096, 8192)}  # side
CONVS = ((64, 64, 56, 3), (128, 128, 28, 3), (256, 256, 14, 3), (512, 512, 7, 3), (256, 64, 56, 1), (256, 1024, 14, 1))
CONV_BATCH = {"cpu": 8, "mps": 32, "cuda": 256}
COPIES = {
    "cpu": (2**20, 2**23, 2**26, 2**28),
    "mps": (2**22, 2**26, 2**29),
    "cuda": (2**24, 2**27, 2**31),
}  # bytes read


class _Loop:
    """A candidate as a call without inputs to fetch."""

    def __init__(self, run: Callable[[], object]) -> None:
        self.run = run

    def prepare(self) -> None: ...

    def __call__(self) -> object:
        return self.run()


def ceilings(settings: Settings, checkpoint: Callable[..., None] = no_checkpoint) -> Ceilings:
    """Measured with the settings' device, dtype, memory format and threads. About two seconds."""
    settings = resolve(settings)
    device = torch.device(settings.device)
    clock = clock_for(device)
    found: list[Kernel] = []
    with recovering("ceilings"), as_set(settings):
        many = len(MATMULS[device.type]) + len(CONVS) + len(COPIES[device.type]) + 1
        for name, kind, work, run in candidates(settings, device):
            checkpoint(len(found) / many, f"what this device can do: {name}")
            times = timed(_Loop(run), clock, EACH_S, lambda *_: checkpoint()).times_s
            times = tuple(value / (TINY_OPS if kind == "tiny" else 1) for value in times)
            found.append(Kernel(name, kind, work, min(times), sorted(times)[len(times) // 2]))
    return Ceilings(tuple(found))


def candidates(settings: Settings, device: torch.device) -> Iterator[tuple[str, str, float, Callable[[], object]]]:
    """(name, kind, work, call) of each candidate; tensors live only while theirs is being timed."""
    dtype, layout = DTYPES[settings.dtype], FORMATS[settings.memory_format]
    for side in MATMULS[device.type]:
        a, b = torch.rand(2, side, side, device=device).to(dtype)
        yield f"matrix product {side}³", "matmul", 2.0 * side**3, partial(torch.matmul, a, b)
    for c_in, c_out, side, k in CONVS:
        batch = CONV_BATCH[device.type]
        x = torch.rand(batch, c_in, side, side, device=device).to(dtype).contiguous(memory_format=layout)
        w = torch.rand(c_out, c_in, k, k, device=device).to(dtype).contiguous(memory_format=layout)
        work = 2.0 * batch * c_out * c_in * k * k * side * side
        yield (
            f"convolution {k}×{k}, {c_in} → {c_out} at {side}×{side}, batch {batch}",
            "conv",
            work,
            partial(F.conv2d, x, w, padding=k // 2),
        )
    for amount in COPIES[device.type]:
        amount = min(amount, free_bytes(device) // 8)
        source = torch.zeros(amount, dtype=torch.uint8, device=device)
        target = torch.zeros_like(source)
        yield f"copy of {amount / 2**20:,.0f} MiB", "copy", 2.0 * amount, partial(target.copy_, source)
    number = torch.zeros(1, device=device)
    yield "an operation on one number", "tiny", 1.0, lambda: [number.add_(1) for _ in range(TINY_OPS)]
