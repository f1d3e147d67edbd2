"""Experiment 2: degradation. Plain and residual nets of several depths, side by side, on the digits.

All nets see the same batches in the same order and advance together, so the curves race. The figure of merit is the
*training* loss: a deeper net that overfitted would have a lower one. Source: He et al. 2015, Fig. 1, Fig. 4 and 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.jobs import Job
from explorer.lab.config import KINDS, Config
from explorer.lab.experiment import Claim, Experiment, Preset, Quote, above, below, ends, figure, least, of_net, on_gpu
from explorer.lab.experiments import taken
from explorer.lab.experiments.compute import checked_device, one_thread
from explorer.lab.experiments.data import TEST, Split, digits
from explorer.lab.experiments.nets import built, digit_spec
from explorer.lab.experiments.train import Trainer, error_percent, logits, turns
from explorer.lab.outcome import Outcome, Row, number, outcome, state
from explorer.spec import ResNetSpec

MARGIN = 0.05  # nats by which a final training loss must be higher before it counts as worse


@dataclass(frozen=True)
class Degradation(Config):
    """depths: layers, 6n+2. width: channels of the first stage. shortcut: A (the paper's on CIFAR) or B.

    zero_init: yes starts the last γ of each residual block at 0, so that the block is its shortcut (Goyal et al. 2017,
    arXiv 1706.02677, §5.1); plain nets stay as they are."""

    depths: tuple[int, ...] = (20, 56)
    steps: int = 120
    lr: float = 0.01
    width: int = 8
    side: int = 8
    batch: int = 64
    shortcut: str = "A"
    zero_init: str = "no"


def run(config: Degradation, job: Job) -> Outcome:
    """Rows: net, kind, depth, step, loss (training, of that step's batch), state."""
    with one_thread():
        device = checked_device(config.device)
        job.checkpoint(0.0, "loading the digits")
        training, test = digits(config.side, device)
        trainers = {}
        for (kind, depth), spec in specs(config).items():
            model = built(spec, config.seed, device)
            trainers[kind, depth] = Trainer(model, training, config.lr, config.seed, config.batch)
        rows: list[Row] = []
        for first, last in turns(config.steps):
            fresh = [row for case in trainers for row in _advance(trainers[case], case, range(first, last), job)]
            rows += fresh
            job.checkpoint(last / config.steps, f"step {last} of {config.steps}", fresh)
        finals = [_final(case, trainer, test, job) for case, trainer in trainers.items()]
        summary = {"nets": finals, **compare(finals)}
        return outcome("degradation", config, rows, summary, verdict(summary))


def specs(config: Degradation) -> dict[tuple[str, int], ResNetSpec]:
    """Its nets, by kind and depth."""
    return {
        (kind, depth): digit_spec(depth, kind, config.width, shortcut=config.shortcut, zero_init=config.zero_init)
        for kind in KINDS
        for depth in sorted(config.depths)
    }


def takes(config: Degradation) -> int:
    """Bytes: all nets learn, one at a time does a step or sees the test set."""
    every = specs(config).values()
    moments = taken.step(every, config.side, config.batch) + taken.look(every, config.side, TEST)
    return taken.nets(every, taken.LEARNING) + taken.digits(config.side) + moments


def _advance(trainer: Trainer, case: tuple[str, int], steps: range, job: Job) -> list[Row]:
    kind, depth = case
    rows: list[Row] = []
    for step in steps:
        job.checkpoint()
        loss = trainer.step()
        rows.append(
            {
                "net": f"{kind}-{depth}",
                "kind": kind,
                "depth": depth,
                "step": step + 1,
                "loss": number(loss),
                "state": state(loss),
            }
        )
    return rows


def _final(case: tuple[str, int], trainer: Trainer, test: Split, job: Job) -> Row:
    job.checkpoint()
    kind, depth = case
    loss = trainer.final_loss
    return {
        "net": f"{kind}-{depth}",
        "kind": kind,
        "depth": depth,
        "final_loss": number(loss),
        "diverged": trainer.diverged,
        "test_error_percent": error_percent(logits(trainer.model, test.x), test.y),
    }


def compare(finals: list[Row]) -> Row:
    """Deepest against shallowest net of each kind: the difference of final training losses, and whether it is worse.
    A net that diverged is worse than any that did not."""
    found: Row = {}
    for kind in KINDS:
        nets = [net for net in finals if net["kind"] == kind]
        shallow, deep = nets[0]["final_loss"], nets[-1]["final_loss"]
        gap = None if None in (shallow, deep) else deep - shallow
        found[f"{kind}_gap"] = gap
        found[f"{kind}_deeper_is_worse"] = deep is None and shallow is not None if gap is None else gap > MARGIN
    return found


def verdict(summary: Row) -> str:
    """For which kind the deeper net trained worse: plain | residual | both | neither."""
    plain, residual = summary["plain_deeper_is_worse"], summary["residual_deeper_is_worse"]
    return {(True, False): "plain", (False, True): "residual", (True, True): "both"}.get((plain, residual), "neither")


def quotes(summary: Row) -> list[Quote]:
    """The figures of a run that the page prints large."""
    return [
        Quote(
            figure(net["final_loss"], ".2f") if net["final_loss"] is not None else "diverged",
            f"{net['net']}, final loss",
            "cross-entropy of the training batches in nats, mean over the last steps",
            net["final_loss"],
        )
        for net in ends(summary["nets"])
    ]


def rises(kind: str) -> Callable[[Row], float]:
    """The smallest step up of the final training loss from one depth to the next."""

    def smallest(summary: Row) -> float:
        losses = [one["final_loss"] for one in summary["nets"] if one["kind"] == kind]
        return float(min(later - earlier for earlier, later in zip(losses, losses[1:])))

    return smallest


CLAIMS = {
    "plain_degrades": Claim(
        "degradation",
        "pair",
        "Plain-56 ends with a higher training loss than plain-20.",
        "nats",
        lambda summary: summary["plain_gap"],
        above(MARGIN),
    ),
    "residual_does_not": Claim(
        "degradation",
        "pair",
        "Residual-56 does not end with a higher training loss than residual-20.",
        "nats",
        lambda summary: summary["residual_gap"],
        below(MARGIN),
    ),
    "residual_b": Claim(
        "degradation",
        "pair-B",
        "With projection shortcuts (option B), residual-56 does not end with a higher training loss.",
        "nats",
        lambda summary: summary["residual_gap"],
        below(MARGIN),
    ),
    "zero_slow": Claim(
        "degradation",
        "zero",
        "Last γ at 0, a rate of 0.01: residual-56 ends over 1 nat after 120 steps.",
        "nats",
        of_net("residual-56", "final_loss"),
        above(1),
    ),
    "fast_stuck": Claim(
        "degradation",
        "fast",
        "Last γ at 1, a rate of 0.3: residual-56 ends over 1 nat.",
        "nats",
        of_net("residual-56", "final_loss"),
        above(1),
    ),
    "zero_fast": Claim(
        "degradation",
        "fast-zero",
        "Last γ at 0, a rate of 0.3: residual-56 ends below 0.5 nats.",
        "nats",
        of_net("residual-56", "final_loss"),
        below(0.5),
    ),
    "plain_rises": Claim(
        "degradation",
        "sweep",
        "Plain nets: each deeper one of 8 … 56 layers ends with a higher training loss.",
        "nats",
        rises("plain"),
        above(0),
    ),
    "plain_climbs": Claim(
        "degradation",
        "sweep",
        "Plain-56 ends with a higher training loss than plain-8.",
        "nats",
        lambda summary: summary["plain_gap"],
        above(MARGIN),
    ),
}

EXPERIMENT = Experiment(
    run,
    takes,
    {
        "pair": Preset("20 against 56 layers", Degradation(), recorded=True),
        "sweep": Preset("a sweep of depths, 8 … 56", Degradation(depths=(8, 14, 20, 32, 44, 56)), True),
        "pair-B": Preset("the same with projection shortcuts (option B)", Degradation(shortcut="B"), True),
        "zero": Preset("the same, and each block’s last γ starts at 0", Degradation(zero_init="yes"), True),
        "fast": Preset("the same at a rate of 0.3", Degradation(lr=0.3), True),
        "fast-zero": Preset("a rate of 0.3, and the last γ at 0", Degradation(lr=0.3, zero_init="yes"), True),
        "gpu": on_gpu(Degradation(), depths=(20, 56, 110), width=16, side=32, steps=600, batch=128),
    },
    quotes,
    least("depth"),
    CLAIMS,
)
