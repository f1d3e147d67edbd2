"""What an experiment hands back: plain data, ready for JSON. NaN and infinity are results here, not errors. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, NotRequired, TypedDict

from explorer.lab.config import Config

Row = dict[str, Any]  # a point of a figure, or the few figures of a run: each experiment has columns of its own
Plan = dict[str, Any]  # a config as data: each experiment has fields of its own


class Outcome(TypedDict):
    """What an experiment hands back. rows: flat records, one per point of a figure. summary: the few figures that the page
    quotes. answer: which of the page's predictions this very run supports; empty where nothing is predicted."""

    experiment: str
    config: Plan
    rows: list[Row]
    summary: Row
    answer: str


class Provenance(TypedDict):
    """Where and with what a run is made. node: of the cluster, where it was one."""

    date: str
    torch: str
    device: str
    threads: int
    node: NotRequired[str]


class Run(Outcome):
    """An outcome and where it comes from. cpu_s: that it computed. seconds: from its start to its end, of a visitor's run."""

    provenance: Provenance
    cpu_s: float
    seconds: NotRequired[float]


def kind_of(run: Run) -> str:
    """What a run's figures are: measured (by this visitor) or recorded."""
    return "measured" if "seconds" in run else "recorded"


def number(value: float) -> float | None:
    """The value, or None where it is no finite number (JSON has no NaN); `state` says which it was."""
    return float(value) if math.isfinite(value) else None


def state(value: float) -> str:
    """ok | zero | overflow (±infinity) | nan: a logarithmic axis can only show the first."""
    if math.isnan(value):
        return "nan"
    return "overflow" if math.isinf(value) else "zero" if value == 0 else "ok"


def outcome(
    experiment: str, config: Config, rows: Sequence[Row], summary: Mapping[str, object], answer: str = ""
) -> Outcome:
    """Made plain."""
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
