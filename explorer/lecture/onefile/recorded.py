"""The Timing page and Why residual? from recorded runs: what the app shows before the first click."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup

from explorer import units
from explorer.facts import published
from explorer.lab.claims import quotes, story
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.outcome import Run
from explorer.lab.record import recorded
from explorer.lecture.onefile.parts import Beside, Chart, Code, Fold, Heading, Html, Part, Race
from explorer.lecture.onefile.plotted import chart, plot
from explorer.net.trace import trace
from explorer.spec import naming, preset
from explorer.spec.chosen import Chosen
from explorer.tell import fragments, lab_words, markup, timing_words
from explorer.tell.fragments import Figure
from explorer.tell.plots import launches as draw_launches
from explorer.tell.plots import race as draw_race
from explorer.tell.plots import timing as draw
from explorer.tell.plots.lab import VIEWS, spread, unknown
from explorer.timing.data import records
from explorer.timing.data.settings import Settings
from explorer.timing.measure import sweeps
from explorer.timing.measure.hardware import devices, most_threads, resolve
from explorer.timing.said import contrasts, found, ratio_rows, rows, sentences, timed_proofs
from explorer.timing.said import launches as said_launches
from explorer.timing.said import machines as sides

if TYPE_CHECKING:
    import plotly.graph_objects as go

Parts = Sequence[Part | Beside | Fold]
MOST_THREADS = 16  # the page's own default


def timing(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    """The view that the link asks for."""
    return TIMINGS[params.get("view", "pass")](chosen, _settings(chosen, params), params)


def _settings(chosen: Chosen, params: Mapping[str, str]) -> Settings:
    """As the page's controls stand on this machine when the link is opened here: a recorded run is told from them."""
    asked = Settings(
        device=params.get("device", next(iter(devices()))),
        threads=int(params.get("threads", min(most_threads(), MOST_THREADS))),
        dtype=params.get("dtype", "fp32"),
        memory_format=params.get("layout", "contiguous"),
        compile=params.get("compile", "eager"),
        cuda_graph=params.get("passes") == "graph",
        fresh=params.get("passes") != "same",
        batch=chosen.batch,
        height=chosen.height,
        width=chosen.width,
    )
    try:
        return resolve(asked)
    except ValueError:  # what this machine does not have: as the page, with what it has
        usual = Settings(batch=chosen.batch, height=chosen.height, width=chosen.width)
        return resolve(replace(usual, threads=min(most_threads(), MOST_THREADS)))


def _doubts(warnings: Sequence[str]) -> list[Html]:
    """What a reader must know before quoting the figures."""
    said = Markup('<div class="other-settings" role="note">{}</div>')
    return [Html(said.format(" ".join(warnings)), name="alerts")] if warnings else []


def _nothing(chosen: Chosen) -> Parts:
    said = (
        f"No recorded run of {naming.title(chosen.spec)} at this input size comes with the explorer: the app times it."
    )
    return (Html(fragments.lead(said)),)


def _one_pass(chosen: Chosen, settings: Settings, params: Mapping[str, str]) -> Parts:
    run = found.nearest(records.recorded(), chosen.spec, settings)
    if run is None:
        return _nothing(chosen)
    seen = run.measurement
    summary = seen.summary
    return (
        Html(timing_words.not_yours(seen.settings, settings, "recorded")),
        Html(timing_words.hall(seen, "recorded", timed_proofs.speed(seen, "recorded"), settings)),
        *_doubts(seen.warnings),
        chart(
            draw.distribution(seen.times_s, summary.median_s, summary.q1_s, summary.q3_s),
            f"Time of each of {summary.n} passes of {seen.title}",
        ),
    )


def _parts(chosen: Chosen, settings: Settings, params: Mapping[str, str]) -> Parts:
    seen = found.parts(records.recorded(), chosen.spec, settings)
    if seen is None:
        return _nothing(chosen)
    where = rows.where(trace(chosen.spec, chosen.height, chosen.width, 1), seen.parts)
    cut = Figure(
        units.seconds(seen.whole_s), "one pass, cut at the ends of its modules", sentences.cut(seen), "recorded"
    )
    name = naming.title(chosen.spec)
    return (
        Html(fragments.figures([cut])),
        Html(timing_words.not_yours(seen.settings, settings, "recorded")),
        Html(fragments.lead(sentences.where(where, "recorded", seen.warnings))),
        chart(draw.where(where), f"Shares of time, MACs and parameters of {name}"),
        Html(timing_words.beside(seen.settings, seen.provenance, "recorded")),
        *_doubts(seen.warnings),
        Fold("The longest layers", (Html(timing_words.longest(seen.parts, "recorded")),)),
    )


def _sweep(chosen: Chosen, settings: Settings, params: Mapping[str, str]) -> Parts:
    which = params.get("sweep", next(iter(sweeps.SWEEPS)))
    made = found.sweep(records.recorded(), which, chosen.spec, settings)
    if not made:
        return _nothing(chosen)
    other = timing_words.not_yours(made[0].point.settings, settings, "recorded", sentences.VARIED[which])
    return (Html(other), *_swept(which, made))


def _swept(which: str, made: list[sweeps.Row]) -> Parts:
    points = rows.sweep(made)
    first = next(row.measurement for row in made if row.measurement)
    done = [row for row in points if row.get("median_s") or row["error"]]
    drawn = (draw.batch_sweep if which == "batch" else draw.bar_sweep)(points)
    return (
        Html(fragments.lead(sentences.sweep(which, done, "recorded"))),
        chart(drawn, sweeps.SWEEPS[which][0]),
        Html(timing_words.beside(first.settings, first.provenance, "recorded", sentences.VARIED[which])),
        *_doubts(sentences.sweep_doubts(points)),
    )


def _limit(chosen: Chosen, settings: Settings, params: Mapping[str, str]) -> Parts:
    seen = found.limit(records.recorded(), chosen.spec, settings)
    if seen is None:
        return _nothing(chosen)
    roof, one = seen.roofline, seen.measurement
    floors = f"arithmetic {units.seconds(roof.floor_arithmetic_s)}, memory {units.seconds(roof.floor_memory_s)}"
    share, floor = timed_proofs.limit_share(seen, "recorded"), timed_proofs.floor(seen, "recorded")
    bound = f"bound by {roof.verdict_words}"
    figures = [
        Figure(units.percent(roof.share), "of the device’s limit", bound, "recorded", share),
        Figure(units.seconds(roof.whole.seconds), "one pass, median", f"of {one.summary.n} passes", "recorded"),
        Figure(units.seconds(roof.floor_s), "the floor: no pass is faster", floors, "recorded", floor),
    ]
    drawn = draw.roofline(rows.roof(roof), roof.peak_flops_per_s, roof.band_bytes_per_s, roof.memory_bytes_per_s)
    return (
        Html(fragments.figures(figures)),
        Html(timing_words.not_yours(one.settings, settings, "recorded")),
        Html(fragments.lead(sentences.limit(seen, "recorded"))),
        chart(drawn, f"Roofline of {one.title}: each stage's arithmetic speed against its FLOPs per byte"),
        Html(timing_words.beside(one.settings, one.provenance, "recorded")),
        *_doubts(one.warnings),
        Fold("The candidates for the limit", (Html(timing_words.candidates(seen, "recorded")),)),
    )


def _race(chosen: Chosen, settings: Settings, params: Mapping[str, str]) -> Parts:
    one, other = params.get("one", "resnet34"), params.get("other", "resnet50")
    made = contrasts.contrast(records.recorded(), (one, other), (preset(one), preset(other)), settings)
    if params.get("times") == "false":
        made = contrasts.untimed(made)
    counted, titles, seen = made.counted, made.titles, made.seen
    told = contrasts.told(counted)
    counts = chart(draw_race.contrast(counted, *titles), f"{titles[1]} against {titles[0]}: counted and timed")
    lines = [Html(fragments.told(told))]
    charts: tuple[tuple[Part, ...], ...] = ((counts,),)
    if seen:
        raced, here = rows.race(seen), ratio_rows.timed_pair(seen, "recorded")
        doubt = here[0].undecided if here and titles[0] != titles[1] else ""
        said = sentences.race(raced, "recorded", doubt)
        where = timing_words.where(seen[0].provenance, "recorded")
        charts = ((counts,), (Race(timing_words.raced(raced, said, bool(doubt), where)),))
        lines += [
            Html(timing_words.beside(seen[0].settings, seen[0].provenance, "recorded")),
            Html(timing_words.not_yours(seen[0].settings, settings, "recorded")),
        ]
    if made.on_gpu:
        lines.append(Html(timing_words.beside(made.on_gpu.settings, made.on_gpu.provenance, "recorded")))
    lines.append(Html(timing_words.sources([row.table for row in made.timed if row.table is not None])))
    lines += _doubts(sentences.pair_doubts(seen))
    return (Html(fragments.lead(sentences.contrast(counted, *titles))), Beside(charts), *lines)


def _machines(chosen: Chosen, settings: Settings, params: Mapping[str, str]) -> Parts:
    made = sides.lines(records.recorded(), published.throughput(), [])
    slug = naming.slug(chosen.spec)
    name = slug if any(slug in line.cells for line in made) else "resnet50"
    shown = sides.speeds(made, name)
    return (
        chart(draw_race.machines(shown), f"Pictures per second of {name} by machine and setting"),
        Html(timing_words.sources(published.throughput())),
    )


def _launches(chosen: Chosen, settings: Settings, params: Mapping[str, str]) -> Parts:
    seen = said_launches.ladder([run.measurement for run in records.recorded()], chosen.spec, settings)
    if seen is None:
        made = found.sweep(records.recorded(), "batch", chosen.spec, settings)
        on_a_cpu = (Heading(timing_words.ON_A_CPU), *_swept("batch", made)) if made else ()
        return (Html(fragments.lead(timing_words.NO_GPU)), Code(timing_words.CHECK), *on_a_cpu)
    first = seen.first
    another = [Html(fragments.note(timing_words.of_another(chosen.spec, first)))] if first.spec != chosen.spec else []
    return (
        Html(fragments.lead(said_launches.sentence(seen, "recorded"))),
        chart(draw_launches.launches(seen), f"A pass of {first.title} and its launch, against the batch"),
        Html(timing_words.beside(first.settings, first.provenance, "recorded", "batch")),
        *another,
        Fold(timing_words.EVERY_BATCH, (Html(timing_words.launches(said_launches.lines(seen), "recorded")),)),
    )


Timing = Callable[[Chosen, Settings, Mapping[str, str]], Parts]
TIMINGS: dict[str, Timing] = {  # as `questions.TIMING`
    "pass": _one_pass,
    "parts": _parts,
    "sweep": _sweep,
    "limit": _limit,
    "launches": _launches,
    "race": _race,
    "machines": _machines,
}


def why_residual(chosen: Chosen, params: Mapping[str, str]) -> Parts:
    """An experiment: before the reveal what gives nothing away, after it the recorded run, all its views."""
    key = params.get("experiment", next(iter(EXPERIMENTS)))
    if key not in EXPERIMENTS:  # a net to be operated on while it trains
        return ()
    if params.get("reveal") == "true":
        return _revealed(key, story.opening(key), params)
    source = Markup('<div class="source">{} {}</div>').format(markup.mark("recorded"), story.HIDDEN)
    return (
        Html(lab_words.question(key)),
        Html(lab_words.setup(key)),
        _views(key, {**story.opening(key), "rows": story.teaser(key)}, params, hidden=True),
        Html(source),
        _article(),
    )


def _revealed(key: str, run: Run, params: Mapping[str, str]) -> Parts:
    quotes = [
        Figure(one.value, one.label, source="recorded", proof=one.proof("recorded"))
        for one in EXPERIMENTS[key].quotes(run["summary"])
    ]
    return (
        Html(lab_words.question(key)),
        Html(lab_words.verdict(run, None)),
        _views(key, run, params),
        Html(lab_words.source(run, markup.mark("recorded"))),
        Html(fragments.figures(quotes)),
        Html(lab_words.meaning(key, markup.mark("published"))),
        _claims(key, run),
        *_other_runs(key, params),
        _article(),
    )


def _article() -> Fold:
    return Fold(story.article()["title"], (Html(lab_words.article()),))


def _claims(key: str, run: Run) -> Fold:
    """Every claim with its rate."""
    table = Html(fragments.table(quotes.scoreboard(run), lab_words.seeds(), "recorded"))
    finals = (chart(spread(*story.finals([])), lab_words.SPREAD),) if key == "degradation" else ()
    return Fold(lab_words.CLAIMS, (table, *finals))


def _other_runs(key: str, params: Mapping[str, str]) -> Parts:
    """The other sizes of which a run is recorded."""
    presets, _first, *others = EXPERIMENTS[key].presets, *recorded(key).items()
    return [
        Fold(
            f"Recorded too: {presets[name].label}",
            (
                Html(lab_words.verdict(run, None)),
                _views(key, run, params),
                Html(lab_words.source(run, markup.mark("recorded"))),
            ),
        )
        for name, run in others
    ]


def _views(key: str, run: Run, params: Mapping[str, str], hidden: bool = False) -> Chart:
    """All views of an experiment, the one that the link asks for first; before the reveal only that one."""
    text = story.texts()[key]
    first = params.get(f"view-{key}", next(iter(VIEWS[key])))
    names = [first] if hidden else sorted(VIEWS[key], key=lambda name: name != first)
    draw_one, asks = partial(_figure, key, run, hidden), text.get("views", {})
    return Chart(
        f"{text['tab']}: {text['question']}", tuple(plot(draw_one(name), asks.get(name, "")) for name in names)
    )


def _figure(key: str, run: Run, hidden: bool, name: str) -> go.Figure:
    drawn = VIEWS[key][name](run["rows"], None if hidden else run["summary"], run["config"])
    return unknown(drawn) if hidden else drawn
