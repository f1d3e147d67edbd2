"""Runs of the Timing page: the button, the queue's line with Cancel, results as they come, and the visit's answers.

An answer is "just now" only from its own run until something else is shown; after that it is "measured earlier", with
its time beside it. The answers lie on the server too, by the visitor's token, and are found again after a reload.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from explorer.facts.proof import Proof
from explorer.jobs import Job, Needs
from explorer.lab.shelf import KEPT_S, VISITORS
from explorer.spec import ResNetSpec
from explorer.tell import timing_words
from explorer.timing.data.drawer import MOST, Drawer
from explorer.timing.data.measurement import Facts, Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure.hardware import provenance, resolve
from explorer.timing.measure.tasks import Ask, Finished, among, finish, label, subject
from explorer.web import pieces, plain, state, tray
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.session import session

PLACE = "Timing"  # the page's title: what runs here goes on while its visitor looks at another page
POLL_S = 0.4
GOES_ON = "Goes on while you look at other pages"


@dataclass(frozen=True)
class Answer:
    """What a run came to. complete: False for what there was when it was cancelled. facts: what it ran on, and when.
    mark: a key of units.PROVENANCE."""

    value: Any
    complete: bool
    facts: Facts
    mark: str = "measured earlier"


@st.cache_resource(max_entries=1, show_spinner=False)
def drawer() -> Drawer:
    """What every visitor has measured on this host."""
    return Drawer(VISITORS, KEPT_S)


def running() -> Job | None:
    """This visitor's job, while it waits or runs."""
    job: Job | None = session().get("timing_job")
    return job if job is not None and job.active else None


def run(ask: Ask) -> Answer | None:
    """A button for `ask`; its answer once there is one, else None."""
    active = running() is not None
    session().setdefault("timing_drawn", []).append(ask)
    with st.container(key=f"run-{ask.task}", width="content"):
        st.button(
            label(ask),
            key=f"go-{ask.task}",
            type="primary",
            icon=":material/timer:",
            disabled=active,
            on_click=_submit,
            args=(ask,),
        )
    same = active and session()["timing_ask"] == ask
    return None if same else session().get("timings", {}).get(ask)


def begin() -> None:
    """At the head of the page: nothing has been drawn yet. What this visitor measured before a reload is there again."""
    session()["timing_drawn"] = []
    recall()


def recall() -> None:
    """What this visitor measured before a reload, into the visit's answers."""
    if "timings" not in session():
        before = drawer().found(tray.seat().of)
        session()["timings"] = {ask: Answer(seen.value, seen.complete, seen.facts) for ask, seen in before.items()}


def settle() -> None:
    """At the foot of the page: an answer that was not drawn this time is no longer "just now" when it comes back."""
    latest = session().get("timing_latest")
    if latest is not None and latest not in session()["timing_drawn"]:
        age(latest)
    if session().get("timings") or running():
        tray.know()


def age(ask: Ask) -> None:
    """From now on that answer was measured earlier."""
    answers = session().get("timings", {})
    if ask in answers:
        seen = answers[ask]
        answers[ask] = Answer(seen.value, seen.complete, seen.facts)
    session()["timing_latest"] = None


def passes() -> list[Any]:
    """Every single pass measured in this visit."""
    return [seen.value for ask, seen in session().get("timings", {}).items() if ask.task == "pass"]


def measured() -> list[Measurement]:
    """Every whole pass timed in this visit: singly, in a race, or in a sweep."""
    found: list[Measurement] = []
    for ask, seen in session().get("timings", {}).items():
        if ask.task == "pass":
            found.append(seen.value)
        elif ask.task == "race":
            found += seen.value
        elif ask.task == "sweep":
            found += [row.measurement for row in seen.value if row.measurement]
    return found


def question(text: str, view: str, spec: ResNetSpec, asked: Settings) -> None:
    """The view's question; beside it the settings with which its button measures, about how long it takes and how the last
    run ended. While one runs, its place in the queue, how far it is, and Cancel stand there instead: nothing below moves."""
    job: Job | None = session().get("timing_job")
    with st.container(horizontal=True, vertical_alignment="center", key="timing-question"):
        st.header(text, anchor=False, width="content")
        if job is not None and not job.seen:
            st.fragment(_progress, run_every=POLL_S if job.active else None)(job, session()["timing_ask"])
            return
        ended = ""
        if job is not None:
            last: Ask = session()["timing_ask"]
            ended = timing_words.ended_under(subject(last), _ended(job), last.task, view)
        pieces.html(timing_words.question(asked, timing_pieces.takes(view, spec, asked, measured()), ended))


def live(ask: Ask, draw: Callable[[Sequence[Any]], None]) -> bool:
    """While `ask` runs: its results so far, drawn as they come. Whether it does."""
    job = running()
    if job is None or session()["timing_ask"] != ask:
        return False
    st.fragment(lambda: draw(list(job.partial)), run_every=POLL_S)()
    return True


def problem() -> None:
    """What was wrong with the last run, once."""
    text = session().pop("timing_problem", None)
    if text:
        plain.error(text)


def _submit(ask: Ask) -> None:
    visitor = state.visitor()
    try:
        needs = Needs(ask.settings.device, whole=True)
        kept = partial(_lay, drawer(), tray.seat().of, ask)
        job = state.measuring().submit(partial(finish, ask), label(ask), visitor.id, PLACE, needs, kept)
    except ValueError as error:
        session()["timing_problem"] = str(error)
        return
    session().update({"timing_job": job, "timing_ask": ask, "timing_problem": None})


def _lay(there: Drawer, of: str, ask: Ask, done: Finished) -> None:
    """Where the work was done: its visitor may be on another page by then."""
    there.put(of, ask, Answer(done.value, True, done.facts))


def _progress(job: Job, ask: Ask) -> None:
    """The running line; when the job has ended its answer is kept and the page is drawn anew."""
    if not job.active:
        if session().get("timing_job") is job and not job.seen:
            job.seen = True
            _keep(job, ask)
            st.rerun()
        return
    stopping = getattr(job, "stopping", False)
    with st.container(horizontal=True, vertical_alignment="center", key="timing-progress"):
        st.button("Cancel", key="cancel-timing", icon=":material/close:", on_click=job.cancel, disabled=stopping)
        pieces.html(
            Markup(
                '<div class="running" role="status" title="{text}"><span>{text}</span><small>{on}</small>'
                '<progress value="{share:.3f}"></progress></div>'
            ).format(text=_doing(job, ask, stopping), on=GOES_ON, share=_share(job, ask))
        )


def _doing(job: Job, ask: Ask, stopping: bool) -> str:
    """'3 s of about 20 · building ResNet-50'."""
    position = state.measuring().position(job)
    if stopping:
        return f"{job.elapsed_s:.0f} s · stopping…"
    if position:
        return f"number {position} in the queue"
    words = job.message or job.label
    if ask.settings.compile != "eager" or "torch.compile" in words:
        words += ", compiling first"
    said = timing_words.so_far(job.elapsed_s, _takes(ask))
    return f"{said} · {words}"  # the seconds first: the end of a long line is cut


def _takes(ask: Ask) -> Proof | None:
    return timing_pieces.takes(ask.task, ask.spec, ask.settings, measured())


def _share(job: Job, ask: Ask) -> float:
    """How far it is: by its own passes, and by the estimate where that is further."""
    return timing_words.share(job.progress, job.elapsed_s, _takes(ask))


def _ended(job: Job) -> str:
    return {"done": f"done in {job.elapsed_s:.1f}\xa0s", "cancelled": "cancelled", "failed": "not run"}[job.state]


def _here(ask: Ask, job: Job) -> Facts:
    """What the part of a run that was cut short ran on."""
    if not job.where:
        return provenance(resolve(ask.settings))
    devices = job.where.devices
    name = devices.get(ask.settings.device) or next(iter(devices.values()))
    return Facts(device=name, torch=job.where.torch, python=job.where.python) | among(job)


def _worth_keeping(job: Job, ask: Ask) -> list[Any]:
    """Of a run that was cut short: the points of a sweep. Half a race has no answer."""
    return list(job.partial) if ask.task == "sweep" else []


def _keep(job: Job, ask: Ask) -> None:
    """Into the visit's answers; what was cut short does not take the place of a whole answer."""
    answers = session().setdefault("timings", {})
    complete = job.state == "done"
    value, facts = job.result if complete else (_worth_keeping(job, ask), _here(ask, job))
    whole_before = ask in answers and answers[ask].complete
    if value and (complete or not whole_before):
        if (latest := session().get("timing_latest")) is not None:
            age(latest)
        answers.pop(ask, None)
        answers[ask] = Answer(value, complete, facts, "measured")
        session()["timing_latest"] = ask
        drawer().put(tray.seat().of, ask, answers[ask])
        for old in list(answers)[:-MOST]:
            del answers[old]
    if job.state == "failed":
        known = isinstance(job.error, ValueError)
        session()["timing_problem"] = str(job.error) if known else f"The run failed: {type(job.error).__name__}."
