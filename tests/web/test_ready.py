"""What a hall asks for at once is there before it comes."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading

import pytest

from explorer.spec.chosen import DEPTHS, of_controls
from explorer.tell import fragments, netmap
from explorer.web import configuration, ready
from tests.conftest import ROOT


def test_the_offered_depths_are_made_and_the_collector_is_left_as_is_said() -> None:
    before = gc.get_threshold()
    gc.unfreeze()  # what tests/conftest.py froze: here the app has to
    try:
        ready.make()
        assert gc.get_threshold() == (ready.OBJECTS, ready.YOUNG, ready.OLD) and gc.get_freeze_count() > 10_000
        assert sys.getswitchinterval() == ready.TURN_S
        made = fragments.built.cache_info().misses, len(netmap.TEXTS)
        for depth in ("18", "34", "50", "101", "152"):
            assert depth in DEPTHS
            chosen = of_controls({"depth": depth})
            assert f"ResNet-{depth}" in fragments.built(chosen, configuration.said("architecture", chosen))
            assert "scene" in netmap.drawing_text(chosen.spec, chosen.height, chosen.width, chosen.batch)
        assert (fragments.built.cache_info().misses, len(netmap.TEXTS)) == made
    finally:
        gc.set_threshold(*before)


ARENAS = """
import ctypes, threading
from explorer.web import ready
{first}
libc, gate = ctypes.CDLL("libc.so.6"), threading.Barrier(9)
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
def take():
    libc.malloc(1000)
    gate.wait()
    gate.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for one in threads:
    one.start()
gate.wait()
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fclose(out)
gate.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
@pytest.mark.parametrize(("first", "few"), [("ready.few_arenas()", True), ("", False)])
def test_threads_share_two_places_in_memory(first: str, few: bool) -> None:
    own = {key: value for key, value in os.environ.items() if key != "MALLOC_ARENA_MAX"}
    told = subprocess.run(
        [sys.executable, "-c", ARENAS.format(first=first)], capture_output=True, text=True, cwd=ROOT, env=own
    )
    assert told.returncode == 0, told.stderr
    places = told.stdout.count("<heap nr=")
    assert places <= ready.ARENAS if few else places > ready.ARENAS


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_a_hall_may_open_more_files_than_a_system_begins_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """1,024 on many, 256 on macOS: at four for each visitor 300 found a server that could not even import torch."""
    import resource

    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: asked.append(limits))
    no_end = resource.RLIM_INFINITY
    for limits in ((1024, 4096), (256, no_end), (1024, 1_048_576), (4096, 4096), (20_000, 20_000), (no_end, no_end)):
        monkeypatch.setattr(resource, "getrlimit", lambda what, limits=limits: limits)
        ready.many_files()
    assert asked == [(4096, 4096), (ready.FILES, no_end), (ready.FILES, 1_048_576)]
    assert ready.FILES > 4 * 300 + 3 * 600


def test_when_many_have_gone_what_they_left_is_searched_for_once() -> None:
    searched: list[int] = []
    there = threading.Event()

    def search() -> None:
        searched.append(1)
        there.set()

    left = ready.After(3, 0.0, search)
    for _ in range(5):
        left()
    assert there.wait(60) and searched == [1]
    there.clear()
    left()
    assert there.wait(60) and searched == [1, 1]
    assert ready.left._act is gc.collect
