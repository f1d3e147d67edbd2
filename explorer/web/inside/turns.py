"""First come, first served, for threads: who may go at once, and who waits."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator


class Turns:
    """So many at a time, in the order in which they came. A turn that lasts longer than `seconds` is over for those who
    wait, though not for whoever has it: nobody is held up by another's long work, nor by one who waits for a third."""

    def __init__(self, at_once: int, seconds: float) -> None:
        self._at_once, self._seconds = at_once, seconds
        self._change = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()  # locked until it is the turn of its thread
        self._since: dict[threading.Lock, float] = {}  # whose turn it is, and from when on
        self._own = threading.local()  # the lock of a thread that has had its turn

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """A turn; returns when it is given."""
        self._own.lock = self._taken(self._waiting.append)
        try:
            yield
        finally:
            self._left(self._own.lock)
            del self._own.lock

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Inside a turn, while it waits for another's work: others go on meanwhile, and then it is the next. A thread without
        a turn only waits."""
        if not hasattr(self._own, "lock"):
            yield
            return
        self._left(self._own.lock)
        try:
            yield
        finally:
            self._own.lock = self._taken(self._waiting.appendleft)

    def _taken(self, line_up: Callable[[threading.Lock], None]) -> threading.Lock:
        mine = threading.Lock()
        mine.acquire()
        with self._change:
            line_up(mine)
            self._pass_on()
        while not mine.acquire(timeout=self._seconds):
            with self._change:
                self._pass_on()
        return mine

    def _left(self, mine: threading.Lock) -> None:
        with self._change:
            self._since.pop(mine, None)
            self._pass_on()

    def _pass_on(self) -> None:
        now = time.monotonic()
        self._since = {one: since for one, since in self._since.items() if now - since < self._seconds}
        while self._waiting and len(self._since) < self._at_once:
            following = self._waiting.popleft()
            self._since[following] = now
            following.release()
