"""The process that computes for `explorer.apart`: what it is asked to on its standard input.

Pickled both ways, between two processes of one program. In: ("run", key, work, alone), and for work that is not alone
("go on", key, what is asked of it) after each of its messages, or ("cancel", key). Out: (key, "told", progress, message,
partial) any number of times, then (key, "done", answer), (key, "failed", exception) or (key, "cancelled").
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from explorer.jobs import Cancelled, Job

TELL_S = 0.1  # between two pieces of news that are nothing but progress


class Speaker:
    """Everything that goes out, whole messages only. written: a message as bytes."""

    def __init__(self, out: BinaryIO, written: Callable[[object], bytes] = pickle.dumps) -> None:
        self.out, self.written, self.lock = out, written, threading.Lock()

    def __call__(self, *message: object) -> None:
        data = self.written(message)
        with self.lock:
            self.out.write(data)
            self.out.flush()


class Here(Job):
    """The job as its work sees it in this process. Work that takes turns waits after each message until it may go on."""

    def __init__(self, pickled: bytes, key: str, say: Speaker, waits: bool) -> None:
        super().__init__(lambda job: pickle.loads(pickled)(job), "")
        self.key, self.say, self.waits = key, say, waits
        self.leave: queue.SimpleQueue[Sequence[Any] | None] = queue.SimpleQueue()
        self._last_s = 0.0
        self._fresh: tuple[float | None, str | None] = (None, None)

    def checkpoint(self, progress: float | None = None, message: str | None = None, partial: Any = None) -> None:
        """A tiny net has thousands of checkpoints a second: they are not all told."""
        if self._cancel.is_set():
            raise Cancelled
        if self.waits:  # the last of what was not told comes with the next that is
            progress = self._fresh[0] if progress is None else progress
            message = self._fresh[1] if message is None else message
            self._fresh = (progress, message)
        soon = time.monotonic() - self._last_s < TELL_S
        if soon and partial is None and (self.waits or message is None):
            return
        self._fresh = (None, None)
        self.say(self.key, "told", progress, message, partial)
        if self.waits:
            asked = self.leave.get()
            if asked is None:
                raise Cancelled
            self.asked.extend(asked)
        self._last_s = time.monotonic()

    def cancel(self) -> None:
        self._cancel.set()
        self.leave.put(None)

    def answer(self) -> None:
        """Do it and send what came of it."""
        try:
            assert self.work is not None
            self.say(self.key, "done", self.work(self))
        except Cancelled:
            self.say(self.key, "cancelled")
        except ValueError as error:  # fit for a visitor
            self.say(self.key, "failed", error.with_traceback(None))
        except Exception as error:
            first = next(iter(str(error).splitlines()), "")
            self.say(self.key, "failed", RuntimeError(f"{type(error).__name__}: {first[:200]}"))


class Desk:
    """What is under way. first: what is to be done by the main thread."""

    def __init__(self, say: Speaker) -> None:
        self.say = say
        self.first: queue.SimpleQueue[Here] = queue.SimpleQueue()
        self.jobs: dict[str, Here] = {}

    def listen(self, stream: BinaryIO) -> None:
        """Requests until the asking process is gone; then this one goes too, whatever it is doing."""
        while True:
            try:
                kind, key, *said = pickle.load(stream)
            except EOFError:
                end()
            if kind == "run":
                self.begin(Here(said[0], key, self.say, waits=not said[1]))
            elif (job := self.jobs.get(key)) is not None:
                job.leave.put(said[0]) if kind == "go on" else job.cancel()

    def begin(self, job: Here) -> None:
        if not job.waits:
            self.first.put(job)
            return
        self.jobs[job.key] = job
        threading.Thread(target=self.do, args=(job,), daemon=True).start()

    def do(self, job: Here) -> None:
        job.answer()
        del self.jobs[job.key]


def end() -> None:
    """This process and the compile workers that it started."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def main() -> None:
    with contextlib.suppress(OSError):  # Linux: when memory runs out, this process is ended and not the server
        Path("/proc/self/oom_score_adj").write_text("1000")
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the messages
    desk = Desk(Speaker(out))
    threading.Thread(target=desk.listen, args=(sys.stdin.buffer,), daemon=True).start()
    while True:
        desk.first.get().answer()


if __name__ == "__main__":
    main()
