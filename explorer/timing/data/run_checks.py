"""What a run file may hold, field by field: each check returns the value, or raises `ValueError` that names it. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from explorer.timing.data.settings import Settings
from explorer.timing.data.stats import summarise

MOST_TIMES, MOST_TEXT, MOST_PARTS, MOST_FACTS = 20_000, 300, 20_000, 60
NEEDED = ("device", "torch", "measured_at")  # without these nobody can judge a figure
TIMES_S = (1e-8, 1e5)  # what a pass, or a part of one, can take; beyond, a file is nonsense
MOST_NUMBER = 1e6


def time(value: object, name: str) -> float:
    """Seconds that something here can have taken."""
    low, high = TIMES_S
    if not _finite(value) or not low <= value <= high:
        raise ValueError(f"{name}={str(value)[:40]}: seconds from {low:g} to {high:g} are expected")
    return float(value)


def times(values: object) -> tuple[float, ...]:
    """The raw times of the passes, seconds."""
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_TIMES:
        raise ValueError(f"times_s: a list of 1 to {MOST_TIMES:,} times is expected")
    summarise(values)
    return tuple(time(value, "times_s") for value in values)


def number(row: Mapping[str, object], name: str, optional: bool = False, signed: bool = False) -> float | None:
    """A finite number, not below 0 unless `signed`."""
    value = row.get(name)
    if value is None and optional:
        return None
    if not _finite(value) or abs(value) > MOST_NUMBER or (value < 0 and not signed):
        raise ValueError(
            f"{name}={str(value)[:40]}: a finite number is expected, "
            f"{'at most' if signed else 'not below 0, at most'} {MOST_NUMBER:g}"
        )
    return float(value)


def parts(rows: object) -> tuple[tuple[str, float], ...]:
    """(path, seconds) of each part."""
    if not isinstance(rows, list) or len(rows) > MOST_PARTS:
        raise ValueError("parts: a list of [path, seconds] is expected")
    for row in rows:
        if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], str) or len(row[0]) > MOST_TEXT:
            raise ValueError("parts: a list of [path, seconds] is expected")
    return tuple((path, number({"parts": seconds}, "parts")) for path, seconds in rows)


def resolved(settings: Settings) -> Settings:
    """Settings of a run that took place: on a device, not on "auto"."""
    if settings.device == "auto":
        raise ValueError("device='auto': the device on which it ran is expected, such as cpu or cuda:0")
    return settings


def provenance(facts: object) -> dict[str, object]:
    """Plain facts; what nobody can judge a figure without is text, and its date is a date."""
    plain = isinstance(facts, dict) and all(
        isinstance(name, str)
        and (value is None or isinstance(value, (str, int, float, bool)))
        and len(str(value)) <= MOST_TEXT
        for name, value in facts.items()
    )
    if not plain or len(facts) > MOST_FACTS or any(not facts.get(name) for name in NEEDED):
        raise ValueError(f"provenance: plain facts with at least {', '.join(NEEDED)} are expected")
    for name in NEEDED:
        if not isinstance(facts[name], str):
            raise ValueError(f"provenance.{name}={str(facts[name])[:40]}: text is expected")
    try:
        datetime.fromisoformat(facts["measured_at"])
    except ValueError:
        raise ValueError(
            f"provenance.measured_at={facts['measured_at'][:40]!r}: a date such as "
            "2026-11-24T01:14:00+00:00 is expected"
        ) from None
    return dict(facts)


def _finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
