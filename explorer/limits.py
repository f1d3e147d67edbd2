"""A host's own ceilings: EXPLORER_LIMITS="queue=20 waiting=3 seconds=60 batch=64 memory_mb=500".

Each only lowers what the app allows by itself; what is not named stays. Read once, when the app starts.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from functools import lru_cache

NAME = "EXPLORER_LIMITS"
MOST = {  # what the app allows where a host says nothing: the largest value of each
    "queue": 100,
    "waiting": 100,
    "seconds": 3_600,
    "batch": 65_536,
    "memory_mb": 1_000_000,
}


@dataclass(frozen=True)
class Limits:
    """queue: jobs that wait, in each queue; 0: this host runs nothing. waiting: jobs of one visitor, running ones included.

    seconds: of one job. batch: pictures in a measured pass. memory_mb: megabytes (10⁶ bytes) of one measurement or picture.
    """

    queue: int = MOST["queue"]
    waiting: int = MOST["waiting"]
    seconds: int = MOST["seconds"]
    batch: int = MOST["batch"]
    memory_mb: int = MOST["memory_mb"]


def read(text: str) -> Limits:
    """From 'name=number' words. Raises `ValueError` naming the word and what is allowed."""
    names, found = [field.name for field in fields(Limits)], Limits()
    for word in text.replace(",", " ").split():
        name, equals, number = word.partition("=")
        if name not in names or not equals:
            raise ValueError(f"{NAME}: {word[:60]!r} is none of {', '.join(f'{one}=NUMBER' for one in names)}")
        least = 0 if name == "queue" else 1
        if not number.isascii() or not number.isdigit() or len(number) > 9 or not least <= int(number) <= MOST[name]:
            raise ValueError(f"{NAME}: {name}={number[:60]!r}: a whole number from {least} to {MOST[name]:,}")
        found = replace(found, **{name: int(number)})
    return found


@lru_cache(maxsize=1)
def limits() -> Limits:
    """This host's. Raises `ValueError` as `read`."""
    return read(os.environ.get(NAME, ""))
