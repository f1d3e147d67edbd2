"""Many wait for one number to change: it is looked up once for all of them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

EVERY_S = 0.1


def ending() -> bool:
    """Whether the server is about to stop: it waits for every open answer, so nobody may be kept waiting then. Uvicorn's own
    handler of the signal knows."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))


class Pulse:
    """read: what is waited for, by its key. Whatever it raises wakes those who wait too."""

    def __init__(self, read: Callable[[str], Awaitable[object]], every_s: float = EVERY_S) -> None:
        self._read, self._every_s = read, every_s
        self._waiting: dict[str, tuple[asyncio.Future[None], asyncio.Task[None]]] = {}
        self.waiters = 0

    async def changed(self, key: str, since: object, timeout_s: float) -> None:
        """Returns when the value is another than `since`, or after `timeout_s`."""
        self.waiters += 1
        try:
            until = asyncio.get_running_loop().time() + timeout_s
            while (
                (left := until - asyncio.get_running_loop().time()) > 0
                and not ending()
                and await self._read(key) == since
            ):
                await asyncio.wait([self._next(key, since)], timeout=left)
        finally:
            self.waiters -= 1

    def _next(self, key: str, since: object) -> asyncio.Future[None]:
        if key not in self._waiting:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting[key] = (future, asyncio.create_task(self._look(key, since, future)))
        return self._waiting[key][0]

    async def _look(self, key: str, since: object, future: asyncio.Future[None]) -> None:
        """Until the value changes; the last waiter's time is over within a minute, and so is this."""
        try:
            for _ in range(int(60 / self._every_s)):
                await asyncio.sleep(self._every_s)
                if ending() or await self._read(key) != since:
                    break
        except Exception:  # a session that ended, or a store that cannot be reached: who waits asks, and is told
            pass
        finally:
            del self._waiting[key]
            future.set_result(None)
