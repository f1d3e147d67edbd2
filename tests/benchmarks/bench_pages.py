"""How long a visitor waits: widget change → finished page, in a real browser, beside Streamlit's own floor.

    .venv/bin/python -m tests.benchmarks.bench_pages [PAGE …]

Prints medians of one run and their ratio to an empty page with the same widgets; then, page by page, the slowest of its own
choices (each segmented control, there and back) and a stroke on the path's sliders, which no server answers; and the cold
start.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from explorer.tell.on_page import OF_NO_MODEL
from tests.conftest import CHROMIUM, FLAGS, ROOT, Server, free_port
from tests.web.test_pages import PAGES

TIMES, STROKES = 8, 3
PATH, LOOK = "explain", "feature_maps"  # they have no header, and one of another net (`bench_look` has its figures)
# Milliseconds from a click on another segment of each of the page's own controls to the end of the run that it makes.
CHOICES = """async (times) => {
  const app = document.querySelector('[data-testid="stApp"]'), state = () => app.dataset.testScriptState;
  const groups = () => [...document.querySelectorAll('.stMain [role=radiogroup]')];
  const press = (at, other) => new Promise((done) => {
    const radios = [...groups()[at].querySelectorAll('[role=radio]')];
    const wanted = radios.find((one) => (one.getAttribute('aria-checked') === 'true') === !other) ?? radios[0];
    const start = performance.now();
    if (!wanted) return done(null);  // what was chosen before took it away
    let ran = false;
    wanted.click();
    (function look() {
      ran ||= state() !== 'notRunning';
      if (ran && state() === 'notRunning') return requestAnimationFrame(() => done([performance.now() - start, wanted.textContent]));
      performance.now() - start > 5000 ? done(null) : setTimeout(look, 2);
    })();
  });
  const found = [];
  for (let at = 0; at < groups().length; at += 1) {
    const mine = [];
    for (let time = 0; time < times; time += 1) mine.push(await press(at, true));
    const seen = mine.filter(Boolean).slice(1).sort((one, other) => one[0] - other[0]);
    if (seen.length) found.push(seen[seen.length >> 1]);
  }
  return found;
}"""
# Milliseconds from a stroke on each slider of the path to the frame that shows it.
STROKE = """async () => {
  const roots = [...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean), found = [];
  for (const slider of roots.flatMap((root) => [...root.querySelectorAll('input[type=range]')])) {
    const start = performance.now();
    slider.value = String(+slider.value === +slider.max ? slider.min : slider.max);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);
    found.push(performance.now() - start);
  }
  return found;
}"""
WAIT = """([text]) => new Promise(done => { const start = performance.now(); (function look() {
  const app = document.querySelector('[data-testid="stApp"]'), built = document.querySelector('.built');
  if (app.dataset.testScriptState === 'notRunning' && built && built.textContent.includes(text)) {
    requestAnimationFrame(() => done(performance.now() - start)); return; }
  requestAnimationFrame(look); })(); })"""


def change(page: Page, depth: str, text: str) -> float:
    """Milliseconds from the click on a depth to the finished page."""
    return page.evaluate(
        "async ([depth, text]) => { const radio = [...document.querySelectorAll('.st-key-depth [role=radio]')]"
        ".find(one => one.textContent.trim() === depth); const start = performance.now(); radio.click();"
        f"await ({WAIT})([text]); return performance.now() - start; }}",
        [depth, text],
    )


def measure(page: Page, url: str, texts: tuple[str, str]) -> float:
    page.goto(url)
    page.wait_for_function(f"async () => {{ await ({WAIT})(['50']); return true; }}", timeout=60_000)
    page.wait_for_timeout(1500)
    taken = [change(page, depth, text) for _ in range(TIMES) for depth, text in zip(("18", "152"), texts)]
    return statistics.median(taken[2:])


def cold_start(page: Page, cwd: Path) -> tuple[float, float]:
    """Seconds from opening a just started app to the painted controls, and to the finished page."""
    server = Server(cwd)
    start = time.perf_counter()
    page.goto(server.url)
    page.wait_for_selector(".st-key-depth [role=radio]")
    controls = time.perf_counter() - start
    page.wait_for_selector(".built", timeout=60_000)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    finished = time.perf_counter() - start
    server.stop()
    return controls, finished


def floor(cwd: Path) -> tuple[subprocess.Popen, str]:
    port = free_port()
    script = ROOT / "tests" / "benchmarks" / "floor_app.py"
    process = subprocess.Popen(
        [
            Path(sys.executable).parent / "streamlit",
            "run",
            script,
            "--server.port",
            str(port),
            "--server.headless",
            "true",
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    time.sleep(8)
    return process, f"http://localhost:{port}"


def main() -> None:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=path, args=FLAGS).new_page()
        controls, finished = cold_start(page, Path(folder))
        print(f"cold start: controls painted after {controls:.2f} s, page finished after {finished:.2f} s")
        process, url = floor(Path(folder))
        base = measure(page, url, ("18", "152"))
        process.terminate()
        print(f"\n{'page':<16}{'18 ↔ 152, ms':>14}{'× floor':>10}\n{'(empty page)':<16}{base:>14.0f}{1:>10.1f}")
        server = Server(Path(folder))
        for name in [one for one in sys.argv[1:] or PAGES if one not in {*OF_NO_MODEL, PATH, LOOK}]:
            route = "" if name == "architecture" else name
            taken = measure(page, f"{server.url}/{route}", ("11.69 M", "60.19 M"))
            print(f"{name:<16}{taken:>14.0f}{taken / base:>10.1f}", flush=True)
        _own_choices(page, server)
        server.stop()


def _own_choices(page: Page, server: Server) -> None:
    """Of every page, and of the path."""
    print(f"\n{'page':<16}{'slowest of its own choices, ms':>32}  to", flush=True)
    for name in sys.argv[1:] or PAGES:
        page.goto(f"{server.url}/{'' if name == 'architecture' else name}")
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
        page.wait_for_timeout(1500)
        if name == PATH:
            strokes = [one for _ in range(STROKES) for one in page.evaluate(STROKE)]
            print(f"{name:<16}{max(strokes):>32.0f}  a slider’s end ({len(strokes)} strokes)", flush=True)
        elif taken := page.evaluate(CHOICES, STROKES + 1):
            slowest, words = max(taken)
            print(f"{name:<16}{slowest:>32.0f}  {words}", flush=True)


if __name__ == "__main__":
    main()
