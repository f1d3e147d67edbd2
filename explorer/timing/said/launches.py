"""At which batch does the GPU start to work? Until then it waits for the host to launch the next operation.

Per batch: what a pass takes, what the host needs to hand it over, and what it takes as one CUDA graph, whose operations
are launched all at once. No torch call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from explorer.facts.proof import Proof
from explorer.facts.told import Provable, Told
from explorer.spec import ResNetSpec
from explorer.terms import number, over, times
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.said import timed_proofs
from explorer.timing.said.ratio_rows import DOUBTED
from explorer.timing.said.sentences import undecided
from explorer.units import percent, seconds

WAITS = 0.9  # as in the roofline: a pass of which the launch takes this share waits for its launches
LEAST = 4  # batches, below which there is no curve


@dataclass(frozen=True)
class Rung:
    """One batch. Seconds: a pass on the device, the host's time to launch it, and a pass as a CUDA graph (None where that
    was not measured)."""

    batch: int
    eager_s: float
    enqueue_s: float
    graph_s: float | None

    @property
    def share(self) -> float:
        """Of the pass that the host needs to launch it."""
        return self.enqueue_s / self.eager_s

    @property
    def waits(self) -> bool:
        return self.share > WAITS


@dataclass(frozen=True)
class Ladder:
    """One net on one GPU with one setting, at every batch there is; first: a measurement of it, for what stands beside;
    doubted: the passes at some batch spread too widely."""

    rungs: tuple[Rung, ...]
    first: Measurement
    doubted: bool = False

    @property
    def starts_at(self) -> int | None:
        """The smallest batch from which on no pass waits for its launches; None where the largest still does."""
        found = None
        for rung in reversed(self.rungs):
            if rung.waits:
                break
            found = rung.batch
        return found


def ladder(seen: Iterable[Measurement], spec: ResNetSpec, asked: Settings | None = None) -> Ladder | None:
    """Of this net if there is one, else of another; of several the one with the most batches both ways, then one of the
    number format that is asked for. None without `LEAST` batches on a GPU of which the launch was timed."""
    groups: dict[tuple[object, ...], list[Measurement]] = {}
    for one in seen:
        if one.settings.kind == "cuda" and one.settings.compile == "eager":
            facts, plain = one.provenance, replace(one.settings, batch=1, cuda_graph=False, budget_s=1.0)
            groups.setdefault((facts.get("device"), facts.get("torch"), one.spec, plain), []).append(one)
    made = [found for group in groups.values() if (found := _of(group))]

    def worth(one: Ladder) -> tuple[int, ...]:
        same = asked is not None and one.first.settings.dtype == asked.dtype
        return one.first.spec == spec, sum(rung.graph_s is not None for rung in one.rungs), len(one.rungs), same

    return max(made, key=worth, default=None)


def _of(group: Sequence[Measurement]) -> Ladder | None:
    graphs = {one.settings.batch: one.summary.median_s for one in group if one.settings.cuda_graph}
    eager = {one.settings.batch: one for one in group if not one.settings.cuda_graph and one.enqueue_s}
    if len(eager) < LEAST:
        return None
    rungs = tuple(
        Rung(batch, one.summary.median_s, one.enqueue_s or 0.0, graphs.get(batch))
        for batch, one in sorted(eager.items())
    )
    doubted = any(one.warnings for one in group if one.settings.cuda_graph or one.settings.batch in eager)
    return Ladder(rungs, eager[rungs[0].batch], doubted)


def sentence(seen: Ladder, source: str) -> Told:
    """From which batch on the GPU sets the pace, what the smallest batch waits for, and what the graph makes of it."""
    low, start = seen.rungs[0], seen.starts_at
    name = seen.first.title
    if seen.doubted:
        return Told(f"From which batch on {name} keeps this GPU at work is {undecided(source)}: {DOUBTED}.")
    if not low.waits:
        text = Told(f"{name} keeps this GPU at work from batch {low.batch:,} on: the host is never what it waits for.")
    elif start is None:
        text = Told(f"Up to batch {seen.rungs[-1].batch:,}, {name} waits for its launches on this GPU.")
    else:
        text = Told(f"{name} keeps this GPU at work from batch {start:,} on; below, it waits for its launches.")
    parts: list[str | Provable | Told] = [
        text,
        f" At batch {low.batch:,} the host needs ",
        Provable(percent(low.share), share(low, source)),
    ]
    parts.append(f" of the {seconds(low.eager_s)} of a pass to launch it")
    if low.graph_s is None:
        return Told(*parts, ".")
    faster = cure(low, source)
    ratio = f"{float(faster.value):.1f}×"
    return Told(*parts, f"; as one CUDA graph it takes {seconds(low.graph_s)}: ", Provable(ratio, faster), " as fast.")


def share(rung: Rung, source: str) -> Proof:
    """The launch's share of a pass, in percent."""
    division = over(times(100, number(rung.enqueue_s)), number(rung.eager_s))
    return timed_proofs.worth(
        "share of the launch", division, "100 · host seconds to launch ÷ seconds of a pass, in %", source
    )


def cure(rung: Rung, source: str) -> Proof:
    """How many times as fast a graph is."""
    return timed_proofs.ratio(
        rung.eager_s, rung.graph_s or rung.eager_s, "seconds of a pass: eager ÷ as a CUDA graph", source
    )


class Line(TypedDict):
    """A batch size, for a table and an export."""

    batch: int
    eager_s: float
    enqueue_s: float
    enqueue_share: float
    graph_s: float | None
    graph_speedup: float | None
    waits_for_launches: bool


def lines(seen: Ladder) -> list[Line]:
    """Per batch, for a table and an export."""
    return [
        {
            "batch": rung.batch,
            "eager_s": rung.eager_s,
            "enqueue_s": rung.enqueue_s,
            "enqueue_share": rung.share,
            "graph_s": rung.graph_s,
            "graph_speedup": None if rung.graph_s is None else rung.eager_s / rung.graph_s,
            "waits_for_launches": rung.waits,
        }
        for rung in seen.rungs
    ]
