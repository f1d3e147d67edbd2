"""The Why residual page's own pieces: one experiment at its bench, with its controls, its runs and what they show."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st
import torch

from explorer.jobs import Job
from explorer.lab.claims import quotes, story
from explorer.lab.claims.judged import shipped
from explorer.lab.config import MAX_SEED, Config
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.outcome import Row
from explorer.lab.record import provenance, recorded
from explorer.tell import lab_words
from explorer.tell.plots.lab import VIEWS, spread, unknown
from explorer.tell.tabular import csv_text
from explorer.web import pieces, state
from explorer.web.session import by_key, session

PLACE = "Why residual?"  # the page's title in app.py: a job belongs to it, and ends when its visitor leaves
KEPT = 8  # own runs of an experiment that a session remembers

STYLE = (Path(__file__).parent / "why_residual.css").read_text(encoding="utf-8")


class Bench:
    """One experiment in one visit. key: of lab.EXPERIMENTS; mine: its job, own runs and last problem."""

    def __init__(self, key: str) -> None:
        self.key, self.experiment, self.text = key, EXPERIMENTS[key], story.texts()[key]
        self.mine = session().setdefault("lab", {}).setdefault(key, {"job": None, "runs": []})

    def configured(self, name: str) -> Config:
        """The config that the controls say. Raises `ValueError`."""
        config = replace(self.experiment.presets[name].config, seed=session().get("seed", 1))
        steps = by_key().get(f"steps-{self.key}-{name}")
        own: dict[str, Any] = {} if steps is None else {"steps": steps}  # only some experiments have steps
        return replace(config, **own)

    def start(self, name: str, another: bool = False) -> None:
        """Queue a run; `another`: with the next seed."""
        if another:
            session()["seed"] = session().get("seed", 1) % MAX_SEED + 1
        try:
            config, run = (
                self.configured(name),
                self.experiment.run,
            )  # held here: the page's names are another rerun's by then
            self.mine["steps"] = getattr(config, "steps", None)
            self.mine["job"] = state.runner().submit(
                lambda job: run(config, job) | {"provenance": provenance(config.device)},
                self.key,
                state.visitor().id,
                PLACE,
            )
            self.mine.pop("problem", None)
        except ValueError as error:
            self.mine["problem"] = str(error)

    def collect(self) -> None:
        """Take over what a job that has ended left behind."""
        job = self.mine["job"]
        if job is None or job.active:
            return
        self.mine["job"] = None
        if job.state == "done":
            self.mine["runs"] = [*self.mine["runs"], job.result | {"seconds": job.elapsed_s}][-KEPT:]
        elif job.state == "failed":
            self.mine["problem"] = (
                str(job.error) if isinstance(job.error, ValueError) else "The run failed; try a smaller budget."
            )

    def draw(
        self,
        view: str,
        rows: list[Row],
        summary: Row | None,
        hidden: bool = False,
        steps: int | None = None,
        live: bool = False,
    ) -> None:
        figure = VIEWS[self.key][view](rows, summary, steps)
        pieces.chart(
            unknown(figure) if hidden else figure,
            f"{self.text['tab']}: {self.text['question']}",
            key=f"{self.key}-{view}-{live}",
        )

    @st.fragment(run_every=0.7)
    def follow(self, job: Job, view: str) -> None:
        """Live curves, progress and a way out, while the job runs."""
        if not job.active:
            st.rerun()
        ahead = state.runner().position(job)
        bar, out = st.columns([5, 1], vertical_alignment="center")
        bar.progress(
            job.progress,
            f"number {ahead} in the queue" if ahead else f"{job.message or 'starting'} · {job.elapsed_s:.0f} s",
        )
        if out.button("Cancel", key="cancel", width="stretch"):
            job.cancel()
        rows = [row for part in list(job.partial) for row in part]
        with st.container(key="live"):
            if rows:
                self.draw(view, rows, None, steps=self.mine["steps"], live=True)

    def controls(self) -> None:
        """The two buttons; seed, size and budget."""
        buttons = st.container(horizontal=True)
        with st.expander("Seed and budget", key=f"budget-{self.key}"):
            st.number_input(
                "Seed",
                1,
                MAX_SEED,
                step=1,
                key="seed",
                bind="query-params",
                help="Of the weights, the order of "
                "the pictures and every random direction. The recorded run has seed 0.",
            )
            name = st.selectbox(
                "Size",
                self.sizes(),
                format_func=lambda one: self.experiment.presets[one].label,
                key=f"size-{self.key}",
                persist_state="session",
            )
            usual = self.experiment.presets[name].config
            if hasattr(usual, "steps"):
                st.number_input(
                    "Steps",
                    1,
                    500 if usual.device == "cpu" else 5000,
                    usual.steps,
                    key=f"steps-{self.key}-{name}",
                    persist_state="session",
                )
            st.caption(story.budget(self.configured(name)) + story.cost(self.key, name))
            if "gpu" in self.experiment.presets and "gpu" not in self.sizes():
                st.caption(f"On a host with a CUDA device: {self.experiment.presets['gpu'].label}.")
        busy = self.mine["job"] is not None
        buttons.button(
            "Run it live",
            type="primary",
            key="run",
            on_click=self.start,
            args=(name,),
            disabled=busy,
            icon=":material/play_arrow:",
        )
        buttons.button(
            "Another seed", key="again", on_click=self.start, args=(name, True), disabled=busy, icon=":material/casino:"
        )

    def sizes(self) -> list[str]:
        """The presets that this host can run."""
        return [
            name
            for name, one in self.experiment.presets.items()
            if one.config.device == "cpu" or torch.cuda.is_available()
        ]

    def shown(self) -> Row:
        """The run on the screen: this visit's last one, or the recorded one, or what was picked."""
        size = by_key().get(f"size-{self.key}")
        known = {f"recorded: {self.experiment.presets[name].label}": run for name, run in recorded(self.key).items()}
        own = {f"{number}. yours, seed {run['config']['seed']}": run for number, run in enumerate(self.mine["runs"], 1)}
        if not own and len(known) == 1:
            return next(iter(known.values()))
        names = [*reversed(own), *known]
        first = 0 if own else list(recorded(self.key)).index(size) if size in recorded(self.key) else 0
        name = st.selectbox(
            "Shown", names, first, key=f"shown-{self.key}-{len(own)}-{size}", label_visibility="collapsed"
        )
        run: Row = (own | known)[name]
        return run

    def meaning(self, run: Row) -> None:
        """What may be claimed, what not, and the paper; then every claim with its rate."""
        pieces.html(lab_words.meaning(self.key, pieces.mark("published")))
        with st.expander("Every claim, over the recorded seeds and in this run"):
            made = shipped()["provenance"]
            pieces.table(
                quotes.scoreboard(run),
                f"Seeds {made['seeds'][0]}–{made['seeds'][-1]}, {made['date']}, torch "
                f"{made['torch']}, {made['device']}, one thread.",
                "recorded",
            )
            if self.key == "degradation":
                pieces.chart(spread(*story.finals(self.mine["runs"])), "Final training loss of each net over the seeds")

    def downloads(self, run: Row) -> None:
        """The points as CSV; everything, with config and provenance, as JSON."""
        name = f"{self.key}-seed{run['config']['seed']}"
        with st.popover("Take it home", icon=":material/download:"):
            st.download_button(
                "Points as CSV",
                lambda: csv_text(story.flat(run["rows"])),
                f"{name}.csv",
                "text/csv",
                on_click="ignore",
            )
            st.download_button(
                "Whole run as JSON",
                lambda: json.dumps(run, indent=1),
                f"{name}.json",
                "application/json",
                on_click="ignore",
            )
            pieces.save_figures()
