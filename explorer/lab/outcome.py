"""What an experiment hands back: plain data, ready for JSON. NaN and infinity are results here, not errors. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from explorer.lab.config import Config

Row = dict[str, Any]


def number(value: float) -> float | None:
    """The value, or None where it is no finite number (JSON has no NaN); `state` says which it was."""
    return float(value) if math.isfinite(value) else None


def state(value: float) -> str:
    """ok | zero | overflow (±infinity) | nan: a logarithmic axis can only show the first."""
    if math.isnan(value):
        return "nan"
    return "overflow" if math.isinf(value) else "zero" if value == 0 else "ok"


def outcome(
    experiment: str, config: Config, rows: Sequence[Row], summary: Mapping[str, object], answer: object
) -> dict[str, Any]:
    """rows: flat records, one per point of a figure. summary: the few figures that the page quotes.
    answer: which of the page's predictions this very run supports."""
    return {
        "experiment": experiment,
        "config": config.as_dict(),
        "rows": list(rows),
        "summary": dict(summary),
        "answer": answer,
    }


def ratio(a: float | None, b: float | None) -> float | None:
    """a / b where both are finite and b is not 0."""
    if a is None or not b:
        return None
    return number(a / b)


def mean(values: Sequence[float | None]) -> float | None:
    """The mean; None when a value is missing or there is none."""
    known = [value for value in values if value is not None]
    return number(fmean(known)) if known and len(known) == len(values) else None
