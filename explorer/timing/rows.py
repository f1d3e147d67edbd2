"""Plain rows for figures, tables and exports of timings: what was measured beside what was computed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate

from explorer import palette
from explorer.analysis import total
from explorer.spec import ResNetSpec
from explorer.timing.limits import Ceilings
from explorer.timing.measurement import Measurement
from explorer.timing.parts import Part, rolled_up
from explorer.timing.records import Run
from explorer.timing.roofline import Roofline
from explorer.timing.settings import Settings
from explorer.timing.sweeps import Row, knee
from explorer.trace import Node, trace


def flat(seen: Measurement, source: str = "measured") -> dict[str, object]:
    """One line of an export: the figure, then everything that it needs beside it."""
    summary = seen.summary
    return {"source": source, "name": seen.name, "title": seen.title, "median_s": summary.median_s,
            "iqr_s": summary.iqr_s,
            "n": summary.n, "spread": summary.spread, "images_per_s": seen.images_per_s, "wall_s": seen.wall_s,
            "cpu_s": seen.cpu_s, **beside(seen.settings, seen.provenance),
            "warnings": " ".join(seen.warnings)}


def beside(settings: Settings, provenance: Mapping[str, object]) -> dict[str, object]:
    """What each line of an export carries: the settings, and what it ran on as on_…"""
    return settings.as_row() | {f"on_{key}": value for key, value in provenance.items()}


def stamped(rows: Sequence[dict], settings: Settings, provenance: Mapping[str, object],
            source: str) -> list[dict[str, object]]:
    """Rows with all that stands beside them."""
    return [{"source": source} | row | beside(settings, provenance) for row in rows]


def where(nodes: Sequence[Node], parts: Sequence[Part]) -> list[dict[str, object]]:
    """Per block (stem and head one each), or per stage where only stages were timed, in network order: seconds, MACs,
    parameters and the share of each."""
    seconds = rolled_up(parts, "block")
    whole = {part.stage for part in parts if part.kind == "stage"}  # of these no block is known

    def group_of(node: Node) -> str:
        return node.stage if node.stage in whole else node.block or node.stage

    groups = {name: [node for node in nodes if group_of(node) == name] for name in seconds}
    rows = [{"path": name, "stage": group[0].stage, "seconds": seconds[name], "macs": total(group, "macs"),
             "params": total(group, "params")} for name, group in groups.items()]
    sums = {key: sum(row[key] for row in rows) or 1 for key in ("seconds", "macs", "params")}
    return [row | {f"{key}_share": row[key] / sums[key] for key in sums} for row in rows]


def block_seconds(parts: Sequence[Part]) -> dict[str, float]:
    """Path of each block (stem and head too) → seconds: what the map colours by. Empty without times of blocks."""
    return {} if any(part.kind == "stage" for part in parts) else rolled_up(parts, "block")


def layers(parts: Sequence[Part]) -> list[dict[str, object]]:
    """The measured parts, the longest first."""
    whole_s = sum(part.seconds for part in parts)
    return [{"path": part.path, "kind": part.kind, "stage": part.stage, "seconds": part.seconds,
             "share": part.seconds / whole_s} for part in sorted(parts, key=lambda part: -part.seconds)]


def conv_outputs(nodes: Sequence[Node]) -> int:
    """Elements that the convolutions write, per picture: what has to move through memory (Dollár et al. 2021 call them
    activations, and find that they follow the time on GPUs better than MACs do)."""
    return sum(math.prod(node.out_shape[1:]) for node in nodes if node.kind == "conv")


def contrast(one: ResNetSpec, other: ResNetSpec, height: int, width: int,
             timed: Sequence[tuple[str, str, float, float]]) -> list[dict[str, object]]:
    """Ratios other / one: what is counted, then each (label, source, seconds of one, of other)."""
    first, second = trace(one, height, width, 1), trace(other, height, width, 1)
    counts = [("MACs", total(first, "macs"), total(second, "macs"), "MACs"),
              ("Parameters", total(first, "params"), total(second, "params"), "count"),
              ("Convolutions", *(sum(node.kind == "conv" for node in nodes) for nodes in (first, second)), "count"),
              ("Convolution outputs", conv_outputs(first), conv_outputs(second), "count")]
    rows = [{"what": what, "one": a, "other": b, "ratio": b / a, "unit": unit, "source": "computed"}
            for what, a, b, unit in counts]
    return rows + [{"what": label, "one": a, "other": b, "ratio": b / a, "unit": "s", "source": source}
                   for label, source, a, b in timed]


def timed_pair(seen: Sequence[Measurement], source: str) -> list[tuple[str, str, float, float]]:
    """The measured line of a contrast: seconds per picture of both."""
    if len(seen) != 2:
        return []
    one, other = (1 / each.images_per_s for each in seen)
    return [(f"Time ({source})", source, one, other)]


def published_pair(tables: Sequence[dict], one: str, other: str) -> list[tuple[str, str, float, float]]:
    """The published lines of a contrast: seconds per picture on each device that has both."""
    return [(f"Time, {table['device'].removeprefix('NVIDIA ')} (published)", "published",
             1 / table["images_per_s"][one], 1 / table["images_per_s"][other])
            for table in tables if {one, other} <= set(table["images_per_s"])]


def candidates(limits: Ceilings) -> list[dict[str, object]]:
    """Each candidate kernel and what it reached, for the table."""
    units = {"matmul": "FLOP/s", "conv": "FLOP/s", "copy": "byte/s"}
    rows = [{"candidate": one.name, "kind": one.kind, "reached": f"{palette.count(one.per_s)}{units[one.kind]}"}
            for one in limits.kernels if one.kind in units]
    return [*rows,
            {"candidate": "an operation on one number", "kind": "launch", "reached": palette.seconds(limits.launch_s)}]


def race(seen: Sequence[Measurement], pictures: int = 100) -> list[dict[str, object]]:
    """Per model: seconds after which each picture is done, from the raw times in their order, repeated as needed."""
    rows = []
    for one in seen:
        batch, times = one.settings.batch, one.times_s
        passes = math.ceil(pictures / batch)
        done_s = [0.0, *accumulate(times[index % len(times)] for index in range(passes))]
        rows.append({"title": one.title, "name": one.name, "block": one.spec.block, "done_s": done_s,
                     "pictures": [index * batch for index in range(passes + 1)]})
    return rows


def sweep(rows: Sequence[Row]) -> list[dict[str, object]]:
    """A sweep so far; `knee` marks the smallest batch within 90 % of the best throughput."""
    bend = knee(rows)
    plain = []
    for row in rows:
        seen = row.measurement
        figures = {} if seen is None else {"median_s": seen.summary.median_s, "iqr_s": seen.summary.iqr_s,
                                           "n": seen.summary.n, "images_per_s": seen.images_per_s,
                                           "macs": _macs(seen),
                                           "warnings": " ".join(seen.warnings)}
        plain.append({"label": row.point.label, "batch": row.point.settings.batch, "block": row.point.spec.block,
                      "knee": row is bend, "error": row.error, **figures})
    return plain


def sweep_export(made: Sequence[Row], source: str) -> list[dict[str, object]]:
    """A sweep's lines, each with its own settings and provenance."""
    return [{"source": source} | line | (beside(row.measurement.settings, row.measurement.provenance)
                                         if row.measurement else row.point.settings.as_row())
            for line, row in zip(sweep(made), made)]


def roof(seen: Roofline) -> list[dict[str, object]]:
    """The stages under the roof, and the whole pass last."""
    return [{"name": point.name, "macs": point.macs, "bytes": point.bytes, "seconds": point.seconds,
             "flops_per_s": point.flops_per_s, "intensity": point.intensity,
             "limit_flops_per_s": point.limit_flops_per_s,
             "share": point.share} for point in (*seen.points, seen.whole)]


def others(runs: Sequence[Run], tables: Sequence[dict], live: Sequence[Measurement] = ()) -> list[dict[str, object]]:
    """Throughput of every run and table by model: what to draw beside each other, each with its source."""
    rows = [_row(seen, "measured", "") for seen in live]
    rows += [_row(run.measurement, "recorded", run.source) for run in runs]
    for table in tables:
        machine = f"{table['device']} · {table['dtype']} · batch {table['batch']:,}"
        rows += [{"machine": machine, "name": name, "images_per_s": value, "source": "published",
                  "from": table["source"]}
                 for name, value in table["images_per_s"].items()]
    return rows


def _row(seen: Measurement, source: str, file: str) -> dict[str, object]:
    settings, device = seen.settings, str(seen.provenance["device"])
    machine = f"{device} · {settings.dtype} · batch {settings.batch:,}"
    if settings.kind == "cpu":
        machine += f" · {settings.threads} thread{'s' * (settings.threads != 1)}"
    return {"machine": machine, "name": seen.name, "images_per_s": seen.images_per_s, "source": source, "from": file}


def _macs(seen: Measurement) -> float:
    return total(trace(seen.spec, seen.settings.height, seen.settings.width), "macs")
