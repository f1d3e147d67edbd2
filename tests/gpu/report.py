"""The folder that comes back: runs that the page can load, the report, the experiment. Written anew after each result,
never half: whoever cuts the command off finds valid files. At most 8 files, side by side. No torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from explorer.timing.data import records
from tests.gpu.found import FAILED, PASSED, SKIPPED, Found

MARK = {PASSED: "passed", FAILED: "FAILED", SKIPPED: "skipped"}
EXPERIMENT, LOG = "degradation.json", "worker.log"


class Folder:
    """out: made when it is not there. about: what the report says of the machine and the command."""

    def __init__(self, out: Path, about: Mapping[str, object]) -> None:
        self.out, self.about = out, dict(about)
        self.found: list[tuple[str, str, Found, float]] = []  # key, about, what was found, seconds
        self.runs: list[dict[str, object]] = []
        out.mkdir(parents=True, exist_ok=True)

    @property
    def runs_file(self) -> Path:
        """As it belongs into assets/timings: named after the card."""
        return self.out / f"{slug(str(self.about['device']))}.json"

    def run(self, row: dict[str, object]) -> None:
        """One more run; one of the same net and settings takes the place of one without parts."""
        same = [one for one in self.runs if (one["spec"], one["settings"]) == (row["spec"], row["settings"])]
        if any("parts" in one for one in same):
            return
        self.runs = [one for one in self.runs if one not in same] + [row]
        write(self.runs_file, records.dumps(self.runs))

    def experiment(self, outcome: dict[str, object]) -> None:
        write(self.out / EXPERIMENT, json.dumps({"gpu": outcome}, allow_nan=False, ensure_ascii=False) + "\n")

    def result(self, key: str, about: str, found: Found, seconds: float) -> None:
        self.found.append((key, about, found, seconds))
        self.save()

    def save(self) -> None:
        """report.md for people, report.json with every figure."""
        rows = [
            {"key": key, "about": about, **asdict(found), "seconds": round(seconds, 2)}
            for key, about, found, seconds in self.found
        ]
        data = {"about": self.about, "counts": self.counts, "runs": len(self.runs), "steps": rows}
        write(self.out / "report.json", json.dumps(plain(data), indent=1, ensure_ascii=False) + "\n")
        write(self.out / "report.md", markdown(self))

    @property
    def counts(self) -> dict[str, int]:
        states = [found.state for _, _, found, _ in self.found]
        return {state: states.count(state) for state in (PASSED, FAILED, SKIPPED)}

    @property
    def closing(self) -> str:
        """The last line of all."""
        return ", ".join(f"{count} {state}" for state, count in self.counts.items())


def slug(name: str) -> str:
    """'NVIDIA H100 80GB HBM3' → 'nvidia-h100-80gb-hbm3'."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "gpu"


def line(about: str, found: Found, seconds: float) -> str:
    """A line of the table, with what must be told under it."""
    told = "".join(f"\n{'':9}! {text}" for text in found.told)
    return f"{MARK[found.state]:<8} {about:<52} {seconds:5.1f} s  {found.said}{told}"


def markdown(folder: Folder) -> str:
    about = [f"- {name}: {value}" for name, value in folder.about.items() if value is not None]
    table = ["| | | what was found |", "|---|---|---|"]
    for _, what, found, _ in folder.found:
        said = " ".join((found.said, *(f"*{text}*" for text in found.told)))
        table.append(f"| {MARK[found.state]} | {what} | {cell(said)} |")
    kept = f"{len(folder.runs)} runs in {folder.runs_file.name}" if folder.runs else "no run was recorded"
    return "\n".join(["# A GPU, checked", "", *about, f"- {kept}", "", *table, "", folder.closing, ""])


def cell(text: str) -> str:
    """One line of a table in Markdown."""
    return " ".join(text.replace("|", "\\|").split())


def plain(value: object) -> object:
    """JSON-ready: a number that is none becomes its name."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    if isinstance(value, float) and value - value == 0:
        return value
    return str(value)


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
