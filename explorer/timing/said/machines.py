"""Runs of several machines side by side: a line per machine and setting, a column per model.

A line's key is everything that changes a time: device, driver, torch, and all settings. A second run of a model under
one key opens a line of its own, so that no run hides another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from explorer.facts.published import Throughput
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.records import Run
from explorer.timing.said import exports
from explorer.timing.said.sentences import version


@dataclass(frozen=True)
class Cell:
    """One model's figure on a line. title: as its net is called, where that is known; line: the whole of it, for an export."""

    images_per_s: float
    line: exports.Line
    title: str = ""
    doubted: bool = False


@dataclass(frozen=True)
class Line:
    """source: a key of units.PROVENANCE; file: where it was recorded or published, url: its address. cells: by the model's name."""

    machine: str
    setting: str
    source: str
    file: str = ""
    url: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)


def lines(runs: Sequence[Run], tables: Sequence[Throughput], live: Sequence[Measurement] = ()) -> list[Line]:
    """Live ones first, then recorded, then published; a published table is one line."""
    found: dict[tuple[object, ...], Line] = {}
    for seen, source, file in [
        *((one, "measured", "") for one in live),
        *((run.measurement, "recorded", run.source) for run in runs),
    ]:
        facts, copy = seen.provenance, 1
        key = (source, file, facts["device"], facts.get("driver"), facts["torch"], seen.settings.words)
        while (*key, copy) in found and seen.name in found[*key, copy].cells:
            copy += 1
        setting = seen.settings.words + f" · run {copy}" * (copy > 1)
        line = found.setdefault((*key, copy), Line(version(facts), setting, source, file))
        line.cells[seen.name] = Cell(
            seen.images_per_s, exports.flat(seen, source, file), seen.title, bool(seen.warnings)
        )
    return [*found.values(), *map(_published, tables)]


def _published(table: Throughput) -> Line:
    says = exports.published(table)
    cells = {
        name: Cell(value, says | {"name": name, "images_per_s": value}) for name, value in table["images_per_s"].items()
    }
    setting = (
        f"{table['dtype']} · {table['memory_format']} · input {says['height']}×{says['width']} · "
        f"batch {table['batch']:,}"
    )
    machine = f"{table['device']} · torch {table['torch']}"
    return Line(machine, setting, "published", table["source"], table["url"], cells)


def export(made: Sequence[Line]) -> list[exports.Line]:
    """Every figure of every line, with all that stands beside it."""
    return [cell.line for line in made for cell in line.cells.values()]


class Speed(TypedDict):
    """A model's throughput on a machine with a setting. source: a key of units.PROVENANCE."""

    machine: str
    setting: str
    source: str
    images_per_s: float


def speeds(made: Sequence[Line], name: str, most: int = 20) -> list[Speed]:
    """For the chart of one model, by machine and then the fastest first; live and loaded lines are the last to be left
    out."""
    having = [line for line in made if name in line.cells][:most]
    order = list(dict.fromkeys(line.machine for line in having))
    shown: list[Speed] = [
        {
            "machine": line.machine,
            "setting": line.setting,
            "source": line.source,
            "images_per_s": line.cells[name].images_per_s,
        }
        for line in having
    ]
    return sorted(shown, key=lambda row: (order.index(row["machine"]), -row["images_per_s"]))


def shared(made: Sequence[Line]) -> tuple[str, ...]:
    """What all measured and recorded lines have in common of their settings: said once, not on every line."""
    settings = [line.setting.split(" · ") for line in made if line.source != "published"]
    return tuple(part for part in settings[0] if all(part in one for one in settings)) if settings else ()


def without(setting: str, common: Sequence[str]) -> str:
    """A setting's words without those in common; all of them if nothing were left."""
    return " · ".join(part for part in setting.split(" · ") if part not in common) or setting


def names(made: Sequence[Line], first: Sequence[str], most: int = 9) -> list[str]:
    """The models to show as columns: `first`, then others that some line has."""
    others = dict.fromkeys(name for line in made for name in line.cells if name not in first)
    return [*first, *others][:most]


def doubtful(made: Sequence[Line]) -> list[str]:
    """Which figures were measured on a busy host, by name and spread."""
    return [f"{cell.title}, {line.setting}" for line in made for cell in line.cells.values() if cell.doubted]
