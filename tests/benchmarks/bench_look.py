"""How long a look takes, and what it holds: CPU and wall seconds of each part, and the memory of twenty visitors.

    .venv/bin/python -m tests.benchmarks.bench_look [--parts] [--twenty] [--page]

CPU seconds are fair on a busy host, wall seconds on an idle one; the load is told. --twenty: as many visitors at once on a live
server. --page: in a browser, from lifting the finger to the new answer, from a change of stage, channels or picture to the new
maps, and how many frames a second the walk draws. A press is timed by the browser's own clock, from the press itself to the
painted frame: what Playwright does before it presses (the control is in sight, stands still, takes clicks) is no visitor's.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from playwright.sync_api import CDPSession, Page, sync_playwright

from explorer.look import subject
from explorer.look.passed import Passed, ends, lesioned, passed, terms_of
from explorer.look.pictures import Prepared
from explorer.look.seen import class_map, followed
from explorer.look.subject import NETS, Subject
from explorer.net.trace import trace
from explorer.places import ASSETS
from explorer.spec import preset
from explorer.tell import feature_maps
from tests.benchmarks.tab import Answer, Tab
from tests.conftest import CHROMIUM, FLAGS, Server, Visit

TIMES = 7
VISITORS, POLL_S, LEAST_PX = 20, 0.5, 214
WALKED_S = 6
OFF = tuple(f"conv{stage}_{block + 1}" for stage, most in ((3, 3), (4, 5), (5, 2)) for block in range(1, most + 1))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Median (CPU seconds of all threads, wall seconds); the first call is not counted."""
    work()
    taken = []
    for _ in range(TIMES):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        taken.append((time.process_time() - cpu, time.perf_counter() - wall))
    return statistics.median(one[0] for one in taken), statistics.median(one[1] for one in taken)


def everything(who: Subject, picture: Prepared) -> Passed:
    """What the page makes for a new picture: pass, answer, class map, both sets of mosaics, norms."""
    nodes = trace(who.spec, *picture.x.shape[2:])
    seen = passed(who.model, who.spec, picture.x, terms=False)
    feature_maps.answers(seen, who.names)
    glow = class_map(list(seen.outputs.values())[-1][0], who.model.get_submodule("fc"), 0)
    feature_maps.spoken(glow, picture, "")
    feature_maps.through(seen, nodes, picture)
    if seen.rows:
        path = next(iter(seen.rows))
        feature_maps.terms(seen, terms_of(who.model, seen, nodes, (path,))[path], nodes, picture)
    return seen


def parts() -> None:
    print(f"{'':44}{'CPU ms':>9}{'wall ms':>9}   ({torch.get_num_threads()} threads)")
    spec = preset("resnet50")
    photo = subject.preparing(spec)(Image.open(ASSETS / "look" / "cat.jpg"))
    who = subject.untrained(spec, photo.x)
    nodes = trace(spec, 224, 224)
    seen = passed(who.model, spec, photo.x, terms=False)
    start = ends(nodes)[0]

    def summed() -> None:
        one = terms_of(who.model, seen, nodes, ("layer1.0",))["layer1.0"]
        feature_maps.terms(seen, one, nodes, photo)

    def bare() -> None:
        with torch.no_grad():
            who.model(photo.x)

    rows: dict[str, Callable[[], object]] = {
        "ResNet-50, 224 px: the forward alone": bare,
        "… watched": partial(passed, who.model, spec, photo.x, terms=False),
        "… calibrated, as an untrained net is": partial(subject.untrained, spec, photo.x, who.model),
        "… with layer1.0 off, from what is kept": partial(lesioned, who.model, seen, nodes, ("layer1.0",)),
        "… with layer4.1 off": partial(lesioned, who.model, seen, nodes, ("layer4.1",)),
        "… a unit of the stem followed on": partial(followed, seen, nodes, who.model, start, 0, 9, 9),
        "… mosaics of every stage": partial(feature_maps.through, seen, nodes, photo),
        "… mosaics of conv4_x, block by block": partial(feature_maps.through, seen, nodes, photo, "conv4_x"),
        "… the terms of a block": summed,
        "… all that a new picture needs": partial(everything, who, photo),
    }
    strip = Image.open(ASSETS / "look" / "digits.png").crop((28 * 7, 0, 28 * 8, 28))
    for name in NETS:
        net = subject.digits(name)
        rows[f"{name}: all that a new digit needs"] = partial(everything, net, net.prepare(strip))
    for label, work in rows.items():
        cpu, wall = timed(work)
        print(f"{label:44}{cpu * 1e3:9.0f}{wall * 1e3:9.0f}", flush=True)
    through = feature_maps.through(seen, nodes, photo)
    sent = sum(len(row["src"]) for group in through["groups"] for row in group["rows"])
    print(f"a pass of ResNet-50 keeps {seen.bytes / 1e6:.0f} MB; its stages are sent as {sent / 1e3:.0f} KB")


def twenty() -> None:
    """Twenty visitors look with ResNet-50 at once, on a live server over its protocol, each at another size of about 224 px,
    so that no pass is another's; then each switches a block off; then they leave."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            asyncio.run(_twenty(server))
        finally:
            server.stop()


async def _twenty(server: Server) -> None:
    process = server.process.pid
    first = Tab(server.url, "feature_maps", {"who": "net"})
    await _looked(first)
    alone, used, start = resident(process), used_s(process), time.perf_counter()
    tabs = [Tab(server.url, "feature_maps", {"who": "net", "input": str(LEAST_PX + one)}) for one in range(VISITORS)]
    most = [alone]
    for what, work in (
        ("all at once", map(_looked, tabs)),
        ("with a block switched off", (_off(tab, OFF[at // 2]) for at, tab in enumerate(tabs))),
    ):
        looking = asyncio.gather(*work)
        while not looking.done():
            most.append(resident(process))
            await asyncio.sleep(0.1)
        waited = sorted(looking.result())
        print(
            f"  {what}: the last had its answer after {waited[-1]:.1f} s, the median after {waited[VISITORS // 2]:.1f} s "
            f"(wall); {used_s(process) - used:.1f} s of CPU in all, in {time.perf_counter() - start:.1f} s"
        )
        used, start = used_s(process), time.perf_counter()
    print(
        f"{VISITORS} visitors at once on a live server, ResNet-50 at 224 px, a pass each: {resident(process):.0f} MiB, at "
        f"most {max(most):.0f} (goal 1024); one alone {alone:.0f}"
    )
    for tab in (first, *tabs):
        await tab.close()
    await asyncio.sleep(20)  # Streamlit keeps a closed tab's session for a while: it may come back
    print(f"  20 s after all have left: {resident(process):.0f} MiB")


async def _looked(tab: Tab) -> float:
    return await _until(tab, await tab.open(), "random weights")


async def _off(tab: Tab, block: str) -> float:
    return await _until(tab, await tab.set("off", block), f"With {block} adding nothing")


async def _until(tab: Tab, answer: Answer, words: str) -> float:
    """Seconds until a tab has its answer. It asks again while it waits, as the page does."""
    start = time.perf_counter() - answer.seconds
    while not any(words in text for text in answer.texts()):
        if answer.errors or time.perf_counter() - start > 300:
            raise RuntimeError(f"no answer: {answer.errors}")
        await asyncio.sleep(POLL_S)
        await tab.send()
        answer = await tab.receive()
    return time.perf_counter() - start


def resident(process: int) -> float:
    """A process's memory in MiB."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def used_s(process: int) -> float:
    """CPU seconds that a process has used, all threads together."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


ANSWER = "document.querySelector('.answers')?.innerText"  # the bars: the server's; the pad and the cover the browser draws itself
ANSWERED_ANEW = f"was => {ANSWER} && {ANSWER} !== was"
FRAMES = """(seconds) => new Promise((done) => {
  const player = [...document.querySelectorAll("div")].map((one) => one.shadowRoot?.querySelector(".walk-scrub")).find(Boolean);
  const gaps = [], from = performance.now(), at = Number(player.value);
  let last = null;
  const tick = (now) => {
    if (last !== null) gaps.push(now - last);
    last = now;
    if (now - from < 1000 * seconds) return requestAnimationFrame(tick);
    gaps.sort((a, b) => a - b);
    done([gaps.length / seconds, gaps[Math.floor(gaps.length * 0.95)], (Number(player.value) - at) / 100]);
  };
  requestAnimationFrame(tick);
})"""


# From the next press to the frame that shows other maps; asked for before the press.
PRESSED = """() => {
  const root = [...document.querySelectorAll("div")].map((one) => one.shadowRoot).find((one) => one?.querySelector(".look"));
  window.took = new Promise((done) => {
    let pressed;
    addEventListener("pointerdown", (event) => (pressed = event.timeStamp), { capture: true, once: true });
    const drawn = new MutationObserver(() => {
      if (pressed === undefined) return;
      drawn.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - pressed)));
    });
    drawn.observe(root, { childList: true, subtree: true });
  });
}"""


def page() -> None:
    """In a browser, on the page itself, from a hand's movement to the second frame that shows what it did."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser, server = playwright.chromium.launch(executable_path=path, args=FLAGS), Server(Path(folder))
        try:
            seen = Visit(browser, server.url).goto("/feature_maps", "Inside a block").page
            told(
                server,
                "digits: lifting the finger → the new answer",
                250,
                (partial(_drawn, seen, at) for at in range(TIMES)),
            )
            rows = ("inside conv3_x", "inside conv4_x", "stage by stage") * 2
            told(server, "digits: another stage → its maps", 150, (partial(_pressed, seen, name) for name in rows))
            orders = ("in order", "the strongest") * 3
            told(server, "digits: other channels → their maps", 150, (partial(_pressed, seen, name) for name in orders))
            seen = Visit(browser, server.url).goto("/feature_maps?who=net&depth=50", "Untrained: random weights").page
            cups = ("A cup of coffee", "A cat")
            told(server, "ResNet-50: a new picture → all mosaics", 1500, (partial(_maps, seen, name) for name in cups))
            for net in ("net=resnet20_cifar&in_channels=1&input=28", "depth=50", "depth=152"):
                walking = Visit(browser, server.url).goto(f"/?{net}&walk=net").page
                walking.locator(".walk-told").wait_for(timeout=120_000)
                cdp = walking.context.new_cdp_session(walking)
                cdp.send("Performance.enable")
                before, (rate, slow, moved) = _task_s(cdp), walking.evaluate(FRAMES, WALKED_S)
                each = 1e3 * (_task_s(cdp) - before) / max(rate * WALKED_S, 1)
                print(
                    f"the walk, {net}: {rate:.0f} frames/s (goal 60), 95 % within {slow:.0f} ms; {each:.1f} ms of the page's thread a "
                    f"frame; the walk went on by {moved:.1f} s in {WALKED_S} s",
                    flush=True,
                )
                walking.context.close()
        finally:
            server.stop()
            browser.close()


def _task_s(cdp: CDPSession) -> float:
    """Seconds that the page's main thread has worked."""
    return float(
        next(one["value"] for one in cdp.send("Performance.getMetrics")["metrics"] if one["name"] == "TaskDuration")
    )


def told(server: Server, label: str, goal_ms: int, works: Iterable[Callable[[], float]]) -> None:
    """Median wall milliseconds of what is done, and the server's CPU for each."""
    before, taken = used_s(server.process.pid), [1e3 * work() for work in works]
    each = 1e3 * (used_s(server.process.pid) - before) / len(taken)
    print(
        f"{label}: {statistics.median(taken):.0f} ms, at best {min(taken):.0f} (wall; goal {goal_ms}); {each:.0f} ms of the "
        "server's CPU each, all threads",
        flush=True,
    )


def _drawn(seen: Page, number: int) -> float:
    box = seen.locator("canvas.pad").bounding_box()
    assert box
    x, y = box["x"] + 60 + 20 * number, box["y"] + 50
    before = seen.evaluate(ANSWER)
    seen.mouse.move(x, y)
    seen.mouse.down()
    seen.mouse.move(x, y + 150, steps=5)
    start = time.perf_counter()
    seen.mouse.up()
    seen.wait_for_function(ANSWERED_ANEW, arg=before, polling="raf", timeout=60_000)
    taken = time.perf_counter() - start
    seen.wait_for_timeout(1500)  # until the rest of the page stands
    return taken


def _pressed(seen: Page, name: str) -> float:
    """Until other rows, or other channels, are painted."""
    seen.evaluate(PRESSED)
    seen.get_by_role("radio", name=name, exact=True).click()
    taken = float(seen.evaluate("window.took")) / 1e3
    seen.wait_for_timeout(1500)
    return taken


def _maps(seen: Page, name: str) -> float:
    """Until the maps of the last row are others."""
    last = ".look .rows .row:last-child .tile"
    before = seen.locator(last).first.evaluate("one => one.style.backgroundImage")
    start = time.perf_counter()
    seen.get_by_role("radio", name=name, exact=True).click()
    tile = seen.locator(last).first
    while tile.evaluate("one => one.style.backgroundImage") == before:
        if time.perf_counter() - start > 60:
            raise TimeoutError(f"{name}: the maps stay as they are")
    taken = time.perf_counter() - start
    seen.wait_for_timeout(1500)
    return taken


if __name__ == "__main__":
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; wall times are worth something on idle ones only")
    asked = sys.argv[1:] or ["--parts", "--twenty"]
    for name, work in {"--parts": parts, "--twenty": twenty, "--page": page}.items():
        if name in asked:
            work()
    print(f"load {os.getloadavg()[0]:.1f} at the end")
