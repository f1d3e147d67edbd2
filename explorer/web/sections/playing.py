"""A run that goes on, as a player: how far it is, pause, speed, and a way out."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.lab.shelf import PAUSED_S, Kept
from explorer.web import state

SPEEDS = {"slow": 1.0, "steady": 0.25, "full speed": 0.0}  # words → seconds between two points of the curves
USUAL = "full speed"
PAUSE = f"It is kept for {PAUSED_S / 60:.0f} minutes; meanwhile others have their turn."
PAUSE_THERE = (  # of the cluster: nothing reaches its work but the wish to end it
    f"The curves stand still for at most {PAUSED_S / 60:.0f} minutes; the node computes on, and what it found is there "
    "when you go on."
)


def controls(run: Kept, cancel: Callable[[], None]) -> None:
    """One line: progress with words, Pause or Go on, the speed, Cancel."""
    job = run.job
    st.progress(job.progress, _words(run))
    with st.container(horizontal=True, vertical_alignment="center", key="playing"):
        if job.pausing:
            st.button("Go on", key="go-on", icon=":material/play_arrow:", on_click=job.resume)
        else:
            st.button(
                "Pause",
                key="pause",
                icon=":material/pause:",
                on_click=job.pause,
                help=PAUSE_THERE if job.where else PAUSE,
            )
        speed = st.segmented_control(
            "How fast?",
            list(SPEEDS),
            default=_speed(run.rest_s),
            key=f"speed-{run.number}",
            required=True,
            label_visibility="collapsed",
        )
        if SPEEDS[speed] != run.rest_s:
            run.hurry(SPEEDS[speed])
        st.button("Cancel", key="cancel", icon=":material/close:", type="tertiary", on_click=cancel)


def _speed(rest_s: float) -> str:
    return next((word for word, seconds in SPEEDS.items() if seconds == rest_s), USUAL)


def _words(run: Kept) -> str:
    job, ahead = run.job, state.runner().position(run.job)
    if job.pausing:
        there = f" · node {job.where.node} computes on" if job.where else ""
        return f"paused · {job.message or 'before the first step'}{there}"
    if ahead and job.started_s is None:
        return f"number {ahead} in the queue"
    again = "you were away, so again to where it was · " if run.catching_up else ""
    return f"{again}{job.message or 'starting'} · {job.elapsed_s:.0f} s"
