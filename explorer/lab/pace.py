"""How long an experiment takes on this host: measured once by running the beginning of it, then known from whole runs.

In seconds of the one processor that it computes on, so that a busy moment of the host is not taken for its speed; on a
GPU, where the processor only waits, by the clock on the wall.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from explorer.jobs import Job
from explorer.lab.config import Config
from explorer.lab.outcome import Plan

SOUNDING_S = 0.5  # of an experiment's beginning
STEPS = ("steps", "plain_steps")


class _Enough(BaseException):
    """Ends a sounding from inside the experiment. No Exception, as `Cancelled`."""


class _Sounding(Job):
    """Stands for the job of a run of which only the beginning is wanted. at: (seconds, progress), first and last."""

    def __init__(self, outer: Job, most_s: float, clock: Callable[[], float]) -> None:
        super().__init__(lambda job: None, "")
        self.outer, self.most_s, self.clock = outer, most_s, clock
        self.began_s = clock()
        self.first: tuple[float, float] | None = None
        self.last: tuple[float, float] | None = None

    def checkpoint(self, progress: float | None = None, message: str | None = None, partial: Any = None) -> None:
        self.outer.checkpoint()
        if not progress:
            return
        now = self.clock() - self.began_s
        if self.first is None:
            self.first = (now, progress)
        elif progress > self.first[1]:
            self.last = (now, progress)
            if now >= self.most_s:
                raise _Enough


def sounded(
    run: Callable[[Any, Job], Any],
    config: Config,
    job: Job,
    most_s: float = SOUNDING_S,
    clock: Callable[[], float] = time.thread_time,
) -> float:
    """Seconds that the whole run will take: what its beginning took, and the rest at the speed of its progress."""
    sounding = _Sounding(job, most_s, clock)
    try:
        run(config, sounding)
    except _Enough:
        assert sounding.first is not None and sounding.last is not None  # it ends after two of them
        (first_s, first), (last_s, last) = sounding.first, sounding.last
        return first_s + (1 - first) * (last_s - first_s) / (last - first)
    return clock() - sounding.began_s


def clock_of(config: Config) -> Callable[[], float]:
    """Which clock a run's seconds are read from."""
    return time.thread_time if config.device == "cpu" else time.monotonic


class Pace:
    """What is known of this host, by experiment and size. Any number of threads may use it at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, int]] = {}  # seconds, steps
        self._asked: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def learn(self, experiment: str, size: str, config: Config, seconds: float) -> None:
        with self._lock:
            self._known[experiment, size] = (seconds, _steps(config))

    def about(self, experiment: str, size: str, config: Config) -> float | None:
        """Seconds; in proportion where the steps are others. None as long as nothing was measured."""
        with self._lock:
            known = self._known.get((experiment, size))
        return None if known is None else known[0] * (_steps(config) / known[1])

    def first_asks(self, experiment: str, size: str) -> bool:
        """Whether nobody has asked for it yet: who is told so, measures it."""
        with self._lock:
            key = (experiment, size)
            if key in self._asked or key in self._known:
                return False
            self._asked.add(key)
            return True


def steps_of(plan: Plan) -> int:
    """Of a config as data; 1 where it has none."""
    return sum(plan.get(name, 0) for name in STEPS) or 1


def _steps(config: Config) -> int:
    return steps_of(config.as_dict())


def said(seconds: float | None, last_s: float | None = None) -> str:
    """'about 30 s here', with no more digits than it is worth; '' where nothing is known. last_s: what the last run took on the
    wall's clock, which on a busy host is far more than it computed: then 'took 64 s here'."""
    if last_s is not None:
        return f"took {max(1, round(last_s))} s here" if last_s < 90 else f"took {round(last_s / 60)} min here"
    if seconds is None:
        return ""
    if seconds < 10:
        return f"about {max(1, round(seconds))} s here"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} s here"
    return f"about {round(seconds / 60)} min here"
