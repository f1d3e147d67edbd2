"""Long work in a process of its own, which is stopped by ending it.

One convolution can take seconds, building weights and compiling too, and none of these can be interrupted from inside.
A process can be, at any moment, and what it held is given back. It also keeps the work's threads out of the pages', and
the pages alive when memory runs out. It stays for a while, since starting one takes as long as importing torch.

There are two at most: one for what bears nothing beside it, a clock, and one for works that take turns, some of which may
rest or be paused. `explorer.jobs` says whose turn it is; what is computed is any `work(job)` that can be pickled.
"""

from __future__ import annotations

import contextlib
import pickle
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

from explorer.apart.process import Child, Message, Worker
from explorer.jobs import Job

__all__ = ["Child", "TooLarge", "Worker", "Workshop", "alone", "beside"]

LOOK_S = 0.1  # between two looks at the cancel flag
SILENT_S = 600.0  # compiling says nothing for long
IDLE_S = 120.0
GRACE_S = 0.5  # for cancelled work that is not alone in its process to come to its next checkpoint

Work = Callable[[Job], Any]


class TooLarge(ValueError):
    """A request that the device's memory cannot hold; the message says what would fit."""


class _Interrupted(Exception):
    """The process was ended on another's account."""


def _silent(progress: float | None = None, message: str | None = None, partial: Any = None) -> None:
    """For who waits for the answer only."""


class Workshop:
    """The processes, as `start` makes them, used again from work to work; ended when their work is cancelled, or idle for
    `idle_s`, or beside one that works."""

    def __init__(self, idle_s: float = IDLE_S, start: Callable[[], Worker] = Worker) -> None:
        self.idle_s, self.start = idle_s, start
        self.workers: list[Worker] = []
        self._lock = threading.Lock()  # of `workers` and of who works there
        self._alone = threading.Lock()

    def alone(self, work: Work, checkpoint: Callable[..., None] = _silent) -> Any:
        """The work's answer, from a process where nothing else goes on. `checkpoint` is called at least every `LOOK_S`;
        when it raises, the process is ended.

        Raises `ValueError` as the work does (`TooLarge` for memory), `RuntimeError` for what nobody foresaw.
        """
        while not self._alone.acquire(timeout=LOOK_S):
            checkpoint()
        try:
            return self._watched(work, checkpoint, True)
        finally:
            self._alone.release()

    def beside(self, made: Callable[[], Work], job: Job, asked: Callable[[], Sequence[Any]] = tuple) -> Any:
        """The same for work that may stand aside: it goes on only as `job` does, which may pause, rest and wait for its
        turn, and may be asked something on its way: what `asked` gives is in its own job's `asked`.

        made: the work; called again where its process had to be ended on another's account. It must then come to the
        same partial results, which are not published a second time.
        """
        while True:
            try:
                return self._watched(made(), job.checkpoint, False, asked, len(job.partial))
            except _Interrupted:
                continue

    def _watched(
        self,
        work: Work,
        checkpoint: Callable[..., None],
        alone: bool,
        asked: Callable[[], Sequence[Any]] = tuple,
        known: int = 0,
    ) -> Any:
        """Pass on what the work tells until its last message. known: partial results that need not be passed on."""
        with self._seat(alone, checkpoint, known) as (worker, key, inbox):
            worker.ask(("run", key, pickle.dumps(work), alone))
            heard_s = time.monotonic()
            while True:
                try:
                    message = inbox.get(timeout=LOOK_S)
                except queue.Empty:
                    checkpoint()
                    if time.monotonic() - heard_s > SILENT_S:
                        raise ValueError(
                            f"nothing was heard of the run for {SILENT_S:.0f} s, and it was stopped"
                        ) from None
                    continue
                if message is None or message[0] != "told":
                    break
                checkpoint(*(() if known else message[1:]))
                known -= bool(known and message[3] is not None)
                if not alone:
                    worker.ask(("go on", key, tuple(asked())))
                heard_s = time.monotonic()
        if message is None:
            raise _Interrupted if worker.ended else _lost(worker.end())
        if message[0] == "failed":
            raise message[1]
        return message[1]

    @contextlib.contextmanager
    def _seat(
        self, alone: bool, checkpoint: Callable[..., None], known: int
    ) -> Iterator[tuple[Worker, str, queue.SimpleQueue[Message | None]]]:
        """A place in a process, for as long as the work goes on; where it ends before its time, so does its process."""
        key = uuid4().hex
        worker = self._taken(key, alone, start=False)
        if worker is None:
            checkpoint(*((None, "starting again") if known else (0.0, "starting")))
            worker = self._taken(key, alone, start=True)
        assert worker is not None
        inbox = worker.inboxes[key]
        try:
            yield worker, key, inbox
        except BaseException:
            self._give_up(worker, key, inbox)
            raise
        finally:
            self._leave(worker, key)

    def _taken(self, key: str, alone: bool, start: bool) -> Worker | None:
        with self._lock:
            for worker in [one for one in self.workers if not one.alive]:
                self._end(worker)
            fit = [one for one in self.workers if not one.inboxes or not (alone or one.alone)]
            fit.sort(key=lambda one: not one.inboxes)  # the works that take turns are in one process
            if not fit and not start:
                return None
            worker = fit[0] if fit else self.start()
            if not fit:
                self.workers.append(worker)
            if worker.idle is not None:
                worker.idle.cancel()
            worker.idle, worker.alone = None, alone
            worker.open(key)
            for one in [one for one in self.workers if not one.inboxes]:
                self._end(one)
            return worker

    def _give_up(self, worker: Worker, key: str, inbox: queue.SimpleQueue[Message | None]) -> None:
        """Stop one work: at its next checkpoint, where others' works are in its process; if it comes to none, or has the
        process for itself, by ending that."""
        with self._lock:
            if len(worker.inboxes) == 1:
                self._end(worker)
                return
        worker.ask(("cancel", key))
        until_s = time.monotonic() + GRACE_S
        with contextlib.suppress(queue.Empty):
            while (message := inbox.get(timeout=max(0.0, until_s - time.monotonic()))) and message[0] == "told":
                pass
            return
        with self._lock:
            self._end(worker)

    def _leave(self, worker: Worker, key: str) -> None:
        with self._lock:
            del worker.inboxes[key]
            if worker.inboxes or worker not in self.workers:
                return
            if not worker.alive or any(one is not worker for one in self.workers):
                self._end(worker)
                return
            worker.idle = threading.Timer(self.idle_s, self._end_idle, (worker,))
            worker.idle.daemon = True
            worker.idle.start()

    def _end_idle(self, worker: Worker) -> None:
        """The timer's: work that has begun meanwhile has taken it away."""
        with self._lock:
            if threading.current_thread() is worker.idle:
                self._end(worker)

    def _end(self, worker: Worker) -> None:
        """For who holds `_lock`."""
        if worker in self.workers:
            self.workers.remove(worker)
        worker.ended = worker.ended or worker.alive
        worker.end()

    def close(self) -> None:
        """End them all."""
        with self._lock:
            for worker in list(self.workers):
                self._end(worker)


def _lost(code: int) -> ValueError:
    """What to say of a process that ended by itself with this exit code."""
    if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
        return TooLarge(
            "the system ended the process that measured, as it does when memory runs out. It has been "
            "given back; choose a smaller batch or input"
        )
    return ValueError(f"the process that measured broke off (exit code {code}); the next run starts a new one")


_WORKSHOP = Workshop()
alone = _WORKSHOP.alone  # one for the program, as there is one queue
beside = _WORKSHOP.beside
