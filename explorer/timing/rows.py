"""Plain rows for figures, tables and exports of timings: what was measured beside what was computed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from explorer.analysis import total
from explorer.spec import ResNetSpec
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
    return {"source": source, "name": seen.name, "title": seen.title, "median_s": summary.median_s, "iqr_s": summary.iqr_s,
            "n": summary.n, "spread": summary.spread, "images_per_s": seen.images_per_s, "wall_s": seen.wall_s,
            "cpu_s": seen.cpu_s, **seen.settings.as_row(), **{f"on_{key}": value for key, value in seen.provenance.items()},
            "warnings": " ".join(seen.warnings)}


def where(nodes: Sequence[Node], parts: Sequence[Part]) -> list[dict[str, object]]:
    """Per block (stem and head one each), in network order: seconds, MACs, parameters and the share of each."""
    seconds = rolled_up(parts, "block")
    groups = {name: [node for node in nodes if (node.block or node.stage) == name] for name in seconds}
    rows = [{"path": name, "stage": group[0].stage, "seconds": seconds[name], "macs": total(group, "macs"),
             "params": total(group, "params")} for name, group in groups.items()]
    sums = {key: sum(row[key] for row in rows) or 1 for key in ("seconds", "macs", "params")}
    return [row | {f"{key}_share": row[key] / sums[key] for key in sums} for row in rows]


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


def race_sentence(rows: Sequence[dict[str, object]]) -> str:
    """Where the slower one is when the faster has finished."""
    first, second = sorted(rows, key=lambda row: row["done_s"][-1])[:2]
    end_s = first["done_s"][-1]
    behind = max(count for count, at_s in zip(second["pictures"], second["done_s"]) if at_s <= end_s)
    return (f"When {first['title']} has finished its {first['pictures'][-1]:,} pictures, {second['title']} has finished "
            f"{behind:,}.")


def sweep(rows: Sequence[Row]) -> list[dict[str, object]]:
    """A sweep so far; `knee` marks the smallest batch within 90 % of the best throughput."""
    bend = knee(rows)
    plain = []
    for row in rows:
        seen = row.measurement
        figures = {} if seen is None else {"median_s": seen.summary.median_s, "iqr_s": seen.summary.iqr_s,
                                           "n": seen.summary.n, "images_per_s": seen.images_per_s,
                                           "macs": total(trace(seen.spec, seen.settings.height, seen.settings.width), "macs"),
                                           "warnings": " ".join(seen.warnings)}
        plain.append({"label": row.point.label, "batch": row.point.settings.batch, "block": row.point.spec.block,
                      "knee": row is bend, "error": row.error, **figures})
    return plain


def roof(seen: Roofline) -> list[dict[str, object]]:
    """The stages under the roof, and the whole pass last."""
    return [{"name": point.name, "macs": point.macs, "bytes": point.bytes, "seconds": point.seconds,
             "flops_per_s": point.flops_per_s, "intensity": point.intensity, "limit_flops_per_s": point.limit_flops_per_s,
             "share": point.share} for point in (*seen.points, seen.whole)]


def nearest(runs: Sequence[Run], spec: ResNetSpec, settings: Settings) -> Run | None:
    """The recorded run of this very spec whose batch, dtype and threads are nearest to what is asked; None without."""
    same = [run for run in runs if run.measurement.spec == spec
            and (run.measurement.settings.height, run.measurement.settings.width) == (settings.height, settings.width)]

    def distance(run: Run) -> tuple:
        theirs = run.measurement.settings
        return (theirs.dtype != settings.dtype, theirs.memory_format != settings.memory_format,
                abs(math.log2(theirs.batch / settings.batch)), theirs.threads != settings.threads)

    return min(same, key=distance, default=None)


def others(runs: Sequence[Run], tables: Sequence[dict], live: Sequence[Measurement] = ()) -> list[dict[str, object]]:
    """Throughput of every run and table by model: what to draw beside each other, each with its source."""
    rows = [_row(seen, "measured", "") for seen in live]
    rows += [_row(run.measurement, "recorded", run.source) for run in runs]
    for table in tables:
        machine = f"{table['device']} · {table['dtype']} · batch {table['batch']:,}"
        rows += [{"machine": machine, "name": name, "images_per_s": value, "source": "published", "from": table["source"]}
                 for name, value in table["images_per_s"].items()]
    return rows


def _row(seen: Measurement, source: str, file: str) -> dict[str, object]:
    settings, device = seen.settings, str(seen.provenance["device"])
    machine = f"{device} · {settings.dtype} · batch {settings.batch:,}"
    if settings.kind == "cpu":
        machine += f" · {settings.threads} thread{'s' * (settings.threads != 1)}"
    return {"machine": machine, "name": seen.name, "images_per_s": seen.images_per_s, "source": source, "from": file}
