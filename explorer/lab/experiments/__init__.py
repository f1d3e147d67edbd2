"""The laboratory: seven experiments on the explorer's own nets. A row of EXPERIMENTS each, a file each.

`run(config, job)` returns plain data and publishes rows through `job.checkpoint` as it goes. Given the config, the
result is the same bit for bit on the same CPU and torch, whoever else is computing (see `compute`). On a GPU the same
code runs larger presets; there the order of sums varies, and so do the last digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from explorer.jobs import Job
from explorer.lab.config import Config
from explorer.lab.experiments import degradation, insertion, landscape, lesion, propagation, rates, shattered

DEEP = (18, 34, 50, 101, 152)


@dataclass(frozen=True)
class Preset:
    """One size of an experiment. label: for the page, with what it costs; recorded: whether a recorded run ships."""

    label: str
    config: Config
    recorded: bool = False


@dataclass(frozen=True)
class Experiment:
    """run: (config, job) → {experiment, config, rows, summary, answer}. presets: the first is the one-click size."""

    run: Callable[[Config, Job], dict[str, object]]
    presets: dict[str, Preset]

    @property
    def default(self) -> Config:
        return next(iter(self.presets.values())).config


def _gpu(config: Config, **larger: object) -> Preset:
    text = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in larger.items())
    return Preset(f"larger, on a GPU ({text})", replace(config, device="cuda", **larger))


EXPERIMENTS: dict[str, Experiment] = {
    "degradation": Experiment(
        degradation.run,
        {
            "pair": Preset("20 against 56 layers", degradation.Degradation(), recorded=True),
            "sweep": Preset("a sweep of depths, 8 … 56", degradation.Degradation(depths=(8, 14, 20, 32, 44, 56)), True),
            "pair-B": Preset(
                "the same with projection shortcuts (option B)", degradation.Degradation(shortcut="B"), True
            ),
            "gpu": _gpu(degradation.Degradation(), depths=(20, 56, 110), width=16, side=32, steps=600, batch=128),
        },
    ),
    "identity": Experiment(
        insertion.run,
        {
            "pair": Preset("plain-20 inside plain-56", insertion.Insertion(), recorded=True),
            "gpu": _gpu(insertion.Insertion(), depth=110, width=16, side=32, steps=600),
        },
    ),
    "signal": Experiment(
        propagation.run,
        {
            "he": Preset("He initialisation, 18, 50 and 152 layers", propagation.Propagation(), recorded=True),
            "default": Preset(
                "PyTorch’s default initialisation", propagation.Propagation(init="default"), recorded=True
            ),
            "all": Preset(
                "all five depths at 224 px", propagation.Propagation(imagenet_depths=DEEP, picture_side=224), True
            ),
            "gpu": _gpu(propagation.Propagation(), imagenet_depths=DEEP, picture_side=224),
        },
    ),
    "learning-rate": Experiment(
        rates.run,
        {
            "residual": Preset("a residual net of 20 layers", rates.Rates(), recorded=True),
            "plain": Preset("a plain net of 8 layers", rates.Rates(kind="plain", depth=8), recorded=True),
            "gpu": _gpu(rates.Rates(), depth=56, width=16, side=32, steps=400),
        },
    ),
    "shattered": Experiment(
        shattered.run,
        {
            "lines": Preset("8, 20 and 56 layers", shattered.Shattered(), recorded=True),
            "gpu": _gpu(shattered.Shattered(), depths=(8, 20, 56, 110), points=512, lines=32, width=16, side=32),
        },
    ),
    "lesion": Experiment(
        lesion.run,
        {
            "pair": Preset("residual-56 and plain-20", lesion.Lesion(), recorded=True),
            "gpu": _gpu(lesion.Lesion(), depth=110, steps=600, plain_steps=600, width=16, side=32),
        },
    ),
    "landscape": Experiment(
        landscape.run,
        {
            "20": Preset("20 layers", landscape.Landscape(), recorded=True),
            "56": Preset("56 layers", landscape.Landscape(depth=56, grid=15), recorded=True),
            "gpu": _gpu(landscape.Landscape(), depth=56, grid=51, width=16, side=32, steps=600, pictures=512),
        },
    ),
}


def experiment(key: str) -> Experiment:
    """Raises `ValueError` with the known names."""
    if key not in EXPERIMENTS:
        raise ValueError(f"experiment={key!r}: choose one of {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[key]
