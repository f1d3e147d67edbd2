"""What several tests share: one running app, one browser, and pages that fail on what a visitor would call broken."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Error, Playwright, expect, sync_playwright
from streamlit.components.v2 import manifest_scanner
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests import spread

# One thread a worker, before torch is imported: two workers of two threads each on two cores wait for one another, and
# a small net's test then takes thirty times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SHELL = "chromium-headless-shell"  # the same engine without a browser's windows: starts in half of the time
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that shows a test picture
]
CHEAP = [  # for tests alone, which time nothing in the browser: benchmarks and pictures have a visitor's browser
    # A page's script runs once: to optimise it costs more than it gives; with room for what is new less is swept.
    "--js-flags=--no-opt --no-maglev --min-semi-space-size=32",
    "--disable-threaded-animation",  # else what moves while a page loads is drawn 60 times a second, by the CPU
    "--font-render-hinting=none",  # the shell sets letters as the browser does: lines break at the same words
]
# A script that runs again and again in one document, as axe does, is worth a first compiler.
CHEAP_FOR_LONG = ["--js-flags=--no-opt --min-semi-space-size=32", *CHEAP[1:]]
# On a deep link Streamlit's client probes for its own health route below the page's path first; that is not ours.
KNOWN_NOISE = ("_stcore/health", "_stcore/host-config")
PORTS = random.SystemRandom()  # no seed of a test is to bring the same one twice
DESKTOP = {"width": 1440, "height": 900}
LOOK = (
    "viewport",
    "color_scheme",
    "reduced_motion",
    "permissions",
)  # of a browser's context, what an open tab can be told too

# How fast an example runs is the host's business: no example fails for being slow.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
# How fast a page answers is too: what is waited for has as long as Playwright gives a click. What comes costs no time.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session", autouse=True)
def looked_through_once() -> Iterator[None]:
    """Each AppTest reads what is said of every installed package, to find Streamlit components: 0.1 s that a page takes
    the tenth of. It's the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(spread, "spread")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--overwrite", action="store_true", help="write the golden files of tests/golden anew")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Python's search for cycles walks through all that is imported and collected, again and again, and finds nothing:
    it waits meanwhile, and afterwards leaves out what then lives until the end, and looks seldom: at Python's own
    thresholds it took a third of a worker's CPU."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        gc.enable()


class Server:
    """The app as a user starts it: the console script, from a folder that is not the root."""

    def __init__(
        self,
        cwd: Path,
        port: int | None = None,
        env: dict[str, str] | None = None,
        app: Path = ROOT / "explorer" / "app.py",
        base: str = "",
        before: tuple[str, ...] = (),
    ) -> None:
        """before: words of a command that starts another, as `nice`."""
        self.cwd, self.env, self.app, self.base, self.before = cwd, env, app, base, before
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}" + (f"/{base}" if base else "")
        self.log = cwd / f"server-{self.port}.log"
        self.start()

    def start(self) -> None:
        script = Path(sys.executable).parent / "streamlit"
        command = [
            str(script),
            "run",
            str(self.app),
            "--server.port",
            str(self.port),
            "--server.headless",
            "true",
            "--server.baseUrlPath",
            self.base,
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.before, *command], cwd=self.cwd, env=self.env, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the app did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def run_async(work: Coroutine[Any, Any, Any]) -> Any:
    """`asyncio.run` in a thread of its own: in the worker's first one Playwright has a loop that runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def free_port() -> int:
    """One of many that nobody has, so that workers, and runs beside this one, never share a server. None that the system
    hands out: until the server stands, which takes seconds on a busy host, a browser's connection may get the same."""
    while True:
        port = PORTS.randint(20_000, 32_000)
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("localhost", port))
            return port


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One app for all browser tests. After the last: its log holds no traceback and no warning."""
    running = Server(tmp_path_factory.mktemp("elsewhere"))
    yield running
    running.stop()
    log = running.log.read_text()
    assert "Traceback" not in log and "Warning" not in log and "WARNING" not in log, log


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def headless(playwright: Playwright, *flags: str) -> Browser:
    """A Chromium without windows: the system's shell, else the system's browser, else Playwright's own."""
    path = next(filter(None, map(shutil.which, (SHELL, *CHROMIUM))), None)
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = headless(playwright, *CHEAP)
    yield chromium
    chromium.close()


@pytest.fixture
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """With what the shell leaves out: a camera."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    chromium = playwright.chromium.launch(
        executable_path=path, channel=None if path else "chromium", args=[*FLAGS, *CHEAP]
    )
    yield chromium
    chromium.close()


FOLLOW = """(to) => {
  history.pushState({ entry: true }, "", to);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}"""
# Nothing was added or taken away since the last look, the insides of components included, and nothing moves, or is on its
# way: an answer of the server's, the script of a control, of which a grey box keeps the place, or a typeface.
UNSEEN = "() => { window.counted = null; }"
STILL = """() => {
  const count = (root) => [...root.querySelectorAll("*")].reduce((sum, one) => sum + 1 + (one.shadowRoot ? count(one.shadowRoot) : 0), 0);
  const before = window.counted;
  window.counted = count(document);
  const runs = ["running", "rerunRequested"].includes(document.querySelector("[data-testid=stApp]")?.dataset.testScriptState);
  return window.counted === before && !runs && !document.querySelector("[data-testid=stSkeleton]")
    && document.fonts.status === "loaded" && document.getAnimations().length === 0;
}"""
CUT_OFF = "all => all.filter((one) => [...one.querySelectorAll('*')].some((part) => part.scrollWidth > part.clientWidth + 1)).map((one) => one.innerText)"
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def ended(frame: bytes | str) -> int | None:
    """How a run of the script has ended, where a message from the server says that one has."""
    message = ForwardMsg.FromString(frame) if isinstance(frame, bytes) else ForwardMsg()
    return message.script_finished if message.WhichOneof("type") == "script_finished" else None


def ends_a_run(frame: bytes | str) -> bool:
    """Of the whole script, not of a fragment."""
    return ended(frame) == ForwardMsg.FINISHED_SUCCESSFULLY


def ends_a_new_run() -> Callable[[bytes | str], bool]:
    """The same, of a run that has begun since: one that was under way (a fragment may ask for a run of its own) ends
    nothing that is waited for, and what it drew fades."""
    begun = False

    def ends(frame: bytes | str) -> bool:
        nonlocal begun
        begun = begun or isinstance(frame, bytes) and ForwardMsg.FromString(frame).HasField("new_session")
        return begun and ends_a_run(frame)

    return ends


VISITS: WeakSet[Visit] = WeakSet()


class Visit:
    """A browser page on the app. `faults` collects console errors, failed requests and foreign hosts.

    It has a context of its own, or a tab of the `shared` one. `see` sets what it looks like.
    """

    def __init__(self, browser, url: str, shared=None, **context: object) -> None:
        self.url = url
        if shared is None:
            shared = browser.new_context(**{"viewport": DESKTOP, **context})
        self.context = shared
        self.page = shared.new_page()
        VISITS.add(self)
        self.socket: Any = None
        self.page.on("websocket", self._connected)
        self.see(**{key: context[key] for key in LOOK if key in context})
        self.faults: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("request", self._request)

    def see(
        self,
        viewport: dict[str, int] = DESKTOP,
        color_scheme: str = "light",
        reduced_motion: str = "no-preference",
        permissions: Sequence[str] = (),
    ) -> None:
        """The tab's size, theme and rights."""
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(media="screen", color_scheme=color_scheme, reduced_motion=reduced_motion)
        self.context.clear_permissions()
        if permissions:
            self.context.grant_permissions(permissions)

    def _console(self, message) -> None:
        where = message.location.get("url", "")
        if message.type == "error" and not any(noise in where for noise in KNOWN_NOISE):
            self.faults.append(f"console: {message.text} ({where})")

    def _connected(self, socket) -> None:
        self.socket = socket

    def _request(self, request) -> None:
        if not request.url.startswith((self.url, self.url.replace("http", "ws", 1), "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")

    def goto(self, path: str = "/", text: str | re.Pattern[str] | None = None) -> Visit:
        """Open a path and wait until the script has finished (and `text` is on the page)."""
        self.page.goto(self.url + path)
        return self.settle(text)

    def follow(self, path: str, text: str | re.Pattern[str] | None = None) -> Visit:
        """Another address in the same document, as by the browser's back and forward: the script runs anew, the visitor stays.

        The server says that the run has ended: a short one is over before the browser has shown that it began.
        """
        self.settle()
        with self.runs():
            self.page.evaluate(FOLLOW, path)
        return self.settle(text)

    @contextmanager
    def runs(self) -> Iterator[None]:
        """What is done inside makes the whole script run; afterwards it has, and what it sent is drawn."""
        with self.socket.expect_event("framereceived", ends_a_new_run(), timeout=60_000):
            yield
        self.page.evaluate(DRAWN)

    def settle(self, text: str | re.Pattern[str] | None = None) -> Visit:
        """Wait for the end of the rerun, and for `text`."""
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)
        if text is not None:
            self.page.get_by_text(text).first.wait_for(timeout=30_000)
            self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)
        return self

    def still(self) -> Visit:
        """Wait until what was drawn is whole and at rest: a chart, say, that takes clicks."""
        self.page.evaluate(DRAWN)
        self.page.evaluate(UNSEEN)  # what an earlier wait has counted says nothing of now
        self.page.wait_for_function(STILL, polling=60)
        return self

    def choose(self, option: str) -> None:
        """One of the list that is open, with a finger where there is a touchscreen. A list scrolls to what the mouse comes
        over: what is pressed stands still."""
        found = self.page.get_by_role("option", name=option, exact=True)
        found.wait_for()
        assert self.page.get_by_role("option").evaluate_all(CUT_OFF) == [], "a list cuts no line"
        if self.page.evaluate("navigator.maxTouchPoints"):
            return found.tap()
        found.hover()
        self.still()
        found.click()

    def built(self) -> str:
        """The header's text."""
        return self.page.locator(".built").inner_text().replace("\n", " ")

    def check(self) -> None:
        """Nothing that a visitor would call broken: no exception box, no console error, no horizontal overflow. Of a page that is
        whole: what is only half drawn is as wide as it comes."""
        self.settle()
        assert self.page.locator('[data-testid="stException"]').count() == 0, self.page.inner_text("body")
        assert self.faults == []
        widths = self.page.evaluate(
            "[document.documentElement.scrollWidth, innerWidth, "
            "...(m => [m.scrollWidth, m.clientWidth])(document.querySelector('[data-testid=stMain]'))]"
        )
        assert widths[0] <= widths[1] and widths[2] <= widths[3], f"horizontal overflow: {widths}"


@pytest.fixture(scope="session")
def tabs(browser, server: Server) -> Iterator:
    """tabs(number, **device) → the worker's tab of that number in its one context for that device: a tab that is already
    open, and whose browser has Streamlit's files, costs half of a new one."""
    contexts: dict[str, Any] = {}
    opened: dict[tuple[str, int], Visit] = {}

    def tab(number: int, **device: object) -> Visit:
        kind = json.dumps(device, sort_keys=True)
        if kind not in contexts:
            contexts[kind] = browser.new_context(**device)
        if (kind, number) not in opened:
            opened[kind, number] = Visit(browser, server.url, contexts[kind])
        opened[kind, number].faults.clear()
        return opened[kind, number]

    yield tab
    for context in contexts.values():
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """What was on the pages when a test failed."""
    report = yield
    if call.when == "call" and report.failed:
        for one in list(VISITS):
            with suppress(Error):  # a page that is closed, or hangs, has nothing to say
                if one.page.url != "about:blank":
                    said = [one.page.inner_text("body", timeout=2_000)[:2_000], *one.faults]
                    report.sections.append((f"page {one.page.url}", "\n".join(said)))
    return report


@pytest.fixture
def visit(browser, tabs, server: Server) -> Iterator:
    """visit(path, **context) → a checked `Visit`; all are checked again and left at the end.

    The browser keeps its files from test to test, and nothing else: what a page stored is forgotten, and its visitor
    is gone. fresh: in a context of its own, as a browser that has never been here.
    """
    visits: list[Visit] = []

    def open_page(path: str = "/", text: str | None = None, fresh: bool = False, **context: Any) -> Visit:
        device = {key: value for key, value in context.items() if key not in LOOK}
        visits.append(Visit(browser, server.url, **context) if fresh else tabs(len(visits), **device))
        visits[-1].see(**{key: context[key] for key in LOOK if key in context})
        return visits[-1].goto(path, text)

    open_page.visits = visits
    yield open_page
    try:
        for one in visits:
            one.check()
    finally:
        for one in visits:
            one.page.evaluate("localStorage.clear(), sessionStorage.clear()")
            one.context.clear_cookies()
            one.page.goto("about:blank")  # the visitor leaves, and no run of this test goes on in the next


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Tiny convolutions on several threads wait for each other more than they compute."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
