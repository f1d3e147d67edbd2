"""Timing in a process of its own, which is stopped by ending it.

One convolution can take seconds, building weights and compiling too, and none of these can be interrupted from inside.
A process can be, at any moment, and what it held is given back. It also keeps the pages' work out of the timings, and
the pages alive when memory runs out. It stays for a while, since starting one takes as long as importing torch.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from explorer.places import ROOT
from explorer.timing.measure.guard import TooLarge
from explorer.timing.measure.loop import no_checkpoint

LOOK_S = 0.1  # between two looks at the cancel flag
SILENT_S = 600.0  # compiling says nothing for long
IDLE_S = 120.0
KINDS: dict[str, type[Exception]] = {"too large": TooLarge, "refused": ValueError, "broken": RuntimeError}


class Child:
    """A running `explorer.timing.measure.child`. told: its messages as they come; None when it has ended.

    errors: where its standard error goes, an open file or `subprocess.DEVNULL`.
    """

    def __init__(
        self,
        arguments: Sequence[str] = ("-m", "explorer.timing.measure.child"),
        errors: int | IO[bytes] = subprocess.DEVNULL,
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        assert self.process.stdin is not None and self.process.stdout is not None  # both are pipes
        self.to, self.of = self.process.stdin, self.process.stdout
        self.told: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        with contextlib.suppress(Exception):  # the end of the stream, perhaps in the middle of a message
            while True:
                self.told.put(pickle.load(self.of))
        self.told.put(None)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: object) -> None:
        with contextlib.suppress(OSError):  # it has just ended: `told` says so
            self.to.write(pickle.dumps(request))
            self.to.flush()

    def end(self) -> int:
        """End it and the compile workers that it started; its exit code."""
        if self.alive:
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        code = self.process.wait()
        self.reader.join(1.0)
        with contextlib.suppress(OSError):
            self.to.close()
        if not self.reader.is_alive():  # else something that it started lives on and holds the pipe: closing would wait
            self.of.close()
        return code


class Workshop:
    """At most one child, as `start` makes them, reused from task to task; ended when it is cancelled or idle for `idle_s`."""

    def __init__(self, idle_s: float = IDLE_S, start: Callable[[], Child] = Child) -> None:
        self.idle_s, self.start = idle_s, start
        self.child: Child | None = None
        self._lock = threading.Lock()
        self._idle: threading.Timer | None = None

    def run(self, request: object, checkpoint: Callable[..., None] = no_checkpoint) -> Any:
        """The child's answer. `checkpoint` is called at least every `LOOK_S`; when it raises, the child is ended.

        Raises `ValueError` with the child's words for what it could not do (`TooLarge` for memory), `RuntimeError`
        for what nobody foresaw.
        """
        with self._mine(checkpoint):
            try:
                kind, *answer = self._watch(request, checkpoint)
            except BaseException:
                self._end()
                raise
        if kind == "failed":
            raise KINDS[answer[0]](answer[1])
        return answer[0]

    def _watch(self, request: object, checkpoint: Callable[..., None]) -> tuple[Any, ...]:
        """Pass on what the child tells until its last message."""
        if self.child is None or not self.child.alive:
            self._end()
            checkpoint(0.0, "starting")
            self.child = self.start()
        self.child.ask(request)
        heard_s = time.monotonic()
        while True:
            try:
                message = self.child.told.get(timeout=LOOK_S)
            except queue.Empty:
                checkpoint()
                if time.monotonic() - heard_s > SILENT_S:
                    raise ValueError(f"nothing was heard of the run for {SILENT_S:.0f} s, and it was stopped") from None
                continue
            if message is None:
                raise _lost(self.child.end())
            if message[0] != "told":
                return message
            heard_s = time.monotonic()
            checkpoint(*message[1:])

    @contextlib.contextmanager
    def _mine(self, checkpoint: Callable[..., None]) -> Iterator[None]:
        while not self._lock.acquire(timeout=LOOK_S):
            checkpoint()
        try:
            if self._idle is not None:
                self._idle.cancel()
            yield
        finally:
            self._idle = threading.Timer(self.idle_s, self._end_idle, (self.child,))
            self._idle.daemon = True
            self._idle.start()
            self._lock.release()

    def _end_idle(self, child: Child | None) -> None:
        """The timer's: a run that has begun meanwhile holds the lock, and sets a timer of its own at its end."""
        if self._lock.acquire(blocking=False):
            try:
                if child is self.child and threading.current_thread() is self._idle:
                    self._end()
            finally:
                self._lock.release()

    def _end(self) -> None:
        child, self.child = self.child, None
        if child is not None:
            child.end()


def _lost(code: int) -> ValueError:
    """What to say of a child that ended by itself with this exit code."""
    if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
        return TooLarge(
            "the system ended the process that measured, as it does when memory runs out. It has been "
            "given back; choose a smaller batch or input"
        )
    return ValueError(f"the process that measured broke off (exit code {code}); the next run starts a new one")


_WORKSHOP = Workshop()
apart = _WORKSHOP.run  # one for the program, as there is one queue
