"""R10: every key of a link on its page, and every text of a file of runs, × 8 script payloads in a real browser.

    .venv/bin/python -m tests.benchmarks.bench_payloads

A place counts where its payload is on the screen as its characters. It says how many places showed theirs, and everything that
ran, became markup or asked another host. In the suite: `tests/browser/test_plain.py` (each kind of text of Streamlit's),
`tests/browser/test_app.py` (links) and `tests/web/test_markup.py`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from explorer.spec.chosen import DEFAULTS
from explorer.tell import url_keys
from tests.benchmarks.bench_load import machine
from tests.conftest import CHROMIUM, FLAGS, ROOT, SHELL, Server, Visit

PAYLOADS = (
    "<img src=x onerror=fired=1>",
    "<script>fired=1</script>",
    "<svg onload=fired=1>",
    "'\"><iframe srcdoc='<p>x'>",
    "[Log in](javascript:fired=1)",
    "![x](http://evil.example/x.png)",
    "<a href=http://evil.example>x</a>",
    "$\\href{javascript:fired=1}{x}$",
)
# The app's own links carry what a link said, encoded: those that lead elsewhere count.
MADE = "img[src=x], [src*=evil], [href^=http][href*=evil], [href^=javascript], iframe[srcdoc], svg[onload], .katex"
TOGETHER = len(PAYLOADS)
SAID = "document.querySelector('[data-testid=stApp]').innerText.replaceAll('\\u2060', '').replace(/\\s+/g, ' ')"


def links() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(address, its keys with their payloads): a payload in each key of a page, eight at a time, in eight turns."""
    pages: dict[str, list[str]] = {"": [*DEFAULTS, "unknown"]}
    for key in url_keys.KEYS:
        page = key.pages[0] if key.pages else ""
        pages.setdefault("" if page == "architecture" else page, []).append(key.name)
    for page, names in pages.items():
        names = list(dict.fromkeys(names))
        for start in range(0, len(names), TOGETHER):
            for turn in range(len(PAYLOADS)):
                some = names[start : start + TOGETHER]
                pairs = [(name, PAYLOADS[(turn + at) % len(PAYLOADS)]) for at, name in enumerate(some)]
                yield f"/{page}?{urllib.parse.urlencode(pairs)}", pairs


def files() -> Iterator[tuple[str, str]]:
    """(place, a file of runs with a payload in this text)."""
    made = json.loads((ROOT / "assets" / "timings" / "cpu-xeon-2-cores.json").read_text("utf-8"))
    made["runs"] = made["runs"][:1]

    def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, str):
            yield path
        elif isinstance(value, dict | list):
            for key in value if isinstance(value, dict) else range(len(value)):
                yield from texts(value[key], (*path, key))

    for path in {path[-1]: path for path in texts(made)}.values():  # one place of each field
        for payload in PAYLOADS:
            changed = json.loads(json.dumps(made))
            at = changed
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = payload
            yield payload, json.dumps(changed)


def wrong(visit: Visit) -> list[str]:
    page = visit.page
    found = [
        f"<{one}>" for one in page.locator(MADE).evaluate_all("all => all.map((one) => one.outerHTML.slice(0, 80))")
    ]
    if page.evaluate("window.fired"):
        found.append("a script ran")
    found += [fault for fault in visit.faults if "evil" in fault]
    return found


def main() -> None:
    print(machine(), flush=True)
    faults: set[str] = set()
    places = tries = shown = 0
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        path = next(filter(None, map(shutil.which, (SHELL, *CHROMIUM))), None)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        visit = Visit(browser, server.url).goto("/?depth=18", "11.69 M params")
        keys: set[tuple[str, str]] = set()
        for address, pairs in links():
            visit.follow(address)
            said = visit.page.evaluate(SAID)
            tries += len(pairs)
            hits = [(name, payload) for name, payload in pairs if " ".join(payload.split())[:12] in said]
            shown += len(hits)
            keys |= {(address.partition("?")[0], name) for name, _ in pairs}
            faults |= {f"{address}: {one}" for one in wrong(visit)}
        places += len(keys)
        print(
            f"R10 links: {places} keys, {tries} tries, {shown} on the screen as characters; {len(faults)} wrong",
            flush=True,
        )
        visit.goto("/timing?view=machines&depth=50")
        box = visit.page.locator('input[type="file"]').first
        tries = 0
        for payload, text in files():
            name = payload.replace("/", "∕")[:40] + ".json"
            with visit.runs():
                box.set_input_files({"name": name, "mimeType": "application/json", "buffer": text.encode()})
            visit.settle()
            tries += 1
            faults |= {f"a file of runs, {payload}: {one}" for one in wrong(visit)}
        print(f"R10 files of runs: {tries} tries; {len(faults)} wrong in all  (goal: 0)", flush=True)
        browser.close()
        server.stop()
    for fault in sorted(faults)[:20]:
        print(" ", fault)


if __name__ == "__main__":
    main()
