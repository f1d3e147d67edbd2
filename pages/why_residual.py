"""Why residual? Seven questions: predict, run the experiment live, and see what may be claimed."""

import json
from dataclasses import replace

import streamlit as st
import torch

from explorer import state, ui
from explorer.figures_lab import VIEWS, spread, unknown
from explorer.jobs import Job
from explorer.lab import EXPERIMENTS, markup, quotes, story
from explorer.lab.claims import shipped
from explorer.lab.config import MAX_SEED
from explorer.lab.record import FOLDER, provenance, recorded
from explorer.ui import Figure

PLACE = "Why residual?"  # this page's title in app.py: a job belongs to it, and ends when its visitor leaves
KEPT = 8  # own runs of an experiment that a session remembers

st.html(f"<style>{(FOLDER / 'lab.css').read_text(encoding='utf-8')}</style>")
key = state.choose("Experiment", tuple(EXPERIMENTS), "experiment", width="stretch", label_visibility="collapsed")
experiment, text = EXPERIMENTS[key], story.texts()[key]
mine = st.session_state.setdefault("lab", {}).setdefault(key, {"job": None, "runs": []})


def configured(name: str) -> object:
    """The config that the controls say. Raises `ValueError`."""
    config = replace(experiment.presets[name].config, seed=st.session_state.get("seed", 1))
    steps = st.session_state.get(f"steps-{key}-{name}")
    return config if steps is None else replace(config, steps=steps)


def start(name: str, another: bool = False) -> None:
    """Queue a run; `another`: with the next seed."""
    if another:
        st.session_state["seed"] = st.session_state.get("seed", 1) % MAX_SEED + 1
    try:
        config, run = configured(name), experiment.run  # held here: the page's names are another rerun's by then
        mine["steps"] = getattr(config, "steps", None)
        mine["job"] = state.runner().submit(lambda job: run(config, job) | {"provenance": provenance(config.device)},
                                            key, state.visitor().id, PLACE)
        mine.pop("problem", None)
    except ValueError as error:
        mine["problem"] = str(error)


def collect() -> None:
    """Take over what a job that has ended left behind."""
    job = mine["job"]
    if job is None or job.active:
        return
    mine["job"] = None
    if job.state == "done":
        mine["runs"] = [*mine["runs"], job.result | {"seconds": job.elapsed_s}][-KEPT:]
    elif job.state == "failed":
        mine["problem"] = str(job.error) if isinstance(job.error, ValueError) else "The run failed; try a smaller budget."


def draw(view: str, rows: list, summary: dict | None, hidden: bool = False, steps: int | None = None, live: bool = False) -> None:
    figure = VIEWS[key][view](rows, summary, steps)
    ui.chart(unknown(figure) if hidden else figure, f"{text['tab']}: {text['question']}", key=f"{key}-{view}-{live}")


@st.fragment(run_every=0.7)
def follow(job: Job, view: str) -> None:
    """Live curves, progress and a way out, while the job runs."""
    if not job.active:
        st.rerun()
    ahead = state.runner().position(job)
    bar, out = st.columns([5, 1], vertical_alignment="center")
    bar.progress(job.progress, f"number {ahead} in the queue" if ahead else f"{job.message or 'starting'} · {job.elapsed_s:.0f} s")
    if out.button("Cancel", key="cancel", width="stretch"):
        job.cancel()
    rows = [row for part in list(job.partial) for row in part]
    with st.container(key="live"):
        if rows:
            draw(view, rows, None, steps=mine["steps"], live=True)


def controls() -> None:
    """The two buttons; seed, size and budget."""
    buttons = st.container(horizontal=True)
    with st.expander("Seed and budget", key=f"budget-{key}"):
        st.number_input("Seed", 1, MAX_SEED, step=1, key="seed", bind="query-params", help="Of the weights, the order of "
                        "the pictures and every random direction. The recorded run has seed 0.")
        name = st.selectbox("Size", sizes(), format_func=lambda one: experiment.presets[one].label, key=f"size-{key}",
                            persist_state="session")
        usual = experiment.presets[name].config
        if hasattr(usual, "steps"):
            st.number_input("Steps", 1, 500 if usual.device == "cpu" else 5000, usual.steps, key=f"steps-{key}-{name}", persist_state="session")
        st.caption(story.budget(configured(name)) + story.cost(key, name))
        if "gpu" in experiment.presets and "gpu" not in sizes():
            st.caption(f"On a host with a CUDA device: {experiment.presets['gpu'].label}.")
    busy = mine["job"] is not None
    buttons.button("Run it live", type="primary", key="run", on_click=start, args=(name,), disabled=busy,
                   icon=":material/play_arrow:")
    buttons.button("Another seed", key="again", on_click=start, args=(name, True), disabled=busy, icon=":material/casino:")


def sizes() -> list[str]:
    """The presets that this host can run."""
    return [name for name, one in experiment.presets.items() if one.config.device == "cpu" or torch.cuda.is_available()]


def shown() -> dict:
    """The run on the screen: this visit's last one, or the recorded one, or what was picked."""
    size = st.session_state.get(f"size-{key}")
    known = {f"recorded: {experiment.presets[name].label}": run for name, run in recorded(key).items()}
    own = {f"{number}. yours, seed {run['config']['seed']}": run for number, run in enumerate(mine["runs"], 1)}
    if not own and len(known) == 1:
        return next(iter(known.values()))
    names = [*reversed(own), *known]
    first = 0 if own else list(recorded(key)).index(size) if size in recorded(key) else 0
    return (own | known)[st.selectbox("Shown", names, first, key=f"shown-{key}-{len(own)}-{size}", label_visibility="collapsed")]


def meaning(run: dict) -> None:
    """What may be claimed, what not, and the paper; then every claim with its rate."""
    st.html(markup.meaning(key, ui.mark("published")))
    with st.expander("Every claim, over the recorded seeds and in this run"):
        made = shipped()["provenance"]
        ui.table(quotes.scoreboard(run), f"Seeds {made['seeds'][0]}–{made['seeds'][-1]}, {made['date']}, torch "
                 f"{made['torch']}, {made['device']}, one thread.", "recorded")
        if key == "degradation":
            ui.chart(spread(*story.finals(mine["runs"])), "Final training loss of each net over the seeds")


def downloads(run: dict) -> None:
    """The points as CSV; everything, with config and provenance, as JSON."""
    name = f"{key}-seed{run['config']['seed']}"
    with st.popover("Take it home", icon=":material/download:"):
        st.download_button("Points as CSV", lambda: ui.csv_text(story.flat(run["rows"])), f"{name}.csv", "text/csv",
                           on_click="ignore")
        st.download_button("Whole run as JSON", lambda: json.dumps(run, indent=1), f"{name}.json", "application/json",
                           on_click="ignore")


collect()
left, right = st.columns([1, 2], gap="large")
with left:
    st.html(markup.question(key))
    lines = st.container()
    guess = st.radio(text["predict"], list(text["options"]), None, format_func=text["options"].get, key=f"guess-{key}",
                     persist_state="session")
    controls()
    everything = st.toggle("Show without predicting", key="reveal", bind="query-params")
job = mine["job"]
open_now = bool(everything or guess or mine["runs"]) and not job
with right:
    if mine.get("problem"):
        st.error(mine["problem"], icon=":material/error:")
    views, picked = st.columns([2, 3], vertical_alignment="center")
    view = next(iter(VIEWS[key]))
    if len(VIEWS[key]) > 1 and (open_now or job):
        with views:
            view = state.choose("View", tuple(VIEWS[key]), f"view-{key}", label_visibility="collapsed")
    if job:
        follow(job, view)
    elif open_now:
        with picked:
            run = shown()
        draw(view, run["rows"], run["summary"])
        st.html(markup.source(run, ui.mark("measured" if "seconds" in run else "recorded")))
        downloads(run)
    else:
        draw(view, story.teaser(key), None, hidden=True)
        st.html(f'<div class="source">{ui.mark("recorded")} {story.HIDDEN}</div>')
with lines:
    st.html(markup.verdict(run, guess) if open_now else markup.setup(key))
    if open_now and (odd := story.contradiction(run)):
        st.warning(odd, icon=":material/balance:")
if open_now:
    kind = "measured" if "seconds" in run else "recorded"
    ui.figures([Figure(value, label, source=kind) for value, label in quotes.QUOTES[key](run["summary"])])
    meaning(run)
with st.expander(story.texts()["article"]["title"], icon=":material/format_quote:"):
    st.html(markup.article())
