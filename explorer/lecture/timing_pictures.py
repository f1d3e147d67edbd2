"""The Timing page's pictures for paper and slides: recorded passes, and what is counted beside what is timed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from explorer import units
from explorer.facts import published
from explorer.facts.rollup import headline
from explorer.lecture import on_gpu
from explorer.spec import naming, preset
from explorer.spec.chosen import Chosen
from explorer.tell import palette
from explorer.tell.drawing import Drawing, bars_drawing
from explorer.timing.data import records
from explorer.timing.data.settings import Settings
from explorer.timing.measure.parts import rolled_up
from explorer.timing.said import found, sentences
from explorer.timing.said import machines as sides

GREY, BLUE = "#6f7f8f", "#2484c1"
MOST_BARS = 9
Shown = tuple[Drawing, str]  # and what it shows


def pictures(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    """Of the view that the link asks for; none of what is not recorded."""
    view = params.get("view", "pass")
    return [*counted(params), *_timed(params)] if view == "race" else VIEWS[view](chosen)


def asking(chosen: Chosen, params: Mapping[str, str]) -> list[Shown]:
    """Before the reveal: what is counted, and no time."""
    return counted(params)


def _settings(chosen: Chosen) -> Settings:
    return Settings(batch=chosen.batch, height=chosen.height, width=chosen.width)


def _batches(chosen: Chosen) -> list[Shown]:
    """Pictures per second at every batch of one machine's recorded sweep."""
    made = found.sweep(records.recorded(), "batch", chosen.spec, _settings(chosen))
    seen = [(row.point.settings.batch, row.measurement) for row in made if row.measurement][:MOST_BARS]
    if not seen:
        return []
    bars = [
        (f"batch {batch:,}", speed := batch / one.summary.median_s, f"{speed:,.1f} /s", BLUE) for batch, one in seen
    ]
    first, title = seen[0][1], f"Pictures per second of {naming.title(chosen.spec)}"
    told = f"recorded; {sentences.stamp(first.settings, first.provenance, 'batch')}"
    return [(bars_drawing(bars, title, told), title)]


def _stages(chosen: Chosen) -> list[Shown]:
    """Where a recorded pass goes, by stage."""
    seen = found.parts(records.recorded(), chosen.spec, _settings(chosen))
    if seen is None:
        return []
    spent = rolled_up(seen.parts, "stage")
    bars = [(stage, value, units.seconds(value), palette.STAGE_COLOURS[stage]) for stage, value in spent.items()]
    title = f"Where a pass of {naming.title(chosen.spec)} goes"
    return [(bars_drawing(bars, title, f"recorded; {sentences.stamp(seen.settings, seen.provenance)}"), title)]


def _limit(chosen: Chosen) -> list[Shown]:
    """A recorded pass beside the times that no pass can be below."""
    seen = found.limit(records.recorded(), chosen.spec, _settings(chosen))
    if seen is None:
        return []
    roof, one = seen.roofline, seen.measurement
    rows = {
        "one pass": roof.whole.seconds,
        "arithmetic alone": roof.floor_arithmetic_s,
        "memory alone": roof.floor_memory_s,
    }
    bars = [(name, value, units.seconds(value), BLUE if name == "one pass" else GREY) for name, value in rows.items()]
    title = f"A pass of {one.title} beside its device’s limits"
    return [(bars_drawing(bars, title, f"recorded; {sentences.stamp(one.settings, one.provenance)}"), title)]


def _machines(chosen: Chosen) -> list[Shown]:
    """Pictures per second by machine and setting, the fastest of each first."""
    made = sides.lines(records.recorded(), published.throughput(), [])
    slug = naming.slug(chosen.spec)
    name = slug if any(slug in line.cells for line in made) else "resnet50"
    bars = [
        (row["machine"].partition(" · ")[0], row["images_per_s"], f"{row['images_per_s']:,.0f} /s", BLUE)
        for row in sides.speeds(made, name)
    ]
    best = dict(reversed([(row[0], row) for row in bars]))  # of each machine its fastest setting
    title = f"Pictures per second of {naming.title(preset(name))}"
    fastest = [best[machine] for machine in dict.fromkeys(row[0] for row in bars)][:MOST_BARS]
    return [(bars_drawing(fastest, title, "recorded, and published; each machine at its fastest setting"), title)]


def counted(params: Mapping[str, str]) -> list[Shown]:
    """The multiply-adds of two nets."""
    one, other = params.get("one", "resnet34"), params.get("other", "resnet50")
    costs = [
        (naming.title(preset(name)), value := headline(preset(name), 224, 224)["macs"], units.macs(value), BLUE)
        for name in (one, other)
    ]
    return [(bars_drawing(costs, "Counted: multiply-adds per picture", "computed from the traced models"), "MACs")]


def _timed(params: Mapping[str, str]) -> list[Shown]:
    one, other = params.get("one", "resnet34"), params.get("other", "resnet50")
    with contextlib.suppress(KeyError):  # of these two there is none
        both, device, told, _ = on_gpu.speeds(one, other)
        speeds = [(naming.title(preset(name)), value, f"{round(value):,} img/s", GREY) for name, value in both.items()]
        return [(bars_drawing(speeds, f"Timed: {device}", told), "Throughput")]
    return []


VIEWS: dict[str, Callable[[Chosen], list[Shown]]] = {  # as `questions.TIMING`, but for the race
    "pass": _batches,
    "parts": _stages,
    "sweep": _batches,
    "limit": _limit,
    "launches": lambda chosen: [],
    "machines": _machines,
}
