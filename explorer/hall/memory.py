"""Sessions in this process: the default."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from explorer.hall.limits import Limits
from explorer.hall.store import FIRST, Counted, Joined


@dataclass
class _Kept:
    fields: dict[str, str]
    touched: float
    voters: dict[str, float] = field(default_factory=dict)  # → when last there
    votes: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)  # ballot → voter → choice, turn


class Memory:
    """See `Store`."""

    quick = True

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits or Limits(), clock
        self._sessions: dict[str, _Kept] = {}
        self._lock = Lock()

    def claim(self, code: str, fields: Mapping[str, str]) -> Literal["claimed", "taken", "full"]:
        with self._lock:
            now = self._clock()
            for old in list(self._sessions):
                self._find(old)  # what has idled goes
            if code in self._sessions:
                return "taken"
            if len(self._sessions) >= self._limits.sessions and not self._made_room(now):
                return "full"
            self._sessions[code] = _Kept({**FIRST, **fields}, now)
            return "claimed"

    def _made_room(self, now: float) -> bool:
        """A session that nobody has joined makes way, the one that has idled longest."""
        unused = [
            (kept.touched, code)
            for code, kept in self._sessions.items()
            if not kept.voters and now - kept.touched > self._limits.unused_s
        ]
        if unused:
            del self._sessions[min(unused)[1]]
        return bool(unused)

    def _find(self, code: str) -> _Kept | None:
        kept = self._sessions.get(code)
        if kept and self._clock() - kept.touched > self._limits.idle_s:
            del self._sessions[code]
            return None
        return kept

    def read(self, code: str, names: tuple[str, ...]) -> tuple[str | None, ...] | None:
        with self._lock:
            kept = self._find(code)
            return tuple(kept.fields.get(name) for name in names) if kept else None

    def write(self, code: str, fields: Mapping[str, str], bump: Literal["version", "commands", ""] = "version") -> bool:
        with self._lock:
            kept = self._find(code)
            if kept is None:
                return False
            kept.fields.update(fields)
            kept.touched = self._clock()
            if bump:
                _count_up(kept, bump)
            return True

    def swap(self, code: str, name: str, old: str, new: str) -> bool:
        with self._lock:
            kept = self._find(code)
            if kept is None or kept.fields.get(name, "") != old:
                return False
            kept.fields[name] = new
            return True

    def join(self, code: str, voter: str) -> Joined:
        with self._lock:
            kept = self._find(code)
            if kept is None:
                return "unknown"
            return "in" if self._let_in(kept, voter) else "full"

    def _let_in(self, kept: _Kept, voter: str) -> bool:
        if voter not in kept.voters and len(kept.voters) >= self._limits.voters:
            return False
        kept.voters[voter] = self._clock()
        return True

    def here(self, code: str) -> int:
        with self._lock:
            kept = self._find(code)
            since = self._clock() - self._limits.here_s
            return sum(seen >= since for seen in kept.voters.values()) if kept else 0

    def count(self, code: str, ballot: str, voter: str, choice: int, turn: int) -> Counted:
        with self._lock:
            kept = self._find(code)
            if kept is None:
                return "unknown"
            if kept.fields.get("accepts") != ballot:
                return "closed"
            if not self._let_in(kept, voter):
                return "full"
            votes = kept.votes.setdefault(ballot, {})
            if voter in votes and votes[voter][1] > turn:
                return "counted"
            votes[voter] = (choice, turn)
            kept.touched = self._clock()
            _count_up(kept, "ballots")
            return "counted"

    def choice(self, code: str, ballot: str, voter: str) -> int | None:
        with self._lock:
            kept = self._find(code)
            found = kept.votes.get(ballot, {}).get(voter) if kept else None
            return found[0] if found else None

    def ballots(self, code: str, ballot: str) -> dict[int, int]:
        with self._lock:
            kept = self._find(code)
            return dict(Counter(choice for choice, _ in kept.votes.get(ballot, {}).values())) if kept else {}

    def voted(self, code: str, ballot: str) -> int:
        with self._lock:
            kept = self._find(code)
            return len(kept.votes.get(ballot, ())) if kept else 0

    def drop(self, code: str) -> None:
        with self._lock:
            self._sessions.pop(code, None)


def _count_up(kept: _Kept, name: str) -> None:
    kept.fields[name] = str(int(kept.fields[name]) + 1)
