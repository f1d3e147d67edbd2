"""Answers from recorded runs, for the time before the first click: always to be shown as recorded, never as live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import MAX_BATCH, ResNetSpec
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.records import Cut, Run
from explorer.timing.data.settings import Settings
from explorer.timing.measure.against_limit import Limit, rooflined
from explorer.timing.measure.parts import Part, Parts
from explorer.timing.measure.sweeps import Row, plan

GPUS = ("cuda", "mps")


def nearest(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Run | None:
    """The run of this very spec and input whose settings are nearest to what is asked; None without one."""
    same = [run for run in runs if run.measurement.spec == spec and _size(run.measurement.settings) == _size(settings)]

    return min(same, key=lambda run: distance(run.measurement.settings, settings), default=None)


def distance(theirs: Settings, asked: Settings) -> tuple[float, ...]:
    """How far a run's settings are from those asked for: what changes a time most counts first."""
    same = ("kind", "dtype", "memory_format", "compile", "cuda_graph")
    return (
        *(getattr(theirs, name) != getattr(asked, name) for name in same),
        abs(math.log2(theirs.batch / asked.batch)),
        abs(math.log2((theirs.threads or 1) / (asked.threads or 1))),
        theirs.fresh != asked.fresh,
    )


def parts_of(run: Run, nodes: Sequence[Node]) -> tuple[Part, ...]:
    """A run's (path, seconds) as parts; paths that are not in the net are left out."""
    known = {}
    for node in nodes:
        for key, block, kind in (
            (node.stage, "", "stage"),
            (node.block, node.block, "block"),
            (node.path, node.block, node.kind),
        ):
            known[key] = (node.stage, block, kind)
    return tuple(Part(path, *known[path], seconds) for path, seconds in run.parts if path in known)


def parts(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Parts | None:
    """The parts of the nearest run that was cut."""
    run = nearest([run for run in runs if run.parts], spec, settings)
    return None if run is None else _parts(run)


def _parts(run: Run) -> Parts:
    """A run's parts. Where the file does not keep how they were cut, n is 0: nothing is made up for the checks."""
    seen, theirs = run.measurement, run.measurement.settings
    pieces = parts_of(run, trace(seen.spec, theirs.height, theirs.width))
    cut = run.cut or Cut(_level(pieces), sum(part.seconds for part in pieces), seen.summary.median_s, 0)
    return Parts(
        seen.spec,
        theirs,
        cut.level,
        pieces,
        cut.whole_s,
        cut.plain_s,
        run.overhead or 0.0,
        cut.n,
        seen.provenance,
        cut.noise,
    )


def _level(pieces: Sequence[Part]) -> str:
    """At which ends a run was cut, where its file does not say."""
    if len(pieces) > len({part.block or part.stage for part in pieces}):
        return "layer"
    return "block" if any(part.block for part in pieces) else "stage"


def limit(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Limit | None:
    """The nearest run that was cut into layers beside the device's ceilings."""
    run = nearest([run for run in runs if run.parts and run.ceilings], spec, settings)
    if run is None or run.ceilings is None:
        return None
    cut = _parts(run)
    return Limit(run.measurement, cut, run.ceilings, rooflined(run.measurement, cut, run.ceilings))


def pair(runs: Sequence[Run], specs: Sequence[ResNetSpec], settings: Settings) -> tuple[Measurement, ...]:
    """One run of each, of one machine with the same settings; empty without."""
    first = nearest([run for run in runs if all(_match(runs, run, spec) for spec in specs)], specs[0], settings)
    if first is None:
        return ()
    matches = [_match(runs, first, spec) for spec in specs]
    return tuple(run.measurement for run in matches if run is not None)


def pair_on_gpu(runs: Sequence[Run], specs: Sequence[ResNetSpec]) -> tuple[Measurement, ...]:
    """As `pair`, on a GPU at full load: the largest batch in half precision, where that was recorded."""
    there = [run for run in runs if run.measurement.settings.kind in GPUS]
    device = there[0].measurement.settings.device if there else "cuda:0"
    return pair(there, specs, Settings(device=device, dtype="bf16", memory_format="channels_last", batch=MAX_BATCH))


def sweep(runs: Sequence[Run], which: str, spec: ResNetSpec, settings: Settings) -> list[Row]:
    """The points of a sweep that one machine has recorded with one setting of the rest; at least two, else none. Of
    several, the one nearest to what is asked; of equally near ones the longest, then the first."""
    starts = dict.fromkeys((run.measurement.provenance["device"], run.measurement.settings) for run in runs)
    made = [
        (distance(theirs, settings), _swept(runs, which, spec, settings, device, theirs)) for device, theirs in starts
    ]
    return min((one for one in made if len(one[1]) >= 2), key=lambda one: (one[0], -len(one[1])), default=((), []))[1]


def _swept(
    runs: Sequence[Run], which: str, spec: ResNetSpec, settings: Settings, device: str, theirs: Settings
) -> list[Row]:
    if _size(theirs) != _size(settings) or which == "modes" and theirs.batch != settings.batch:
        return []
    by = {
        (run.measurement.spec, _asked(run.measurement.settings)): run
        for run in runs
        if run.measurement.provenance["device"] == device
    }
    rows = []
    for point in plan(which, spec, theirs):
        run = by.get((point.spec, _asked(point.settings)))
        if run is not None:
            rows.append(Row(replace(point, settings=run.measurement.settings), run.measurement))
    return rows


def _match(runs: Sequence[Run], like: Run, spec: ResNetSpec) -> Run | None:
    """The run of `spec` on the same device with the same settings."""
    key = (like.measurement.provenance["device"], _asked(like.measurement.settings))
    return next(
        (
            run
            for run in runs
            if run.measurement.spec == spec
            and (run.measurement.provenance["device"], _asked(run.measurement.settings)) == key
        ),
        None,
    )


def _asked(settings: Settings) -> Settings:
    return replace(settings, budget_s=1.0)


def _size(settings: Settings) -> tuple[int, int]:
    return settings.height, settings.width
