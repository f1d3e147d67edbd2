"""Plain rows for figures, tables and exports of timings: what was measured beside what was computed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from explorer import units
from explorer.facts.rollup import total
from explorer.net.trace import Node, trace
from explorer.spec import ResNetSpec
from explorer.timing.data.limits import Ceilings
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.roofline import Roofline
from explorer.timing.measure.parts import Part, rolled_up
from explorer.timing.measure.sweeps import Point, Row, knee

PUBLISHED_SIDE = 224  # px: the input of all published tables


def where(nodes: Sequence[Node], parts: Sequence[Part]) -> list[dict[str, object]]:
    """Per block (stem and head one each), or per stage where only stages were timed, in network order: seconds, MACs,
    parameters and the share of each."""
    seconds = rolled_up(parts, "block")
    whole = {part.stage for part in parts if part.kind == "stage"}  # of these no block is known

    def group_of(node: Node) -> str:
        return node.stage if node.stage in whole else node.block or node.stage

    groups = {name: [node for node in nodes if group_of(node) == name] for name in seconds}
    rows = [
        {
            "path": name,
            "stage": group[0].stage,
            "seconds": seconds[name],
            "macs": total(group, "macs"),
            "params": total(group, "params"),
        }
        for name, group in groups.items()
    ]
    sums = {key: sum(row[key] for row in rows) or 1 for key in ("seconds", "macs", "params")}
    return [row | {f"{key}_share": row[key] / sums[key] for key in sums} for row in rows]


def block_seconds(parts: Sequence[Part]) -> dict[str, float]:
    """Path of each block (stem and head too) → seconds: what the map colours by. Empty without times of blocks."""
    return {} if any(part.kind == "stage" for part in parts) else rolled_up(parts, "block")


def layers(parts: Sequence[Part]) -> list[dict[str, object]]:
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


def conv_outputs(nodes: Sequence[Node]) -> int:
    """Elements that the convolutions write, per picture: what has to move through memory (Dollár et al. 2021 call them
    activations, and find that they follow the time on GPUs better than MACs do)."""
    return sum(math.prod(node.out_shape[1:]) for node in nodes if node.kind == "conv")


def contrast(
    one: ResNetSpec, other: ResNetSpec, height: int, width: int, timed: Sequence[dict[str, object]]
) -> list[dict[str, object]]:
    """Ratios other / one: what is counted, then the rows of `timed_pair` and `published_pair`."""
    first, second = trace(one, height, width, 1), trace(other, height, width, 1)
    counts = [
        ("MACs", total(first, "macs"), total(second, "macs"), "MACs"),
        ("Parameters", total(first, "params"), total(second, "params"), "count"),
        ("Convolutions", *(sum(node.kind == "conv" for node in nodes) for nodes in (first, second)), "count"),
        ("Convolution outputs", conv_outputs(first), conv_outputs(second), "count"),
    ]
    rows = [
        {"what": what, "one": a, "other": b, "ratio": b / a, "unit": unit, "source": "computed"}
        for what, a, b, unit in counts
    ]
    return rows + [row | {"ratio": row["other"] / row["one"], "unit": "s"} for row in timed]


def timed_pair(seen: Sequence[Measurement], source: str) -> list[dict[str, object]]:
    """The measured row of a contrast: seconds per picture of both, and the device."""
    if len(seen) != 2:
        return []
    one, other = (1 / each.images_per_s for each in seen)
    return [
        {
            "what": f"Time ({source})",
            "one": one,
            "other": other,
            "source": source,
            "device": seen[0].provenance["device"],
        }
    ]


def published_pair(tables: Sequence[dict], one: str, other: str, height: int, width: int) -> list[dict[str, object]]:
    """The published rows of a contrast: seconds per picture on each device that has both; none at another input size
    than the tables'."""
    if (height, width) != (PUBLISHED_SIDE, PUBLISHED_SIDE):
        return []
    return [
        {
            "what": f"Time, {table['device'].removeprefix('NVIDIA ')} (published)",
            "one": 1 / table["images_per_s"][one],
            "other": 1 / table["images_per_s"][other],
            "source": "published",
            "device": table["device"],
            "table": table,
        }
        for table in tables
        if {one, other} <= set(table["images_per_s"])
    ]


def flops(per_s: float) -> str:
    """433709e6 → '433.71 GFLOP/s'."""
    return f"{units.count(per_s)}FLOP/s"


def candidates(limits: Ceilings) -> list[dict[str, object]]:
    """Each candidate kernel and what it reached, for the table."""
    words = {"matmul": flops, "conv": flops, "copy": lambda per_s: f"{units.size(per_s)}/s"}
    rows = [
        {"candidate": one.name, "kind": one.kind, "reached": words[one.kind](one.per_s)}
        for one in limits.kernels
        if one.kind in words
    ]
    return [
        *rows,
        {"candidate": "an operation on one number", "kind": "launch", "reached": units.seconds(limits.launch_s)},
    ]


def race(seen: Sequence[Measurement], pictures: int = 100) -> list[dict[str, object]]:
    """Per model: seconds after which each picture is done, from the raw times in their order, repeated as needed."""
    rows = []
    for one in seen:
        batch, times = one.settings.batch, one.times_s
        passes = math.ceil(pictures / batch)
        done_s = [0.0, *accumulate(times[index % len(times)] for index in range(passes))]
        rows.append(
            {
                "title": one.title,
                "name": one.name,
                "block": one.spec.block,
                "done_s": done_s,
                "pictures": [index * batch for index in range(passes + 1)],
            }
        )
    return rows


def sweep(rows: Sequence[Row], planned: Sequence[Point] = ()) -> list[dict[str, object]]:
    """A sweep so far; `knee` marks the smallest batch within 90 % of the best throughput. planned: all its points, so
    that those to come have their place."""
    bend = knee(rows)
    plain = [_point(row.point) | {"knee": row is bend, "error": row.error} | _figures(row.measurement) for row in rows]
    return plain + [_point(point) | {"knee": False, "error": None} for point in planned[len(rows) :]]


def _point(point: Point) -> dict[str, object]:
    return {"label": point.label, "batch": point.settings.batch, "block": point.spec.block}


def _figures(seen: Measurement | None) -> dict[str, object]:
    if seen is None:
        return {}
    summary = seen.summary
    return {
        "median_s": summary.median_s,
        "q1_s": summary.q1_s,
        "q3_s": summary.q3_s,
        "iqr_s": summary.iqr_s,
        "n": summary.n,
        "images_per_s": seen.images_per_s,
        "macs": _macs(seen),
        "warnings": " ".join(seen.warnings),
    }


def roof(seen: Roofline) -> list[dict[str, object]]:
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


def _macs(seen: Measurement) -> float:
    return total(trace(seen.spec, seen.settings.height, seen.settings.width), "macs")
