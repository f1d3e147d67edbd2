"""A lecture's votes played by many phones over real sockets: five questions, drops, reloads, double votes, floods."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from explorer.hall import Hall
from explorer.hall.made import cards
from explorer.lecture import Scene
from tests.hall.conftest import TOUR
from tests.hall.desk import CUT, Phone, Wire

ASKING = [scene for scene in TOUR.scenes if scene.question][:5]


class Lead(Protocol):
    """Who steers the lecture."""

    code: str
    token: str

    async def show(self, scene: Scene) -> None: ...
    async def again(self) -> None: ...
    async def close(self) -> None: ...
    async def reveal(self, scene: Scene) -> None: ...


@dataclass
class ByHand:
    """Straight to the hall."""

    hall: Hall
    code: str
    token: str

    async def show(self, scene: Scene) -> None:
        await asyncio.to_thread(self.hall.show, self.code, self.token, cards(TOUR, scene), False)

    async def again(self) -> None:
        await asyncio.to_thread(self.hall.again, self.code, self.token)

    async def close(self) -> None:
        await asyncio.to_thread(self.hall.close, self.code, self.token)

    async def reveal(self, scene: Scene) -> None:
        await asyncio.to_thread(self.hall.show, self.code, self.token, cards(TOUR, scene), True)


@dataclass
class Played:
    """arrived: seconds until each phone knew of each question. voted: until each vote was answered. counts: until the
    projector knew of the last vote of a round."""

    arrived: list[float] = field(default_factory=list)
    voted: list[float] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    questions: int = 0  # how often phones asked for news, and were answered
    faults: list[str] = field(default_factory=list)
    attacks: Counter[int] = field(default_factory=Counter)
    tallies: list[dict[str, int]] = field(default_factory=list)  # what the projector knew last


async def until(holds, timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.01)


async def play(lead: Lead, port: int, phones: int, think_s: float, pause_s: float = 0, seed: int = 7) -> Played:
    """The whole lecture. think_s: over how long a round's votes are spread; pause_s: between two steps. Half of the phones are
    restless."""
    dice, played, stop = random.Random(seed), Played(), asyncio.Event()
    everyone = [
        Phone(port, lead.code, number, random.Random(seed + number), restless=number % 2 == 0)
        for number in range(phones)
    ]
    listening = [asyncio.create_task(phone.listen()) for phone in everyone]
    watching = asyncio.create_task(_watch(port, lead, played, stop))
    attacking = asyncio.create_task(_attack(port, lead.code, played, stop))
    await until(lambda: all(phone.state for phone in everyone), 60)
    try:
        await _lecture(lead, everyone, played, think_s, pause_s, dice)
    finally:  # also where it failed: nobody goes on asking
        stop.set()
        for phone in everyone:
            phone.over = True
    await asyncio.gather(watching, attacking)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    for phone in everyone:
        played.voted += phone.took
        played.questions += phone.asked
        played.faults += phone.faults
        phone.wire.cut()
        phone.news.cut()
    return played


async def _lecture(
    lead: Lead, everyone: list[Phone], played: Played, think_s: float, pause_s: float, dice: random.Random
) -> None:
    for scene in ASKING:
        for round in (1, 2):
            began, on = time.monotonic(), (scene.slug, round)
            await (lead.show(scene) if round == 1 else lead.again())
            await until(lambda on=on: all(on in phone.seen_at for phone in everyone))
            played.arrived += [phone.seen_at[on] - began for phone in everyone]
            options = cards(TOUR, scene).card["question"]["options"]
            votes = [_votes(phone, scene.slug, round, options, think_s) for phone in everyone]
            assert set(await asyncio.gather(*votes)) == {"counted"}
            last = time.monotonic()
            expected = Counter(str(phone.counted[f"{scene.slug}/{round}"]) for phone in everyone)
            await until(lambda: _tally(played, round) == expected)
            played.counts.append(time.monotonic() - last)
            await asyncio.sleep(pause_s)
        await lead.close()
        assert await dice.choice(everyone).vote(scene.slug, 2, 0) == "closed"
        await lead.reveal(scene)
        await until(lambda: all(phone.state["revealed"] for phone in everyone))
        await asyncio.sleep(pause_s)


def _tally(played: Played, round: int) -> Counter[str]:
    return Counter(played.tallies[round - 1]) if len(played.tallies) >= round else Counter()


async def _votes(phone: Phone, slug: str, round: int, options: int, think_s: float) -> str:
    """A choice, and by every third phone another one a little later."""
    await asyncio.sleep(phone.dice.uniform(0, think_s))
    said = await phone.vote(slug, round, phone.dice.randrange(options))
    if phone.number % 3 == 0:
        said = await phone.vote(slug, round, phone.dice.randrange(options))
    if phone.number % 5 == 0:  # a reload: connections gone, the same phone again
        phone.wire.cut()
        phone.news.cut()
        phone.state = {**phone.state}
        said = await phone.vote(slug, round, phone.counted[f"{slug}/{round}"])
    return said


async def _watch(port: int, lead: Lead, played: Played, stop: asyncio.Event) -> None:
    """The projector."""
    wire, since = Wire(port), ""
    while not stop.is_set():
        try:
            answer = await wire.ask(
                "GET", f"/vote/{lead.code}/watch?since={since}", headers={"Authorization": f"Bearer {lead.token}"}
            )
        except CUT:
            continue
        if answer.status != 200:
            played.faults.append(f"watch: {answer.status}")
            return
        played.tallies = answer.json()["tallies"]
        since = answer.json()["stamp"]
    wire.cut()


async def _attack(port: int, code: str, played: Played, stop: asyncio.Event) -> None:
    """Wrong tokens, strange bodies, a flood of one phone's: all refused, none a server's error, nothing steered."""
    wire = Wire(port)
    flood = {"voter": "f" * 32, "slug": "nothing", "round": 1, "choice": 0, "turn": 0}
    tries = [
        ("POST", f"/vote/{code}/steer", {"do": "end", "n": 0}, {"Authorization": "Bearer guessed"}),
        ("POST", f"/vote/{code}/steer", {"do": "close", "n": 0}, {"Authorization": f"Bearer {code}"}),
        ("POST", f"/vote/{code}/steer", {"do": "close", "n": 0}, {}),
        ("POST", f"/vote/{code}/pair", {"word": "guessed"}, {}),
        ("GET", f"/vote/{code}/watch", None, {"Authorization": "Basic eDp4"}),
        ("GET", f"/vote/{code}/results.csv", None, {}),
        ("GET", f"/vote/{code}/remote", None, {"Authorization": "Bearer "}),
        ("POST", f"/vote/{code}/choice", {**flood, "choice": "0"}, {}),
        ("POST", f"/vote/{code}/choice", {**flood, "choice": True}, {}),
        ("POST", f"/vote/{code}/choice", {**flood, "comment": "hello"}, {}),
        ("POST", f"/vote/{code}/choice", {**flood, "voter": "me"}, {}),
        ("POST", f"/vote/{code}/choice", b"[" * 1500, {}),
        ("POST", f"/vote/{code}/choice", b"\xff{", {}),
        ("POST", f"/vote/{code}/choice", b"x" * 5000, {}),
        ("POST", f"/vote/{code}/choice", flood, {"Content-Type": "text/plain"}),
        ("GET", f"/vote/{code}/state?voter=%3Cscript%3E", None, {}),
        ("GET", f"/vote/{code}/scene/..%2F..%2Fetc", None, {}),
        ("GET", "/vote/ZZZZZ/state?voter=" + "0" * 32, None, {}),
        *[("POST", f"/vote/{code}/choice", flood, {})] * 30,
    ]
    while True:
        for method, path, body, headers in tries:
            try:
                answer = await wire.ask(method, path, body, headers)
            except CUT:
                continue
            played.attacks[answer.status] += 1
            if not 400 <= answer.status < 500 or "Traceback" in answer.body.decode():
                played.faults.append(f"attack: {answer.status} {method} {path} {body!r}")
        if stop.is_set():
            return wire.cut()
        await asyncio.sleep(0.2)
