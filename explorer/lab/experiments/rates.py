"""Experiment 4: Batch Normalization and the learning rate. The same net with and without BN, over many rates.

BN widens the range of workable rates (Ioffe & Szegedy 2015, §3.3; Bjorck et al. 2018, arXiv 1806.02375; Santurkar et
al. 2018, arXiv 1805.11604, on why). A training that runs into NaN or infinity is a result: "diverged".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from explorer.jobs import Job
from explorer.lab.config import Config
from explorer.lab.experiment import Claim, Experiment, Preset, Quote, above, below, figure, on_gpu, where
from explorer.lab.experiments import taken
from explorer.lab.experiments.compute import checked_device, one_thread
from explorer.lab.experiments.data import digits
from explorer.lab.experiments.nets import built, digit_spec
from explorer.lab.experiments.train import BATCH, Trainer, turns
from explorer.lab.outcome import Outcome, Row, number, outcome, ratio, state
from explorer.spec import ResNetSpec
from explorer.terms import over, said

WORKABLE = 0.5  # nats: a rate works when the final training loss is below (chance is ln 10 = 2.30)
EVERY = 4  # steps between two points of a curve
NORMS = {"batch": "with BN", "none": "without BN"}


@dataclass(frozen=True)
class Rates(Config):
    """lrs: learning rates. kind, depth: which net. steps: at each rate."""

    kind: str = "residual"
    depth: int = 20
    lrs: tuple[float, ...] = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
    steps: int = 100
    width: int = 8
    side: int = 8


def run(config: Rates, job: Job) -> Outcome:
    """Rows: norm, lr, step, loss, state; and with part "final" one a training: final_loss, diverged_at (step)."""
    with one_thread():
        device = checked_device(config.device)
        job.checkpoint(0.0, "loading the digits")
        training, _ = digits(config.side, device)
        cases, specs = [(lr, norm) for lr in sorted(config.lrs) for norm in NORMS], _specs(config)
        trainers = []
        for lr, norm in cases:
            job.checkpoint(0.0, "building the nets")
            trainers.append(Trainer(built(specs[norm], config.seed, device), training, lr, config.seed))
        _together(trainers, cases, config.steps, job)
        finals = [_final(trainer, *case) for trainer, case in zip(trainers, cases)]
        job.checkpoint(1.0, partial=finals)
        curves = [_curve(trainer, 0, *case) for trainer, case in zip(trainers, cases)]
        rows = [row for curve, final in zip(curves, finals) for row in (*curve, final)]
        summary = summarise([row for row in rows if row["part"] == "final"])
        return outcome("learning-rate", config, rows, summary, answer(summary))


def _specs(config: Rates) -> dict[str, ResNetSpec]:
    """Its two nets, by norm."""
    return {norm: digit_spec(config.depth, config.kind, config.width, norm) for norm in NORMS}


def takes(config: Rates) -> int:
    """Bytes: both nets learn at every rate, one at a time does a step."""
    both = _specs(config).values()
    every = len(config.lrs) * taken.nets(both, taken.LEARNING)
    return every + taken.digits(config.side) + taken.step(both, config.side, BATCH)


def _together(trainers: list[Trainer], cases: list[tuple[float, str]], steps: int, job: Job) -> None:
    """All trainings side by side, a few steps each in turn; their curves are published as they grow."""
    for first, last in turns(steps, EVERY):
        fresh: list[Row] = []
        for trainer, (lr, norm) in zip(trainers, cases):
            if trainer.diverged:
                continue
            seen = len(_shown(trainer))
            for step in range(first, last):
                job.checkpoint(first / steps, f"step {step + 1} of {steps} at {len(cases) // len(NORMS)} rates")
                if trainer.diverged:
                    break
                trainer.step()
            fresh += _curve(trainer, seen, lr, norm, ended=last == steps)
        job.checkpoint(last / steps, partial=fresh)


def _shown(trainer: Trainer) -> list[int]:
    """Of which steps a curve has a point, before its last one."""
    return list(range(0, len(trainer.losses), EVERY))


def _curve(trainer: Trainer, since: int, lr: float, norm: str, ended: bool = True) -> list[Row]:
    """The points of a curve from number `since` on; the last step's too, once it has ended."""
    losses, shown = trainer.losses, _shown(trainer)
    if (ended or trainer.diverged) and shown and shown[-1] != len(losses) - 1 and since <= len(shown):
        shown.append(len(losses) - 1)
    return [
        {
            "part": "curve",
            "norm": norm,
            "lr": lr,
            "step": index + 1,
            "loss": number(losses[index]),
            "state": state(losses[index]),
        }
        for index in shown[since:]
    ]


def _final(trainer: Trainer, lr: float, norm: str) -> Row:
    final = trainer.final_loss
    return {
        "part": "final",
        "norm": norm,
        "lr": lr,
        "loss": number(final),
        "state": state(final),
        "diverged_at": len(trainer.losses) if trainer.diverged else None,
    }


def summarise(finals: list[Row]) -> Row:
    """For each norm: the rates that work, the best one and its loss; and by how much BN stretches the range upwards."""
    found: Row = {}
    for norm in NORMS:
        mine = [row for row in finals if row["norm"] == norm]
        works = [row["lr"] for row in mine if row["loss"] is not None and row["loss"] < WORKABLE]
        finite = [row for row in mine if row["loss"] is not None]
        best = min(finite, key=lambda row: row["loss"], default=None)
        found[norm] = {
            "workable": works,
            "best_lr": best and best["lr"],
            "best_loss": best and best["loss"],
            "diverged": [row["lr"] for row in mine if row["diverged_at"]],
        }
    largest = {norm: max(found[norm]["workable"], default=None) for norm in NORMS}
    return {**found, "largest_workable_ratio": ratio(largest["batch"], largest["none"])}


def answer(summary: Row) -> str:
    """How much larger the largest workable rate is with BN: same | few (about 3 times) | many (or only BN works)."""
    times = summary["largest_workable_ratio"]
    if times is None:
        return "many" if summary["batch"]["workable"] else "same"
    return "same" if times < 1.5 else "few" if times < 6 else "many"


def quotes(summary: Row) -> list[Quote]:
    """The figures of a run that the page prints large."""

    def span(norm: str) -> Quote:
        rates, words = summary[norm]["workable"], {"none": "without BN", "batch": "with BN"}[norm]
        return Quote(
            f"{min(rates):g} … {max(rates):g}" if rates else "none",
            f"workable rates {words}",
            "how many of the rates that were tried end below the workable loss",
            len(rates),
        )

    best = [max(rates) for norm in ("batch", "none") if (rates := summary[norm]["workable"])]
    ends = [said(f"{rate:g}", rate) for rate in best]
    return [
        span("none"),
        span("batch"),
        Quote(
            figure(summary["largest_workable_ratio"], ".3g", "×"),
            "largest rate, with BN against without",
            "largest workable rate with BN ÷ without",
            summary["largest_workable_ratio"],
            reduce(over, ends) if ends else None,
        ),
    ]


def more_rates(summary: Row) -> int:
    """How many more rates work with BN than without."""
    return len(summary["batch"]["workable"]) - len(summary["none"]["workable"])


def larger_rate(summary: Row) -> float | None:
    """How many times larger the largest workable rate is with BN: None where none works without BN, 0 where none
    works with it."""
    return summary["largest_workable_ratio"] if summary["batch"]["workable"] else 0


CLAIMS = {
    "bn_widens": Claim(
        "learning-rate",
        "residual",
        "Residual-20: at least two more of the seven rates work with BN than without.",
        "rates more",
        more_rates,
        above(1),
    ),
    "bn_larger": Claim(
        "learning-rate",
        "residual",
        "Residual-20: the largest workable rate is at least 3 times larger with BN, or none works without.",
        "times",
        larger_rate,
        lambda value: value is None or value > 2.9,
    ),
    "bn_better": Claim(
        "learning-rate",
        "residual",
        "Residual-20: at its own best rate the net with BN reaches a lower training loss.",
        "nats lower",
        lambda summary: summary["none"]["best_loss"] - summary["batch"]["best_loss"],
        above(0),
    ),
    "bn_fails": Claim(
        "learning-rate",
        "residual",
        "Residual-20 with BN: a rate of 1 does not work.",
        "largest that works",
        lambda summary: max(summary["batch"]["workable"], default=0),
        below(1),
    ),
    "tiny_rates": Claim(
        "learning-rate",
        "residual",
        "Residual-20: at a rate of 0.001 neither net works, BN or not.",
        "smallest that works",
        lambda summary: min(summary["batch"]["workable"] + summary["none"]["workable"], default=1),
        above(0.001),
    ),
    "bn_widens_plain": Claim(
        "learning-rate",
        "plain",
        "Plain-8: at least two more of the seven rates work with BN than without.",
        "rates more",
        more_rates,
        above(1),
    ),
}

EXPERIMENT = Experiment(
    run,
    takes,
    {
        "residual": Preset("a residual net of 20 layers", Rates(), recorded=True),
        "plain": Preset("a plain net of 8 layers", Rates(kind="plain", depth=8), recorded=True),
        "gpu": on_gpu(Rates(), depth=56, width=16, side=32, steps=400),
    },
    quotes,
    where(norm="none"),
    CLAIMS,
)
