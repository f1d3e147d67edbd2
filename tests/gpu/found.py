"""What a step came to, as plain data that goes between two processes and into the report. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class Found:
    """state: passed | failed | skipped. said: one line. figures: what was measured, JSON-ready. told: what a reader must
    know all the same."""

    state: str
    said: str
    figures: dict[str, object] = field(default_factory=dict)
    told: tuple[str, ...] = ()


def judged(problems: Sequence[str], well: str, told: Sequence[str] = (), **figures: object) -> Found:
    """Failed with the problems, if there is one; else passed with what went well."""
    return Found(FAILED if problems else PASSED, "; ".join(problems) or well, figures, tuple(told))


def skipped(why: str) -> Found:
    return Found(SKIPPED, why)
