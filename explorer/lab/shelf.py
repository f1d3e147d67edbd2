"""What a visitor has run, kept by a token that their browser remembers: it outlives a change of page and a reload.

Bounded in every direction: runs of a visitor, visitors, and time. A run whose visitor has gone goes on for a while, so
that a reload finds it again, and is then cancelled; so is one that stays paused. No torch, no Streamlit.
"""

from __future__ import annotations

import secrets
import string
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from explorer.jobs import Job
from explorer.lab.outcome import Row

LETTERS = string.ascii_letters + string.digits
LENGTH = 32  # of 62 letters: 190 bits, which nobody guesses
KEPT_RUNS = 12  # of a visitor; the oldest that has ended goes
AT_ONCE = 3  # of a visitor, that have not ended
VISITORS = 400
KEPT_S = 2 * 3600.0  # after a visitor was seen last
GONE_S = 60.0  # a run goes on for so long when its visitor's last tab is closed
PAUSED_S = 15 * 60.0


def token() -> str:
    """A new visitor's."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def is_token(text: str) -> bool:
    """Whether this could be one: what a browser sends is not to be trusted."""
    return len(text) == LENGTH and text.isascii() and text.isalnum()


@dataclass(eq=False)
class Kept:
    """One run of one visitor. number: counts a visitor's runs from 1. plan: its config, as data; size: its preset.

    problem: what is to be said of a run that failed. seconds: of computing, once it has ended.
    """

    number: int
    experiment: str
    size: str
    plan: Row
    job: Job
    handle: Any = None  # what talks to the run while it goes on, where an experiment has such a thing
    paused_since: float | None = field(default=None, repr=False)

    @property
    def result(self) -> Row | None:
        """The outcome with `seconds`, once there is one."""
        done = self.job.state == "done"
        return self.job.result | {"seconds": self.job.elapsed_s} if done else None

    @property
    def rows(self) -> list[Row]:
        """What there is so far, in the order in which it came."""
        return [row for part in list(self.job.partial) for row in part]

    @property
    def problem(self) -> str:
        if self.job.state != "failed":
            return ""
        return (
            str(self.job.error) if isinstance(self.job.error, ValueError) else "The run failed; try a smaller budget."
        )


@dataclass(eq=False)
class Visitor:
    runs: list[Kept] = field(default_factory=list)
    made: int = 0
    seen: float = 0.0
    tabs: int = 0
    gone_since: float | None = None


class Shelf:
    """Every visitor's runs. clock: seconds. Any number of threads may use it at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._visitors: dict[str, Visitor] = {}
        self._lock = threading.RLock()

    def put(
        self,
        of: str,
        experiment: str,
        size: str,
        plan: Row,
        submit: Callable[[], Job],
        handle: Any = None,
    ) -> Kept:
        """A new run, made by `submit`. Raises `ValueError` when too many of this visitor's have not ended, and what `submit`
        raises."""
        with self._lock:
            self.tidy()
            visitor = self._visitors.setdefault(of, Visitor())
            visitor.seen = self.clock()
            active = sum(run.job.active for run in visitor.runs)
            if active >= AT_ONCE:
                raise ValueError(f"runs={active}: wait for one of them, or cancel it, before you start another")
            visitor.made += 1
            kept = Kept(visitor.made, experiment, size, plan, submit(), handle)
            visitor.runs.append(kept)
            ended = [run for run in visitor.runs if not run.job.active]
            for old in ended[: max(0, len(visitor.runs) - KEPT_RUNS)]:
                visitor.runs.remove(old)
            while len(self._visitors) > VISITORS:
                self._forget(min(self._visitors, key=lambda one: (one == of, self._visitors[one].seen)))
            return kept

    def runs(self, of: str) -> list[Kept]:
        """A visitor's, the oldest first; those that were cancelled are gone."""
        with self._lock:
            self.tidy()
            visitor = self._visitors.get(of)
            if visitor is None:
                return []
            visitor.seen = self.clock()
            visitor.runs = [run for run in visitor.runs if run.job.state != "cancelled"]
            return list(visitor.runs)

    def drop(self, of: str, run: Kept) -> None:
        """Cancel it if it goes on, and forget it."""
        run.job.cancel()
        with self._lock:
            visitor = self._visitors.get(of)
            if visitor and run in visitor.runs:
                visitor.runs.remove(run)

    def arrived(self, of: str) -> bool:
        """A tab of this visitor was opened. False for who has no runs here: of them nothing is kept."""
        with self._lock:
            visitor = self._visitors.get(of)
            if visitor is None:
                return False
            visitor.tabs += 1
            visitor.gone_since = None
            return True

    def left(self, of: str) -> None:
        """A tab was closed. After the last one its runs go on for `GONE_S`."""
        with self._lock:
            visitor = self._visitors.get(of)
            if visitor is None:
                return
            visitor.tabs = max(0, visitor.tabs - 1)
            if visitor.tabs == 0:
                visitor.gone_since = self.clock()
                if any(run.job.active for run in visitor.runs):
                    timer = threading.Timer(GONE_S + 1.0, self.tidy)
                    timer.daemon = True
                    timer.start()

    def tidy(self) -> None:
        """Cancel what nobody waits for, and forget who has been away for long."""
        with self._lock:
            now = self.clock()
            for of, visitor in list(self._visitors.items()):
                gone = visitor.gone_since is not None and now - visitor.gone_since >= GONE_S
                for run in visitor.runs:
                    paused = run.job.pausing
                    run.paused_since = (run.paused_since if run.paused_since is not None else now) if paused else None
                    if run.job.active and (
                        gone or (run.paused_since is not None and now - run.paused_since >= PAUSED_S)
                    ):
                        run.job.cancel()
                if visitor.tabs == 0 and now - visitor.seen >= KEPT_S:
                    self._forget(of)

    def _forget(self, of: str) -> None:
        for run in self._visitors.pop(of).runs:
            run.job.cancel()
