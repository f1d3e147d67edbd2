"""A measurement: raw times, what they say, and everything that stands beside them. No torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from explorer import units
from explorer.spec import ResNetSpec
from explorer.spec.naming import slug, title
from explorer.timing.data.settings import Settings
from explorer.timing.data.stats import Summary, busy_warning, spread_warning, summarise


class Facts(TypedDict, total=False):
    """What a measurement was made on and how; a file of somebody's own may say more of itself.

    measured_at: when, UTC. method: of the clock. node: of the cluster, where it was one.
    """

    device: str
    device_kind: str
    cpu: str
    processors: int
    cpu_capability: str
    threads: int | None
    load_average_before: float | None
    torch: str
    python: str
    system: str
    weights: str
    mode: str
    measured_at: str
    method: str
    warm_up_passes: int
    inputs_in_rotation: int
    inputs_bytes: int
    cache_bytes: int
    node: str
    driver: str | None
    cuda: str | None
    cudnn: int | None
    compute_capability: str
    multiprocessors: int
    device_memory_bytes: int
    cudnn_benchmark: bool
    matmul_tf32: bool
    conv_tf32: bool


@dataclass(frozen=True)
class Measurement:
    """Times of a forward pass. Seconds; raw times in the order of the passes.

    wall_s, cpu_s: host and processor seconds per pass; None where they were not kept. enqueue_s: host seconds to launch one (GPU only).
    provenance: what it was measured on and how. settings: resolved.
    """

    spec: ResNetSpec
    settings: Settings
    times_s: tuple[float, ...]
    wall_s: float | None
    cpu_s: float | None
    enqueue_s: float | None = None
    provenance: Facts = field(default_factory=Facts)

    @property
    def summary(self) -> Summary:
        return summarise(self.times_s)

    @property
    def images_per_s(self) -> float:
        return self.settings.batch / self.summary.median_s

    @property
    def name(self) -> str:
        return slug(self.spec)

    @property
    def title(self) -> str:
        return title(self.spec)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before quoting the figure."""
        found = [spread_warning(self.summary)]
        if self.settings.kind == "cpu" and self.wall_s is not None and self.cpu_s is not None:
            found.append(busy_warning(self.wall_s, self.cpu_s, self.settings.threads or 1))
        return tuple(text for text in found if text)

    @property
    def headline(self) -> str:
        """For the hall: `3.21 ms ± 0.04 · 311 img/s`; ± is half the interquartile range."""
        return f"{plus_minus(self.summary.median_s, self.summary.iqr_s / 2)} · {rate(self.images_per_s)}"


def plus_minus(value_s: float, half_s: float) -> str:
    """0.00321, 0.00004 → `3.21 ms ± 0.04`: three digits of the value, the doubt in the same unit and place."""
    unit, factor = next(
        ((unit, factor) for unit, factor in (("s", 1.0), ("ms", 1e3)) if value_s * factor >= 0.9995), ("µs", 1e6)
    )
    shown = value_s * factor
    places = 2 if shown < 9.995 else 1 if shown < 99.95 else 0
    return f"{shown:,.{places}f} {unit} ± {half_s * factor:,.{places}f}"


def rate(images_per_s: float) -> str:
    """311.4 → `311 img/s`, 4.037 → `4.04 img/s`."""
    return f"{units.rate(images_per_s)} img/s"
