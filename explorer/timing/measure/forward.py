"""measure(spec, settings) → Measurement: raw times, what they say, and everything that stands beside them."""

from __future__ import annotations

from collections.abc import Callable

import torch

from explorer.net.resnet import ResNet
from explorer.spec import ResNetSpec
from explorer.timing.data.measurement import Facts, Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure.clock import clock_for
from explorer.timing.measure.guard import guard
from explorer.timing.measure.hardware import provenance, resolve
from explorer.timing.measure.loop import UNTIL_RUN, no_checkpoint, timed, within
from explorer.timing.measure.subject import subject


def measure(
    spec: ResNetSpec,
    settings: Settings,
    checkpoint: Callable[..., None] = no_checkpoint,
    made: ResNet | None = None,
) -> Measurement:
    """Time forward passes of the real model of `spec` for about `settings.budget_s`.

    checkpoint: called at least twice a second; may raise to stop (`Job.checkpoint`). made: as `subject.ready_model`.
    Raises `ValueError` for what this machine cannot do, `memory.TooLarge` (one too) for what does not fit.
    """
    settings = resolve(settings)
    guard(spec, settings)
    clock = clock_for(torch.device(settings.device))
    with subject(spec, settings, within(checkpoint, 0.0, UNTIL_RUN), made) as one:
        facts = provenance(settings) | one.facts | Facts(method=clock.method)
        checkpoint(UNTIL_RUN, "timing")
        seen = timed(one, clock, settings.budget_s, within(checkpoint, UNTIL_RUN, 1.0))
    return Measurement(
        spec,
        settings,
        seen.times_s,
        seen.wall_s,
        seen.cpu_s,
        seen.enqueue_s,
        facts | Facts(warm_up_passes=seen.warm_up),
    )
