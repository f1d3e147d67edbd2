"""Many measurements, as they come: batch size, the five depths, modes, v1 against v1.5, basic against bottleneck.

A plan is plain data; `run` measures it point by point and publishes each result, a refusal included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from explorer.spec import ResNetSpec, preset
from explorer.spec.naming import title
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import WORDS, Settings
from explorer.timing.measure.forward import measure
from explorer.timing.measure.guard import TooLarge
from explorer.timing.measure.hardware import compiler
from explorer.timing.measure.loop import no_checkpoint, within

DEPTHS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
MOST_BATCH = {"cpu": 32, "mps": 256, "cuda": 1024}
MODES = {"cpu": ("fp32", "bf16", "fp16"), "mps": ("fp32", "fp16"), "cuda": ("fp32", "tf32", "bf16", "fp16")}
KNEE = 0.9  # of the best throughput


@dataclass(frozen=True)
class Point:
    """One measurement to be made."""

    label: str
    spec: ResNetSpec
    settings: Settings


@dataclass(frozen=True)
class Row:
    """One measurement made, or why not."""

    point: Point
    measurement: Measurement | None
    error: str | None = None


def batches(spec: ResNetSpec, settings: Settings) -> list[Point]:
    """1, 2, 4, … as far as the device kind makes sense of."""
    sizes = [2**power for power in range(11) if 2**power <= MOST_BATCH[settings.kind]]
    return [Point(f"batch {size}", spec, replace(settings, batch=size)) for size in sizes]


def depths(spec: ResNetSpec, settings: Settings) -> list[Point]:
    """The paper's five layouts with this spec's shortcut, stride, activation and norm."""
    kept = ("shortcut", "stride_on", "activation", "norm", "in_channels", "num_classes")
    ours = {name: getattr(spec, name) for name in kept}
    specs = [replace(preset(name), **ours) for name in DEPTHS]
    return [Point(title(one), one, settings) for one in specs]


def modes(spec: ResNetSpec, settings: Settings) -> list[Point]:
    """dtype × memory format × compile; compiled ones only where there is a compiler."""
    ways = ("eager", "default") if compiler(settings.kind) else ("eager",)
    return [
        Point(
            f"{WORDS[dtype]} · {WORDS[layout]} · {WORDS[way]}",
            spec,
            replace(settings, dtype=dtype, memory_format=layout, compile=way, cuda_graph=False),
        )
        for way in ways
        for dtype in MODES[settings.kind]
        for layout in ("contiguous", "channels_last")
    ]


def strides(spec: ResNetSpec, settings: Settings) -> list[Point]:
    """The paper's v1 against torchvision's v1.5."""
    if spec.block != "bottleneck":
        raise ValueError(
            f"block={spec.block!r}: v1 and v1.5 differ in the bottleneck's stride only; choose bottlenecks"
        )
    pairs = (("v1 (stride on the 1×1)", "1x1"), ("v1.5 (stride on the 3×3)", "3x3"))
    return [Point(label, replace(spec, stride_on=where), settings) for label, where in pairs]


def blocks(spec: ResNetSpec, settings: Settings) -> list[Point]:
    """The same layout with both kinds of block."""
    plain = replace(spec, groups=1, width_per_group=64)
    return [
        Point(f"{kind}: {title(one)}", one, settings)
        for kind in ("basic", "bottleneck")
        for one in [replace(plain, block=kind)]
    ]


def launches(spec: ResNetSpec, settings: Settings) -> list[Point]:
    """Every batch eager and as a CUDA graph: what a pass takes, and what the host needs to launch it."""
    if settings.kind != "cuda":
        raise ValueError(
            f"device={settings.device!r}: launches are timed on a GPU (CUDA or ROCm); there is none in use"
        )
    eager = replace(settings, cuda_graph=False, compile="eager")
    return [
        Point(f"batch {size}{', CUDA graph' * graph}", spec, replace(eager, batch=size, cuda_graph=graph))
        for size in (2**power for power in range(9))
        for graph in (False, True)
    ]


SWEEPS: dict[str, tuple[str, Callable[[ResNetSpec, Settings], list[Point]]]] = {  # key -> what it asks, its plan
    "depths": ("The five depths", depths),
    "batch": ("Batch size", batches),
    "modes": ("Number format, memory format, compile", modes),
    "blocks": ("Basic against bottleneck", blocks),
    "stride": ("v1 against v1.5", strides),
}


def plan(name: str, spec: ResNetSpec, settings: Settings) -> list[Point]:
    """`settings`: resolved. Raises `ValueError` for an unknown sweep and for one that makes no sense for the spec."""
    if name == "launches":  # a view of its own
        return launches(spec, settings)
    if name not in SWEEPS:
        raise ValueError(f"sweep={name!r}: choose one of {', '.join(SWEEPS)}")
    return SWEEPS[name][1](spec, settings)


def run(points: Sequence[Point], checkpoint: Callable[..., None] = no_checkpoint) -> Iterator[Row]:
    """Measure each, publish it (`partial`), go on after a refusal; a batch sweep ends at its first one."""
    for index, point in enumerate(points):
        inner = within(
            checkpoint, index / len(points), (index + 1) / len(points), f"{point.label} ({index + 1} of {len(points)})"
        )
        row = _measured(point, inner)
        checkpoint((index + 1) / len(points), None, row)
        yield row
        if row.error and points[-1].settings.batch > points[0].settings.batch:
            return


def _measured(point: Point, checkpoint: Callable[..., None]) -> Row:
    try:
        return Row(point, measure(point.spec, point.settings, checkpoint))
    except (TooLarge, ValueError) as error:
        return Row(point, None, str(error))


def knee(rows: Sequence[Row]) -> Row | None:
    """The smallest batch that reaches 90 % of the best throughput seen: more costs latency and gains little."""
    seen = [(row, row.measurement.images_per_s) for row in rows if row.measurement]
    if len(seen) < 3:
        return None
    best = max(rate for _, rate in seen)
    enough = (row for row, rate in seen if rate >= KNEE * best)
    return min(enough, key=lambda row: row.point.settings.batch)
