"""A process that is asked and answers, pickled both ways between two of one program, and that can be ended at any moment."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO, Any

from explorer.places import ROOT

Message = tuple[Any, ...]


class Child:
    """A running process. told: its messages as they come; None when it has ended.

    errors: where its standard error goes, an open file or `subprocess.DEVNULL`.
    """

    def __init__(self, arguments: Sequence[str], errors: int | IO[bytes] = subprocess.DEVNULL) -> None:
        self.told: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._asking = threading.Lock()
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
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        with contextlib.suppress(Exception):  # the end of the stream, perhaps in the middle of a message
            while True:
                self._hear(pickle.load(self.of))
        self._hear(None)

    def _hear(self, message: Message | None) -> None:
        self.told.put(message)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: object) -> None:
        data = pickle.dumps(request)
        with (
            contextlib.suppress(OSError, ValueError),
            self._asking,
        ):  # it has just ended, or we ended it: `told` says so
            self.to.write(data)
            self.to.flush()

    def end(self) -> int:
        """End it and the compile workers that it started; its exit code."""
        if self.alive:
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError):  # by now it has ended
                    os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        code = self.process.wait()
        self.reader.join(1.0)
        with contextlib.suppress(OSError), self._asking:
            self.to.close()
        if not self.reader.is_alive():  # else something that it started lives on and holds the pipe: closing would wait
            self.of.close()
        return code


class Worker(Child):
    """A running `explorer.apart.child`, in which several works may be under way: each has an inbox of its own.

    ended: by us, whatever else went on in it.
    """

    def __init__(self, arguments: Sequence[str] = ("-m", "explorer.apart.child")) -> None:
        self.inboxes: dict[str, queue.SimpleQueue[Message | None]] = {}
        self.alone = False  # whether what goes on in it bears nothing beside it
        self.idle: threading.Timer | None = None
        self.ended = False
        self._gone = False
        self._opening = threading.Lock()
        super().__init__(arguments)

    def open(self, key: str) -> queue.SimpleQueue[Message | None]:
        """Where the messages of this work come."""
        with self._opening:
            inbox = self.inboxes[key] = queue.SimpleQueue()
            if self._gone:
                inbox.put(None)
        return inbox

    def _hear(self, message: Message | None) -> None:
        with self._opening:
            if message is not None:
                if inbox := self.inboxes.get(message[0]):
                    inbox.put(message[1:])
                return
            self._gone = True
            for inbox in self.inboxes.values():
                inbox.put(None)
