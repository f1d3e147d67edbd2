"""Runs as JSON files: saved by `python -m explorer time … --save`, loaded beside live ones, always marked as recorded.

A file is untrusted input: everything in it is checked, and the summary is computed anew from the raw times. No torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NotRequired, TypedDict, cast

from explorer.places import ASSETS
from explorer.spec import PlainSpec, ResNetSpec, as_plain
from explorer.timing.data.limits import Ceilings, CeilingsRow, ceilings_from
from explorer.timing.data.measurement import Facts, Measurement
from explorer.timing.data.settings import Fact, Settings, settings_from

FORMAT, VERSION = "resnet-explorer-timing", 1
MOST_BYTES, MOST_RUNS = 5_000_000, 500
MOST_MARKS = {  # in a file, counted before anything is built: a list of nothing takes 60 bytes
    "lists": ("[", 100_000),
    "objects": ("{", 50_000),
    "quotes": ('"', 400_000),
    "entries": (",", 600_000),
}
MOST_DIGITS = 18  # of a whole number


@dataclass(frozen=True)
class Cut:
    """How the parts of a run were timed: the fields of `parts.Parts`. Files made before it was kept have none."""

    level: str
    whole_s: float
    plain_s: float
    n: int
    noise: float = 0.0


@dataclass(frozen=True)
class Run:
    """One measurement of a file. parts: (path, seconds) rows, or none; cut: how they were timed, where that is known."""

    measurement: Measurement
    parts: tuple[tuple[str, float], ...] = ()
    overhead: float | None = None
    ceilings: Ceilings | None = None
    source: str = ""
    cut: Cut | None = None


class RunRow(TypedDict):
    """A run as a file has it: what was measured, what follows from it, and on what it ran."""

    name: str
    title: str
    spec: PlainSpec
    settings: dict[str, Fact]
    median_s: float
    iqr_s: float
    n: int
    spread: float
    images_per_s: float
    wall_s: float | None
    cpu_s: float | None
    enqueue_s: float | None
    warnings: list[str]
    provenance: Facts
    times_s: list[float]
    parts: NotRequired[list[list[object]]]
    overhead: NotRequired[float | None]
    cut: NotRequired[dict[str, Fact]]
    ceilings: NotRequired[CeilingsRow]


def row_of(
    seen: Measurement,
    parts: Sequence[tuple[str, float]] = (),
    overhead: float | None = None,
    ceilings: CeilingsRow | None = None,
    cut: Cut | None = None,
) -> RunRow:
    """JSON-ready: what each export holds."""
    summary = seen.summary
    row: RunRow = {
        "name": seen.name,
        "title": seen.title,
        "spec": as_plain(seen.spec),
        "settings": seen.settings.as_row(),
        "median_s": summary.median_s,
        "iqr_s": summary.iqr_s,
        "n": summary.n,
        "spread": summary.spread,
        "images_per_s": seen.images_per_s,
        "wall_s": seen.wall_s,
        "cpu_s": seen.cpu_s,
        "enqueue_s": seen.enqueue_s,
        "warnings": list(seen.warnings),
        "provenance": seen.provenance,
        "times_s": [float(f"{value:.6g}") for value in seen.times_s],
    }
    if parts:
        row |= {"parts": [list(part) for part in parts], "overhead": overhead}
    if parts and cut:
        row["cut"] = asdict(cut)
    if ceilings:
        row["ceilings"] = ceilings
    return row


def dumps(rows: Sequence[Mapping[str, object]]) -> str:
    """A file's text: one field a line, so that two files can be compared, and raw times on one."""
    runs = ",\n".join(
        "{\n"
        + ",\n".join(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in row.items())
        + "\n}"
        for row in rows
    )
    return f'{{"format": "{FORMAT}", "version": {VERSION}, "runs": [\n{runs}\n]}}\n'


def loads(text: str | bytes, source: str = "") -> tuple[Run, ...]:
    """Raises `ValueError` naming what is wrong with the file."""
    if len(text) > MOST_BYTES:
        raise ValueError(f"file={source or 'run file'}: {len(text):,} bytes; at most {MOST_BYTES:,}")
    data = _json(text, source or "run file")
    if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise ValueError(
            f"file={source or 'run file'}: not a timing saved by this explorer; make one with "
            "python -m explorer time resnet50 --save run.json"
        )
    rows = data.get("runs")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_RUNS:
        raise ValueError(f"runs: a list of 1 to {MOST_RUNS} runs is expected")
    return tuple(_run(row, f"runs[{index}]", source) for index, row in enumerate(rows))


def _json(text: str | bytes, name: str) -> object:
    """The file's data; how much there is of it is said before it is built."""
    for what, (mark, most) in MOST_MARKS.items():
        found = text.count(mark) if isinstance(text, str) else text.count(mark.encode())
        if found > most:
            raise ValueError(f"file={name}: {found:,} {what}; at most {most:,}")
    try:
        return json.loads(text, parse_int=_whole)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"file={name}: not JSON ({str(error)[:80]})") from None
    except ValueError as error:
        raise ValueError(f"file={name}: {error}") from None


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a whole number of {len(digits):,} digits; at most {MOST_DIGITS}")
    return int(digits)


def recorded(folder: Path = ASSETS / "timings") -> tuple[Run, ...]:
    """The runs that came with the explorer, file by file."""
    return tuple(run for path in sorted(folder.glob("*.json")) for run in loads(path.read_text("utf-8"), path.stem))


def _run(row: object, where: str, source: str) -> Run:
    if not isinstance(row, dict):
        raise ValueError(f"{where}: an object is expected")
    problem = _problem(row, f"{where}.")
    if problem:
        raise ValueError(problem)
    try:
        seen = Measurement(
            _spec(row.get("spec")),
            _resolved(settings_from(row.get("settings"))),
            tuple(map(float, row["times_s"])),
            _float(row.get("wall_s")),
            _float(row.get("cpu_s")),
            _float(row.get("enqueue_s")),
            cast(Facts, dict(row["provenance"])),
        )
        _same(row, seen)
        return Run(
            seen,
            tuple((path, float(seconds)) for path, seconds in row.get("parts", ())),
            _float(row.get("overhead")),
            None if row.get("ceilings") is None else ceilings_from(row["ceilings"]),
            source,
            Cut(**row["cut"]) if row.get("cut") is not None else None,
        )
    except (TypeError, KeyError) as error:
        raise ValueError(f"{where}: {str(error)[:120]}") from None
    except ValueError as error:
        raise ValueError(f"{where}.{error}") from None


def _problem(row: Mapping[str, Any], at: str) -> str | None:
    """The first mistake in a run's own fields."""
    from explorer.checked import mistakes  # pydantic, which timing alone does not need
    from explorer.timing.data.run_rows import MOST_FACTS, InRun

    found = mistakes(InRun, row, at)
    if not found and len(row["provenance"]) > MOST_FACTS:
        return f"{at}provenance: {len(row['provenance']):,} facts; at most {MOST_FACTS}"
    return found[0][1] if found else None


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _resolved(settings: Settings) -> Settings:
    """Settings of a run that took place: on a device, not on "auto"."""
    if settings.device == "auto":
        raise ValueError("device='auto': the device on which it ran is expected, such as cpu or cuda:0")
    return settings


def _spec(row: object) -> ResNetSpec:
    names = {field.name for field in fields(ResNetSpec)}
    if not isinstance(row, dict) or not set(row) <= names:
        raise ValueError(f"spec: an object with fields of {', '.join(sorted(names))} is expected")
    return ResNetSpec(**row)


def _same(row: Mapping[str, Any], seen: Measurement) -> None:
    """A summary that does not follow from its raw times was edited."""
    for name, found in (("median_s", seen.summary.median_s), ("images_per_s", seen.images_per_s)):
        if row.get(name) is not None and not math.isclose(row[name], found, rel_tol=1e-3):
            raise ValueError(f"{name}={row[name]}: the raw times give {found:.6g}")
