"""Two models against each other: what is counted and what is timed, from what is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from explorer.facts import published
from explorer.facts.proof import Proof
from explorer.spec import ResNetSpec, naming
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.records import Run
from explorer.timing.data.settings import Settings
from explorer.timing.said import found, ratio_rows, sentences


@dataclass(frozen=True)
class Contrast:
    """counted: all ratios, what is counted first; timed: the times among them; seen: the runs that they come from, empty
    where only tables have both; on_gpu: a run on a GPU beside them."""

    titles: tuple[str, str]
    counted: list[ratio_rows.Ratio]
    timed: list[ratio_rows.Ratio]
    seen: tuple[Measurement, ...]
    on_gpu: Measurement | None


def contrast(
    runs: Sequence[Run],
    names: tuple[str, str],
    pair: tuple[ResNetSpec, ResNetSpec],
    settings: Settings,
    measured: Sequence[Measurement] = (),
) -> Contrast:
    """names: of the presets; measured: both, timed just now; else what is nearest among `runs`."""
    size = (settings.height, settings.width)
    seen = tuple(measured) or found.pair(runs, pair, settings)
    there = on_gpu(runs, pair, seen, size)
    elsewhere = there or ratio_rows.published_pair(published.throughput(), *names, *size)
    here = ratio_rows.timed_pair(seen, "measured" if measured else "recorded")
    timed = (
        [*here, *elsewhere] if measured else [*elsewhere, *here]
    )  # a GPU answers best, where nothing was timed just now
    return Contrast(
        (naming.title(pair[0]), naming.title(pair[1])),
        ratio_rows.contrast(*pair, *size, timed),
        timed,
        seen,
        found.pair_on_gpu(runs, pair)[0] if there else None,
    )


def untimed(made: Contrast) -> Contrast:
    """Of these two what is counted alone: for who is to guess the time first."""
    counted = [row for row in made.counted if row.source == "computed"]
    return replace(made, counted=counted, timed=[], seen=(), on_gpu=None)


def on_gpu(
    runs: Sequence[Run], pair: Sequence[ResNetSpec], here: Sequence[Measurement], size: tuple[int, int]
) -> list[ratio_rows.Ratio]:
    """Both as recorded on a GPU, at the tables' input size; none where that is what stands here anyway."""
    kept = found.pair_on_gpu(runs, pair)
    if not kept or kept == tuple(here) or size != (ratio_rows.PUBLISHED_SIDE,) * 2:
        return []
    return ratio_rows.timed_pair(kept, "recorded")


def told(counted: Sequence[ratio_rows.Ratio]) -> dict[str, Proof]:
    """`proved` in words; of a time that its own spread rejects, that it decides nothing."""
    return {
        f"× {row.words}" + (f", {sentences.undecided(row.source)}" if row.undecided else ""): row.proof
        for row in proved(counted)
    }


def proved(counted: Sequence[ratio_rows.Ratio]) -> list[ratio_rows.Ratio]:
    """Whose divisions stand below the charts: what is counted, and the first time."""
    times = [row for row in counted if row.unit == "s"]
    return [row for row in counted if row.unit != "s" and row.what != "Convolutions"] + times[:1]
