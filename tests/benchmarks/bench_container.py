"""R7: does it live in a container of 1 GB? The app under the kernel's own limit, one visitor in ten pressing Run.

    .venv/bin/python -m tests.benchmarks.bench_container [--visitors 300] [--limit_mb 1000]

Every second of those who press Run times a net, the others train the nets of an experiment; what these processes hold counts.
It takes the right to make a control group: root.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from explorer.web.plain import read
from tests.benchmarks.bench_load import crowd, held, machine, opened, runner, until
from tests.benchmarks.box import Box
from tests.benchmarks.tab import Answer, Tab
from tests.conftest import Server

NETS = ("18", "50", "152")
STEPS = 30
AT_ONCE = 50
PATIENCE_S, LOOK_S = 3600.0, 3.0


def timed(answer: Answer) -> bool:
    """Whether the Timing page says that its run has ended."""
    return any("done in" in text or "not run" in text for text in answer.texts())


async def presses(url: str, number: int) -> str:
    """A visitor who presses Run; "" or what went wrong."""
    try:
        if number % 2:
            tab = await runner(url, "degradation", number, STEPS)
            await tab.press("run")
            _, answer = await until(tab, lambda got: not got.progress, PATIENCE_S, LOOK_S)
            wrong = "" if any(f"seed {number}" in text for text in answer.texts()) else "no run of mine"
        else:
            net = NETS[number // 2 % len(NETS)]
            tab = Tab(url, "timing", {"depth": net} if net != "50" else {})
            await tab.open()
            await tab.press("go-pass")
            _, answer = await until(tab, timed, PATIENCE_S, LOOK_S)
            refused = any("not run" in text for text in answer.texts())
            wrong = " ".join(("not run:", *map(read, answer.alerts))) if refused else ""
        await tab.close()
        return wrong or "; ".join(answer.errors)
    except Exception as error:  # whatever a visitor would see as a failure
        return f"{type(error).__name__}: {error}"


class Watch:
    """The most that the box holds, looked at ten times a second."""

    def __init__(self, box: Box) -> None:
        self.box, self.most, self.processes = box, 0, 0

    async def go(self) -> None:
        while True:
            self.most = max(self.most, self.box.held_bytes())
            self.processes = max(self.processes, len(self.box.processes()))
            await asyncio.sleep(0.1)


async def day(url: str, visitors: int, box: Box) -> tuple[Watch, list[str], int]:
    """All visitors open, then those who press Run do, while the others look; (most held, what went wrong, errors)."""
    watch = Watch(box)
    watching = asyncio.create_task(watch.go())
    tabs, errors = crowd(url, visitors - visitors // 10), 0
    for start in range(0, len(tabs), AT_ONCE):
        seen = await opened(tabs[start : start + AT_ONCE])
        errors += len(seen.errors) + len(seen.wrong)
    wrong = await asyncio.gather(*(presses(url, number + 1) for number in range(visitors // 10)))
    await asyncio.gather(*(tab.close() for tab in tabs))
    watching.cancel()
    return watch, [one for one in wrong if one], errors


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--visitors", type=int, default=300)
    parser.add_argument("--limit_mb", type=int, default=1000)
    given = parser.parse_args()
    print(machine(), flush=True)
    box = Box(given.limit_mb * 1_000_000)
    try:
        with tempfile.TemporaryDirectory() as folder:
            with box.inside():
                server = Server(Path(folder), env=os.environ | {"MALLOC_ARENA_MAX": "2"})
            asyncio.run(Tab(server.url).open())  # torch is imported
            before = held(server.process.pid)[0]
            watch, wrong, errors = asyncio.run(day(server.url, given.visitors, box))
            print(
                f"R7  {given.visitors} visitors, {given.visitors // 10} press Run, {given.limit_mb:,} MB (cgroup v{box.version}): "
                f"held {watch.most / 1e6:.0f} MB at most by {watch.processes} processes (the server alone at first {before:.0f} MB "
                f"resident), {box.killed()} killed; {errors} errors, {len(wrong)} runs failed {sorted(set(wrong)) or ''}  "
                f"(goal: ≤ 900 MB, none killed)"
            )
            server.stop()
    finally:
        box.close()


if __name__ == "__main__":
    main()
