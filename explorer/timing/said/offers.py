"""What the records say where a run of one's own decides nothing: a sentence of its own, never one with what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.facts.told import Told
from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.timing.data.measurement import Facts
from explorer.timing.data.records import Run
from explorer.timing.data.settings import Settings
from explorer.timing.said import found, ratio_rows, rows, sentences


@dataclass(frozen=True)
class Offer:
    """told: the sentence; settings, facts: of the recorded run that it is about."""

    told: Told
    settings: Settings
    facts: Facts


def of_pass(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Offer | None:
    """None without a record, or with one that decides nothing either; so of all of these."""
    run = found.nearest(runs, spec, settings)
    if run is None or run.measurement.warnings:
        return None
    seen = run.measurement
    return _offer(Told(f"a pass of {seen.title} takes {seen.headline}."), seen.settings, seen.provenance, settings)


def of_parts(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Offer | None:
    seen = found.parts(runs, spec, settings)
    if seen is None or seen.warnings:
        return None
    where = rows.where(trace(spec, settings.height, settings.width, 1), seen.parts)
    return _offer(sentences.where(where, "recorded"), seen.settings, seen.provenance, settings)


def of_sweep(runs: Sequence[Run], which: str, spec: ResNetSpec, settings: Settings) -> Offer | None:
    made = [row for row in found.sweep(runs, which, spec, settings) if row.measurement]
    points = rows.sweep(made)
    if not made or sentences.sweep_doubt(which, points):
        return None
    seen = made[0].measurement
    assert seen is not None  # only those that were measured are left
    return _offer(
        sentences.sweep(which, points, "recorded"), seen.settings, seen.provenance, settings, sentences.VARIED[which]
    )


def of_limit(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Offer | None:
    seen = found.limit(runs, spec, settings)
    if seen is None or sentences.limit_doubts(seen):
        return None
    one = seen.measurement
    return _offer(Told(sentences.limit(seen, "recorded")), one.settings, one.provenance, settings)


def of_race(
    runs: Sequence[Run], pair: tuple[ResNetSpec, ResNetSpec], titles: Sequence[str], settings: Settings
) -> Offer | None:
    kept = found.pair(runs, pair, settings)
    timed = ratio_rows.timed_pair(kept, "recorded")
    if not timed or timed[0].undecided:
        return None
    counted = ratio_rows.counted(*pair, settings.height, settings.width)
    told = sentences.contrast([*counted, *timed], titles[0], titles[1])
    return _offer(told, kept[0].settings, kept[0].provenance, settings)


def _offer(told: Told, theirs: Settings, facts: Facts, asked: Settings, varied: str | None = None) -> Offer:
    """asked: what the run of one's own was measured with; where the record's is another, the sentence begins with it."""
    other = sentences.differing(theirs, asked, varied)
    return Offer(Told(f"As recorded earlier{', with ' if other else ''}{other}: ", told), theirs, facts)
