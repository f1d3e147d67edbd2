"""Which kernels run: `torch.profiler`'s table, on request. It slows a pass by 5–18 %, so it is never the timing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch.autograd import DeviceType  # type: ignore[attr-defined]  # torch has it there and does not say so
from torch.profiler import ProfilerActivity

from explorer.spec import ResNetSpec
from explorer.timing.data.settings import Fact, Settings
from explorer.timing.measure.guard import guard
from explorer.timing.measure.hardware import resolve
from explorer.timing.measure.loop import no_checkpoint, within
from explorer.timing.measure.subject import subject

PASSES = 5


@dataclass(frozen=True)
class KernelTime:
    """One kernel or operation, per pass. share: of all kernels' own time."""

    name: str
    calls: float
    seconds: float
    share: float

    def as_row(self) -> dict[str, Fact]:
        return asdict(self)


def kernels(
    spec: ResNetSpec, settings: Settings, checkpoint: Callable[..., None] = no_checkpoint
) -> tuple[KernelTime, ...]:
    """Own time of each kernel, the longest first: device kernels on a GPU, ATen operations on a CPU.

    Raises as `forward.measure`, and `ValueError` where the profiler sees no kernels.
    """
    settings = resolve(settings)
    if settings.kind == "mps":
        raise ValueError("device='mps': torch.profiler sees only the host's time of an Apple GPU; choose cpu or cuda")
    guard(spec, settings)
    on_gpu = settings.kind == "cuda"
    with subject(spec, settings, within(checkpoint, 0.0, 0.0)) as one:
        checkpoint(0.0, "recording kernels")  # the profiler's own start takes a second
        activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * on_gpu
        with torch.profiler.profile(activities=activities) as seen:
            for index in range(PASSES):
                checkpoint(index / PASSES)
                one.prepare()
                one()
            if on_gpu:
                torch.cuda.synchronize(one.device)
        return table(seen.key_averages(), on_gpu)


def table(averages: Iterable[Any], on_gpu: bool, passes: int = PASSES) -> tuple[KernelTime, ...]:
    """`averages`: torch.profiler's, over `passes` passes. Raises `ValueError` when no device kernel is among them."""
    rows = [
        (event.key, event.count, event.self_device_time_total if on_gpu else event.self_cpu_time_total)
        for event in averages
        if not on_gpu or _on_device(event)
    ]
    total = sum(micro for *_, micro in rows)
    if on_gpu and not total:
        raise ValueError(
            "device='cuda': torch.profiler recorded no kernel; it needs CUPTI and the right to use it "
            "(NVIDIA: NVreg_RestrictProfilingToAdminUsers=0)"
        )
    found = [
        KernelTime(name, count / passes, micro / passes / 1e6, micro / total) for name, count, micro in rows if micro
    ]
    return tuple(sorted(found, key=lambda row: -row.seconds))


def _on_device(event: Any) -> bool:
    """A kernel or copy on the GPU. The operation that launched it carries the same time a second time, and so does an
    annotation around it."""
    return event.device_type != DeviceType.CPU and not event.is_user_annotation
