"""One piece of heavy work at a time: a queue, progress, partial results, pause, speed and cancellation.

Pure Python: the pages poll a `Job`, the work never calls Streamlit. Interrupting a page does not interrupt the work;
`cancel` does, at the work's next `checkpoint`. Work that is paused, or rests between two partial results because it is
watched in slow motion, makes way for the next in line, and takes its turn again.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from explorer import telemetry
from explorer.limits import limits

YIELDING = 5  # niceness of the worker: pages come first; on an idle processor it makes no difference
CLOSE_S = 5.0  # for work to reach its next checkpoint when the program ends


class Needs(NamedTuple):
    """What a job needs of a machine, where there are several. device: as `Settings.device`; whole: nobody beside it."""

    device: str = "cpu"
    whole: bool = False


HERE = Needs()


class Cancelled(BaseException):
    """Raised inside the work by `Job.checkpoint` once it was cancelled. No Exception, so that no handler eats it."""


@dataclass(frozen=True)
class Where:
    """A machine of several. node: its id among them; devices: name for a run's device → words."""

    node: str
    python: str
    torch: str
    devices: Mapping[str, str]


class Job:
    """One run of `work(job)`. state: queued | running | paused | done | failed | cancelled.

    progress: 0 … 1 and a message, set by the work; partial: what it has to show so far, in order.
    result: what it returned; error: the exception, with a message fit for a visitor when it is a `ValueError`.
    owner, place: whose it is and on which page, so that it can be dropped when they leave.
    then: told the result here, wherever the work was done.
    rest_s: seconds to rest after each partial result; 0 as fast as it goes.
    """

    def __init__(
        self,
        work: Callable[[Job], Any],
        label: str,
        owner: str = "",
        place: str = "",
        then: Callable[[Any], None] | None = None,
    ) -> None:
        self.work: Callable[[Job], Any] | None = work
        self.then = then
        self.label, self.owner, self.place = label, owner, place
        self.queue = ""  # its runner's name
        self.submitted_s = time.monotonic()
        self.where: Where | None = None  # another machine, where one ran it
        self.state = "queued"
        self.progress, self.message = 0.0, ""
        self.partial: list[Any] = []
        self.asked: deque[Any] = deque()  # of the work while it goes on, where it listens to anything
        self.result: Any = None
        self.error: Exception | None = None
        self.seen = False  # by the page that asked for it, once it had ended
        self.started_s: float | None = None
        self.ended_s: float | None = None
        self.rest_s = 0.0
        self._away_s = 0.0  # paused, resting, or back in the queue
        self._away_since: float | None = None
        self._cancel = threading.Event()
        self._ended = threading.Event()
        self._change = threading.Lock()  # a job is started or cancelled, never both
        self._pause = False
        self._swift_to, self._then = (
            0,
            (0.0, False),
        )  # partial results to come at full speed; speed and pause after them
        self._turn = threading.Condition()  # of what follows, and of `_pause`
        self._has_turn = True  # without a queue it always has
        self._again: Callable[[Job], None] | None = None  # back into the queue; None without one

    @property
    def active(self) -> bool:
        return self.state in ("queued", "running", "paused")

    @property
    def pausing(self) -> bool:
        """Between `pause` and `resume`, whether the work has come to rest yet or not."""
        return self._pause and self.active

    @property
    def stopping(self) -> bool:
        """Between `cancel` and the end that it asked for."""
        return self._cancel.is_set() and self.active

    @property
    def elapsed_s(self) -> float:
        """Seconds of running so far, or in all, without pauses and rests."""
        if self.started_s is None:
            return 0.0
        until = self.ended_s or self._away_since or time.monotonic()
        return until - self.started_s - self._away_s

    def cancel(self) -> None:
        """A queued job is cancelled at once and never starts; running work stops at its next checkpoint."""
        with self._change:
            self._cancel.set()
            if self.state == "queued" and self.started_s is None:
                self._end("cancelled")
        with self._turn:
            self._turn.notify_all()

    def pause(self) -> None:
        """Running work rests from its next checkpoint on; queued work from its first."""
        with self._turn:
            self._pause = True

    def resume(self) -> None:
        with self._turn:
            self._pause = False
            self._turn.notify_all()

    def hurry(self, rest_s: float) -> None:
        """Another speed, from now on."""
        with self._turn:
            self.rest_s = rest_s
            self._turn.notify_all()

    def swiftly(self, count: int, rest_s: float, pause: bool) -> None:
        """At full speed up to so many partial results; from there on with this rest, or paused."""
        with self._turn:
            self._swift_to, self._then = count, (rest_s, pause)
            self._arrive()

    def _arrive(self) -> None:
        """For who holds `_turn`."""
        if self._swift_to <= len(self.partial):
            (self.rest_s, self._pause), self._swift_to = self._then, 0

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until the job has ended; False when it has not by then."""
        return self._ended.wait(timeout_s)

    def checkpoint(self, progress: float | None = None, message: str | None = None, partial: Any = None) -> None:
        """Called by the work, at least twice a second: stop here if cancelled, else publish how far it is.

        Raises `Cancelled`, and `ValueError` after the seconds that this host gives a job.
        """
        if self._cancel.is_set():
            raise Cancelled
        if self.elapsed_s > limits().seconds:
            raise ValueError(f"stopped after {limits().seconds:,} s: no run takes longer on this host")
        if partial is not None:
            self.partial.append(partial)
            if self._swift_to:
                with self._turn:
                    self._arrive()
        if progress is not None:
            self.progress = min(1.0, max(0.0, progress))
        if message is not None:
            self.message = message
        if self._pause or (partial is not None and self.rest_s):
            self._stand_aside(partial is not None)

    def _stand_aside(self, rests: bool) -> None:
        """Give up the turn until `resume`, or until the rest is over; then wait for the next turn."""
        self._away_since = began_s = time.monotonic()
        with self._turn:
            self._has_turn = False
            self._turn.notify_all()
            while not self._cancel.is_set():
                self.state = "paused" if self._pause else "running"
                left_s = began_s + (self.rest_s if rests else 0.0) - time.monotonic()
                if not self._pause and left_s <= 0:
                    break
                self._turn.wait(None if self._pause else left_s)
        if self._again is None or self._cancel.is_set():
            self._has_turn = True
        else:
            self._again(self)
            with self._turn:
                while not (self._has_turn or self._cancel.is_set()):
                    self.state = "queued"
                    self._turn.wait()
        self._away_s += time.monotonic() - began_s
        self._away_since, self.state = None, "running"
        if self._cancel.is_set():
            raise Cancelled

    def take_turn(self, again: bool) -> None:
        """The queue's: it may go on now. Returns when it has ended or stands aside. again: a first turn it has from the
        start, and may be over by now."""
        with self._turn:
            self._has_turn = self._has_turn or again
            self._turn.notify_all()
            while self._has_turn and not self._ended.is_set():
                self._turn.wait()

    def run(self) -> None:
        """Run the work in this thread and keep what came of it; nothing, when it was cancelled while it waited."""
        with self._change:
            if self.state != "queued":
                return
            self.started_s = time.monotonic()
            self.state = "running"
        try:
            self.checkpoint()
            assert self.work is not None  # it is let go at the end, and a job ends once
            self.result = self.work(self)
            if self.then is not None:
                self.then(self.result)
            ending, self.progress = "done", 1.0
        except Cancelled:
            ending = "cancelled"
        except Exception as error:  # the worker must outlive any work; the page shows the error
            self.error, ending = error.with_traceback(None), "failed"
            error.__context__ = error.__cause__ = None  # their frames would keep the work's tensors alive
        self._end(ending)

    def _end(self, state: str) -> None:
        self.ended_s = time.monotonic()
        self.state = state
        self.work = self.then = None  # what it holds (a model, a data set) goes with it
        telemetry.job(  # before anybody hears of the end: whoever waited for it finds its line
            self.queue,
            label=self.label,
            place=self.place,
            state=state,
            waited_s=(self.started_s or self.ended_s) - self.submitted_s,
            ran_s=self.elapsed_s,
            error=type(self.error).__name__ if self.error else "",  # its words may repeat a visitor's
        )
        self._ended.set()
        with self._turn:
            self._turn.notify_all()


class Runner:
    """Gives jobs their turn, one after another, first come, first served. Each job has a daemon thread of its own, of
    which at most one has the turn."""

    def __init__(self, name: str = "explorer-jobs", most_queued: int | None = None) -> None:
        """most_queued: jobs that may wait; None: as many as this host allows."""
        self.name, self.most_queued = name, limits().queue if most_queued is None else most_queued
        self._queue: deque[Job] = deque()
        self._running: Job | None = None
        self._aside: set[Job] = set()  # begun, and without a turn
        self._changed = threading.Condition()
        threading.Thread(target=self._loop, name=name, daemon=True).start()
        telemetry.watch(name, self.busy)
        atexit.register(self.close)

    def submit(
        self,
        work: Callable[[Job], Any],
        label: str,
        owner: str = "",
        place: str = "",
        needs: Needs = HERE,
        then: Callable[[Any], None] | None = None,
    ) -> Job:
        """Queue `work`. Raises `ValueError` when the queue is full, or the owner has as many as this host allows."""
        job = Job(work, label, owner, place, then)
        job.queue = self.name
        with self._changed:
            if not self.most_queued:
                telemetry.refused("queue closed")
                raise ValueError("this host runs nothing: start the explorer on your own machine to measure or train")
            waiting = self._waiting()
            if waiting >= self.most_queued:
                telemetry.refused("queue full")
                raise ValueError(f"queue={waiting}: too many runs are waiting; try again in a moment")
            mine = sum(one.owner == owner for one in self._active())
            if owner and mine >= limits().waiting:
                telemetry.refused("too many of one visitor")
                raise ValueError(f"{mine} runs of yours wait or run: this host allows {limits().waiting} at once")
            self._take(job, needs)
        return job

    def _active(self) -> list[Job]:
        """Those that have not ended; for who holds `_changed`."""
        every = dict.fromkeys((*self._queue, *self._aside, self._running))
        return [one for one in every if one is not None and one.active]

    def _waiting(self) -> int:
        """How many have no turn; for who holds `_changed`."""
        self._queue = deque(one for one in self._queue if one.active)
        return len(self._queue) + len(self._aside)

    def _take(self, job: Job, needs: Needs) -> None:
        """To the end of the queue; for who holds `_changed`."""
        job._again = self._line_up
        self._queue.append(job)
        self._changed.notify()

    def close(self) -> None:
        """Stop all work, at the program's end: a thread that is in the middle of an operation then ends it with a crash."""
        with self._changed:
            left = self._active()
        for job in left:
            job.cancel()
        for job in left:
            job.wait(CLOSE_S)

    def busy(self) -> int:
        """Jobs that wait, rest or run."""
        with self._changed:
            return len(self._active())

    def _line_up(self, job: Job) -> None:
        """A job that stood aside asks for its turn again."""
        with self._changed:
            self._aside.discard(job)
            self._queue.append(job)
            self._changed.notify()

    def position(self, job: Job) -> int:
        """0 while it runs, rests or has ended, 1 for the next in line, and so on."""
        with self._changed:
            waiting = [one for one in self._queue if one.active]
            return waiting.index(job) + 1 if job in waiting else 0

    def cancel(self, owner: str, unless_places: Collection[str] = ()) -> int:
        """Cancel an owner's jobs, all but those of some pages; how many."""
        with self._changed:
            mine = [
                job
                for job in self._active()
                if job.owner == owner and job.place not in unless_places and not job._cancel.is_set()
            ]
        for job in mine:
            job.cancel()
        return len(mine)

    def _loop(self) -> None:
        while True:
            with self._changed:
                while not self._queue:
                    self._changed.wait()
                self._running = job = self._queue.popleft()
            again = job.started_s is not None
            if job.active and not again:
                threading.Thread(target=self._begin, args=(job,), name=f"{self.name}-job", daemon=True).start()
            if job.active:
                job.take_turn(again)
            with self._changed:
                self._running = None
                self._aside = {one for one in (*self._aside, job) if one.active and one not in self._queue}
            del job

    def _begin(self, job: Job) -> None:
        with contextlib.suppress(OSError, AttributeError):  # on Linux: this thread and those that it starts
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING)
        job.run()
