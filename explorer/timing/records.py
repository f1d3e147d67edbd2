"""Runs as JSON files: saved by `python -m explorer time … --save`, loaded beside live ones, always marked as recorded.

A file is untrusted input: everything in it is checked, and the summary is computed anew from the raw times. No torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from explorer.spec import ResNetSpec
from explorer.timing.limits import Ceilings, ceilings_from
from explorer.timing.measurement import Measurement
from explorer.timing.settings import settings_from
from explorer.timing.stats import summarise

ASSETS = Path(__file__).parents[2] / "assets"
FORMAT, VERSION = "resnet-explorer-timing", 1
MOST_BYTES, MOST_RUNS, MOST_TIMES, MOST_TEXT = 5_000_000, 500, 20_000, 300
NEEDED = ("device", "torch", "measured_at")  # without these nobody can judge a figure


@dataclass(frozen=True)
class Run:
    """One measurement of a file. parts: (path, seconds) rows, or none."""

    measurement: Measurement
    parts: tuple[tuple[str, float], ...] = ()
    overhead: float | None = None
    ceilings: Ceilings | None = None
    source: str = ""


def row_of(seen: Measurement, parts: Sequence[tuple[str, float]] = (), overhead: float | None = None,
           ceilings: Mapping[str, object] | None = None) -> dict[str, object]:
    """JSON-ready: what each export holds."""
    summary = seen.summary
    row = {"name": seen.name, "title": seen.title, "spec": asdict(seen.spec) | {"stages": list(seen.spec.stages)},
           "settings": seen.settings.as_row(), "median_s": summary.median_s, "iqr_s": summary.iqr_s, "n": summary.n,
           "spread": summary.spread, "images_per_s": seen.images_per_s, "wall_s": seen.wall_s, "cpu_s": seen.cpu_s,
           "enqueue_s": seen.enqueue_s, "warnings": list(seen.warnings), "provenance": dict(seen.provenance),
           "times_s": [float(f"{value:.6g}") for value in seen.times_s]}
    if parts:
        row |= {"parts": [list(part) for part in parts], "overhead": overhead}
    return row | ({"ceilings": dict(ceilings)} if ceilings else {})


def dumps(rows: Sequence[Mapping[str, object]]) -> str:
    """A file's text: one field a line, so that two files can be compared, and raw times on one."""
    runs = ",\n".join("{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
                                         for key, value in row.items()) + "\n}" for row in rows)
    return f'{{"format": "{FORMAT}", "version": {VERSION}, "runs": [\n{runs}\n]}}\n'


def loads(text: str | bytes, source: str = "") -> tuple[Run, ...]:
    """Raises `ValueError` naming what is wrong with the file."""
    if len(text) > MOST_BYTES:
        raise ValueError(f"file={source or 'run file'}: {len(text):,} bytes; at most {MOST_BYTES:,}")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"file={source or 'run file'}: not JSON ({str(error)[:80]})") from None
    if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise ValueError(f"file={source or 'run file'}: not a timing saved by this explorer; make one with "
                         "python -m explorer time resnet50 --save run.json")
    rows = data.get("runs")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_RUNS:
        raise ValueError(f"runs: a list of 1 to {MOST_RUNS} runs is expected")
    return tuple(_run(row, f"runs[{index}]", source) for index, row in enumerate(rows))


def recorded(folder: Path = ASSETS / "timings") -> tuple[Run, ...]:
    """The runs that came with the explorer, file by file."""
    return tuple(run for path in sorted(folder.glob("*.json")) for run in loads(path.read_text("utf-8"), path.stem))


def published(path: Path = ASSETS / "published" / "throughput.json") -> tuple[dict[str, object], ...]:
    """Throughput tables of others: device, dtype, batch, source, and images_per_s by model name."""
    return tuple(json.loads(path.read_text("utf-8"))["tables"])


def _run(row: object, where: str, source: str) -> Run:
    if not isinstance(row, dict):
        raise ValueError(f"{where}: an object is expected")
    try:
        seen = Measurement(_spec(row.get("spec")), settings_from(row.get("settings")), _times(row.get("times_s")),
                           _number(row, "wall_s"), _number(row, "cpu_s"), _number(row, "enqueue_s", optional=True),
                           _provenance(row.get("provenance")))
        _same(row, seen)
        return Run(seen, _parts(row.get("parts", [])), _number(row, "overhead", optional=True, signed=True),
                   None if row.get("ceilings") is None else ceilings_from(row["ceilings"]), source)
    except (TypeError, KeyError) as error:
        raise ValueError(f"{where}: {str(error)[:120]}") from None
    except ValueError as error:
        raise ValueError(f"{where}.{error}") from None


def _spec(row: object) -> ResNetSpec:
    names = {field.name for field in fields(ResNetSpec)}
    if not isinstance(row, dict) or not set(row) <= names:
        raise ValueError(f"spec: an object with fields of {', '.join(sorted(names))} is expected")
    return ResNetSpec(**row)


def _times(values: object) -> tuple[float, ...]:
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_TIMES:
        raise ValueError(f"times_s: a list of 1 to {MOST_TIMES:,} times is expected")
    summarise(values)
    return tuple(map(float, values))


def _number(row: Mapping[str, object], name: str, optional: bool = False, signed: bool = False) -> float | None:
    value = row.get(name)
    if value is None and optional:
        return None
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not good or (value < 0 and not signed):
        raise ValueError(f"{name}={str(value)[:40]}: a finite number is expected, not below 0")
    return float(value)


def _provenance(facts: object) -> dict[str, object]:
    plain = isinstance(facts, dict) and all(
        isinstance(name, str) and (value is None or isinstance(value, (str, int, float, bool)))
        and len(str(value)) <= MOST_TEXT for name, value in facts.items())
    if not plain or len(facts) > 60 or any(not facts.get(name) for name in NEEDED):
        raise ValueError(f"provenance: plain facts with at least {', '.join(NEEDED)} are expected")
    return dict(facts)


def _same(row: Mapping[str, object], seen: Measurement) -> None:
    """A summary that does not follow from its raw times was edited."""
    for name, found in (("median_s", seen.summary.median_s), ("images_per_s", seen.images_per_s)):
        if name in row and not math.isclose(_number(row, name), found, rel_tol=1e-3):
            raise ValueError(f"{name}={row[name]}: the raw times give {found:.6g}")


def _parts(rows: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(rows, list) or len(rows) > 20_000:
        raise ValueError("parts: a list of [path, seconds] is expected")
    for row in rows:
        if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], str) or len(row[0]) > MOST_TEXT:
            raise ValueError("parts: a list of [path, seconds] is expected")
        _number({"parts": row[1]}, "parts")
    return tuple((path, float(seconds)) for path, seconds in rows)
