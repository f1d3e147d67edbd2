"""Against the limit, in one run: the pass, its layers, and the device's ceilings with the same settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.timing.data.limits import Ceilings
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.roofline import Roofline, roofline
from explorer.timing.data.settings import Settings
from explorer.timing.measure.ceilings import ceilings
from explorer.timing.measure.forward import measure
from explorer.timing.measure.loop import no_checkpoint, within
from explorer.timing.measure.parts import Parts, profile, rolled_up

LAYERS = "layer"


@dataclass(frozen=True)
class Limit:
    """One run: the measurement, its parts (None where a compiled pass has none), ceilings and roofline."""

    measurement: Measurement
    parts: Parts | None
    ceilings: Ceilings
    roofline: Roofline


def against_limit(spec: ResNetSpec, settings: Settings, checkpoint: Callable[..., None] = no_checkpoint) -> Limit:
    """Measure, cut into layers, find the ceilings; the roofline of it all. Raises as `forward.measure`."""
    seen = measure(spec, settings, within(checkpoint, 0.0, 0.35))
    settings = seen.settings
    eager = settings.compile == "eager" and not settings.cuda_graph
    parts = profile(spec, settings, LAYERS, within(checkpoint, 0.35, 0.7)) if eager else None
    limits = ceilings(settings, within(checkpoint, 0.7, 1.0))
    return Limit(seen, parts, limits, rooflined(seen, parts, limits))


def rooflined(seen: Measurement, parts: Parts | None, limits: Ceilings) -> Roofline:
    """The roofline of a pass and its parts; of recorded ones too."""
    nodes = trace(seen.spec, seen.settings.height, seen.settings.width, 1)
    whole_s = seen.summary.median_s
    if parts is None:
        stages, layers = {}, None
    else:  # scaled to the pass without marks, so that stages add up to what is shown
        scale = whole_s / sum(part.seconds for part in parts.parts)
        stages = {name: seconds * scale for name, seconds in rolled_up(parts.parts, "stage").items()}
        layers = {part.path: part.seconds * scale for part in parts.parts} if parts.level == LAYERS else None
    return roofline(
        nodes,
        seen.settings.dtype,
        seen.settings.batch,
        stages,
        whole_s,
        limits,
        layers,
        seen.enqueue_s,
        seen.settings.replayed,
    )
