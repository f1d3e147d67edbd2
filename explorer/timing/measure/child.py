"""The process that measures: one task after another, as `explorer.timing.measure.isolated` asks on its standard input.

Pickled both ways, between two processes of one program. In: an `Ask`. Out: ("told", progress, message, partial) any
number of times, then ("done", answer) or ("failed", kind, text).
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
from pathlib import Path
from typing import Any, BinaryIO

from explorer.timing.measure.guard import TooLarge
from explorer.timing.measure.tasks import TASKS, Ask

TELL_S = 0.1  # between two pieces of news that are nothing but progress


class Teller:
    """Sends messages; a call is a checkpoint."""

    def __init__(self, out: BinaryIO) -> None:
        self.out, self.last_s = out, 0.0

    def send(self, *message: Any) -> None:
        self.out.write(pickle.dumps(message))
        self.out.flush()

    def __call__(self, progress: float | None = None, message: str | None = None, partial: Any = None) -> None:
        now = time.monotonic()
        if message is None and partial is None and now - self.last_s < TELL_S:
            return  # a tiny net has thousands of checkpoints a second
        self.last_s = now
        self.send("told", progress, message, partial)


def answer(ask: Ask, tell: Teller) -> None:
    """Do it and send what came of it."""
    try:
        tell.send("done", TASKS[ask.task].here(ask, tell))
    except ValueError as error:  # fit for a visitor
        tell.send("failed", "too large" if isinstance(error, TooLarge) else "refused", str(error))
    except Exception as error:
        first = next(iter(str(error).splitlines()), "")
        tell.send("failed", "broken", f"{type(error).__name__}: {first[:200]}")


def listen(stream: BinaryIO, asked: queue.SimpleQueue[Ask]) -> None:
    """Requests until the asking process is gone; then this one goes too, whatever it is doing."""
    while True:
        try:
            asked.put(pickle.load(stream))
        except EOFError:
            end()


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
    asked: queue.SimpleQueue[Ask] = queue.SimpleQueue()
    threading.Thread(target=listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    while True:
        answer(asked.get(), Teller(out))


if __name__ == "__main__":
    main()
