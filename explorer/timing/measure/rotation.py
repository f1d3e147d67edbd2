"""How many different pictures a timing rotates through, so that a pass does not find its input in a cache."""

from __future__ import annotations

import math

from explorer.facts.memory.room import allowed_bytes

CACHES = 1.25  # the inputs in rotation against the last-level cache: more than all of it
MOST_BYTES, MOST = 2**30, 4096
SHARE = 8  # of what may be used an eighth


def count(each: int, cache: int, free: int | None = None) -> int:
    """At least one. each: bytes of an input; cache: of the last-level cache; free: of memory, None where that is not known.
    A host's ceiling holds here too: caches of half a gigabyte are met, and their pictures alone would be above it."""
    room = min(MOST_BYTES, allowed_bytes(SHARE * MOST_BYTES if free is None else free) // SHARE)
    return max(1, min(MOST, math.ceil(min(CACHES * cache, room) / each)))
