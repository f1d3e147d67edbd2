"""The tray: what this visitor has run in the laboratory, from any page, after any reload.

The runs lie on the server (`lab.shelf`) under a token in a cookie, which is set with the first run and not before; what was
timed lies under the same one (`timing.data.drawer`). A visitor whose browser takes no cookies has them for as long as the page
is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from explorer import units
from explorer.lab.config import Config
from explorer.lab.outcome import Run
from explorer.lab.pace import Pace
from explorer.lab.shelf import KEPT_S, Kept, Shelf, is_token, token
from explorer.tell.questions import EXPERIMENTS
from explorer.web import pieces
from explorer.web.inside import StreamlitPage

COOKIE = "resnet_explorer_runs"
POLL_S = 2.0


@st.cache_resource(max_entries=1, show_spinner=False)
def shelf() -> Shelf:
    """Every visitor's runs on this host."""
    return Shelf()


@st.cache_resource(max_entries=1, show_spinner=False)
def pace() -> Pace:
    """How fast this host is."""
    return Pace()


def learned(experiment: str, size: str, config: Config, found: Run) -> None:
    """A run has ended: what it took is what the next one is said to take."""
    pace().learn(experiment, size, config, found["cpu_s"])


@dataclass
class Seat:
    """One tab, at the shelf of its visitor. sat: whether the shelf knows of it."""

    of: str
    sat: bool = False

    def sit(self) -> None:
        if not self.sat:
            self.sat = shelf().arrived(self.of)

    def leave(self) -> None:
        if self.sat:
            shelf().left(self.of)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Seat.leave)
def seat() -> Seat:
    """This tab's; its visitor is who the browser's cookie says, else somebody new."""
    given = st.context.cookies.get(COOKIE, "")
    return Seat(given if is_token(given) else token())


def known() -> bool:
    """Whether this visitor's browser came with such a cookie."""
    return is_token(st.context.cookies.get(COOKIE, ""))


def know() -> None:
    """Have this visitor's browser remember whose runs they are."""
    pieces.remember(COOKIE, seat().of, round(KEPT_S))


def runs(experiment: str | None = None) -> list[Kept]:
    """This visitor's, of one experiment or of all, the oldest first."""
    mine = seat()
    mine.sit()
    return [run for run in shelf().runs(mine.of) if experiment in (None, run.experiment)]


def keep(make: Callable[[str], Kept]) -> Kept:
    """Put a run on this visitor's shelf: `make` does it, given the token."""
    kept = make(seat().of)
    seat().sit()
    return kept


def drop(run: Kept) -> None:
    shelf().drop(seat().of, run)


def doing(run: Kept) -> str:
    """'running, 43 %'; in a word how it stands."""
    job = run.job
    if job.state == "done":
        return "done"
    if job.state == "failed":
        return "failed"
    if job.pausing:
        return f"paused at {units.percent(job.progress)}"
    return f"running, {units.percent(job.progress)}" if job.started_s is not None else "in the queue"


def show(lab: StreamlitPage) -> None:
    """The button with the number of runs; nothing for who has none. lab: the page that shows them."""
    mine = runs()
    if not mine:
        return
    know()
    going = any(run.job.active for run in mine)
    st.fragment(_button, run_every=POLL_S if going else None)(going, lab)


def _button(went: bool, lab: StreamlitPage) -> None:
    mine = runs()
    going = [run for run in mine if run.job.active]
    if bool(went) != bool(going):
        st.rerun()
    running = next((run for run in going if not run.job.pausing), None)
    words = f"{len(mine)} run{'s' * (len(mine) != 1)}" + (
        f" · {units.percent(running.job.progress)}" if running else ""
    )
    with (
        st.container(key="tray", width="content"),
        st.popover(words, icon=":material/science:", key="tray-open", on_change="rerun") as opened,
    ):
        if opened.open:
            for run in reversed(mine):
                _line(run, lab)


def _line(run: Kept, lab: StreamlitPage) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"tray-{run.number}"):
        st.page_link(
            lab,
            label=f"{run.number}. {EXPERIMENTS[run.experiment]}",
            query_params={"experiment": run.experiment, "run": str(run.number)},
            width="stretch",
        )
        st.caption(f"seed {run.plan.get('seed', 0)} · {doing(run)}", width="content")
        st.button(
            "Cancel" if run.job.active else "Forget",
            key=f"tray-drop-{run.number}",
            icon=":material/close:",
            type="tertiary",
            on_click=drop,
            args=(run,),
        )
