"""Take the README's moving picture again: the first page's walk, frame by frame, from this very app.

.venv/bin/python -m tests.film
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Page, sync_playwright

from tests.conftest import CHROMIUM, FLAGS, ROOT, Server, Visit

TARGET = ROOT / "assets" / "screenshots" / "walk.webp"
WIDTH, HEIGHT, TAKEN = 1440, 900, 1080  # px: the window, which the walk fits, and the width of the picture
STEP, SHOWN = 0.16, 90  # seconds of the walk between two frames; milliseconds that each is shown
HELD = 2500  # milliseconds of the last frame: the answer
LARGEST = 3_000_000  # bytes
SEEK = "(scrub, value) => { scrub.value = value; scrub.dispatchEvent(new Event('input')); }"


def frames(page: Page) -> list[Image.Image]:
    walk, scrub = page.locator(".walk-alone.first"), page.locator(".first .walk-scrub")
    box = walk.bounding_box()
    assert box, "the walk is not on the screen"
    clip = FloatRect(x=box["x"] - 16, y=box["y"] - 12, width=box["width"] + 32, height=box["height"] + 20)
    total = int(scrub.get_attribute("max") or 0)
    found = []
    for place in [*range(0, total, round(100 * STEP)), total]:
        scrub.evaluate(SEEK, str(place))
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        taken = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
        found.append(taken.resize((TAKEN, round(taken.height * TAKEN / taken.width)), Image.Resampling.LANCZOS))
    return found


def main() -> None:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with tempfile.TemporaryDirectory() as elsewhere, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        server = Server(Path(elsewhere))
        visit = Visit(browser, server.url, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page = visit.goto("/", None).page
        page.locator(".walk-alone[data-ready]").wait_for()
        first, *others = frames(page)
        server.stop()
    first.save(
        TARGET,
        save_all=True,
        append_images=others,
        duration=[SHOWN] * len(others) + [HELD],
        loop=0,
        quality=72,
        method=4,
    )
    size = TARGET.stat().st_size
    print(f"{TARGET.relative_to(ROOT)}: {1 + len(others)} frames, {size:,} bytes")
    if size > LARGEST:
        raise SystemExit(f"{TARGET.name} is {size:,} bytes; the README takes at most {LARGEST:,}")


if __name__ == "__main__":
    main()
