"""The measuring loop: warm up, then spend a time budget in short bursts, and keep every raw time.

A budget and not a count, so that a CIFAR net and ResNet-152 both get a fair number of passes. Between bursts the
device is synchronised, progress is published and a cancellation is obeyed. Nothing here knows torch: a fake clock
and a fake call test it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from explorer.units import seconds

BURST_S = 0.1  # between two looks at the cancel flag
WARM_UP_SHARE = 0.25  # of the budget
LEAST_WARM_UP = 3  # the first call allocates and picks kernels: on a CPU it takes 1.6× the second
LEAST, MOST = 5, 5000  # passes
MOST_IN_A_BURST = 200
LONG_S = 2.0  # a pass that somebody waits for
UNTIL_RUN, UNTIL_WARM = 0.15, 0.4  # how far a measurement is after its first pass, and the rest's share of warm-up


class Call(Protocol):
    """One pass. `prepare` fetches the next input and is not timed."""

    def prepare(self) -> None: ...
    def __call__(self) -> Any: ...


@dataclass(frozen=True)
class Timed:
    """times_s: each pass, by the device's clock. wall_s, cpu_s: host and processor seconds per pass.

    enqueue_s: host seconds to hand one pass to an idle device; None where a call returns with the work done.
    """

    times_s: tuple[float, ...]
    wall_s: float
    cpu_s: float
    enqueue_s: float | None
    warm_up: int


def no_checkpoint(progress: float | None = None, message: str | None = None, partial: Any = None) -> None:
    """Stands for `Job.checkpoint` where nobody is watching."""


def within(checkpoint: Callable[..., None], start: float, end: float, about: str = "") -> Callable[..., None]:
    """A checkpoint whose 0 … 1 is the part from `start` to `end` of the whole, and whose messages say of what."""

    def inner(progress: float | None = None, message: str | None = None, partial: object = None) -> None:
        checkpoint(
            None if progress is None else start + (end - start) * progress,
            f"{about} · {message}" if about and message else message,
            partial,
        )

    return inner


def timed(call: Call, clock: Any, budget_s: float, checkpoint: Callable[..., None] = no_checkpoint) -> Timed:
    """Pass after pass for about `budget_s` seconds, at least `LEAST` of them."""
    warm_up, estimate_s = warmed(call, clock, budget_s * WARM_UP_SHARE, within(checkpoint, 0.0, UNTIL_WARM))
    checkpoint = within(checkpoint, UNTIL_WARM, 1.0)
    times: list[float] = []
    enqueue: list[float] = []
    wall_s = cpu_s = 0.0
    while len(times) < MOST and (wall_s < budget_s or len(times) < LEAST):
        count = burst(estimate_s, budget_s - wall_s)
        before = clock.wall(), clock.cpu()
        some, first_s = passes(call, clock, count)
        wall_s, cpu_s = wall_s + clock.wall() - before[0], cpu_s + clock.cpu() - before[1]
        times += some
        enqueue.append(first_s)
        of = min(MOST, max(LEAST, len(times), round(len(times) * budget_s / max(wall_s, 1e-9))))
        checkpoint(
            min(1.0, wall_s / budget_s, len(times) / LEAST), f"pass {len(times):,} of {of:,}{each(wall_s / len(times))}"
        )
    n = len(times)
    enqueue_s = sorted(enqueue)[len(enqueue) // 2] if clock.queues else None
    return Timed(tuple(times), wall_s / n, cpu_s / n, enqueue_s, warm_up)


def warmed(call: Call, clock: Any, budget_s: float, checkpoint: Callable[..., None]) -> tuple[int, float]:
    """(passes run, seconds of the last one)."""
    start, count, last_s = clock.wall(), 0, 0.0
    told_s = start
    while count < LEAST_WARM_UP or (clock.wall() - start < budget_s and count < MOST):
        before = clock.wall()
        call.prepare()
        call()
        clock.sync()
        last_s = clock.wall() - before
        count += 1
        spent_s = clock.wall() - start
        if start + spent_s - told_s < BURST_S:
            checkpoint()
            continue
        told_s = start + spent_s
        of = min(MOST, max(LEAST_WARM_UP, count, round(count * budget_s / spent_s)))
        checkpoint(min(1.0, count / of), f"warm-up, pass {count:,} of {of:,}{each(last_s)}")
    return count, last_s


def each(pass_s: float) -> str:
    """How long one pass takes, where somebody waits for it: whether to stay is then theirs to say."""
    return f", {seconds(pass_s)} each" if pass_s >= LONG_S else ""


def burst(estimate_s: float, left_s: float) -> int:
    """How many passes to start before looking up again."""
    return max(1, min(MOST_IN_A_BURST, int(min(BURST_S, max(left_s, 0)) / max(estimate_s, 1e-7))))


def passes(call: Call, clock: Any, count: int) -> tuple[list[float], float]:
    """(the time of each of `count` passes, host seconds to hand over the first). Waits for the device at the end."""
    marks, first_s = [], 0.0
    for index in range(count):
        call.prepare()
        before = clock.wall()
        start = clock.now()
        call()
        marks.append((start, clock.now()))
        if index == 0:  # later ones may find the launch queue full and wait for the device
            first_s = clock.wall() - before
    clock.sync()
    return [clock.seconds(pair)[0] for pair in marks], first_s
