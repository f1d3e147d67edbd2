"""What a hall asks for at once is made before it comes: else three hundred would each make it, at the same moment."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
import threading
from collections.abc import Callable
from importlib import import_module

from explorer.spec.chosen import DEPTHS, of_controls

# Python's own thresholds (700 objects, 10, 10) search for cycles two hundred times while a hall opens, for a quarter of the
# processor's time. At these, old objects are searched once in some ten thousand visits: what a visit leaves behind, a
# hundred objects in circles, would be 10 MB for each thousand. `left` has them searched when visitors have gone.
OBJECTS, YOUNG, OLD = 20_000, 10, 10
TURN_S = sys.getswitchinterval()

ARENAS = 2  # as the container has it by MALLOC_ARENA_MAX; eight for each core is glibc's own
M_ARENA_MAX = -8  # malloc.h

FILES = 10_240  # open at once; more than macOS gives to a process

GONE, LATER_S = 100, 5.0  # visits that have ended; not at once, since a hall that is cut ends them as it comes back


class After:
    """Does something once so many have called, a while later, and again after as many more."""

    def __init__(self, calls: int, seconds: float, act: Callable[[], object]) -> None:
        self._calls, self._seconds, self._act = calls, seconds, act
        self._called, self._change = 0, threading.Lock()

    def __call__(self) -> None:
        with self._change:
            self._called = (self._called + 1) % self._calls
            due = self._called == 0
        if due:
            later = threading.Timer(self._seconds, self._act)
            later.daemon = True
            later.start()


left = After(GONE, LATER_S, gc.collect)  # a visit has ended


def few_arenas() -> None:
    """Threads share places in memory: what each left behind in its own was 50 MB after eight visitors at Feature maps. It
    holds for threads that come later, and where the C library is glibc."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").mallopt(M_ARENA_MAX, ARENAS)


def many_files() -> None:
    """A visitor is four open files, the socket and a loop for its scripts, and keeps three for two minutes after a cut. Many
    systems begin with 1,024 for a process, macOS with 256, and let it ask for more: else a hall's last find the door shut."""
    if sys.platform != "win32":  # where there is no such limit
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def make() -> None:
    """Imports torch, which takes seconds, and makes the header and the map of the depths that the sidebar offers.

    Whoever opens the page meanwhile goes first: a browser asks for a hundred files, and each waited up to 5 ms for its
    turn. What is there in the end never dies: without the freeze the garbage collector would walk through it again and
    again while a deep net is traced.
    """
    many_files()
    few_arenas()
    sys.setswitchinterval(TURN_S / 10)
    import_module("explorer.facts.rollup")
    sys.setswitchinterval(TURN_S)
    from explorer.tell import fragments, netmap

    for depth in DEPTHS:
        if depth.isdecimal():
            chosen = of_controls({"depth": depth})
            fragments.built(chosen, "")
            netmap.drawing_text(chosen.spec, chosen.height, chosen.width, chosen.batch)
    seldom()


def seldom() -> None:
    """The garbage collector looks through what is new only, and not often."""
    gc.freeze()
    gc.set_threshold(OBJECTS, YOUNG, OLD)
