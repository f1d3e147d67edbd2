"""What each visitor has measured, kept by the token that their browser remembers: it outlives a reload.

Bounded in every direction: answers of a visitor, visitors, bytes of all, and time; what was looked at longest ago goes first.
The answers lie here as bytes, so that the bound is exact and nobody changes what another tab was given. No torch, no Streamlit.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

MOST = 30  # of a visitor
MOST_BYTES = 16 * 2**20  # of all visitors: a pass is some 3 kB, its layers some 30


@dataclass(eq=False)
class _Visitor:
    answers: dict[Hashable, bytes] = field(default_factory=dict)  # the latest last
    seen: float = 0.0


class Drawer:
    """Every visitor's measurements. visitors: how many there may be; kept_s: for so long after one was seen last; clock:
    seconds. Any number of threads may use it at once."""

    def __init__(
        self,
        visitors: int,
        kept_s: float,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.visitors, self.kept_s, self.most_bytes, self.clock = visitors, kept_s, most_bytes, clock
        self._visitors: dict[str, _Visitor] = {}
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        """Of all answers."""
        return sum(len(one) for visitor in self._visitors.values() for one in visitor.answers.values())

    def put(self, of: str, ask: Hashable, answer: object) -> None:
        """The latest answer to `ask`, in the place of an older one."""
        data = pickle.dumps(answer)
        with self._lock:
            self._tidy()
            visitor = self._visitors.setdefault(of, _Visitor())
            visitor.seen = self.clock()
            visitor.answers.pop(ask, None)
            visitor.answers[ask] = data
            while len(visitor.answers) > MOST:
                self._drop_oldest(of)
            while len(self._visitors) > self.visitors:
                del self._visitors[self._longest_ago(of)]
            while self._visitors and self.held_bytes > self.most_bytes:
                self._drop_oldest(self._longest_ago(of))

    def found(self, of: str) -> dict[Any, Any]:
        """A visitor's, by what was asked, the oldest first. Nothing is kept of who has none."""
        with self._lock:
            self._tidy()
            if (visitor := self._visitors.get(of)) is None:
                return {}
            visitor.seen = self.clock()
            mine = dict(visitor.answers)
        return {ask: pickle.loads(data) for ask, data in mine.items()}  # our own bytes, which never left this process

    def _longest_ago(self, last: str) -> str:
        """Who was seen longest ago; `last` only where nobody else is here."""
        return min(self._visitors, key=lambda one: (one == last, self._visitors[one].seen))

    def _drop_oldest(self, of: str) -> None:
        answers = self._visitors[of].answers
        del answers[next(iter(answers))]
        if not answers:
            del self._visitors[of]

    def _tidy(self) -> None:
        now = self.clock()
        self._visitors = {of: one for of, one in self._visitors.items() if now - one.seen < self.kept_s}
