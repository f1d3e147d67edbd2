"""The map's component alone on an empty page, mounted as Streamlit mounts it: for what needs no server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from explorer.spec import preset
from explorer.tell import netmap
from explorer.web.map_component import CSS, JS
from tests.conftest import DRAWN

T = TypeVar("T")
PATIENCE_S = 30

THEME = {
    "text-color": "#1d2026",
    "background-color": "#fdfcf9",
    "secondary-background-color": "#f3f0e8",
    "border-color": "#ded9cc",
    "link-color": "#1b6aa0",
    "font": "sans-serif",
    "heading-font": "serif",
    "code-font": "monospace",
}
MOUNT = """async ([source, css, data]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { default: mount } = await import(url);
  const host = document.body.appendChild(document.createElement("div"));
  const parentElement = host.attachShadow({ mode: "open" });
  parentElement.innerHTML = `<style>${css}</style><div class="map-place"></div>`;
  window.reports = [];
  window.feed = (data) => mount({ parentElement, data, key: "k", setStateValue: (name, value) => reports.push(value) });
  window.feed(data);
}"""


# In one step: a map that is drawn anew meanwhile has other lines.
SHORTCUTS = """() => [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)]
  .flatMap((root) => [...root.querySelectorAll("path.shortcut[data-count]")]).map((one) => [one.dataset.kind, +one.dataset.count])"""

# Of what a selector finds on the page or in a component: [bottom, right, width, height], in one step too.
BOXES = """selector => [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)]
  .flatMap((root) => [...root.querySelectorAll(selector)]).map((one) => one.getBoundingClientRect())
  .map(({ bottom, right, width, height }) => [bottom, right, width, height])"""


def comes(read: Callable[[], T], wanted: T) -> None:
    """Wait until what is read is what is wanted: a page follows what was done in its own time. What is read must be of one
    moment, asked of the page in one step: what two steps find may be of two drawings."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := read()) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found == wanted


def drawing(name: str, seq: int = 1, **view: object) -> dict:
    """What `explorer.map.show` sends, as the component receives it: a fresh copy through JSON."""
    side = preset(name).default_input
    chosen = netmap.View(**view)
    drawn = netmap.figure3() if chosen.figure == "fig3" else netmap.drawing(preset(name), side, side, 1, chosen)
    return json.loads(
        json.dumps({**drawn, "palette": netmap.colours(), "seq": seq, "view": asdict(chosen), "key": "map"})
    )


def blank(browser, **context: object):
    """A page for maps; `page.faults` collects its errors."""
    page = browser.new_context(**context).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    return page


def mount(page, data: dict, width: int, height: int, motion: str) -> None:
    """The map of `data` on the page, which forgets what it showed before."""
    page.goto("about:blank")
    page.mouse.move(0, 0)
    page.faults.clear()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(reduced_motion=motion)
    variables = "".join(f"--st-{name}:{value};" for name, value in THEME.items())
    page.set_content(
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
        f'<body style="margin:0;{variables}"></body></html>'
    )
    page.evaluate(MOUNT, [JS, CSS, data])
    page.wait_for_selector(".tile")
    page.evaluate(DRAWN)  # it is drawn again once it knows its size


def counted(page) -> dict[str, int]:
    """The shortcuts in the real SVG, by kind, a folded run counting for all that it holds."""
    lines = page.evaluate(SHORTCUTS)
    held: dict[str, int] = {}
    for kind, count in lines:
        held[kind] = held.get(kind, 0) + count
    return held
