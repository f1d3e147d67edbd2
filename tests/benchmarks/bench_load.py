"""A hall of visitors without their browsers: they open the app, change what they see, lose their network and come again.

    .venv/bin/python -m tests.benchmarks.bench_load [R1 R2 …] [--visitors 300] [--url http://…]

R1 all open at once · R2 one change per 10 s each · R3 CPU of a warm rerun of each page · R4 nobody sees another's numbers ·
R5 all sockets cut at once · R6 a thousand sessions come and go · R12 the queue · R13 one seed, eight visitors · R14 kill -9 and
start again under load. Each line is one measurement of one server that it starts (for R3 beside it Streamlit's own floor: a
page with the same controls and nothing else), and the state of the machine stands above. Client and server share its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import re
import signal
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import streamlit
import torch

from explorer import units
from explorer.facts.rollup import headline
from explorer.spec import preset
from explorer.spec.task import FORMATS
from explorer.web.inside.runs import SESSIONS
from tests.benchmarks.tab import Answer, Tab
from tests.conftest import ROOT, Server
from tests.web.test_pages import PAGES

DEPTHS = ("18", "34", "50", "101", "152")
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
GOAL_S, GOAL_MS = 5.0, {"architecture": 10.0, "blocks": 10.0}
OTHER_CONTROLS = {  # pages that show no net of the sidebar's: a control of their own, and what it is set to
    "lecture": ("variants-open", (True, False)),
}


# ------------------------------------------------------------------------------------------------- what is measured


def machine() -> str:
    """The state of the machine, in a line."""
    model = ""
    if (info := Path("/proc/cpuinfo")).exists():
        found = re.search(r"model name\s*: (.*)", info.read_text())
        model = found[1] if found else ""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({model or platform.processor()}), load before {load}; Python {platform.python_version()}, "
        f"streamlit {streamlit.__version__}, torch {torch.__version__}"
    )


def cpu_s(pid: int) -> float:
    """User and system time of a process, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def held(pid: int) -> tuple[float, int, int]:
    """Resident memory in MB, threads, open handles of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    memory, threads = re.search(r"VmRSS:\s+(\d+)", status), re.search(r"Threads:\s+(\d+)", status)
    assert memory and threads
    return int(memory[1]) / 1000, int(threads[1]), len(os.listdir(f"/proc/{pid}/fd"))


def p(values: Sequence[float], percent: int) -> float:
    """A percentile."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def spread(values: Sequence[float]) -> str:
    return f"p50 {1000 * p(values, 50):.0f} ms, p95 {1000 * p(values, 95):.0f} ms, longest {1000 * max(values):.0f} ms"


@dataclass
class Seen:
    """What a crowd saw. wrong: answers that were not of what was asked; errors: what failed."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        times = spread(self.seconds) if self.seconds else "nothing"
        return f"{len(self.seconds):,} answers: {times}; {len(self.wrong)} wrong, {len(self.errors)} errors"

    async def take(self, answer: Awaitable[Answer], depth: str, side: int = 224) -> None:
        """Await an answer, and hold its header to the net that was asked for: computed here, in another process."""
        try:
            got = await answer
        except Exception as error:  # whatever a visitor would see as a failure
            self.errors.append(f"{type(error).__name__}: {error}")
            return
        self.seconds.append(got.seconds)
        self.errors += got.errors
        if missing := [one for one in expected(depth, side) if one not in got.header]:
            self.wrong.append(f"asked for {depth} at {side}: no {missing} in {got.header!r}")


@lru_cache(maxsize=4096)
def expected(depth: str, side: int) -> list[str]:
    """What a header must say."""
    found = headline(preset(f"resnet{depth}"), side, side)
    return [
        f"ResNet-{depth}",
        f"{units.count(found['params'])} params",
        units.macs(found["macs"]),
        f"1×3×{side}×{side}",
    ]


# --------------------------------------------------------------------------------------------------------- the crowd


def crowd(url: str, visitors: int, page: str = "") -> list[Tab]:
    """Tabs that are not open yet; their links name a net, so that Architecture shows it."""
    return [
        Tab(url, page, {"depth": DEPTHS[number % 5]} if DEPTHS[number % 5] != "50" else {})
        for number in range(visitors)
    ]


def asked(tab: Tab) -> str:
    return tab.query.get("depth", "50")


async def opened(tabs: Sequence[Tab]) -> Seen:
    """R1: all at once."""
    seen = Seen()
    await asyncio.gather(*(seen.take(tab.open(), asked(tab)) for tab in tabs))
    return seen


async def changing(tabs: Sequence[Tab], seconds: float, every: float = 10.0) -> Seen:
    """R2: each tab changes the depth once in `every` seconds, at a phase of its own."""
    seen, end = Seen(), time.perf_counter() + seconds

    async def visitor(tab: Tab, phase: float) -> None:
        await asyncio.sleep(phase)
        while time.perf_counter() < end:
            began = time.perf_counter()
            depth = random.choice([one for one in DEPTHS if one != asked(tab)])
            await seen.take(tab.set("depth", depth), depth)
            await asyncio.sleep(max(0.0, every - (time.perf_counter() - began)))

    await asyncio.gather(*(visitor(tab, every * number / len(tabs)) for number, tab in enumerate(tabs)))
    return seen


async def own_numbers(tabs: Sequence[Tab], answers: int, at_once: int = 16) -> Seen:
    """R4: each visitor has an input size of their own, so that nobody else's header is theirs; as fast as they go."""
    seen, turn, left = Seen(), asyncio.Semaphore(at_once), iter(range(answers))

    async def visitor(tab: Tab, side: int) -> None:
        async with turn:
            await seen.take(tab.set("input", str(side)), asked(tab), side)
        for _ in left:
            depth = "34" if asked(tab) == "18" else "18"
            async with turn:
                await seen.take(tab.set("depth", depth), depth, side)

    await asyncio.gather(*(visitor(tab, 32 + number) for number, tab in enumerate(tabs)))
    return seen


async def cut(tabs: Sequence[Tab]) -> list[float]:
    """R5: every socket is cut at once, and all come back at once; seconds until each is connected. Whoever was at rest asks
    for nothing: what is shown stays."""
    for tab in tabs:
        tab.cut()
    await asyncio.sleep(0.5)
    return [answer.seconds for answer in await asyncio.gather(*(tab.reconnect() for tab in tabs))]


async def cut_in_midst(tabs: Sequence[Tab], side: Callable[[int], int] = lambda number: 224) -> Seen:
    """R5 at its worst: every visitor has just chosen another depth, and is cut before the answer; all come back at once, and
    see what they chose. side: the input that each has."""
    seen = Seen()
    for tab in tabs:
        tab.put("depth", random.choice([one for one in DEPTHS if one != asked(tab)]))
        await tab.send()
        tab.cut()
    await asyncio.sleep(0.5)
    await asyncio.gather(*(seen.take(tab.reconnect(), asked(tab), side(number)) for number, tab in enumerate(tabs)))
    return seen


async def going_on(tabs: Sequence[Tab], seconds: float, side: Callable[[int], int] = lambda number: 224) -> Seen:
    """R5, afterwards: each chooses other numbers to count in, one after another in so many seconds, and has what was chosen
    before."""
    seen = Seen()

    async def visitor(tab: Tab, number: int) -> None:
        await asyncio.sleep(seconds * number / len(tabs))
        await seen.take(tab.set("dtype", FORMATS["bf16"]), asked(tab), side(number))

    await asyncio.gather(*(visitor(tab, number) for number, tab in enumerate(tabs)))
    return seen


async def come_and_go(url: str, sessions: int, at_once: int = 50) -> Seen:
    """R6: visitors who open a page, change something and leave."""
    seen = Seen()
    for start in range(0, sessions, at_once):
        tabs = crowd(url, min(at_once, sessions - start))
        await asyncio.gather(*(seen.take(tab.open(), asked(tab)) for tab in tabs))
        for tab in tabs:
            depth = random.choice([one for one in DEPTHS if one != asked(tab)])
            await seen.take(tab.set("depth", depth), depth)
        await asyncio.gather(*(tab.close() for tab in tabs))
    return seen


async def warm(url: str, pid: int, page: str, times: int = 60) -> tuple[float, float, float]:
    """R3: CPU-ms, kB and messages of a warm rerun of a page for one visitor, who goes round the five depths."""
    key, values = OTHER_CONTROLS.get(page, ("depth", DEPTHS))
    tab = Tab(url, "" if page == "architecture" else page, {"depth": "18"})
    await tab.open()
    for value in (*values, *values):
        await tab.set(key, value)
    before, sizes, messages = cpu_s(pid), [], 0
    for number in range(times):
        answer = await tab.set(key, values[number % len(values)])
        assert not answer.errors, (page, answer.errors)
        sizes.append(answer.bytes)
        messages = answer.messages
    spent = cpu_s(pid) - before
    await tab.close()
    return 1000 * spent / times, statistics.mean(sizes) / 1000, messages


# ------------------------------------------------------------------------------------------------- experiments' queue


async def runner(url: str, experiment: str, seed: int = 1, steps: int | None = None, cookie: str = "") -> Tab:
    """A visitor who is about to press Run."""
    tab = Tab(url, "why_residual", {"experiment": experiment, "seed": str(seed), "reveal": "true"}, cookie)
    await tab.open()
    if steps is not None:
        await tab.set(next(key for key in tab.ids if key.startswith(f"steps-{experiment}")), float(steps))
    return tab


async def until(
    tab: Tab, holds: Callable[[Answer], bool], patience: float = 120, every: float = 0.1
) -> tuple[float, Answer]:
    """Seconds until the page says so, and what it then shows. every: seconds between two looks, each of them a whole run of
    the page: many who look often leave the experiments' process, which is polite, nothing of the processors."""
    start = time.perf_counter()
    while time.perf_counter() - start < patience:
        answer = await tab.again()
        if holds(answer):
            return time.perf_counter() - start, answer
        await asyncio.sleep(every)
    raise TimeoutError(f"after {patience:.0f} s the page says {answer.progress!r}")


def goes(answer: Answer) -> bool:
    return bool(answer.progress) and "in the queue" not in answer.progress


async def queue(url: str, visitors: int = 4) -> dict[str, object]:
    """R12: first come, first served, and each is told the place; who cancels, or closes the tab, makes room."""
    tabs = [await runner(url, "degradation", steps=500) for _ in range(visitors)]
    places = []
    for tab in tabs:
        places.append((await tab.press("run")).progress)
    await until(tabs[0], goes)
    told = [(await tab.again()).progress for tab in tabs]
    start = time.perf_counter()
    answer = await tabs[0].press("cancel")
    cancelled = time.perf_counter() - start
    next_after_cancel, _ = await until(tabs[1], goes)
    tabs[1].cut()
    next_after_close, _ = await until(tabs[2], goes)
    for tab in tabs[2:]:
        await tab.press("cancel")
    await asyncio.gather(*(tab.close() for tab in tabs))
    return {
        "told": told,
        "cancelled": not answer.progress,
        "cancel_s": cancelled,
        "next_after_cancel_s": next_after_cancel,
        "next_after_close_s": next_after_close,
    }


@dataclass(frozen=True)
class Shown:
    """Of a run that has ended. after_s: from Run to the end; charts: what the page shows of it."""

    after_s: float
    charts: tuple[str, ...]


async def one_seed(
    url: str, visitors: int = 8, experiment: str = "degradation", seed: int = 5, steps: int = 30
) -> list[Shown]:
    """R13: what each of them is shown of the run with the same seed."""

    async def visitor() -> Shown:
        tab = await runner(url, experiment, seed, steps)
        start = time.perf_counter()
        await tab.press("run")
        _, answer = await until(tab, lambda got: not got.progress, 3600, every=2.0)
        await tab.close()
        assert any(f"seed {seed}" in text for text in answer.texts()), "its own run is shown"
        assert answer.charts, "the run shows a figure"
        return Shown(time.perf_counter() - start, tuple(answer.charts))

    return list(await asyncio.gather(*(visitor() for _ in range(visitors))))


async def killed(server: Server, tabs: Sequence[Tab], scene: Tab) -> tuple[float, Seen, bool]:
    """R14: kill -9 while they change things, start again; seconds until all are served again, what they saw, and whether the
    lecture is at its scene."""
    load = asyncio.create_task(changing(tabs, 3, every=1.0))
    await asyncio.sleep(1.5)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    start = time.perf_counter()
    began = asyncio.get_running_loop().run_in_executor(None, server.start)
    await load  # their errors are what a kill does
    seen = Seen()
    await asyncio.gather(*(seen.take(tab.reconnect(patience=60, run=True), asked(tab)) for tab in tabs))
    back = await scene.reconnect(patience=60, run=True)
    await began
    wanted = json.dumps(scene.query["lecture"]).encode()
    return time.perf_counter() - start, seen, any(wanted in told for told in back.data)


# --------------------------------------------------------------------------------------------------------- the lines


@dataclass
class Hall:
    """A server, and how many visitors."""

    server: Server
    visitors: int

    @property
    def pid(self) -> int:
        return self.server.process.pid


async def r1(hall: Hall) -> str:
    tabs = crowd(hall.server.url, hall.visitors)
    before = cpu_s(hall.pid)
    seen = await opened(tabs)
    each = 1000 * (cpu_s(hall.pid) - before) / hall.visitors
    await asyncio.gather(*(tab.close() for tab in tabs))
    return f"{hall.visitors} open at once, {each:.0f} CPU-ms each: {seen}  (goal: p95 ≤ 5 s)"


async def r2(hall: Hall) -> str:
    tabs = crowd(hall.server.url, hall.visitors)
    await opened(tabs)
    before, start = cpu_s(hall.pid), time.perf_counter()
    seen = await changing(tabs, 60)
    busy = (cpu_s(hall.pid) - before) / (time.perf_counter() - start)
    await asyncio.gather(*(tab.close() for tab in tabs))
    return f"one change per 10 s each: {seen}; the server is {busy:.0%} of a core  (goal: p95 ≤ 300 ms, 0 errors)"


async def r3(hall: Hall) -> str:
    with tempfile.TemporaryDirectory() as folder:
        ours = {
            "STREAMLIT_RUNNER_POST_SCRIPT_GC": "false",
            "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
        }  # as the app has it
        empty = Server(Path(folder), env=os.environ | ours, app=ROOT / "tests" / "benchmarks" / "floor_app.py")
        floor, *_ = await warm(empty.url, empty.process.pid, "architecture")
        empty.stop()
    lines = [f"CPU of a warm rerun; an empty page with the same controls: {floor:.1f} ms"]
    for page in PAGES:
        spent, size, messages = await warm(hall.server.url, hall.pid, page)
        lines.append(
            f"    {page:<14}{spent:6.1f} ms (goal {GOAL_MS.get(page, 25.0):.0f}), {spent / floor:.1f} × the empty page, "
            f"{size:.0f} kB, {messages:.0f} messages"
        )
    tabs = crowd(hall.server.url, 8)
    await opened(tabs)
    seen, start = Seen(), time.perf_counter()

    async def quickly(tab: Tab) -> None:
        for _ in range(50):
            depth = random.choice([one for one in DEPTHS if one != asked(tab)])
            await seen.take(tab.set("depth", depth), depth)

    await asyncio.gather(*map(quickly, tabs))
    took = time.perf_counter() - start
    await asyncio.gather(*(tab.close() for tab in tabs))
    lines.append(
        f"    8 visitors without a pause: {len(seen.seconds) / took:.0f} reruns/s (goal 100), client beside it"
    )
    return "\n".join(lines)


async def r4(hall: Hall) -> str:
    tabs = crowd(hall.server.url, min(hall.visitors, 300))
    await opened(tabs)
    seen = await own_numbers(tabs, 5000)
    await asyncio.gather(*(tab.close() for tab in tabs))
    return f"everybody's input is of another size: {seen} {(seen.wrong + seen.errors)[:3] or ''} (goal: 0 wrong in ≥ 5,000)"


async def r5(hall: Hall) -> str:
    tabs = crowd(hall.server.url, hall.visitors)
    await opened(tabs)
    sessions = [tab.session for tab in tabs]
    before = cpu_s(hall.pid)
    midst = await cut_in_midst(tabs)
    each = 1000 * (cpu_s(hall.pid) - before) / hall.visitors
    rest = await cut(tabs)
    after = await going_on(tabs, 10)
    kept = sum(tab.session == before for tab, before in zip(tabs, sessions, strict=True))
    await asyncio.gather(*(tab.close() for tab in tabs))
    return (
        f"{hall.visitors} sockets cut at once, each visitor at rest: connected again {spread(rest)}; then each changes something, "
        f"with the choices from before: {after}; {kept} have their own session  (goal: p95 ≤ 2 s)\n"
        f"    the worst, each in the midst of a run: {midst}, {each:.0f} CPU-ms each"
    )


async def r6(hall: Hall) -> str:
    await come_and_go(hall.server.url, SESSIONS + 100)  # as many as the app keeps for who may come back
    before = held(hall.pid)
    seen = await come_and_go(hall.server.url, 1000)
    after = held(hall.pid)
    words = zip(("MB", "threads", "handles"), before, after, strict=True)
    return f"1,000 sessions: {', '.join(f'{name} {one:.0f} → {other:.0f}' for name, one, other in words)}; {seen}  (goal: ≤ 2 MB)"


async def r12(hall: Hall) -> str:
    return f"{await queue(hall.server.url)}  (goal: told in order, cancel ≤ 1 s, a closed tab's work ends within 2 s)"


async def r13(hall: Hall) -> str:
    found = await one_seed(hall.server.url)
    ended = ", ".join(f"{one.after_s:.0f}" for one in sorted(found, key=lambda one: one.after_s))
    return (
        f"the same seed from {len(found)} visitors at once: {len({one.charts for one in found})} result(s), after {ended} s  "
        f"(goal: 1)"
    )


async def r14(hall: Hall) -> str:
    tabs, scene = (
        crowd(hall.server.url, min(hall.visitors, 50)),
        Tab(hall.server.url, "blocks", {"lecture": "bottleneck"}),
    )
    await opened(tabs)
    await scene.open()
    took, seen, there = await killed(hall.server, tabs, scene)
    await asyncio.gather(*(tab.close() for tab in (*tabs, scene)))
    return (
        f"kill -9 under load: {len(tabs)} visitors served again after {took:.1f} s, {len(seen.wrong)} without their choices, "
        f"{len(seen.errors)} errors; the lecture {'is at its scene' if there else 'has lost its scene'}  (goal: 15 s)"
    )


LINES: dict[str, Callable[[Hall], Awaitable[str]]] = {
    "R1": r1,
    "R2": r2,
    "R3": r3,
    "R4": r4,
    "R5": r5,
    "R6": r6,
    "R12": r12,
    "R13": r13,
    "R14": r14,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lines", nargs="*", default=list(LINES), metavar="R1 …", help=f"of {', '.join(LINES)}")
    parser.add_argument("--visitors", type=int, default=300)
    given = parser.parse_args()
    if unknown := [one for one in given.lines if one not in LINES]:
        parser.error(f"{unknown[0]!r}: choose from {', '.join(LINES)}")
    print(machine(), flush=True)
    for name in given.lines:
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder))
            try:
                asyncio.run(Tab(server.url).open())  # torch is imported
                print(f"{name:<4}{asyncio.run(LINES[name](Hall(server, given.visitors)))}", flush=True)
            finally:
                server.stop()


if __name__ == "__main__":
    main()
