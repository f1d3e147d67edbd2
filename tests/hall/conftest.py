"""A store in memory and one in a real Redis or Valkey, where one is installed: the same tests hold for both."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from explorer import lecture
from explorer.hall import Cards, Hall, Limits, Memory, Started
from explorer.hall.made import cards
from explorer.hall.store import Store
from tests.conftest import free_port

TOUR = lecture.load()
SERVERS = ("valkey-server", "redis-server")


@pytest.fixture(scope="session")
def redis_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server of our own, stopped at the end."""
    import redis

    program = next(filter(None, map(shutil.which, SERVERS)), None)
    if program is None:
        pytest.skip(f"none of {', '.join(SERVERS)} is installed here")
    folder, port = tmp_path_factory.mktemp("redis"), free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"redis://127.0.0.1:{port}/0"
    client, deadline = redis.Redis.from_url(address), time.monotonic() + 20
    while True:
        try:
            client.ping()
            break
        except redis.exceptions.ConnectionError:
            assert process.poll() is None and time.monotonic() < deadline, Path(folder / "log").read_text()
            time.sleep(0.05)
    yield address
    process.terminate()
    process.wait(20)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Room:
    """A hall with a session in it."""

    hall: Hall
    clock: Clock
    code: str = ""
    token: str = ""

    def start(self) -> Started:
        started = self.hall.start("A lecture")
        self.code, self.token = started.code, started.token
        return started

    def show(self, slug: str, revealed: bool = False) -> Cards:
        found = cards(TOUR, TOUR.find(slug))
        self.hall.show(self.code, self.token, found, revealed)
        return found


def voter(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture(params=["memory", "redis"])
def room(request: pytest.FixtureRequest) -> Iterator:
    """room(**limits) → a `Room` on an empty store."""

    def open_room(**limits: float) -> Room:
        clock, chosen = Clock(), Limits(**limits)
        store: Store = Memory(chosen, clock)
        if request.param == "redis":
            import redis

            from explorer.hall.redis_store import Redis

            address = request.getfixturevalue("redis_address")
            redis.Redis.from_url(address).flushdb()
            store = Redis(address, chosen)
        found = Room(Hall(store, chosen, clock), clock)
        found.start()
        return found

    yield open_room
