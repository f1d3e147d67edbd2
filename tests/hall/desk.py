"""The addresses of a hall on a server of their own, and phones that speak to them over real sockets."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette

from explorer.hall import Hall
from explorer.web.hall.routes import Desk


@contextmanager
def served(hall: Hall, wait_s: tuple[float, float] = (4.0, 6.0)) -> Iterator[int]:
    """A server of this hall in a thread; its port."""
    app = Starlette(routes=Desk(lambda: hall, wait_s).routes())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join(20)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class Wire:
    """One connection that is kept open, as a browser keeps it; opened anew when it is cut."""

    port: int
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.reader, self.writer  # others may cut and open anew meanwhile
        assert reader is not None
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Host": "hall", "Content-Length": str(len(content)), **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        try:
            writer.write(head.encode() + b"\r\n" + content)
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            got = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
            return Answer(int(first.split()[1]), got, await reader.readexactly(int(got.get("content-length", 0))))
        except BaseException:
            self.cut()
            raise

    def cut(self) -> None:
        """As a phone that goes to sleep, or leaves the net: nobody says good-bye."""
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None


CUT = (OSError, asyncio.IncompleteReadError)


@dataclass
class Phone:
    """A phone as the page for phones behaves: it waits for news on one connection, votes on another, and says a vote again until
    it is answered. `counted`: what it was told is counted, by ballot."""

    port: int
    code: str
    number: int
    dice: random.Random
    restless: bool = False
    turn: int = 0
    over: bool = False
    asked: int = 0
    state: dict = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    seen_at: dict[tuple[str, int], float] = field(
        default_factory=dict
    )  # (question, round) → when it knew that it is open
    took: list[float] = field(default_factory=list)  # seconds until a vote was answered
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.voter = f"{self.number:032x}"
        self.wire, self.news = Wire(self.port), Wire(self.port)

    async def listen(self) -> None:
        """News until it is cancelled; a restless phone is cut now and then and comes back."""
        while not self.over:
            since = self.state.get("version", "") if not self.restless or self.dice.random() < 0.8 else ""
            ask = self.news.ask("GET", f"/vote/{self.code}/state?since={since}&voter={self.voter}")
            try:
                patience = self.dice.uniform(0.2, 2) if self.restless else 30
                answer = await asyncio.wait_for(ask, patience)
            except (TimeoutError, *CUT):
                continue
            if answer.status != 200:
                self.faults.append(f"state: {answer.status} {answer.body!r}")
                await asyncio.sleep(0.2)
                continue
            self.state = answer.json()
            self.asked += 1
            if self.state["open"]:
                self.seen_at.setdefault((self.state["slug"], self.state["round"]), time.monotonic())
            if self.state["slug"] and self.dice.random() < 0.3:
                await self._look(self.state["slug"])

    async def _look(self, slug: str) -> None:
        try:
            card = await self.news.ask("GET", f"/vote/{self.code}/scene/{slug}")
        except CUT:
            return
        if card.status != 200:
            self.faults.append(f"scene: {card.status}")

    async def vote(self, slug: str, round: int, choice: int) -> str:
        """'counted' or 'closed'. Said again where the answer was lost; a double vote is the same vote."""
        begun = time.monotonic()
        self.turn += 1
        body = {"voter": self.voter, "slug": slug, "round": round, "choice": choice, "turn": self.turn}
        for again in range(20):
            wire = self.wire
            if self.restless and again == 0 and self.dice.random() < 0.3:
                try:  # sent, and cut before the answer came
                    await asyncio.wait_for(wire.ask("POST", f"/vote/{self.code}/choice", body), 0.001)
                except (TimeoutError, *CUT):
                    continue
            try:
                answer = await wire.ask("POST", f"/vote/{self.code}/choice", body)
            except CUT:
                continue
            self.took.append(time.monotonic() - begun)
            if answer.status == 200:
                self.counted[f"{slug}/{round}"] = choice
                return "counted"
            if answer.status == 409:
                return "closed"
            if answer.status != 429:
                self.faults.append(f"vote: {answer.status} {answer.body!r}")
                return "refused"
            await asyncio.sleep(0.5)
        self.faults.append("vote: never answered")
        return "lost"
