"""What would wake the server's thread again and again, or ask the system once for each piece, is done together.

Whoever asks the system, or wakes another thread, lets go of Python's interpreter, and waits for its next turn up to 5 ms
where a script works meanwhile: fifty small messages of one answer were fifty such waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any


class Soon:
    """Calls from other threads that the thread of `loop` makes in the order in which they came, within `seconds`; and at
    once, with all that came before, where one is to be made `now`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop, self._seconds = loop, seconds
        self._left: deque[Callable[[], object]] = deque()
        self._woken = self._due = False  # the loop was told, and has not yet begun

    def __call__(self, act: Callable[[], object], now: bool) -> None:
        """Raises `RuntimeError` where the loop is closed."""
        self._left.append(act)
        if now and not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._make)
        elif not now and not self._woken and not self._due:
            self._due = True
            self._loop.call_soon_threadsafe(self._loop.call_later, self._seconds, self._make_late)

    def _make_late(self) -> None:
        self._due = False
        self._make()

    def _make(self) -> None:
        self._woken = False  # first: what comes from now on is seen below, or wakes the loop again
        try:
            while self._left:
                self._left.popleft()()
        finally:  # one that fails keeps no other waiting
            if self._left:
                self._loop.call_soon(self._make)


class Joined:
    """A transport whose pieces of one turn of its loop go to the system in one."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._pieces: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, piece: bytes) -> None:
        """Sent when this turn ends."""
        if not self._pieces:
            self._loop.call_soon(self._send)
        self._pieces.append(piece)

    def close(self) -> None:
        """Once all is sent."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        pieces, self._pieces = self._pieces, []
        if pieces and not self._transport.is_closing():
            self._transport.write(b"".join(pieces))
