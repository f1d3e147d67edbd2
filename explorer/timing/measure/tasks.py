"""What the Timing page can be asked to do, each as work for the one queue: `TASKS[name].work(ask, checkpoint)`.

The work runs in a process of its own, so that it stops when it is cancelled, whatever it is doing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from explorer.apart import alone
from explorer.jobs import Job
from explorer.spec import ResNetSpec, preset
from explorer.spec.naming import title
from explorer.timing.data.measurement import Facts
from explorer.timing.data.settings import Settings
from explorer.timing.measure.against_limit import against_limit
from explorer.timing.measure.forward import measure
from explorer.timing.measure.hardware import provenance, resolve
from explorer.timing.measure.kernels import kernels
from explorer.timing.measure.parts import profile
from explorer.timing.measure.race import race
from explorer.timing.measure.sweeps import Row, plan, run


@dataclass(frozen=True)
class Ask:
    """One request; equal requests have equal answers' place on the page. choice: which sweep, or the rivals' names."""

    task: str
    spec: ResNetSpec
    settings: Settings
    choice: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """verb: the button, with {} for the model's name. here: the work, in this very process."""

    verb: str
    here: Callable[[Ask, Callable[..., None]], Any]

    def work(self, ask: Ask, checkpoint: Callable[..., None]) -> Any:
        """The same in a process of its own; raises as `apart.Workshop.alone`."""
        return alone(partial(here, ask), checkpoint)


def _sweep(ask: Ask, checkpoint: Callable[..., None]) -> list[Row]:
    return list(run(plan(ask.choice[0], ask.spec, resolve(ask.settings)), checkpoint))


TASKS: dict[str, Task] = {
    "pass": Task("Time {}", lambda ask, checkpoint: measure(ask.spec, ask.settings, checkpoint)),
    "parts": Task(
        "Time each layer of {}", lambda ask, checkpoint: profile(ask.spec, ask.settings, "layer", checkpoint)
    ),
    "kernels": Task("Record the kernels of {}", lambda ask, checkpoint: kernels(ask.spec, ask.settings, checkpoint)),
    "sweep": Task("Run the sweep", _sweep),
    "limit": Task("Measure it here", lambda ask, checkpoint: against_limit(ask.spec, ask.settings, checkpoint)),
    "race": Task(
        "Race them here", lambda ask, checkpoint: race([preset(name) for name in ask.choice], ask.settings, checkpoint)
    ),
}


def here(ask: Ask, job: Job) -> Any:
    """In this very process."""
    return TASKS[ask.task].here(ask, job.checkpoint)


class Finished(NamedTuple):
    """facts: what it ran on, said there where it ran."""

    value: Any
    facts: Facts


def finish(ask: Ask, job: Job) -> Finished:
    """A queue's work."""
    value = TASKS[ask.task].work(ask, job.checkpoint)
    return Finished(value, provenance(resolve(ask.settings)) | among(job))


def among(job: Job) -> Facts:
    """Which of several machines it ran on; empty where there is but this one."""
    return {"node": job.where.node} if job.where else {}


def subject(ask: Ask) -> str:
    """What a request is about, by name: its model, both rivals, or which sweep."""
    if ask.task == "race":
        return " and ".join(title(preset(name)) for name in ask.choice)
    return f"Sweep of {ask.choice[0]}" if ask.task == "sweep" else title(ask.spec)


def label(ask: Ask) -> str:
    """What the queue shows while it runs."""
    return TASKS[ask.task].verb.format(title(ask.spec))
