"""A tiny net, quick settings, and a clock and a call on which time passes only when told."""

from __future__ import annotations

from dataclasses import replace

from explorer.spec import preset
from explorer.timing.settings import Settings

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
    """Passes of given seconds, the first ones slower."""

    def __init__(self, clock: FakeClock, seconds: float, slow_first: int = 0) -> None:
        self.clock, self.seconds, self.slow, self.calls, self.prepared = clock, seconds, slow_first, 0, 0

    def prepare(self) -> None:
        self.prepared += 1

    def __call__(self) -> None:
        self.calls += 1
        took = self.seconds * (10 if self.calls <= self.slow else 1)
        self.clock.t += took
        self.clock.busy += took / 2
