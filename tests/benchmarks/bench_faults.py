"""R14, beside the kill of `bench_load`: the app where something of its host is missing or misbehaves.

    .venv/bin/python -m tests.benchmarks.bench_faults [slow-readers cleared-caches full-disk …]

Each line starts a server in that state, opens pages, times a small net and runs a short experiment, and says what a visitor saw.
full-disk mounts a file system of 64 kB, and no-permission takes from root what lets it write everywhere: both take root.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.benchmarks.bench_load import Seen, crowd, machine, opened, runner, until
from tests.benchmarks.tab import Answer, Tab
from tests.conftest import Server

PAGES = ("", "blocks", "cost", "feature_maps", "lecture", "sheet", "identify")
READERS = 20


def ended(answer: Answer) -> bool:
    """Whether the Timing page says that its run has."""
    return any("done in" in text or "not run" in text for text in answer.texts())


async def whole(url: str) -> list[str]:
    """A visit: pages, a timing, an experiment; what went wrong."""
    wrong: list[str] = []
    for page in PAGES:
        tab = Tab(url, page)
        answer = await tab.open()
        wrong += [f"/{page}: {error}" for error in answer.errors]
        await tab.close()
    tab = Tab(url, "timing", {"depth": "18", "input": "64"})
    await tab.open()
    await tab.press("go-pass")
    _, answer = await until(tab, ended, 300)
    wrong += [*answer.errors, *(text for text in answer.texts() if "not run" in text)]
    await tab.close()
    lab = await runner(url, "degradation", 3, 10)
    await lab.press("run")
    _, answer = await until(lab, lambda got: not got.progress, 300)
    wrong += answer.errors
    if not answer.charts:
        wrong.append("an experiment without a figure")
    await lab.close()
    return wrong


async def slow(url: str) -> list[str]:
    """Visitors who ask for run after run and read nothing; the others are served."""
    readers = crowd(url, READERS)
    await asyncio.gather(*(tab.open() for tab in readers))
    for tab in readers:
        for _ in range(30):
            await tab.send()
    wrong = await whole(url)
    seen: Seen = await opened(crowd(url, 5))
    for tab in readers:
        tab.cut()
    return wrong + seen.errors + seen.wrong


async def cleared(url: str) -> list[str]:
    """Somebody clears the caches again and again, meanwhile."""
    other = Tab(url)
    await other.open()

    async def clears() -> None:
        while True:
            assert other.socket is not None
            await other.socket.send(BackMsg(clear_cache=True).SerializeToString())
            await other.again()
            await asyncio.sleep(0.2)

    clearing = asyncio.create_task(clears())
    try:
        return await whole(url)
    finally:
        clearing.cancel()
        await asyncio.gather(clearing, return_exceptions=True)
        await other.close()


@contextlib.contextmanager
def plain(folder: Path) -> Iterator[Server]:
    yield from _served(folder, dict(os.environ))


@contextlib.contextmanager
def full(folder: Path) -> Iterator[Server]:
    """Home, temporary files and the cache lie on a file system with no byte left."""
    small = folder / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=True)
    try:
        with contextlib.suppress(OSError):
            (small / "fill").write_bytes(b"x" * 10**6)
        yield from _served(folder, os.environ | dict.fromkeys(("HOME", "TMPDIR", "EXPLORER_CACHE"), str(small)))
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@contextlib.contextmanager
def forbidden(folder: Path) -> Iterator[Server]:
    """Nothing may be written in home, the cache and the folder of the start, by a root that has to ask as others do."""
    closed = folder / "closed"
    closed.mkdir(mode=0o555)
    where = dict.fromkeys(("HOME", "TMPDIR", "EXPLORER_CACHE"), str(closed))
    yield from _served(folder, os.environ | where, ("setpriv", "--bounding-set=-dac_override", "--"))


@contextlib.contextmanager
def bare(folder: Path) -> Iterator[Server]:
    """No Graphviz, no compiler and no other program is found, no CUDA device is seen."""
    yield from _served(folder, os.environ | {"PATH": str(folder), "CUDA_VISIBLE_DEVICES": "", "LD_LIBRARY_PATH": ""})


JUMPS = """
import time
true = time.time
time.time = lambda: true() + 3600 * (int(true()) // 2 % 3 - 1)
"""


@contextlib.contextmanager
def jumping(folder: Path) -> Iterator[Server]:
    """Every two seconds the clock on the wall is an hour ahead, an hour behind, or right, for the server and its processes."""
    (folder / "sitecustomize.py").write_text(JUMPS, encoding="utf-8")
    yield from _served(folder, os.environ | {"PYTHONPATH": str(folder)})


def _served(folder: Path, env: dict[str, str], before: tuple[str, ...] = ()) -> Iterator[Server]:
    server = Server(folder, env=env, before=before)
    try:
        yield server
    finally:
        server.stop()


LINES: dict[str, tuple[Callable[[Path], contextlib.AbstractContextManager[Server]], Callable[[str], object]]] = {
    "slow-readers": (plain, slow),
    "cleared-caches": (plain, cleared),
    "full-disk": (full, whole),
    "no-permission": (forbidden, whole),
    "no-programs": (bare, whole),
    "clock-jumps": (jumping, whole),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lines", nargs="*", default=list(LINES), metavar="LINE", help=f"of {', '.join(LINES)}")
    given = parser.parse_args()
    if unknown := [one for one in given.lines if one not in LINES]:
        parser.error(f"{unknown[0]!r}: choose from {', '.join(LINES)}")
    print(machine(), flush=True)
    for name in given.lines:
        state, story = LINES[name]
        with tempfile.TemporaryDirectory() as folder:
            try:
                with state(Path(folder)) as server:
                    wrong = asyncio.run(story(server.url))
            except Exception as error:  # the server did not start, or hung
                wrong = [f"{type(error).__name__}: {str(error)[-300:]}"]
            print(f"R14 {name}: {'all served' if not wrong else wrong[:4]}", flush=True)


if __name__ == "__main__":
    main()
