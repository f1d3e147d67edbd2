"""How soon the first page is there: first paint, the walk moving, and what came over the wire, on a just started app.

    .venv/bin/python -m tests.benchmarks.bench_first [TIMES]

A new server and a new browser context each time; medians. Seconds count from the request; the wall clock is only worth
something on idle cores, so the load is told beside it.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import CHROMIUM, FLAGS, Server

FOUND = (
    "[...document.querySelectorAll('*')].map(one => one.shadowRoot?.querySelector('.first .walk-scrub')).find(Boolean)"
)
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def once(browser: Browser, cwd: Path) -> tuple[float, float, float]:
    """(first contentful paint in s, the walk moving in s, MB received until then)."""
    server = Server(cwd)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    received = [0.0]
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    wire.on(
        "Network.webSocketFrameReceived", lambda event: received.append(len(event["response"]["payloadData"]) * 3 / 4)
    )
    page.goto(server.url, wait_until="commit")
    moving = page.wait_for_function(f"Number(({FOUND})?.value ?? 0) > 0 && performance.now()", timeout=60_000)
    paint = page.wait_for_function(PAINT)  # the browser tells of it a little later
    found = (paint.json_value() / 1000, moving.json_value() / 1000, sum(received) / 1e6)
    context.close()
    server.stop()
    return found


def main(times: int = 5) -> None:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with tempfile.TemporaryDirectory() as elsewhere, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        rows = [once(browser, Path(elsewhere)) for _ in range(times)]
        browser.close()
    paint, moving, megabytes = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"first paint {paint:.2f} s (≤ 1), walk moving {moving:.2f} s (≤ 2), {megabytes:.2f} MB (≤ 3)")
    print(f"medians of {times}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
