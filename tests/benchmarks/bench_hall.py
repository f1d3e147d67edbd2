"""A lecture with five votes, two rounds each, before a hall of phones: the real app, a real projector that a remote steers, and
phones over real sockets, all on this machine.

    .venv/bin/python -m tests.benchmarks.bench_hall [PHONES] [SECONDS]     300 phones, a minute; 900: as long as the lecture

Half of the phones are cut now and then and come back; a third vote twice; strangers knock meanwhile. Prints how long a question
takes to all phones, a vote to its answer, the last vote to the projector's count; what the server's memory grew by; and faults.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from explorer.lecture import Scene
from tests.conftest import CHROMIUM, FLAGS, Server
from tests.hall.conftest import TOUR
from tests.hall.desk import Wire
from tests.hall.play import ASKING, Played, play


@dataclass
class Remote:
    """Steers as a phone does that is the remote: through the server, to the projector."""

    port: int
    code: str
    token: str

    async def _do(self, what: str, number: int = 0) -> None:
        wire = Wire(self.port)
        body = {"do": what, "n": number}
        answer = await wire.ask("POST", f"/vote/{self.code}/steer", body, {"Authorization": f"Bearer {self.token}"})
        wire.cut()
        assert answer.status == 200, answer

    async def show(self, scene: Scene) -> None:
        await self._do("go", TOUR.number(scene))

    async def again(self) -> None:
        await self._do("again")

    async def close(self) -> None:
        await self._do("close")

    async def reveal(self, scene: Scene) -> None:
        await self._do("reveal")


def resident(process: int) -> float:
    """A process's memory in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def used(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def told(name: str, seconds: list[float], bound: float) -> str:
    cut = statistics.quantiles(seconds, n=20, method="inclusive")[-1] * 1000
    middle, most = statistics.median(seconds) * 1000, max(seconds) * 1000
    return f"{name:44} p50 {middle:6.0f} ms   p95 {cut:6.0f} ms   most {most:6.0f} ms   (goal {bound * 1000:.0f} ms)"


def main(phones: int = 300, seconds: float = 60) -> None:
    server = Server(Path(tempfile.mkdtemp()))
    path = next((one for one in (Path("/usr/bin") / name for name in CHROMIUM) if one.exists()), None)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{server.url}/lecture")
            page.get_by_role("link", name="Start with votes from phones").click()
            page.locator(".join .letters").wait_for(timeout=60_000)
            held = json.loads(page.evaluate("sessionStorage.getItem('resnetHall')"))
            page.keyboard.press("Escape")
            before, spent = resident(server.process.pid), used(server.process.pid)
            steps, found = 3 * len(ASKING), []
            lead = Remote(server.port, held["code"], held["token"])
            pause = seconds / steps
            voting = min(pause / 2, 5)

            def run() -> None:
                found.append(asyncio.run(play(lead, server.port, phones, voting, pause - voting)))

            thread = threading.Thread(target=run)
            thread.start()
            while thread.is_alive():
                page.wait_for_timeout(200)  # the projector goes on
            played: Played = found[0]
            grown, spent = resident(server.process.pid) - before, used(server.process.pid) - spent
            browser.close()
    finally:
        server.stop()
    log = server.log.read_text()
    print(
        f"{phones} phones, {len(ASKING)} questions of two rounds, {len(played.voted)} votes, load average {Path('/proc/loadavg').read_text().split()[0]}"
    )
    print(told("a question on all phones", played.arrived, 2))
    print(told("a vote counted, as its phone is told", played.voted, 0.3))
    print(told("the last vote in the projector's count", played.counts, 1))
    print(f"{'the server grew by':44} {grown:.0f} MB (goal 150)")
    asked = len(played.voted) + played.questions + sum(played.attacks.values())
    print(f"{'the server used':44} {spent:.1f} s of CPU for {asked} requests, the projector's reruns included")
    print(
        f"faults: {played.faults or 'none'}; strangers refused: {dict(sorted(played.attacks.items()))}; tracebacks: {log.count('Traceback')}"
    )


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((int, float), sys.argv[1:])))
