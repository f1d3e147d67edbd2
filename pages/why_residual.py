"""Why residual? Seven questions: predict, run the experiment live, and see what may be claimed."""

from dataclasses import replace
from html import escape

import streamlit as st
import torch

from explorer import palette, state, ui
from explorer.figures_lab import VIEWS, spread, unknown
from explorer.jobs import Job
from explorer.lab import EXPERIMENTS, quotes, story
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
        st.session_state["seed"] = (st.session_state.get("seed", 1) + 1) % MAX_SEED
    try:
        config = configured(name)
        mine["steps"] = getattr(config, "steps", None)
        mine["job"] = state.runner().submit(lambda job: experiment.run(config, job) | {"provenance": provenance(config.device)},
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
    bar.progress(job.progress, f"{ahead} ahead of you" if ahead else f"{job.message or 'starting'} · {job.elapsed_s:.0f} s")
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
        st.number_input("Seed", 0, MAX_SEED - 1, 1, key="seed", bind="query-params", help="Of the weights, the order of "
                        "the pictures and every random direction. The recorded run has seed 0.")
        name = st.selectbox("Size", sizes(), format_func=lambda one: experiment.presets[one].label, key=f"size-{key}",
                            persist_state="session")
        usual = experiment.presets[name].config
        if hasattr(usual, "steps"):
            st.number_input("Steps", 1, 1000, usual.steps, key=f"steps-{key}-{name}", persist_state="session")
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


def source(run: dict) -> str:
    """Where the figures come from, in a line."""
    made, own = run["provenance"], "seconds" in run
    spent = f"{run['seconds']:.0f} s" if own else f"{run['cpu_s']:.0f} s of CPU time"
    return (f"{ui.mark('measured' if own else 'recorded')} {escape(story.budget_of(run))} · {made['date']} · "
            f"torch {made['torch']} · {escape(made['device'])}, one thread · {spent}")


def reveal(run: dict, guess: str | None) -> None:
    mood, sentence = story.verdict(key, run["answer"], guess)
    told = escape(story.told(key, run["answer"]))
    st.html(f'<div class="verdict {mood}" role="status"><b>{escape(sentence)}</b><p>{told}</p></div>')
    if odd := story.contradiction(run):
        st.warning(odd, icon=":material/balance:")


def column(title: str, items: list[str]) -> str:
    return f'<div><h3>{title}</h3><ul>{"".join(f"<li>{escape(item)}</li>" for item in items)}</ul></div>'


def paper(one: dict) -> str:
    """The published source: its figure as a table, and what it says."""
    head = "".join(f"<th>{escape(name)}</th>" for name in one["rows"][0]) if one["rows"] else ""
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row.values()) + "</tr>" for row in one["rows"])
    table = f'<table class="paper"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>' if body else ""
    return (f'<div><h3>In the paper {ui.mark("published")}</h3>{table}<p>{escape(one["note"])}</p>'
            f'<p><a href="{one["url"]}" target="_blank">{escape(one["source"])}</a></p></div>')


def meaning(run: dict) -> None:
    """What may be claimed, what not, and the paper; then every claim with its rate."""
    st.html(f'<div class="meaning">{column("What may be claimed", text["may"])}'
            f'{column("What needs care", text["care"])}{paper(text["paper"])}</div>')
    with st.expander("Every claim, over the recorded seeds and in this run"):
        made = shipped()["provenance"]
        ui.table(quotes.scoreboard(run), f"Seeds {made['seeds'][0]}–{made['seeds'][-1]}, {made['date']}, torch "
                 f"{made['torch']}, {made['device']}, one thread.", "recorded")
        if key == "degradation":
            ui.chart(spread(*story.finals(mine["runs"])), "Final training loss of each net over the seeds")


def article() -> None:
    """The article's wording, with what holds and what needs care."""
    cells = "".join(f'<tr><td>“{escape(one["says"])}”</td><td>{escape(one["holds"])}</td><td>{escape(one["care"])}</td></tr>'
                    for one in story.texts()["article"]["clauses"])
    with st.expander(story.texts()["article"]["title"], icon=":material/format_quote:"):
        st.html(f'<div class="scroll"><table class="paper clauses"><thead><tr><th>It says</th><th>What holds</th>'
                f"<th>What needs care</th></tr></thead><tbody>{cells}</tbody></table></div>")


collect()
left, right = st.columns([1, 2], gap="large")
with left:
    st.html(f'<h1 class="question">{escape(text["question"])}</h1>')
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
    views, picked = st.columns([1, 1], vertical_alignment="center")
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
        st.html(f'<div class="source">{source(run)}</div>')
    else:
        draw(view, story.teaser(key), None, hidden=True)
        st.html(f'<div class="source">{ui.mark("recorded")} {story.HIDDEN}</div>')
with lines:
    if open_now:
        reveal(run, guess)
    else:
        st.html(f'<p class="setup">{escape(text["setup"])}</p>')
if open_now:
    kind = "measured" if "seconds" in run else "recorded"
    ui.figures([Figure(value, label, source=kind) for value, label in quotes.QUOTES[key](run["summary"])])
    meaning(run)
    ui.downloads(f"{key}-seed{run['config']['seed']}", story.flat(run["rows"]))
article()
