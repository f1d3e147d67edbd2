"""How long a scene change takes: the whole default tour by keyboard, in a browser, on this machine as busy as it is.

    .venv/bin/python -m tests.benchmarks.bench_scenes [ROUNDS]

From the key to the second frame after the new bar and the new model's name stand ("shown"), and to the end of the script's
run with all of the page ("finished"); in milliseconds. Goal: a median of 300 ms shown, on 2 idle cores.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from explorer import lecture
from explorer.lecture.scene import Scene
from explorer.spec import naming
from explorer.tell.on_page import OF_NO_MODEL
from tests.browser.test_lecture import to_its_end
from tests.conftest import CHROMIUM, FLAGS, Server, Visit

TIMED = """([key, title, name, revealed]) => new Promise((done) => {
  const start = performance.now();
  let shown = null, last = start;
  const look = () => {
    const stage = window.resnetLecture.stage?.place.querySelector(".stage");
    const running = document.querySelector('[data-testid="stApp"]').dataset.testScriptState !== "notRunning";
    const stands = stage?.isConnected && stage.querySelector("h2").textContent.includes(title)
      && Boolean(stage.querySelector(".verdict")) === revealed && (document.querySelector(".built b")?.textContent ?? "") === name;
    if (running) last = performance.now();
    if (stands && shown === null) shown = 0, requestAnimationFrame(() => requestAnimationFrame(() => { shown = performance.now() - start; }));
    if (shown && performance.now() - last > 150) return done([shown, Math.max(last - start, shown)]);
    if (performance.now() - start > 20000) return done([NaN, NaN]);
    setTimeout(look, 4);
  };
  window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  look();
})"""


def steps() -> list[tuple[Scene, bool, str]]:
    """(scene, revealed, the model's name or "" where the page names none) in the order of the keys."""
    found = []
    for scene in lecture.load().scenes:
        for revealed in (False, True) if scene.question else (False,):
            state = lecture.address("x", scene.params(revealed)).partition("?")[2]
            chosen = Scene("x", "x", scene.page, "", state=state).chosen
            found.append((scene, revealed, "" if scene.page in OF_NO_MODEL else naming.title(chosen.spec)))
    return found


def walk(page: Page) -> list[tuple[str, bool, float, float]]:
    """One tour: (slug, revealed, shown, finished) per key."""
    times = []
    all_steps = steps()
    for (before, _, _), (scene, revealed, name) in pairwise(all_steps):
        page.wait_for_timeout(500)
        if before.slug != scene.slug:
            to_its_end(page, before)
        shown, finished = page.evaluate(TIMED, ["PageDown", scene.title, name, revealed])
        times.append((scene.slug, revealed, shown, finished))
    return times


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        try:
            browser = playwright.chromium.launch(
                executable_path=next(filter(None, map(shutil.which, CHROMIUM)), None), args=FLAGS
            )
            seen = Visit(browser, server.url, viewport={"width": 1280, "height": 720})
            first = lecture.load().scenes[0]
            found = []
            for number in range(rounds + 1):  # the first tour warms the caches
                seen.goto(first.address, first.title)
                found += walk(seen.page) if number else walk(seen.page)[:0]
            browser.close()
        finally:
            server.stop()
    report(found)


def report(found: list[tuple[str, bool, float, float]]) -> None:
    for slug, revealed, _ in [(scene.slug, revealed, None) for scene, revealed, _ in steps()[1:]]:
        rows = [row for row in found if row[:2] == (slug, revealed)]
        print(
            f"{slug + (' (reveal)' if revealed else ''):34} shown {statistics.median(row[2] for row in rows):6.0f}   "
            f"finished {statistics.median(row[3] for row in rows):6.0f}"
        )
    for place, name in ((2, "shown"), (3, "finished")):
        values = sorted(row[place] for row in found)
        print(
            f"all {len(values)} changes {name}: median {statistics.median(values):.0f} ms, "
            f"90 % within {values[int(0.9 * len(values))]:.0f} ms; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
