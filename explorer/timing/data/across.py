"""Times of several nets that may be set side by side: of one machine, measured with the same settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings


@dataclass(frozen=True)
class Across:
    """Net's name → seconds per picture (median pass ÷ batch); first: one of the measurements, for what stands beside;
    doubted: the names of nets whose passes spread too widely, or had to share the processor; of: a measurement a net."""

    seconds: dict[str, float]
    first: Measurement
    doubted: tuple[str, ...] = ()
    of: tuple[Measurement, ...] = ()


def across(found: Iterable[Measurement], like: Settings | None = None) -> Across | None:
    """The settings with the most nets; of those with as many, `like`'s, else the first. None without two nets to compare."""
    groups: dict[tuple[object, ...], list[Measurement]] = {}
    for one in found:
        facts = one.provenance
        groups.setdefault((facts.get("device"), facts.get("torch"), one.settings), []).append(one)
    if not groups:
        return None
    best = max(groups.values(), key=lambda group: (len({one.name for one in group}), group[0].settings == like))
    if len({one.name for one in best}) < 2:
        return None
    by_name = {one.name: one for one in best}
    return Across(
        {name: one.summary.median_s / one.settings.batch for name, one in by_name.items()},
        best[0],
        tuple(name for name, one in by_name.items() if one.warnings),
        tuple(by_name.values()),
    )
