"""Lines of exports: each figure with all that must stand beside it, so that a line can be quoted alone.

Every line carries its source, the settings by their names, and what it ran on as on_…; published ones what their table
says of itself. No torch call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.facts.published import Throughput
from explorer.timing.data import records
from explorer.timing.data.measurement import Facts, Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure.against_limit import Limit
from explorer.timing.measure.kernels import KernelTime
from explorer.timing.measure.parts import Parts
from explorer.timing.measure.sweeps import Row
from explorer.timing.said import ratio_rows, rows

Line = dict[str, object]  # of a file: what stands beside a figure differs from table to table
FORMATS = {"NCHW": "contiguous", "NHWC": "channels_last"}  # a table's word -> ours


def beside(settings: Settings, provenance: Facts) -> Line:
    """The settings, and what it ran on as on_…"""
    return settings.as_row() | {f"on_{key}": value for key, value in provenance.items()}


def stamped(lines: Sequence[Mapping[str, object]], settings: Settings, provenance: Facts, source: str) -> list[Line]:
    """Lines with all that stands beside them."""
    return [{"source": source} | dict(line) | beside(settings, provenance) for line in lines]


def statistics(seen: Measurement) -> Line:
    """Median, quartiles and what doubts there are; seconds."""
    summary = seen.summary
    return {
        "median_s": summary.median_s,
        "q1_s": summary.q1_s,
        "q3_s": summary.q3_s,
        "iqr_s": summary.iqr_s,
        "n": summary.n,
        "spread": summary.spread,
        "images_per_s": seen.images_per_s,
        "wall_s": seen.wall_s,
        "cpu_s": seen.cpu_s,
        "enqueue_s": seen.enqueue_s,
        "warnings": " ".join(seen.warnings),
    }


def flat(seen: Measurement, source: str = "measured", file: str = "") -> Line:
    """One line of an export: the figure, then everything that it needs beside it. file: where it was recorded."""
    return (
        {"source": source, "name": seen.name, "title": seen.title}
        | statistics(seen)
        | beside(seen.settings, seen.provenance)
        | ({"from": file} if file else {})
    )


def published(table: Throughput) -> Line:
    """What a published table says of itself, under the names of the rest."""
    layout = table["memory_format"]
    return {
        "source": "published",
        "dtype": table["dtype"],
        "memory_format": FORMATS.get(layout, layout),
        "batch": table["batch"],
        "height": ratio_rows.PUBLISHED_SIDE,
        "width": ratio_rows.PUBLISHED_SIDE,
        "on_device": table["device"],
        "on_torch": table["torch"],
        "from": table["source"],
        "url": table["url"],
    }


def race(contrast: Sequence[ratio_rows.Ratio], seen: Sequence[Measurement], height: int, width: int) -> list[Line]:
    """The rows of `ratio_rows.contrast`; times with the statistics of both, published ones with their table."""
    lines = []
    for row in contrast:
        line: Line = {**row.plain}
        if row.table is not None:
            line |= published(row.table)
        elif row.source == "computed":
            line |= {"height": height, "width": width}
        else:
            both = row.of or seen
            sides = zip(("one", "other"), both)
            line |= {f"{side}_{key}": value for side, one in sides for key, value in statistics(one).items()}
            line |= beside(both[0].settings, both[0].provenance)
        lines.append(line)
    return lines


def sweep(made: Sequence[Row], source: str) -> list[Line]:
    """A sweep's lines, each with its own settings and provenance; a refusal with what was asked."""
    return [
        {
            "source": source,
            **line,
            **(
                statistics(row.measurement) | beside(row.measurement.settings, row.measurement.provenance)
                if row.measurement
                else row.point.settings.as_row()
            ),
        }
        for line, row in zip(rows.sweep(made), made)
    ]


def parts(where: Sequence[rows.Timed], seen: Parts, source: str) -> list[Line]:
    """Where the time goes, by block (or stage) and by the parts that were timed, with the checks of the cut."""
    checks: Line = {"timed_by": seen.level} | (
        {"n": seen.n, "whole_s": seen.whole_s, "plain_s": seen.plain_s, "sum_over_whole": seen.sum_over_whole}
        if seen.n
        else {}
    )
    checks |= {"overhead": seen.overhead, "noise": seen.noise, "warnings": " ".join(seen.warnings)}
    lines = [{"rows": "shares", **line, **checks} for line in where]
    lines += [{"rows": "longest first", **line, **checks} for line in rows.layers(seen.parts)]
    return stamped(lines, seen.settings, seen.provenance, source)


def limit(seen: Limit, source: str) -> list[Line]:
    """The stages under the roof, each with the ceilings, the floor, the share and the verdict of the whole pass."""
    roof, one = seen.roofline, seen.measurement
    whole = {
        "peak_flops_per_s": roof.peak_flops_per_s,
        "peak_from": roof.peak_from,
        "band_bytes_per_s": roof.band_bytes_per_s,
        "band_from": roof.band_from,
        "memory_bytes_per_s": roof.memory_bytes_per_s,
        "launch_s": seen.ceilings.launch_s,
        "floor_arithmetic_s": roof.floor_arithmetic_s,
        "floor_memory_s": roof.floor_memory_s,
        "floor_s": roof.floor_s,
        "share_of_limit": roof.share,
        "bound_by": roof.verdict,
    }
    whole |= {f"bound_by_{name}": share for name, share in roof.bound_shares.items()}
    whole |= {f"pass_{key}": value for key, value in statistics(one).items()}
    return stamped([{**line, **whole} for line in rows.roof(roof)], one.settings, one.provenance, source)


def kernels(seen: Sequence[KernelTime], settings: Settings, provenance: Facts) -> list[Line]:
    """torch.profiler's table."""
    return stamped([row.as_row() for row in seen], settings, provenance, "measured")


def cut_rows(seen: Parts) -> list[records.RunRow]:
    """Parts as a run of a file, with the raw times of the passes without marks; none where these were not kept."""
    if not seen.plain_times_s:
        return []
    plain = Measurement(seen.spec, seen.settings, seen.plain_times_s, None, None, None, seen.provenance)
    how = records.Cut(seen.level, seen.whole_s, seen.plain_s, seen.n, seen.noise)
    return [records.row_of(plain, [(part.path, part.seconds) for part in seen.parts], seen.overhead, cut=how)]


def run_rows(seen: Limit) -> list[records.RunRow]:
    """A limit as a run of a file: the pass, its parts and how they were cut, the ceilings."""
    cut = seen.parts
    if cut is None:
        return [records.row_of(seen.measurement, ceilings=seen.ceilings.as_row())]
    how = records.Cut(cut.level, cut.whole_s, cut.plain_s, cut.n, cut.noise) if cut.n else None
    return [
        records.row_of(
            seen.measurement,
            [(part.path, part.seconds) for part in cut.parts],
            cut.overhead,
            seen.ceilings.as_row(),
            how,
        )
    ]
