"""The Timing page's own pieces: how to measure, one run with its progress, and what stands beside a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from explorer import state, ui
from explorer.jobs import Job
from explorer.state import Chosen, choose
from explorer.timing import records, words
from explorer.timing.hardware import devices, most_threads, resolve
from explorer.timing.measurement import Measurement
from explorer.timing.settings import CHOICES, Settings
from explorer.timing.tasks import TASKS, Ask, label, subject

PLACE = "Timing"  # the page's title: leaving it cancels what runs here
POLL_S = 0.4
MOST_KEPT = 30
FACTS = {  # provenance -> words, in this order
    "device": "device", "driver": "driver", "cuda": "CUDA", "cudnn": "cuDNN",
    "compute_capability": "compute capability",
    "cpu": "CPU", "processors": "processors", "cpu_capability": "vector units", "threads": "threads", "torch": "torch",
    "python": "Python", "system": "system", "mode": "mode", "method": "clock", "weights": "weights",
    "inputs_in_rotation": "inputs in rotation", "warm_up_passes": "warm-up passes",
    "load_average_before": "load average before", "selection": "selection", "measured_at": "measured at",
}


@st.cache_resource(show_spinner=False, max_entries=1)
def recorded() -> tuple[records.Run, ...]:
    """The runs under assets/timings."""
    return records.recorded()


def settings(chosen: Chosen) -> Settings:
    """The controls of how to measure; the model's input and batch are the sidebar's."""
    there = devices()
    with st.popover("How to measure", icon=":material/tune:"):
        device = choose("Device", tuple(there), "device",
                        help="; ".join(f"{key}: {name}" for key, name in there.items()))
        threads = choose("CPU threads", tuple(map(str, range(1, most_threads() + 1)))[:16], "threads",
                         str(min(most_threads(), 16)), help="Inside an operation. On a busy host fewer can be faster.")
        dtype = choose("Number format", CHOICES["dtype"], "dtype")
        layout = choose("Memory format", CHOICES["memory_format"], "layout",
                        help="contiguous: NCHW. channels_last: NHWC in memory.")
        compiled = choose("Compile", CHOICES["compile"][:3], "compile", help="torch.compile takes many seconds first.")
        extra = choose("Passes", ("fresh", "same", "graph"), "passes",
                       help="fresh: inputs in rotation, together larger "
                       "than the cache where that is feasible. same: one picture again and again. graph: replay "
                       "a CUDA graph, without gaps between launches.")
    asked = {"device": device, "dtype": dtype, "memory_format": layout, "batch": chosen.batch, "height": chosen.height,
             "width": chosen.width, "compile": compiled, "cuda_graph": extra == "graph", "fresh": extra != "same",
             "threads": int(threads)}
    try:
        return resolve(Settings(**asked))
    except ValueError as error:
        st.error(f"{error}. Measured instead: {device}, fp32, eager.", icon=":material/error:")
        return resolve(Settings(device=device, batch=chosen.batch, height=chosen.height, width=chosen.width,
                                threads=int(threads)))


def running() -> Job | None:
    """This visitor's job, while it waits or runs."""
    job: Job | None = st.session_state.get("timing_job")
    return job if job is not None and job.active else None


def run(ask: Ask) -> Any:
    """A button for `ask`; its answer once there is one, else None."""
    active = running() is not None
    with st.container(key=f"run-{ask.task}"):
        st.button(label(ask), key=f"go-{ask.task}", type="primary", icon=":material/timer:", disabled=active,
                  on_click=_submit, args=(ask,))
    same = active and st.session_state["timing_ask"] == ask
    return None if same else st.session_state.get("timings", {}).get(ask)


def progress() -> None:
    """The run's place in the queue, how far it is, and Cancel: always at the same place, whatever is shown below."""
    job: Job | None = st.session_state.get("timing_job")
    if job is not None:
        st.fragment(_progress, run_every=POLL_S if job.active else None)(job, st.session_state["timing_ask"])


def live(ask: Ask, draw: Callable[[Sequence[Any]], None]) -> bool:
    """While `ask` runs: its results so far, drawn as they come. Whether it does."""
    job = running()
    if job is None or st.session_state["timing_ask"] != ask:
        return False
    st.fragment(_live, run_every=POLL_S)(job, draw)
    return True


def _submit(ask: Ask) -> None:
    visitor = state.visitor()
    try:
        job = visitor.runner.submit(lambda job: TASKS[ask.task].work(ask, job.checkpoint), label(ask), visitor.id,
                                    PLACE)
    except ValueError as error:
        st.session_state["timing_problem"] = str(error)
        return
    st.session_state.update(timing_job=job, timing_ask=ask, timing_problem=None)


def _progress(job: Job, ask: Ask) -> None:
    """The running line; when the job has ended its answer is kept and the page is drawn anew."""
    if not job.active:
        if st.session_state.get("timing_job") is job and not getattr(job, "seen", False):
            job.seen = True
            _keep(job, ask)
            st.rerun()
        st.html(f'<div class="running" role="status">{escape(f"{subject(ask)}: {_ended(job)}")}</div>')
        return
    position = state.runner().position(job)
    where = f"number {position} in the queue" if position else f"{job.message or job.label} · {job.elapsed_s:.0f} s"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Cancel", key="cancel-timing", icon=":material/close:", on_click=job.cancel)
        st.progress(job.progress, text=where, width=190)


def _live(job: Job, draw: Callable[[Sequence[Any]], None]) -> None:
    if job.partial:
        draw(list(job.partial))


def _keep(job: Job, ask: Ask) -> None:
    answers = st.session_state.setdefault("timings", {})
    answer = job.result if job.state == "done" else list(job.partial)
    if answer:
        answers.pop(ask, None)
        answers[ask] = answer
        for old in list(answers)[:-MOST_KEPT]:
            del answers[old]
    if job.state == "failed":
        known = isinstance(job.error, ValueError)
        st.session_state["timing_problem"] = str(job.error) if known else f"The run failed: {type(job.error).__name__}."


def _ended(job: Job) -> str:
    return {"done": f"done in {job.elapsed_s:.1f} s", "cancelled": "cancelled", "failed": "not run"}[job.state]


def problem() -> None:
    """What was wrong with the last run, once."""
    text = st.session_state.pop("timing_problem", None)
    if text:
        st.error(text, icon=":material/error:")


def hall(seen: Measurement, source: str, heading: str = "") -> None:
    """The one large figure, what it is of, and where it comes from."""
    at = str(seen.provenance.get("measured_at", ""))[:16].replace("T", " ")
    what = f"{heading or seen.title} · {seen.settings.words}"
    under = (f"{seen.provenance.get('device', '')} · torch {seen.provenance.get('torch', '')} · median of "
             f"{seen.summary.n} passes ± half the interquartile range · {words.processor(seen)}{at} UTC")
    time, _, rate = seen.headline.partition(" · ")
    st.html(f'<div class="hall"><div class="big">{escape(time)} <span>· {escape(rate)}</span></div>'
            f'<div class="label">{escape(what)} {ui.mark(source)}</div><div class="exact">{escape(under)}</div></div>')


def beside(asked: Settings, facts: dict[str, object], source: str, varied: str | None = None) -> None:
    """The line under a figure: on what and how. varied: the setting that differs from point to point."""
    at = str(facts.get("measured_at", ""))[:16].replace("T", " ")
    text = f"{facts.get('device', '')} · {asked.words_without(varied)} · torch {facts.get('torch', '')} · {at} UTC"
    st.html(f'<div class="hall"><div class="exact">{escape(text)} {ui.mark(source)}</div></div>')


def take_home(name: str, rows: Sequence[dict], runs: Sequence[dict] = ()) -> None:
    """The rows as CSV and JSON; the runs as a file that this page, here or elsewhere, can load."""
    with st.container(horizontal=True):
        ui.downloads(name, rows)
        if runs:
            st.download_button("Run file", records.dumps(runs), f"{name}.run.json", "application/json",
                               on_click="ignore", icon=":material/download:",
                               help="Can be loaded under machines, here or elsewhere.")


def doubts(warnings: Sequence[str]) -> None:
    """What a reader must know before quoting the figure, in one box."""
    if warnings:
        st.warning("  \n".join(warnings), icon=":material/warning:")


def provenance(seen: Measurement) -> None:
    """Everything that the run says of itself."""
    facts = [(words, seen.provenance[key]) for key, words in FACTS.items() if seen.provenance.get(key) is not None]
    extra = [("wall time per pass", f"{seen.wall_s * 1e3:.4g} ms"),
             ("processor time per pass", f"{seen.cpu_s * 1e3:.4g} ms")]
    if seen.enqueue_s is not None:
        extra.append(("host time to launch a pass", f"{seen.enqueue_s * 1e3:.4g} ms"))
    ui.table([{"": name, "this run": str(value)} for name, value in [*facts, *extra]], source="measured")
