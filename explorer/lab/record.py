"""Recorded runs: made once, shipped with their provenance, shown before the first click.

`python -m explorer.lab.record [experiment …]` makes them again and writes assets/lab/<experiment>.json.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from explorer.jobs import Job
from explorer.lab.outcome import Provenance, Row, Run
from explorer.places import ASSETS

FOLDER = ASSETS / "lab"
DIGITS = 5  # significant digits kept of a recorded point; nobody sees more in a figure


class Table(TypedDict):
    """Rows with the same columns."""

    columns: list[str]
    values: list[list[Any]]


def provenance(device: str = "cpu") -> Provenance:
    """Where and with what a run is made: date, torch, device, threads."""
    import torch

    name = torch.cuda.get_device_name() if device == "cuda" else cpu_kind()
    return {"date": date.today().isoformat(), "torch": torch.__version__, "device": name, "threads": 1}


def cpu_kind() -> str:
    """The processor's name as the system knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def pack(rows: list[Row]) -> list[Table]:
    """Rows as tables, one per set of columns, in order: a quarter of the size."""
    tables: list[Table] = []
    for row in rows:
        if not tables or tables[-1]["columns"] != list(row):
            tables.append({"columns": list(row), "values": []})
        tables[-1]["values"].append([_rounded(value) for value in row.values()])
    return tables


def unpack(tables: list[Table]) -> list[Row]:
    return [dict(zip(table["columns"], values)) for table in tables for values in table["values"]]


@cache
def recorded(experiment: str) -> dict[str, Run]:
    """Preset → its recorded run. Treat as read-only."""
    runs = json.loads((FOLDER / f"{experiment}.json").read_text(encoding="utf-8"))
    return {preset: run | {"rows": unpack(run["rows"])} for preset, run in runs.items()}


def record(experiment: str) -> Path:
    """Run every preset that is to be recorded, and write the file."""
    from explorer.lab.experiments import KNOWN, ran

    made, runs = KNOWN[experiment], {}
    for name, preset in made.presets.items():
        if preset.recorded:
            started = time.process_time()
            found = ran(experiment, preset.config, Job(lambda job: None, name))
            seconds = round(time.process_time() - started, 1)
            runs[name] = {**found, "rows": pack(found["rows"]), "provenance": provenance(), "cpu_s": seconds}
            print(f"{experiment} · {name}: {seconds} s, {found['answer']}", flush=True)
    path = FOLDER / f"{experiment}.json"
    path.write_text(
        json.dumps(runs, allow_nan=False, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    return path


def _rounded(value: object) -> object:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


if __name__ == "__main__":
    from explorer.lab.experiments import KNOWN

    asked = sys.argv[1:]
    if unknown := [name for name in asked if name not in KNOWN]:
        sys.exit(f"experiment={unknown[0]!r}: choose one of {', '.join(KNOWN)}")
    for chosen in asked or KNOWN:
        record(chosen)
