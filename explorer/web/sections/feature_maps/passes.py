"""Passes go through a queue of their own, one after another, and are kept while somebody looks at them."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st
from torch import Tensor

from explorer.facts.memory.room import give_back
from explorer.jobs import Job
from explorer.look.kept import Kept
from explorer.look.passed import Passed, filled, slim
from explorer.look.subject import Subject
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.web import plain, state
from explorer.web.inside.runs import TURNS
from explorer.web.session import session

PLACE = "Feature maps"  # the page's title in app.py: a job belongs to it, and ends when its visitor leaves
MOST_PASSES, MOST_PASS_BYTES = 60, 128 << 20  # of all visitors together: with the app itself they stay under 1 GiB
MOST_NETS, MOST_NET_BYTES = 6, 320 << 20
MOST_DRAWN = 8
WAIT_S = 4.0  # a pass that takes longer shows its place in the queue
POLL_S = 0.4

T = TypeVar("T")
Running = dict[str, tuple[Hashable, Job]]  # what a visitor waits for → its key and its job


@dataclass(frozen=True)
class Watched:
    """Who looked, and the pass; at: height and width of what they looked at; drawn: what was made of it for the screen, the
    latest few; before: of the pass before a change, the answer alone; whole: where `seen` is only its stages' ends, the pass that
    they are of."""

    who: Subject
    seen: Passed
    at: tuple[int, int]
    drawn: dict[Hashable, Any] = field(default_factory=dict)
    before: Passed | None = None
    whole: weakref.ref[Passed] | None = None
    itself: object = field(default_factory=object)  # of a pass and what is left of it, and of no other

    @property
    def nodes(self) -> tuple[Node, ...]:
        return trace(self.who.spec, *self.at)

    def less(self) -> Watched:
        """The same with the ends of its stages alone; of the rest it knows as long as somebody keeps it."""
        return self if self.whole else replace(self, seen=slim(self.seen, self.nodes), whole=weakref.ref(self.seen))

    @property
    def fullest(self) -> Passed:
        """As much of the pass as is still there."""
        return (self.whole and self.whole()) or self.seen

    def keeps(self, stage: str) -> bool:
        """Whether the end of each block of a stage is here."""
        behind = {node.block: node.path for node in self.nodes if node.block and node.stage == stage}
        return all(path in self.fullest.outputs for path in behind.values())

    def with_blocks(self, *stages: str) -> Passed:
        """The pass, with the end of each block of these stages."""
        blocks = [node.block for node in self.nodes if node.block and node.stage in stages]
        return filled(self.who.model, self.fullest, self.nodes, blocks)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes, made once as long as it is asked for."""
        if key not in self.drawn:
            self.keep(key, make())
        found: T = self.drawn[key]
        return found

    def keep(self, key: Hashable, made: object) -> None:
        while len(self.drawn) >= MOST_DRAWN:
            self.drawn.pop(next(iter(self.drawn)), None)
        self.drawn[key] = made


@dataclass(frozen=True)
class Looker:
    """One tab on this page, as the owner of what is kept for it."""

    id: str
    passes: Kept[Watched]
    nets: Kept[Subject]

    def leave(self) -> None:
        """The tab has closed: what nobody else looks at is let go."""
        self.passes.release(self.id)
        self.nets.release(self.id)
        give_back(collect=False)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> tuple[Kept[Watched], Kept[Subject]]:
    return (
        Kept(MOST_PASSES, MOST_PASS_BYTES, lambda one: one.seen.held, Watched.less),
        Kept(MOST_NETS, MOST_NET_BYTES, lambda one: one.bytes),
    )


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Looker.leave)
def looker() -> Looker:
    """This tab's share in what is kept."""
    return Looker(uuid4().hex, *_kept())


def watched(label: str, key: tuple[Hashable, ...], x: Tensor, make: Callable[[Looker], Watched]) -> Watched | None:
    """The pass of an input, from what is kept or from the queue; None while it waits, and then its place is shown. However
    many others look meanwhile, what a visitor's own job found is theirs: nobody waits for it twice. The page gets the ends of
    the stages: what it holds while it waits for other things is little, and of the rest the store decides."""
    who = looker()
    whole = (*key, x_key(x))
    found = who.passes.get(whole, who.id)
    if found is not None:
        _forget(_running(), label)
        return found.less()
    made = _in_turn(label, whole, lambda: _put(who, whole, make))
    return None if made is None else who.passes.put(whole, made, who.id).less()


def once_in_turn(one: Watched, key: tuple[Hashable, ...], make: Callable[[], T]) -> T | None:
    """What `make` makes of a pass by going through the net again, made once as long as it is asked for: from the queue, as
    a pass; None while it waits. The key begins with what the visitor waits for."""
    found: T | None = one.drawn.get(key)
    if found is None:
        found = _in_turn(str(key[0]), (one.itself, *key), make)
        if found is not None:
            one.keep(key, found)
    return found


def _running() -> Running:
    found: Running = session().setdefault("looks", {})
    return found


def _in_turn(label: str, key: Hashable, make: Callable[[], T]) -> T | None:
    running = _running()
    asked, job = running.get(label, (None, None))
    if asked != key or job is None or job.state == "cancelled":
        _forget(running, label)
        visitor = state.visitor()

        def work(_: Job) -> T:
            made = make()
            give_back(collect=False)  # what it took on its way
            return made

        try:
            job = state.runner("looks").submit(work, "a look", visitor.id, PLACE)
        except ValueError as error:
            plain.warning(error)
            return None
        running[label] = key, job
    with TURNS.aside():
        job.wait(WAIT_S)
    if job.active:
        st.fragment(_waiting, run_every=POLL_S)(job)
        return None
    if job.state == "failed":
        plain.error(job.error if isinstance(job.error, ValueError) else "The net could not look at this picture.")
        return None
    result: T | None = job.result
    _forget(running, label)
    return result


def x_key(x: Tensor) -> bytes:
    """Of an input, the same for the same values."""
    return hashlib.blake2b(x.numpy().tobytes(), digest_size=16).digest()


def _forget(running: Running, label: str) -> None:
    """A pass that is there is kept, and no longer than that: its job would hold it as long as the visit, and so would
    the fragment that waited for the job."""
    _, job = running.pop(label, (None, None))
    if job is not None:
        job.cancel()
        job.result = None


def _put(who: Looker, key: tuple[Hashable, ...], make: Callable[[Looker], Watched]) -> Watched:
    """In the queue's thread, once for all who wait for the same. What the job itself holds until its visitor comes for it is
    little."""
    return who.passes.made(key, who.id, lambda: make(who)).less()


def _waiting(job: Job) -> None:
    if not job.active:
        st.rerun()
    ahead = state.runner("looks").position(job)
    st.progress(
        0.5 if not ahead else 0.1,
        f"{ahead} before you in the queue …" if ahead else f"Looking, {job.elapsed_s:.0f} s …",
    )
