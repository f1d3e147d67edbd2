"""Several models against each other, pass by pass in alternation: a host that slows down slows all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch

from explorer.spec import ResNetSpec
from explorer.spec.naming import title
from explorer.timing.data.measurement import Facts, Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure.clock import clock_for
from explorer.timing.measure.guard import guard_together
from explorer.timing.measure.hardware import provenance, resolve
from explorer.timing.measure.loop import LEAST, LEAST_WARM_UP, MOST, Call, no_checkpoint, passes, warmed, within
from explorer.timing.measure.subject import subject


def race(
    specs: Sequence[ResNetSpec], settings: Settings, checkpoint: Callable[..., None] = no_checkpoint
) -> tuple[Measurement, ...]:
    """One measurement per spec, in one run; the budget is each model's. Raises as `forward.measure`."""
    settings = resolve(settings)
    if settings.compile != "eager":
        raise ValueError(f"compile={settings.compile!r}: a race runs eagerly; choose compile=eager")
    guard_together(specs, settings)
    clock = clock_for(torch.device(settings.device))
    with contextlib.ExitStack() as stack:
        runners = []
        for spec in specs:
            runners.append(stack.enter_context(subject(spec, settings, within(checkpoint, 0.0, 0.0, title(spec)))))
        own = Facts(method=f"{clock.method}; the models in alternation", warm_up_passes=LEAST_WARM_UP)
        facts = provenance(settings) | runners[0].facts | own
        rows = alternate(runners, clock, settings.budget_s * len(specs), checkpoint)
    return tuple(
        Measurement(spec, settings, tuple(times), wall_s, cpu_s, None, facts)
        for spec, (times, wall_s, cpu_s) in zip(specs, rows)
    )


TELL_S = 0.1  # between two pieces of news: telling is not timed, but the processor does it


class Laps(NamedTuple):
    """News of a race: about how many passes each will make, and the seconds of those since the last news, a tuple a round."""

    of: int
    rounds: tuple[tuple[float, ...], ...]


def alternate(
    runners: Sequence[Call], clock: Any, budget_s: float, checkpoint: Callable[..., None]
) -> list[tuple[list[float], float, float]]:
    """(times, wall and processor seconds per pass) of each, one pass of each in turn until the budget is spent. Publishes
    `Laps` as they come."""
    round_s = sum(warmed(one, clock, 0, within(checkpoint, 0.0, 0.0))[1] for one in runners)
    of, told, told_s = max(LEAST, min(MOST, round(budget_s / max(round_s, 1e-9)))), 0, 0.0
    checkpoint(partial=Laps(of, ()))
    rows: list[tuple[list[float], list[float], list[float]]] = [([], [], []) for _ in runners]
    spent_s = 0.0
    while len(rows[0][0]) < MOST and (spent_s < budget_s or len(rows[0][0]) < LEAST):
        for one, (times, wall, cpu) in zip(runners, rows):
            before = clock.wall(), clock.cpu()
            times += passes(one, clock, 1)[0]
            wall.append(clock.wall() - before[0])
            cpu.append(clock.cpu() - before[1])
            spent_s += wall[-1]
            checkpoint(min(spent_s / budget_s, 1.0), f"{len(times)} passes each")
        if spent_s - told_s >= TELL_S:
            checkpoint(partial=Laps(of, tuple(zip(*(times[told:] for times, _, _ in rows)))))
            told, told_s = len(rows[0][0]), spent_s
    return [(times, sum(wall) / len(wall), sum(cpu) / len(cpu)) for times, wall, cpu in rows]
