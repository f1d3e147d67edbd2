"""A tiny net, quick settings, and clocks on which time passes only when told, or as work is done."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from explorer.spec import preset
from explorer.timing.data.settings import Settings

TINY = replace(preset("resnet20_cifar"), stages=(1, 1, 1))
QUICK = Settings(device="cpu", batch=1, height=32, width=32, threads=1, budget_s=0.05)


class FakeClock:
    """Time passes only when a call says so; `now` is called around each pass."""

    method, queues = "fake", True

    def __init__(self) -> None:
        self.t, self.busy, self.synced = 0.0, 0.0, 0

    def sync(self) -> None:
        self.synced += 1

    def now(self) -> float:
        return self.t

    def seconds(self, marks):
        return [after - before for before, after in zip(marks, marks[1:])]

    def wall(self) -> float:
        return self.t

    def cpu(self) -> float:
        return self.busy


class FakeCall:
    """Passes of given seconds, the first ones slower. making_s: what each input takes to be made."""

    def __init__(self, clock: FakeClock, seconds: float, slow_first: int = 0, making_s: float = 0.0) -> None:
        self.making_s = making_s
        self.clock, self.seconds, self.slow, self.calls, self.prepared = clock, seconds, slow_first, 0, 0

    def prepare(self) -> None:
        self.prepared += 1
        self.clock.t += self.making_s

    def __call__(self) -> None:
        self.calls += 1
        took = self.seconds * (10 if self.calls <= self.slow else 1)
        self.clock.t += took
        self.clock.busy += took / 2


class WorkClock(TorchDispatchMode):
    """Time is work: while active, each operation takes as long as it writes numbers, and each mark takes `mark`.

    `now` and `seconds` count in numbers written, so that sums are exact; `wall` in 1e-8 of them, so that a budget is soon spent.
    """

    method, queues = "work", False

    def __init__(self, mark: int = 0) -> None:
        super().__init__()
        self.t, self.mark = 0, mark

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        out = operation(*args, **(kwargs or {}))
        if operation is not torch.ops.aten.slice.Tensor:  # a view writes nothing
            self.t += (out[0] if isinstance(out, tuple) else out).numel()
        return out

    def now(self) -> int:
        self.t += self.mark
        return self.t

    def seconds(self, marks) -> list[int]:
        return [after - before for before, after in zip(marks, marks[1:])]

    def wall(self) -> float:
        return self.t * 1e-8

    def sync(self) -> None: ...
