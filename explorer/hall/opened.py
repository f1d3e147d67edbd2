"""The store that the host has chosen."""

from __future__ import annotations

import os
from functools import lru_cache

from explorer.hall.limits import Limits
from explorer.hall.memory import Memory
from explorer.hall.rules import Hall

ADDRESS = "EXPLORER_VOTES"
REPLICAS = "EXPLORER_REPLICAS"


@lru_cache(maxsize=1)
def opened() -> Hall:
    """This process's hall: in memory, or in the Redis of `EXPLORER_VOTES`. Raises `ValueError` for an address that is none."""
    address = os.environ.get(ADDRESS, "").strip()
    if not address:
        return Hall(Memory(Limits()), Limits())
    from explorer.hall.redis_store import Redis

    return Hall(Redis(address, Limits()), Limits())


def warning() -> str:
    """What a host with several servers has to know; '' where votes are shared, or where there is one server."""
    count = os.environ.get(REPLICAS, "").strip() or "1"
    if os.environ.get(ADDRESS, "").strip() or count == "1":
        return ""
    return (
        f"{REPLICAS}={count}: each of these servers keeps votes for itself, so a hall would be split. "
        f"Set {ADDRESS}=redis://… to a Redis or Valkey that all of them reach."
    )
