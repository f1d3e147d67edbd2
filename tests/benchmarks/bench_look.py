"""How long a look takes, and what it holds: CPU and wall seconds of each part, and the memory of twenty visitors.

    .venv/bin/python -m tests.benchmarks.bench_look [--page]

CPU seconds are fair on a busy host, wall seconds on an idle one. With --page the page itself is measured in a browser: from lifting
the finger to the new answer, and from a change of block or of rows to the new maps.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from PIL import Image

from explorer.look import subject
from explorer.look.passed import Passed, passed
from explorer.look.pictures import Prepared
from explorer.look.seen import block_rows, class_map, top
from explorer.look.subject import NETS, Subject
from explorer.net.trace import trace
from explorer.places import ASSETS
from explorer.spec import preset
from explorer.tell import feature_maps

TIMES = 7
VISITORS = 20


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
    seen = passed(who.model, who.spec, picture.x)
    top(seen, who.names)
    glow = class_map(list(seen.outputs.values())[-1][0], who.model.get_submodule("fc"), 0)
    feature_maps.spoken(glow, picture, "")
    feature_maps.through(seen, nodes, picture)
    if seen.sums:
        block_rows(seen)
        feature_maps.terms(seen, nodes, next(iter(seen.sums)), picture)
    return seen


def parts() -> None:
    print(f"{'':44}{'CPU ms':>9}{'wall ms':>9}   ({torch.get_num_threads()} threads)")
    spec = preset("resnet50")
    photo = subject.preparing(spec)(Image.open(ASSETS / "look" / "cat.jpg"))
    who = subject.untrained(spec, photo.x)
    nodes = trace(spec, 224, 224)
    seen = passed(who.model, spec, photo.x)

    def bare() -> None:
        with torch.no_grad():
            who.model(photo.x)

    rows: dict[str, Callable[[], object]] = {
        "ResNet-50, 224 px: the forward alone": bare,
        "… watched": partial(passed, who.model, spec, photo.x),
        "… mosaics of every stage": partial(feature_maps.through, seen, nodes, photo),
        "… mosaics of conv4_x, block by block": partial(feature_maps.through, seen, nodes, photo, "conv4_x"),
        "… the terms of a block": partial(feature_maps.terms, seen, nodes, "layer1.0", photo),
        "… the norms of all blocks": partial(block_rows, seen),
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
    """Twenty visitors, each with a photograph of their own, look with one ResNet-50 through the page's own bounds."""
    import streamlit  # noqa: F401  (its memory counts)

    from explorer.look.kept import Kept
    from explorer.web.sections.feature_maps.passes import MOST_PASS_BYTES, MOST_PASSES, Watched

    spec = preset("resnet50")
    photo = subject.preparing(spec)(Image.open(ASSETS / "look" / "cat.jpg"))
    who = subject.untrained(spec, photo.x)
    kept: Kept[Watched] = Kept(MOST_PASSES, MOST_PASS_BYTES, lambda one: one.bytes)
    for visitor in range(VISITORS):
        x = photo.x.roll(visitor, 3)
        kept.put(visitor, Watched(who, passed(who.model, spec, x)), str(visitor))
    now = (
        int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() if sys.platform == "linux" else 0
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{VISITORS} visitors, a photograph each, ResNet-50: {len(kept)} passes kept, {kept.bytes / 2**20:.0f} MiB; "
        f"the process holds {now / 2**20:.0f} MiB, at most {peak / 2**20:.0f}"
    )
    for visitor in range(VISITORS):
        kept.release(str(visitor))
    print(f"after all have left: {len(kept)} passes")


def page() -> None:
    """In a browser, on the page itself."""
    import shutil

    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM, FLAGS, Server, Visit

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser, server = playwright.chromium.launch(executable_path=path, args=FLAGS), Server(Path(folder))
        seen = Visit(browser, server.url).goto("/feature_maps", "Inside a block").page
        lifted, changed = [], []
        for number in range(TIMES):
            box = seen.locator("canvas.pad").bounding_box()
            assert box
            x, y = box["x"] + 60 + 20 * number, box["y"] + 50
            before = seen.locator(".cover img").first.get_attribute("src")
            seen.mouse.move(x, y)
            seen.mouse.down()
            seen.mouse.move(x, y + 150, steps=5)
            start = time.perf_counter()
            seen.mouse.up()
            seen.wait_for_function(
                "was => document.querySelector('.cover img')?.src !== was", arg=before, polling="raf", timeout=60_000
            )
            lifted.append(time.perf_counter() - start)
        for name in ("block of conv3_x", "block of conv4_x", "stage") * 2:
            start = time.perf_counter()
            seen.get_by_role("radio", name=name, exact=True).click()
            label = {"block of conv3_x": "layer2.0", "block of conv4_x": "layer3.0", "stage": "after the stem"}[name]
            seen.locator("figcaption", has_text=label).first.wait_for()
            changed.append(time.perf_counter() - start)
        server.stop()
        browser.close()
    print(f"digits, lifting the finger → the new answer: {statistics.median(lifted) * 1e3:.0f} ms (wall)")
    print(f"other rows → the new maps: {statistics.median(changed) * 1e3:.0f} ms (wall)")


if __name__ == "__main__":
    parts()
    twenty()
    if "--page" in sys.argv[1:]:
        page()
