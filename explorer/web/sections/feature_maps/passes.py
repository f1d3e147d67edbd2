"""Passes go through a queue of their own, one after another, and are kept while somebody looks at them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import streamlit as st
from torch import Tensor

from explorer.jobs import Job
from explorer.look.kept import Kept
from explorer.look.passed import Passed
from explorer.look.subject import Subject
from explorer.timing.measure.guard import give_back
from explorer.web import plain, state
from explorer.web.session import session

PLACE = "Feature maps"  # the page's title in app.py: a job belongs to it, and ends when its visitor leaves
MOST_PASSES, MOST_PASS_BYTES = 60, 192 << 20  # of all visitors together: with the app itself they stay under 1 GiB
MOST_NETS, MOST_NET_BYTES = 6, 320 << 20
MOST_DRAWN = 8
WAIT_S = 4.0  # a pass that takes longer shows its place in the queue
POLL_S = 0.4


@dataclass(frozen=True)
class Watched:
    """Who looked, and the pass; drawn: what was made of it for the screen, the latest few."""

    who: Subject
    seen: Passed
    drawn: dict[object, Any] = field(default_factory=dict)

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` makes, made once as long as it is asked for."""
        if key not in self.drawn:
            made = make()
            while len(self.drawn) >= MOST_DRAWN:
                self.drawn.pop(next(iter(self.drawn)), None)
            self.drawn[key] = made
        return self.drawn[key]


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
        Kept(MOST_PASSES, MOST_PASS_BYTES, lambda one: one.seen.held),
        Kept(MOST_NETS, MOST_NET_BYTES, lambda one: one.bytes),
    )


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Looker.leave)
def looker() -> Looker:
    """This tab's share in what is kept."""
    return Looker(uuid4().hex, *_kept())


def watched(label: str, key: tuple[object, ...], x: Tensor, make: Callable[[Looker], Watched]) -> Watched | None:
    """The pass of an input, from what is kept or from the queue; None while it waits, and then its place is shown."""
    who = looker()
    whole = (*key, x_key(x))
    running: dict[str, tuple[object, Job]] = session().setdefault("looks", {})
    found = who.passes.get(whole, who.id)
    if found is not None:
        _forget(running, label)
        return found
    asked, job = running.get(label, (None, None))
    if asked != whole or job is None or job.state in ("done", "cancelled"):
        _forget(running, label)
        visitor = state.visitor()
        try:
            job = state.runner("looks").submit(lambda _: _put(who, whole, make), "a look", visitor.id, PLACE)
        except ValueError as error:
            plain.warning(error)
            return None
        running[label] = whole, job
    job.wait(WAIT_S)
    if job.active:
        st.fragment(_waiting, run_every=POLL_S)(job)
        return None
    if job.state == "failed":
        plain.error(job.error if isinstance(job.error, ValueError) else "The net could not look at this picture.")
        return None
    result: Watched | None = job.result
    _forget(running, label)
    return result


def x_key(x: Tensor) -> bytes:
    """Of an input, the same for the same values."""
    return hashlib.blake2b(x.numpy().tobytes(), digest_size=16).digest()


def _forget(running: dict[str, tuple[object, Job]], label: str) -> None:
    """A pass that is there is kept, and no longer than that: its job would hold it as long as the visit, and so would
    the fragment that waited for the job."""
    _, job = running.pop(label, (None, None))
    if job is not None:
        job.cancel()
        job.result = None


def _put(who: Looker, key: tuple[object, ...], make: Callable[[Looker], Watched]) -> Watched:
    """In the queue's thread, once for all who wait for the same. What a pass took on its way is as much as it keeps: it
    goes back to the system."""
    made = who.passes.made(key, who.id, lambda: make(who))
    give_back(collect=False)
    return made


def _waiting(job: Job) -> None:
    if not job.active:
        st.rerun()
    ahead = state.runner("looks").position(job)
    st.progress(
        0.5 if not ahead else 0.1,
        f"{ahead} before you in the queue …" if ahead else f"Looking, {job.elapsed_s:.0f} s …",
    )
