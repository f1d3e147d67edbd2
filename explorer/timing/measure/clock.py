"""Three clocks with one face. A `now()` is a mark; `seconds(marks)` gives the time between neighbours.

CUDA: events in the stream, so the time is the device's own and marks cost the pass nothing but a launch.
MPS and CPU: `perf_counter` after the device has finished what it was given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch


class CpuClock:
    """Operations on the CPU have finished when the call returns."""

    method = "perf_counter around each pass"
    queues = False  # a call returns when the work is done

    def sync(self) -> None: ...

    now: Callable[[], Any] = staticmethod(time.perf_counter)  # not wrapped: a mark is part of what it measures

    def seconds(self, marks: Sequence[Any]) -> list[float]:
        return [after - before for before, after in zip(marks, marks[1:])]

    def wall(self) -> float:
        """Seconds of the host's clock, for budgets."""
        return time.perf_counter()

    def cpu(self) -> float:
        """Processor seconds of all threads of this process."""
        return time.process_time()


class MpsClock(CpuClock):
    """Apple GPUs: wait for the device at each mark."""

    method = "perf_counter, the device synchronised before each mark"

    def sync(self) -> None:
        torch.mps.synchronize()

    def now(self) -> float:
        torch.mps.synchronize()
        return time.perf_counter()


class CudaClock(CpuClock):
    """NVIDIA (and ROCm) GPUs: timing events recorded in the current stream."""

    method = "CUDA events around each pass"
    queues = True

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def sync(self) -> None:
        torch.cuda.synchronize(self.device)

    def now(self) -> torch.cuda.Event:
        event = torch.cuda.Event(enable_timing=True)
        event.record(torch.cuda.current_stream(self.device))
        return event

    def seconds(self, marks: Sequence[torch.cuda.Event]) -> list[float]:
        self.sync()
        return [before.elapsed_time(after) / 1e3 for before, after in zip(marks, marks[1:])]  # elapsed_time: ms


def clock_for(device: torch.device) -> CpuClock:
    """The clock of a device kind. Raises `ValueError` for kinds without one."""
    if device.type == "cuda":
        return CudaClock(device)
    if device.type == "mps":
        return MpsClock()
    if device.type == "cpu":
        return CpuClock()
    raise ValueError(f"device={device.type!r}: choose one of cpu, mps, cuda")
