"""Raw times → median, quartiles, spread. Pure; no torch.

Median and interquartile range, not mean and deviation: a busy host adds a long tail on one side.
The bound on the spread is that of `torch.utils.benchmark` (a warning when IQR / median passes 10 %).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.units import percent

MOST_SPREAD = 0.10


@dataclass(frozen=True)
class Summary:
    """Seconds. `n` passes; q1 and q3 are the quartiles."""

    n: int
    median_s: float
    q1_s: float
    q3_s: float

    @property
    def iqr_s(self) -> float:
        return self.q3_s - self.q1_s

    @property
    def spread(self) -> float:
        """IQR / median."""
        return self.iqr_s / self.median_s if self.median_s else 0.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours, as numpy's default. `ordered`: ascending, not empty."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def summarise(times_s: Sequence[float]) -> Summary:
    """Raises `ValueError` when there is no time, or one that is not a finite positive number."""
    if not times_s:
        raise ValueError("times_s=[]: no pass was timed")
    for value in times_s:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
            raise ValueError(f"times_s={str(value)[:40]}: every time is a positive number of seconds")
    ordered = sorted(times_s)
    return Summary(len(ordered), quantile(ordered, 0.5), quantile(ordered, 0.25), quantile(ordered, 0.75))


def spread_warning(summary: Summary) -> str | None:
    if summary.spread <= MOST_SPREAD:
        return None
    return (
        f"The middle half of the passes spreads over {percent(summary.spread)} of the median (more than "
        f"{percent(MOST_SPREAD)}): the host is busy or its clock changes. Measure again before you quote this."
    )


def busy_warning(wall_s: float, cpu_s: float, threads: int) -> str | None:
    """CPU only: the processor time of all this process's threads against wall time × threads."""
    share = cpu_s / (wall_s * threads) if wall_s and threads else 1.0
    if share < 0.85:
        return (
            f"The {threads} thread{'s' * (threads > 1)} had the processor for only {percent(share)} of the time: "
            "something else runs on this host, or the threads waited for each other."
        )
    if share > 1.15:
        return f"This process used {percent(share)} of the timed threads' processor time: something else in it ran meanwhile."
    return None
