"""The Why residual page's own pieces: one experiment at its bench, with its controls, its runs and what they show."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup

from explorer.jobs import Needs
from explorer.lab import live
from explorer.lab.claims import quotes, story
from explorer.lab.config import MAX_SEED, Config
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.outcome import Plan, Row, Run, kind_of
from explorer.lab.pace import said, steps_of
from explorer.lab.record import recorded
from explorer.lab.shelf import Kept
from explorer.tell import lab_words
from explorer.tell.plots import lab as plots
from explorer.tell.plots.lab import VIEWS, seen, spread, unseen
from explorer.tell.plots.once import once
from explorer.tell.tabular import csv_text
from explorer.web import facts_pieces, inside, lecture_bar, pieces, plain, state, tray
from explorer.web.asked import asked
from explorer.web.pieces import Figure
from explorer.web.sections import playing
from explorer.web.session import by_key, session

PLACE = "Why residual?"
POLL_S = 0.5
TURNED = "A mouse turns a surface as it drags it; a finger does so after a tap on it, and another tap lets it go."

STYLE = (Path(__file__).parent / "why_residual.css").read_text(encoding="utf-8")


def show(key: str) -> None:
    """Left the question, the prediction and the controls; right the figure; below what may be claimed."""
    bench = Bench(key)
    with st.container(key="story"):
        left, right = st.columns([1, 2], gap="large")
    with left:
        pieces.html(lab_words.question(key))
        lines = st.container()
        guess = bench.guess()
        bench.controls()
        everything = st.toggle("Show without predicting", key="reveal", bind="query-params")
    with right:
        bench.problem()
        run = _figure(bench, bool(everything or guess or bench.new))
    with lines:
        pieces.html(lab_words.verdict(run, guess) if run else lab_words.setup(key))
        if run and (odd := story.contradiction(run)):
            st.warning(odd, icon=":material/balance:")
    if run:
        kind, quotes = kind_of(run), bench.experiment.quotes(run["summary"])
        pieces.figures([Figure(one.value, one.label, source=kind, proof=one.proof(kind)) for one in quotes])
        bench.meaning(run)
    with st.expander(story.article()["title"], icon=":material/format_quote:"):
        pieces.html(lab_words.article())


def _figure(bench: Bench, revealed: bool) -> Run | None:
    """A run that goes on, else the run that is shown, which is returned; before the prediction what gives nothing away."""
    key, going = bench.key, bench.going
    if going and not revealed and going.number <= bench.before:
        going = None
    view = next(iter(VIEWS[key]))
    several = bench.text.get("views") if revealed or going else None
    picks = revealed and not going and bench.has_several()
    row: list[Any] = [
        contextlib.nullcontext()
    ] * 2  # where nothing stands above the picture, empty columns would be a gap
    if several or picks:
        with st.container(key="picks"):
            row = list(st.columns(2, vertical_alignment="center"))
    views, picked = row
    if several:
        with views:
            view = asked("What is drawn?", several, f"view-{key}", label_visibility="collapsed")
    if going:
        bench.follow(going, view)
        return None
    if not revealed:
        bench.draw(view, story.teaser(key), None, story.opening(key)["config"], hidden=True)
        pieces.html(Markup('<div class="source">{} {}</div>').format(pieces.mark("recorded"), story.HIDDEN))
        return None
    with picked:
        run = bench.shown()
    bench.draw(view, run["rows"], run["summary"], run["config"])
    pieces.html(lab_words.source(run, pieces.mark(kind_of(run))))
    with st.container(horizontal=True):
        bench.downloads(run)
        facts_pieces.take_home(state.current())
    bench.against(view, run)
    return run


def _before(runs: list[Kept]) -> int:
    """The last run that is older than the lecture's scene in which the experiment is shown; 0 elsewhere. Where the scene asks
    what the experiment answers, a run of the rehearsal, or of the same lecture an hour ago, would give the answer away."""
    scene = lecture_bar.scene()
    if scene is None:
        return 0
    known = session().setdefault("lab_before", {})
    if scene.asks and (inside.by_history() or scene.slug not in known):
        known[scene.slug] = max((run.number for run in runs), default=0)
    return known.get(scene.slug, 0)


def _name(number: int, run: Run) -> str:
    return f"{number}. yours, seed {run['config']['seed']}"


def _until_known(key: str, size: str) -> None:
    """The button says how long it takes as soon as that is known."""
    if tray.pace().about(key, size, EXPERIMENTS[key].presets[size].config) is not None:
        st.rerun()


class Bench:
    """One experiment in one visit. key: of lab.EXPERIMENTS; runs: this visitor's, the oldest first."""

    def __init__(self, key: str) -> None:
        self.key, self.experiment, self.text = key, EXPERIMENTS[key], story.texts()[key]
        self.runs = tray.runs(key)
        self.going = next((run for run in reversed(self.runs) if run.job.active), None)
        self.own = {run.number: run.result for run in self.runs if run.result is not None}
        self.before = _before(tray.runs())
        self.new = [number for number in self.own if number > self.before]

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
            config = self.configured(name)
            learn, needs = partial(tray.learned, self.key, name, config), Needs(config.device)  # nothing of this rerun
            work = partial(live.run, self.key, config)
            tray.keep(
                lambda of: tray.shelf().put(
                    of,
                    self.key,
                    name,
                    config.as_dict(),
                    lambda: state.measuring().submit(work, self.key, f"lab {of}", PLACE, needs, learn),
                )
            )
        except ValueError as error:
            session()["lab_problem"] = str(error)

    def guess(self) -> str | None:
        """The prediction; none where a lecture's scene asks in its stead."""
        options, scene = self.text["options"], lecture_bar.scene()
        made: str | None = st.radio(
            self.text["predict"],
            list(options),
            None,
            format_func=options.__getitem__,
            key=f"guess-{self.key}",
            persist_state="session",
        )
        return None if scene and scene.asks else made

    def problem(self) -> None:
        """What was wrong with the last run, once."""
        said = session().pop("lab_problem", None)
        for run in self.runs:
            if run.problem:
                said = run.problem
                tray.drop(run)
        if said:
            plain.error(said)

    def draw(
        self,
        view: str,
        rows: list[Row],
        summary: Row | None,
        plan: Plan,
        hidden: bool = False,
        place: str = "shown",
    ) -> None:
        if place == "live":
            figure = plots.live(self.key, view, rows, plan)
        else:
            figure = once(unseen if hidden else seen, self.key, view, rows, summary, plan)
        pieces.chart(
            figure,
            f"{self.text['tab']}: {self.text['question']}",
            key=f"{self.key}-{view}-{place}",
        )
        if any(trace.type == "surface" for trace in figure.data) and not state.on_stage():
            pieces.note(TURNED)

    @st.fragment(run_every=POLL_S)
    def follow(self, run: Kept, view: str) -> None:
        """Live curves, progress, pause, speed and a way out, while the job runs."""
        if not run.job.active:
            st.rerun()
        with st.container(key="live"):
            self.draw(view, run.rows, None, run.plan, place="live")
        playing.controls(run, lambda: tray.drop(run))

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
                "How large?",
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
                st.caption(f"On a host or cluster with a CUDA device: {self.experiment.presets['gpu'].label}.")
        busy = self.going is not None
        buttons.button(
            f"Run it live{self.about(name)}",
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

    def about(self, name: str) -> str:
        """' · about 30 s here', measured on this host when somebody first comes by, and by every run since; after this visitor's
        own run of as many steps what that took, waiting for a busy processor included."""
        config, pace = self.experiment.presets[name].config, tray.pace()
        if pace.first_asks(self.key, name):
            with contextlib.suppress(ValueError):  # a host that is full, or runs nothing
                sound = partial(live.sound, self.key, config)
                learn = partial(pace.learn, self.key, name, config)
                state.measuring().submit(sound, "how fast this host is", needs=Needs(config.device), then=learn)
        asked = self.configured(name)
        ended = [run for run in self.runs if run.result and run.size == name]
        last = next((run for run in reversed(ended) if steps_of(run.plan) == steps_of(asked.as_dict())), None)
        words = said(pace.about(self.key, name, asked), last.result["seconds"] if last and last.result else None)
        if not words:
            st.fragment(_until_known, run_every=1.0)(self.key, name)
        return f" · {words}" if words else ""

    def sizes(self) -> list[str]:
        """The presets that this host, or its cluster, can run."""
        there = state.devices()
        return [
            name for name, one in self.experiment.presets.items() if one.config.device == "cpu" or "cuda:0" in there
        ]

    def shown(self) -> Run:
        """The run on the screen: this visit's last one, or the recorded one, or what was picked."""
        names = self._names()
        if len(names) == 1:
            return next(iter(names.values()))
        size = by_key().get(f"size-{self.key}")
        known = recorded(self.key)
        first = 0 if self.new else len(self.own) + (list(known).index(size) if size in known else 0)
        key = f"shown-{self.key}-{len(self.own)}-{len(self.new)}-{size}"
        if (wanted := self._wanted()) is not None:
            by_key()[key] = wanted
        name = st.selectbox("Which run?", list(names), first, key=key, label_visibility="collapsed")
        return names[name]

    def _wanted(self) -> str | None:
        """The run that the tray's link names, once: after that the control says."""
        number = st.query_params.get("run", "")
        st.query_params.pop("run", None)
        run = self.own.get(int(number)) if number.isdecimal() else None
        return None if run is None else _name(int(number), run)

    def _names(self) -> dict[str, Run]:
        """Every run that can be shown: this visitor's, the newest first, then the recorded ones."""
        own = {_name(number, run): run for number, run in reversed(self.own.items())}
        labels = {name: self.experiment.presets[name].label for name in recorded(self.key)}
        return own | {f"recorded: {labels[name]}": run for name, run in recorded(self.key).items()}

    def has_several(self) -> bool:
        """Whether there is a run to pick."""
        return len(self._names()) > 1

    def against(self, view: str, run: Run) -> None:
        """Two runs under one another on the same axes, and their figures side by side."""
        others = {name: one for name, one in self._names().items() if one is not run}
        if not self.own or not others:
            return
        name = st.selectbox(
            "Against which other run?",
            list(others),
            None,
            key=f"against-{self.key}",
            placeholder="another run of this experiment",
        )
        if name is None:
            return
        other = others[name]
        pieces.html(lab_words.source(other, pieces.mark(kind_of(other))))
        self.draw(view, other["rows"], other["summary"], other["config"], place="against")
        quotes = [{one.label: one.value for one in self.experiment.quotes(each["summary"])} for each in (run, other)]
        heads = [f"{column} ({kind_of(each)})" for column, each in (("above", run), ("below", other))]
        labels = dict.fromkeys(label for each in quotes for label in each)
        pieces.table(
            [{"": label, **{head: each.get(label, "–") for head, each in zip(heads, quotes)}} for label in labels]
        )

    def meaning(self, run: Run) -> None:
        """What may be claimed, what not, and the paper; then every claim with its rate."""
        pieces.html(lab_words.meaning(self.key, pieces.mark("published")))
        with st.expander(lab_words.CLAIMS):
            pieces.table(quotes.scoreboard(run), lab_words.seeds(), "recorded")
            if self.key == "degradation":
                pieces.chart(once(spread, *story.finals(list(self.own.values()))), lab_words.SPREAD)

    def downloads(self, run: Run) -> None:
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
