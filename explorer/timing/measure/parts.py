"""Where the time goes: the parts of a pass by marks at the ends of its modules (`explorer.timing.marks`).

Passes with and without marks alternate in pairs, and the median of their ratios is the overhead shown, with how far
it may be off: a host's noise is larger than what the marks cost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.timing.data.measurement import Facts
from explorer.timing.data.settings import Settings
from explorer.timing.data.stats import MOST_SPREAD, Summary, quantile, spread_warning, summarise
from explorer.timing.measure.clock import clock_for
from explorer.timing.measure.guard import guard
from explorer.timing.measure.hardware import provenance, resolve
from explorer.timing.measure.loop import LEAST, UNTIL_RUN, UNTIL_WARM, no_checkpoint, passes, warmed, within
from explorer.timing.measure.marks import LEVELS, Cut, cut, marked_pass
from explorer.timing.measure.subject import Subject, subject
from explorer.units import percent

MOST_OVERHEAD, MOST_GAP, MOST_DRIFT = 0.03, 0.02, 0.10
MOST_PASSES = 400
WANTED, STRETCH = 20, 8  # pairs, for which a long pass may take up to STRETCH times the budget
ENOUGH = 10  # pairs below which the overhead is not known well enough to give up a level for it
NOTCH = 1.57  # McGill, Tukey & Larsen 1978: a median's 95 % interval is ± 1.57 · IQR / √n
LARGE = 0.05  # of the pass: a part below it may spread as it likes


@dataclass(frozen=True)
class Part:
    """One part. seconds: its mean over the middle half of the marked passes, so that parts add up to the whole.

    A stage as a part has no block. q1_s, q3_s: quartiles over all marked passes; None where they were not kept.
    """

    path: str
    stage: str
    block: str
    kind: str
    seconds: float
    q1_s: float | None = None
    q3_s: float | None = None

    @property
    def spread(self) -> float | None:
        """Interquartile range over the mean; None where it was not kept, or the part takes no time."""
        return (
            None
            if self.q1_s is None or self.q3_s is None or not self.seconds
            else (self.q3_s - self.q1_s) / self.seconds
        )


@dataclass(frozen=True)
class Parts:
    """whole_s: mean of the middle half of the marked passes; plain_s: of those without marks, in alternation.

    overhead: how much longer a pass takes because of the marks, the median over pairs of passes; noise: how far that
    median may be off, so that an overhead below it is not told from none. times_s, plain_times_s: the raw times of the
    passes with and without marks; empty where they were not kept.
    """

    spec: ResNetSpec
    settings: Settings
    level: str
    parts: tuple[Part, ...]
    whole_s: float
    plain_s: float
    overhead: float
    n: int
    provenance: Facts
    noise: float = 0.0
    times_s: tuple[float, ...] = ()
    plain_times_s: tuple[float, ...] = ()

    @property
    def sum_over_whole(self) -> float:
        return sum(part.seconds for part in self.parts) / self.whole_s

    @property
    def summary(self) -> Summary | None:
        """Of the marked passes; None where their raw times were not kept."""
        return summarise(self.times_s) if self.times_s else None

    @property
    def costly(self) -> bool:
        """Whether the marks cost more than they may, by enough passes to say so."""
        return self.n >= ENOUGH and self.overhead > MOST_OVERHEAD

    @property
    def warnings(self) -> tuple[str, ...]:
        found = [spread_warning(summarise(self.times_s))] if self.times_s else []
        if self.overhead > MOST_OVERHEAD:
            found.append(
                f"The marks make a pass {percent(self.overhead, 1)} longer (more than {percent(MOST_OVERHEAD)})."
            )
        if abs(self.whole_s / self.plain_s - 1) > MOST_DRIFT:
            found.append(
                f"The passes that were cut took {self.whole_s / self.plain_s:.2f}× as long as those that were "
                "not: the host was busy. Measure again before you quote this."
            )
        if abs(self.sum_over_whole - 1) > MOST_GAP:
            found.append(f"The parts add up to {percent(self.sum_over_whole, 1)} of the pass: the host was too busy.")
        wild = [
            part.path for part in self.parts if part.seconds > LARGE * self.whole_s and (part.spread or 0) > MOST_SPREAD
        ]
        if wild:
            found.append(
                f"The times of {', '.join(wild[:3])}{' and more' * (len(wild) > 3)} spread by more than "
                f"{percent(MOST_SPREAD)} of their mean."
            )
        return tuple(text for text in found if text)


def profile(
    spec: ResNetSpec, settings: Settings, level: str = "layer", checkpoint: Callable[..., None] = no_checkpoint
) -> Parts:
    """Times of the parts at `level`, or at the next coarser one whose overhead is not certainly above 3 %.

    Raises as `forward.measure`, and `ValueError` for compiled passes and graphs, which have no module ends.
    """
    settings = resolve(settings)
    if level not in LEVELS:
        raise ValueError(f"level={level!r}: choose one of {', '.join(LEVELS)}")
    if settings.compile != "eager" or settings.cuda_graph:
        raise ValueError(
            f"compile={settings.compile!r}: a compiled pass or a replayed graph has no module ends to "
            "mark; choose compile=eager without a CUDA graph"
        )
    guard(spec, settings)
    tried = []
    with subject(spec, settings, within(checkpoint, 0.0, UNTIL_RUN)) as one:
        facts = provenance(settings) | one.facts
        names = list(LEVELS)[list(LEVELS).index(level) :]
        for place, name in enumerate(names):
            share = (1 - UNTIL_RUN) / len(names)
            inner = within(
                checkpoint, UNTIL_RUN + share * place, UNTIL_RUN + share * (place + 1), f"timing each {name}"
            )
            tried.append(at_level(one, spec, settings, name, facts, inner))
            if not tried[-1].costly:
                return tried[-1]
    return min(tried, key=lambda parts: parts.overhead)


def at_level(
    one: Subject,
    spec: ResNetSpec,
    settings: Settings,
    level: str,
    facts: Facts,
    checkpoint: Callable[..., None] = no_checkpoint,
) -> Parts:
    """One level, whatever its overhead; `facts`: the provenance."""
    clock = clock_for(one.device)
    cuts = cut(trace(spec, settings.height, settings.width, settings.batch), level)
    warmed(one, clock, settings.budget_s / 4, within(checkpoint, 0.0, UNTIL_WARM))
    checkpoint = within(checkpoint, UNTIL_WARM, 1.0)
    plain: list[float] = []
    marked: list[float] = []
    splits: list[list[float]] = []
    start, done = clock.wall(), 0.0
    while len(plain) < LEAST or (len(plain) < MOST_PASSES and done < 1):
        for with_marks in (False, True) if len(plain) % 2 else (True, False):  # a host that slows down favours neither
            if with_marks:
                whole_s, split = marked_pass(one, clock, cuts)
                marked.append(whole_s)
                splits.append(split)
            else:
                plain += passes(one, clock, 1)[0]
        spent = (clock.wall() - start) / settings.budget_s
        done = max(min(spent, len(plain) / WANTED), spent / STRETCH)
        of = min(MOST_PASSES, max(LEAST, len(plain), round(len(plain) / max(done, 1e-9))))
        checkpoint(min(done, len(plain) / LEAST, 1.0), f"pass {len(plain):,} of about {of:,}, with marks and without")
    ratios = summarise([after / before for before, after in zip(plain, marked)])
    whole_s, plain_s = (mean_of(times, middle_half(times)) for times in (marked, plain))
    return Parts(
        spec,
        settings,
        level,
        _parts(cuts, level, marked, splits),
        whole_s,
        plain_s,
        ratios.median_s - 1,
        len(marked),
        facts,
        NOTCH * ratios.iqr_s / math.sqrt(ratios.n),
        tuple(marked),
        tuple(plain),
    )


def _parts(
    cuts: Sequence[Cut], level: str, marked: Sequence[float], splits: Sequence[Sequence[float]]
) -> tuple[Part, ...]:
    middle, found = middle_half(marked), []
    for (name, last, *_), times in zip(cuts, zip(*splits)):
        ordered = sorted(times)
        found.append(
            Part(
                name,
                last.stage,
                "" if level == "stage" else last.block,
                last.kind if level == "layer" else level,
                mean_of(times, middle),
                quantile(ordered, 0.25),
                quantile(ordered, 0.75),
            )
        )
    return tuple(found)


def mean_of(values: Sequence[float], places: Sequence[int]) -> float:
    return sum(values[place] for place in places) / len(places)


def middle_half(values: Sequence[float]) -> list[int]:
    """Indices of the middle half by size: their mean is near the median, and means of parts add up."""
    order = sorted(range(len(values)), key=values.__getitem__)
    quarter = len(values) // 4
    return order[quarter : len(order) - quarter]


def rolled_up(parts: Sequence[Part], level: str) -> dict[str, float]:
    """Seconds by stage or block, in order: finer parts added up. Stem and head count as one block each, and so does a
    stage of which no finer part was measured."""
    totals: dict[str, float] = {}
    for part in parts:
        key = part.stage if level == "stage" or part.kind == "stage" else part.block or part.stage
        totals[key] = totals.get(key, 0.0) + part.seconds
    return totals
