"""Which kernels run: `torch.profiler`'s table, on request. It slows a pass by 5–18 %, so it is never the timing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
from torch.profiler import ProfilerActivity

from explorer.spec import ResNetSpec
from explorer.timing.hardware import resolve
from explorer.timing.loop import no_checkpoint
from explorer.timing.memory import guard
from explorer.timing.settings import Settings
from explorer.timing.subject import subject

PASSES = 5


@dataclass(frozen=True)
class KernelTime:
    """One kernel or operation, per pass. share: of all kernels' own time."""

    name: str
    calls: float
    seconds: float
    share: float

    def as_row(self) -> dict[str, object]:
        return asdict(self)


def kernels(spec: ResNetSpec, settings: Settings,
            checkpoint: Callable[..., None] = no_checkpoint) -> tuple[KernelTime, ...]:
    """Own time of each kernel, the longest first: device kernels on a GPU, ATen operations on a CPU."""
    settings = resolve(settings)
    guard(spec, settings)
    on_gpu = settings.kind == "cuda"
    with subject(spec, settings, checkpoint) as one:
        checkpoint(0.0, "recording kernels")  # the profiler's own start takes a second
        activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * on_gpu
        with torch.profiler.profile(activities=activities) as seen:
            for index in range(PASSES):
                checkpoint(index / PASSES)
                one.prepare()
                one()
            if on_gpu:
                torch.cuda.synchronize()
        rows = [(event.key, event.count, event.self_device_time_total if on_gpu else event.self_cpu_time_total)
                for event in seen.key_averages()]
    total = sum(micro for *_, micro in rows) or 1.0
    found = [KernelTime(name, count / PASSES, micro / PASSES / 1e6, micro / total)
             for name, count, micro in rows if micro]
    return tuple(sorted(found, key=lambda row: -row.seconds))
