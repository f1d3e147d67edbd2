"""How many times one net's figures another net has: what is counted of both beside what was timed of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from explorer.facts.proof import Proof, prove, ratio
from explorer.facts.proof import counted as count
from explorer.facts.published import Throughput
from explorer.facts.rollup import summed
from explorer.facts.told import Provable
from explorer.net.ops import convolves
from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Fact
from explorer.timing.said import timed_proofs

PUBLISHED_SIDE = 224  # px: the input of all published tables
DOUBTED = "the passes spread too widely, or had to share the processor"
OVERLAP = "the middle halves of both overlap"


@dataclass(frozen=True)
class Ratio:
    """How many times `one`'s figure `other` has. what: of what, for a chart's axis; words: for a sentence ('the MACs').

    unit: of both sides; source: a key of units.PROVENANCE. device, table: of a time, on what and from which table.
    undecided: why this run doesn't tell which of the two takes longer; '' where it does, or where nothing is known of
    the spread (published figures). span: the ratio's least and largest value by the quartiles of both.
    of: both measurements, of a time that was measured or recorded.
    """

    what: str
    words: str
    one: float
    other: float
    unit: str
    source: str
    proof: Proof
    device: str = ""
    table: Throughput | None = None
    undecided: str = ""
    span: tuple[float, float] | None = None
    of: tuple[Measurement, ...] = ()

    @property
    def ratio(self) -> float:
        return self.other / self.one

    @property
    def shown(self) -> Provable:
        """'1.12×', which opens its division."""
        return Provable(f"{self.ratio:.2f}×", self.proof)

    @property
    def plain(self) -> dict[str, Fact]:
        """For an export."""
        row: dict[str, Fact] = {
            "what": self.what,
            "one": self.one,
            "other": self.other,
            "ratio": self.ratio,
            "unit": self.unit,
            "source": self.source,
        }
        return (
            row
            | ({"device": self.device} if self.device else {})
            | ({"undecided": self.undecided} if self.span else {})
        )


def counted(one: ResNetSpec, other: ResNetSpec, height: int, width: int) -> list[Ratio]:
    """What is counted of both."""
    nets = [trace(spec, height, width, 1) for spec in (one, other)]
    convs = ([node.stage for node in nodes if convolves(node)] for nodes in nets)
    counts = (
        ("MACs", "the MACs", "MACs", [prove("macs", nodes) for nodes in nets]),
        ("Parameters", "the parameters", "count", [prove("params", nodes) for nodes in nets]),
        ("Convolutions", "the convolutions", "count", [count("convolutions", "by stage", names) for names in convs]),
        ("Convolution outputs", "the convolution outputs", "count", [timed_proofs.outputs(nodes) for nodes in nets]),
    )
    return [
        Ratio(what, words, both[0].value, both[1].value, unit, "computed", ratio(*both))
        for what, words, unit, both in counts
    ]


def contrast(one: ResNetSpec, other: ResNetSpec, height: int, width: int, timed: Sequence[Ratio]) -> list[Ratio]:
    """Ratios other / one: what is counted, then those of `timed_pair` and `published_pair`."""
    return [*counted(one, other, height, width), *timed]


def timed_pair(seen: Sequence[Measurement], source: str) -> list[Ratio]:
    """The measured ratio of a race: seconds per picture of both, and the device."""
    if len(seen) != 2:
        return []
    one, other = (1 / each.images_per_s for each in seen)
    device = str(seen[0].provenance["device"])
    quarters = [
        [side / each.settings.batch for side in (each.summary.q1_s, each.summary.q3_s)] for each in seen
    ]  # per picture
    return [
        _timed(
            f"Time, {_short(seen[0])} ({source})",
            (one, other),
            source,
            device,
            undecided=_undecided(seen, quarters),
            of=tuple(seen),
            span=(quarters[1][0] / quarters[0][1], quarters[1][1] / quarters[0][0]),
        )
    ]


@dataclass(frozen=True)
class NearPair:
    """Two nets of nearly the same MACs, the quicker one first: how many times its MACs and its time the slower one has."""

    macs: Ratio
    time: Ratio

    def apart(self, near: float) -> bool:
        """Whether, within the quartiles of both, the times' ratio is another than the MACs', by more than `near`."""
        return self.time.span is not None and self.time.span[0] / self.macs.ratio - 1 > near


def near_pairs(seen: Sequence[Measurement], source: str, near: float) -> list[NearPair]:
    """Every two of the measurements, of one input size, whose nets' MACs differ by at most `near` (0.1: 10 %)."""
    ordered = sorted(seen, key=lambda one: 1 / one.images_per_s)
    macs = [summed(trace(one.spec, one.settings.height, one.settings.width, 1), "macs") for one in ordered]
    return [
        NearPair(
            counted(quick.spec, slow.spec, quick.settings.height, quick.settings.width)[0],
            timed_pair((quick, slow), source)[0],
        )
        for (quick, work), (slow, more) in combinations(zip(ordered, macs, strict=True), 2)
        if max(work, more) <= (1 + near) * min(work, more)
    ]


def published_pair(tables: Sequence[Throughput], one: str, other: str, height: int, width: int) -> list[Ratio]:
    """The published ratios of times: seconds per picture on each device that has both; none at another input size than
    the tables'."""
    if (height, width) != (PUBLISHED_SIDE, PUBLISHED_SIDE):
        return []
    return [
        _timed(
            f"Time, {table['device'].removeprefix('NVIDIA ')} (published)",
            (1 / table["images_per_s"][one], 1 / table["images_per_s"][other]),
            "published",
            table["device"],
            table=table,
        )
        for table in tables
        if {one, other} <= set(table["images_per_s"])
    ]


def _timed(what: str, seconds: tuple[float, float], source: str, device: str, **more: Any) -> Ratio:
    rule = f"seconds per picture on {device}: the other ÷ the baseline"
    proof = timed_proofs.ratio(seconds[1], seconds[0], rule, source)
    return Ratio(what, f"the time ({source})", *seconds, "s", source, proof, device, **more)


def _short(seen: Measurement) -> str:
    """Of a device, as much as a chart's axis has room for."""
    device = str(seen.provenance["device"]).removeprefix("NVIDIA ")
    return "CPU" if seen.settings.kind == "cpu" else device


def _undecided(seen: Sequence[Measurement], quarters: Sequence[Sequence[float]]) -> str:
    """Why two times don't say which is the longer: one of them is doubted, or their middle halves overlap."""
    if any(one.warnings for one in seen):
        return DOUBTED
    return OVERLAP if overlap(*quarters) else ""


def overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two ranges (low, high) share a value: of two nets that are one and the same, they do."""
    return one[0] <= other[1] and other[0] <= one[1]
