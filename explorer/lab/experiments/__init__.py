"""The laboratory: seven experiments on the explorer's own nets. A file each, and a section
of assets/lab/texts.toml that names it.

`run(config, job)` returns plain data and publishes rows through `job.checkpoint` as it goes. Given the config, the
result is the same bit for bit on the same CPU and torch, whoever else is computing (see `compute`). On a GPU the same
code runs larger presets; there the order of sums varies, and so do the last digits.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from explorer.jobs import Job
from explorer.lab.experiment import MODULES, Experiment
from explorer.lab.experiments import surgery, taken
from explorer.lab.outcome import Outcome

EXPERIMENTS: dict[str, Experiment] = {  # in the order of their texts
    key: import_module(f"{__name__}.{module}").EXPERIMENT for key, module in MODULES.items()
}

KNOWN: dict[str, Experiment] = {**EXPERIMENTS, "surgery": surgery.EXPERIMENT}  # and the one that is done by hand


def experiment(key: str) -> Experiment:
    """Raises `ValueError` with the known names."""
    if key not in EXPERIMENTS:
        raise ValueError(f"experiment={key!r}: choose one of {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[key]


def ran(key: str, config: Any, job: Job) -> Outcome:
    """One of `KNOWN`, once it is known to fit: raises `TooLarge` as `taken.room`, and what the run raises."""
    with taken.room(key, config, KNOWN):
        return KNOWN[key].run(config, job)
