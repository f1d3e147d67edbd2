"""What a visitor has run, kept by a token that their browser remembers: it outlives a change of page and a reload.

Bounded in every direction: runs of a visitor, visitors, and time. A run whose visitor has gone ends at once, and what it
held is given back; it is no more than put by: a run of one seed is the same run again, so whoever comes back, after a
reload or an hour, finds its curves, and it is computed again to where it was and goes on. What stays paused is cancelled.
No torch, no Streamlit.
"""

from __future__ import annotations

import contextlib
import secrets
import string
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from explorer.jobs import Job
from explorer.lab.outcome import Plan, Row, Run

LETTERS = string.ascii_letters + string.digits
LENGTH = 32  # of 62 letters: 190 bits, which nobody guesses
KEPT_RUNS = 12  # of a visitor; the oldest that has ended goes
AT_ONCE = 3  # of a visitor, that have not ended
VISITORS = 400
KEPT_S = 2 * 3600.0  # after a visitor was seen last
GONE_S = 1.0  # a run goes on for so long when its visitor's last tab is closed: most reloads take less
QUEUED_S = 60.0  # … and keeps its place in the queue for so long, which costs nobody anything
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

    problem: what is to be said of a run that failed. seconds: of computing, once it has ended. again: submits it once
    more, as it was. away: ended because its visitor had gone. before: the rows that it then had, until it is there again.
    """

    number: int
    experiment: str
    size: str
    plan: Plan
    job: Job
    handle: Any = None  # what talks to the run while it goes on, where an experiment has such a thing
    again: Callable[[Kept], Job] | None = field(default=None, repr=False)
    away: bool = False
    before: list[Row] = field(default_factory=list, repr=False)
    paused_since: float | None = field(default=None, repr=False)
    _parts: int = 0  # partial results that it had before
    _then: tuple[float, bool] = field(default=(0.0, False), repr=False)  # its rest, and whether it was paused, before

    @property
    def result(self) -> Run | None:
        """The run with `seconds`, once it is over."""
        if self.job.state != "done":
            return None
        done: Run = self.job.result
        return {**done, "seconds": self.job.elapsed_s}

    @property
    def rows(self) -> list[Row]:
        """What there is so far, in the order in which it came."""
        rows = [row for part in list(self.job.partial) for row in part]
        return rows if len(rows) >= len(self.before) else self.before

    @property
    def catching_up(self) -> bool:
        """Computing again what was there when its visitor left."""
        return len(self.job.partial) < self._parts and (self.away or self.job.active)

    @property
    def rest_s(self) -> float:
        """The speed that its visitor chose, as `Job.rest_s`."""
        return self._then[0] if self.catching_up else self.job.rest_s

    def hurry(self, rest_s: float) -> None:
        """Another speed; what is computed again is at full speed all the same."""
        if self.catching_up:
            self._then = (rest_s, self._then[1])
            self.job.swiftly(self._parts, *self._then)
        else:
            self.job.hurry(rest_s)

    def put_by(self) -> None:
        """End it for now; what it holds is given back."""
        if not self.catching_up:
            self.before, self._parts = self.rows, len(self.job.partial)
            self._then = (self.job.rest_s, self.job.pausing)
        self.away = True
        self.job.cancel()

    def go_on(self) -> None:
        """Once more, at full speed to where it was, then as it was. Where the queue has no room it stays away."""
        assert self.again is not None
        with contextlib.suppress(ValueError):
            self.job = self.again(self)
            self.job.swiftly(self._parts, *self._then)
            self.away = False

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
        again: Callable[[Kept], Job] | None = None,
    ) -> Kept:
        """A new run, made by `submit`, and by `again` where it is to go on after its visitor was away. Raises `ValueError` when too many of this visitor's have not ended, and what `submit`
        raises."""
        with self._lock:
            self.tidy()
            visitor = self._visitors.setdefault(of, Visitor())
            visitor.seen = self.clock()
            active = sum(run.job.active or run.away for run in visitor.runs)
            if active >= AT_ONCE:
                raise ValueError(f"runs={active}: wait for one of them, or cancel it, before you start another")
            visitor.made += 1
            kept = Kept(visitor.made, experiment, size, plan, submit(), handle, again or (lambda kept: submit()))
            visitor.runs.append(kept)
            ended = [run for run in visitor.runs if not run.job.active and not run.away]
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
            visitor.runs = [run for run in visitor.runs if run.away or run.job.state != "cancelled"]
            for run in visitor.runs:
                if run.away and visitor.tabs:
                    run.go_on()
            return list(visitor.runs)

    def drop(self, of: str, run: Kept) -> None:
        """Cancel it if it goes on, and forget it."""
        with self._lock:
            run.away = False
            run.job.cancel()
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
        """A tab was closed. `GONE_S` after the last one its runs are put by."""
        with self._lock:
            visitor = self._visitors.get(of)
            if visitor is None:
                return
            visitor.tabs = max(0, visitor.tabs - 1)
            if visitor.tabs == 0:
                visitor.gone_since = self.clock()
                self._look_again(visitor)

    def _look_again(self, visitor: Visitor) -> None:
        """In a moment, as long as something of a visitor who has gone waits or runs."""
        if any(run.job.active for run in visitor.runs):
            timer = threading.Timer(GONE_S + 0.05, self._still_gone, (visitor,))
            timer.daemon = True
            timer.start()

    def _still_gone(self, visitor: Visitor) -> None:
        with self._lock:
            self.tidy()
            if visitor.gone_since is not None:
                self._look_again(visitor)

    def tidy(self) -> None:
        """Put by what nobody waits for, cancel what stays paused, and forget who has been away for long."""
        with self._lock:
            now = self.clock()
            for of, visitor in list(self._visitors.items()):
                gone_s = 0.0 if visitor.gone_since is None else now - visitor.gone_since
                for run in visitor.runs:
                    paused = run.job.pausing
                    run.paused_since = (run.paused_since if run.paused_since is not None else now) if paused else None
                    if run.job.active and run.paused_since is not None and now - run.paused_since >= PAUSED_S:
                        run.job.cancel()
                    elif run.job.active and gone_s >= (GONE_S if run.job.started_s is not None else QUEUED_S):
                        run.put_by()
                if visitor.tabs == 0 and now - visitor.seen >= KEPT_S:
                    self._forget(of)

    def _forget(self, of: str) -> None:
        for run in self._visitors.pop(of).runs:
            run.job.cancel()
