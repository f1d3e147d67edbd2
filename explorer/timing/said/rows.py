"""Plain rows for figures, tables and exports of timings: what was measured beside what was computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NotRequired, TypedDict

from explorer import units
from explorer.facts.rollup import summed
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.timing.data.limits import Ceilings
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.roofline import Roofline
from explorer.timing.measure.parts import Part, rolled_up
from explorer.timing.measure.race import Laps
from explorer.timing.measure.sweeps import Point, Row, knee


class Timed(TypedDict):
    """A block, stage, stem or head: what it takes, and its shares of the net's, from 0 to 1."""

    path: str
    stage: str
    seconds: float
    macs: int
    params: int
    seconds_share: float
    macs_share: float
    params_share: float


class TimedLayer(TypedDict):
    """A measured part. share: of the sum of all."""

    path: str
    kind: str
    stage: str
    seconds: float
    share: float


class Raced(TypedDict):
    """A model's pictures over time: done_s[i] seconds after the start, pictures[i] are done. median_s: of a pass."""

    title: str
    name: str
    block: str
    median_s: float
    done_s: list[float]
    pictures: list[int]


class Swept(TypedDict):
    """A point of a sweep; without figures where it is still to come, or failed by `error`."""

    label: str
    batch: int
    block: str
    knee: bool
    error: str | None
    median_s: NotRequired[float]
    q1_s: NotRequired[float]
    q3_s: NotRequired[float]
    iqr_s: NotRequired[float]
    n: NotRequired[int]
    images_per_s: NotRequired[float]
    macs: NotRequired[int]
    warnings: NotRequired[str]


class UnderTheRoof(TypedDict):
    """A stage, or the whole pass, against its limit. intensity: FLOPs per byte moved; share: of the limit."""

    name: str
    macs: int
    bytes: int
    seconds: float
    flops_per_s: float
    intensity: float
    limit_flops_per_s: float
    share: float


def where(nodes: Sequence[Node], parts: Sequence[Part]) -> list[Timed]:
    """Per block (stem and head one each), or per stage where only stages were timed, in network order: seconds, MACs,
    parameters and the share of each."""
    seconds = rolled_up(parts, "block")
    whole = {part.stage for part in parts if part.kind == "stage"}  # of these no block is known

    def group_of(node: Node) -> str:
        return node.stage if node.stage in whole else node.block or node.stage

    groups = {name: [node for node in nodes if group_of(node) == name] for name in seconds}
    macs = {name: summed(group, "macs") for name, group in groups.items()}
    params = {name: summed(group, "params") for name, group in groups.items()}
    all_s, all_macs, all_params = (sum(found.values()) or 1 for found in (seconds, macs, params))
    return [
        {
            "path": name,
            "stage": group[0].stage,
            "seconds": seconds[name],
            "macs": macs[name],
            "params": params[name],
            "seconds_share": seconds[name] / all_s,
            "macs_share": macs[name] / all_macs,
            "params_share": params[name] / all_params,
        }
        for name, group in groups.items()
    ]


def block_seconds(parts: Sequence[Part]) -> dict[str, float]:
    """Path of each block (stem and head too) → seconds: what the map colours by. Empty without times of blocks."""
    return {} if any(part.kind == "stage" for part in parts) else rolled_up(parts, "block")


def layers(parts: Sequence[Part]) -> list[TimedLayer]:
    """The measured parts, the longest first."""
    whole_s = sum(part.seconds for part in parts)
    return [
        {
            "path": part.path,
            "kind": part.kind,
            "stage": part.stage,
            "seconds": part.seconds,
            "share": part.seconds / whole_s,
        }
        for part in sorted(parts, key=lambda part: -part.seconds)
    ]


def flops(per_s: float) -> str:
    """433709e6 → '433.71 GFLOP/s'."""
    return f"{units.count(per_s)}FLOP/s"


class Candidate(TypedDict):
    """One of the kernels that the device's limit was looked for with, and what it reached."""

    candidate: str
    kind: str
    reached: str


def candidates(limits: Ceilings) -> list[Candidate]:
    """Each candidate kernel and what it reached, for the table."""
    words: dict[str, Callable[[float], str]] = {
        "matmul": flops,
        "conv": flops,
        "copy": lambda per_s: f"{units.size(per_s)}/s",
    }
    rows: list[Candidate] = [
        {"candidate": one.name, "kind": one.kind, "reached": words[one.kind](one.per_s)}
        for one in limits.kernels
        if one.kind in words
    ]
    return [
        *rows,
        {"candidate": "an operation on one number", "kind": "launch", "reached": units.seconds(limits.launch_s)},
    ]


def race(seen: Sequence[Measurement], pictures: int = 100) -> list[Raced]:
    """Per model: seconds after which each picture is done, from the raw times in their order, repeated as needed."""
    rows: list[Raced] = []
    for one in seen:
        batch, times = one.settings.batch, one.times_s
        passes = math.ceil(pictures / batch)
        done_s = [0.0, *accumulate(times[index % len(times)] for index in range(passes))]
        rows.append(
            {
                "title": one.title,
                "name": one.name,
                "block": one.spec.block,
                "median_s": one.summary.median_s,
                "done_s": done_s,
                "pictures": [index * batch for index in range(passes + 1)],
            }
        )
    return rows


def laps(news: Sequence[Laps]) -> list[list[float]]:
    """A race so far: the times of each model's passes, in their order."""
    rounds = [one for lap in news for one in lap.rounds]
    return [list(times) for times in zip(*rounds)]


def way(times: Sequence[Sequence[float]], of: int) -> list[float]:
    """How far each is, of `of` passes, after as much time of its own as the one with the least has had: 0 … 1. They take
    turns, so that after as many passes each the faster one has had less time."""
    if not times:
        return []
    clock_s = min(sum(mine) for mine in times)
    return [min(1.0, _passes_within(mine, clock_s) / of) for mine in times]


def _passes_within(times: Sequence[float], clock_s: float) -> float:
    """Whole passes, and the part of the one that is on."""
    spent_s = 0.0
    for done, one in enumerate(times):
        if spent_s + one > clock_s:
            return done + (clock_s - spent_s) / one
        spent_s += one
    return float(len(times))


def sweep(rows: Sequence[Row], planned: Sequence[Point] = ()) -> list[Swept]:
    """A sweep so far; `knee` marks the smallest batch within 90 % of the best throughput. planned: all its points, so
    that those to come have their place."""
    bend = knee(rows)
    done = [_swept(row.point, row is bend, row.error, row.measurement) for row in rows]
    return done + [_swept(point) for point in planned[len(rows) :]]


def _swept(point: Point, knee: bool = False, error: str | None = None, seen: Measurement | None = None) -> Swept:
    found: Swept = {
        "label": point.label,
        "batch": point.settings.batch,
        "block": point.spec.block,
        "knee": knee,
        "error": error,
    }
    if seen is None:
        return found
    summary = seen.summary
    return found | {
        "median_s": summary.median_s,
        "q1_s": summary.q1_s,
        "q3_s": summary.q3_s,
        "iqr_s": summary.iqr_s,
        "n": summary.n,
        "images_per_s": seen.images_per_s,
        "macs": _macs(seen),
        "warnings": " ".join(seen.warnings),
    }


def roof(seen: Roofline) -> list[UnderTheRoof]:
    """The stages under the roof, and the whole pass last."""
    return [
        {
            "name": point.name,
            "macs": point.macs,
            "bytes": point.bytes,
            "seconds": point.seconds,
            "flops_per_s": point.flops_per_s,
            "intensity": point.intensity,
            "limit_flops_per_s": point.limit_flops_per_s,
            "share": point.share,
        }
        for point in (*seen.points, seen.whole)
    ]


def tile_seconds(parts: Sequence[Part]) -> dict[str, float]:
    """What the map colours by: seconds by block, and by layer where each was timed, for the tiles of stem and head. The
    picture itself, a node of the first tile, takes no time."""
    return {"input": 0.0} | block_seconds(parts) | {part.path: part.seconds for part in parts}


def _macs(seen: Measurement) -> int:
    return summed(trace(seen.spec, seen.settings.height, seen.settings.width), "macs")
