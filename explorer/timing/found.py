"""Answers from recorded runs, for the time before the first click: always to be shown as recorded, never as live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from explorer.spec import ResNetSpec
from explorer.timing.limit import Limit, rooflined
from explorer.timing.measurement import Measurement
from explorer.timing.parts import Part, Parts
from explorer.timing.records import Run
from explorer.timing.settings import Settings
from explorer.timing.sweeps import Row, plan
from explorer.trace import Node, trace


def nearest(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Run | None:
    """The run of this very spec and input whose settings are nearest to what is asked; None without one."""
    same = [run for run in runs if run.measurement.spec == spec and _size(run.measurement.settings) == _size(settings)]

    def distance(run: Run) -> tuple:
        theirs = run.measurement.settings
        return (theirs.dtype != settings.dtype, theirs.memory_format != settings.memory_format,
                theirs.compile != settings.compile, abs(math.log2(theirs.batch / settings.batch)),
                theirs.threads != settings.threads)

    return min(same, key=distance, default=None)


def parts_of(run: Run, nodes: Sequence[Node]) -> tuple[Part, ...]:
    """A run's (path, seconds) as parts; paths that are not in the net are left out."""
    known = {}
    for node in nodes:
        for key, kind in ((node.stage, "stage"), (node.block, "block"), (node.path, node.kind)):
            known[key] = (node.stage, node.block, kind)
    return tuple(Part(path, *known[path], seconds) for path, seconds in run.parts if path in known)


def parts(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Parts | None:
    """The parts of the nearest run that was cut."""
    run = nearest([run for run in runs if run.parts], spec, settings)
    return None if run is None else _parts(run)


def _parts(run: Run) -> Parts:
    seen, theirs = run.measurement, run.measurement.settings
    cut = parts_of(run, trace(seen.spec, theirs.height, theirs.width))
    whole_s = sum(part.seconds for part in cut)
    level = "layer" if len(cut) > len({part.block or part.stage for part in cut}) else "block"
    return Parts(seen.spec, theirs, level, cut, whole_s, seen.summary.median_s, run.overhead or 0.0, seen.summary.n,
                 seen.provenance)


def limit(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Limit | None:
    """The nearest run that was cut into layers beside the device's ceilings."""
    run = nearest([run for run in runs if run.parts and run.ceilings], spec, settings)
    if run is None:
        return None
    cut = _parts(run)
    return Limit(run.measurement, cut, run.ceilings, rooflined(run.measurement, cut, run.ceilings))


def pair(runs: Sequence[Run], specs: Sequence[ResNetSpec], settings: Settings) -> tuple[Measurement, ...]:
    """One run of each, of one machine with the same settings; empty without."""
    first = nearest([run for run in runs if all(_match(runs, run, spec) for spec in specs)], specs[0], settings)
    if first is None:
        return ()
    return tuple(_match(runs, first, spec).measurement for spec in specs)


def sweep(runs: Sequence[Run], which: str, spec: ResNetSpec, settings: Settings) -> list[Row]:
    """The points of a sweep that one machine has recorded with one setting of the rest; at least two, else none."""
    best: list[Row] = []
    for start in {(run.measurement.provenance["device"], run.measurement.settings) for run in runs}:
        rows = _swept(runs, which, spec, settings, *start)
        score = (len(rows), start[1].batch == settings.batch, start[1].threads == settings.threads)
        if len(rows) >= 2 and (not best or score > best_score):
            best, best_score = rows, score
    return best


def _swept(runs: Sequence[Run], which: str, spec: ResNetSpec, settings: Settings, device: str,
           theirs: Settings) -> list[Row]:
    if _size(theirs) != _size(settings) or which == "modes" and theirs.batch != settings.batch:
        return []
    by = {(run.measurement.spec, _asked(run.measurement.settings)): run for run in runs
          if run.measurement.provenance["device"] == device}
    rows = []
    for point in plan(which, spec, theirs):
        run = by.get((point.spec, _asked(point.settings)))
        if run is not None:
            rows.append(Row(replace(point, settings=run.measurement.settings), run.measurement))
    return rows


def _match(runs: Sequence[Run], like: Run, spec: ResNetSpec) -> Run | None:
    """The run of `spec` on the same device with the same settings."""
    key = (like.measurement.provenance["device"], _asked(like.measurement.settings))
    return next((run for run in runs if run.measurement.spec == spec
                 and (run.measurement.provenance["device"], _asked(run.measurement.settings)) == key), None)


def _asked(settings: Settings) -> Settings:
    return replace(settings, budget_s=1.0)


def _size(settings: Settings) -> tuple[int, int]:
    return settings.height, settings.width
