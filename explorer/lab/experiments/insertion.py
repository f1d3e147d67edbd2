"""Experiment 3: the existence argument (He et al. 2015, §1), built rather than argued.

"There exists a solution by construction to the deeper model: the added layers are identity mapping, and the other
layers are copied from the learned shallower model." A trained shallow plain net is copied into an ordinary deeper
plain net, whose remaining blocks get weights that make them the identity. The outputs are then the same to the last
bit. The same deeper net trained from scratch, with the same budget, does not come near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from explorer.jobs import Job
from explorer.lab.config import Config
from explorer.lab.experiment import Claim, Experiment, Preset, Quote, above, figure, least, on_gpu
from explorer.lab.experiments import taken
from explorer.lab.experiments.compute import checked_device, one_thread
from explorer.lab.experiments.data import Split, digits
from explorer.lab.experiments.nets import blocks, built, digit_spec
from explorer.lab.experiments.train import AT_ONCE, BATCH, Pupil, Trainer, error_percent, logits, side_by_side
from explorer.lab.outcome import Outcome, Row, number, outcome
from explorer.net.resnet import ResNet
from explorer.spec import ResNetSpec


@dataclass(frozen=True)
class Insertion(Config):
    """shallow, depth: layers of the net that is copied and of the deeper one, 6n+2 each."""

    shallow: int = 20
    depth: int = 56
    steps: int = 120
    lr: float = 0.01
    width: int = 8
    side: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.depth <= self.shallow:
            raise ValueError(f"depth={self.depth}: choose a deeper net than shallow={self.shallow}")


def run(config: Insertion, job: Job) -> Outcome:
    """Rows: net, step, loss, state (training curves), and one row a net with eval-mode loss and error."""
    with one_thread():
        device = checked_device(config.device)
        job.checkpoint(0.0, "loading the digits")
        training, test = digits(config.side, device)
        depths = (config.shallow, config.depth)
        pupils = [_pupil(config, depth, training, device) for depth in depths]
        curves = side_by_side(pupils, job)
        rows = [row for curve in curves for row in curve]
        nets = {depth: pupil.trainer.model for depth, pupil in zip(depths, pupils)}
        deeper = built(_spec(config, config.depth), config.seed, device)
        inserted = insert_identities(nets[config.shallow], deeper)
        difference = largest_difference(nets[config.shallow], deeper, training, test)
        scores = {"copied": nets[config.shallow], "inserted": deeper, "scratch": nets[config.depth]}
        found = {name: _score(model, training, test) for name, model in scores.items()}
        summary = {
            **{f"{name}_{key}": value for name, score in found.items() for key, value in score.items()},
            "inserted_blocks": inserted,
            "largest_difference": difference,
        }
        worse = found["scratch"]["loss"] is None or found["scratch"]["loss"] > found["inserted"]["loss"]
        return outcome("identity", config, rows, summary, "worse" if worse else "finds")


def _spec(config: Insertion, depth: int) -> ResNetSpec:
    return digit_spec(depth, "plain", config.width)


def takes(config: Insertion) -> int:
    """Bytes: two nets learn, the deeper one is there once more; one at a time does a step or sees many pictures."""
    shallow, deep = (_spec(config, depth) for depth in (config.shallow, config.depth))
    moments = taken.step([deep], config.side, BATCH) + taken.look([deep], config.side, AT_ONCE)
    return taken.nets([shallow, deep], taken.LEARNING) + taken.nets([deep]) + taken.digits(config.side) + moments


def _pupil(config: Insertion, depth: int, data: Split, device: torch.device) -> Pupil:
    model = built(_spec(config, depth), config.seed, device)
    return Pupil(Trainer(model, data, config.lr, config.seed), {"net": f"plain-{depth}", "depth": depth}, config.steps)


def insert_identities(source: ResNet, target: ResNet) -> int:
    """Copy `source` into the deeper `target` stage by stage and make the rest identities; how many blocks that were."""
    weights = source.state_dict()
    known = {path for path, _ in blocks(source)}
    state_dict = dict(weights.items())
    target.load_state_dict(state_dict, strict=False)
    extra = [block for path, block in blocks(target) if path not in known]
    for block in extra:
        make_identity(block)
    return len(extra)


@torch.no_grad()
def make_identity(block: Any) -> None:
    """Weights with which a plain block returns its input exactly, in eval mode.

    Kernels: 1 at the centre of the own channel. BN: running mean 0 and a running variance of 1 − ε, so that it divides
    by exactly 1. ReLU changes nothing: what enters a block has come out of one.
    """
    for conv, bn in ((block.conv1, block.bn1), (block.conv2, block.bn2)):
        nn.init.dirac_(conv.weight)
        bn.weight.fill_(1)
        bn.bias.zero_()
        bn.running_mean.zero_()
        bn.running_var.fill_(1 - bn.eps)


def largest_difference(a: ResNet, b: ResNet, *data: Split) -> float | None:
    """max |a(x) − b(x)| over all logits of all pictures, in eval mode."""
    return number(max((logits(a, part.x) - logits(b, part.x)).abs().max().item() for part in data))


def _score(model: ResNet, training: Split, test: Split) -> Row:
    outputs = logits(model, training.x)
    return {
        "loss": number(F.cross_entropy(outputs, training.y).item()),
        "training_error_percent": error_percent(outputs, training.y),
        "test_error_percent": error_percent(logits(model, test.x), test.y),
    }


def quotes(summary: Row) -> list[Quote]:
    """The figures of a run that the page prints large."""
    loss = "cross-entropy in nats over all training pictures, in eval mode"
    return [
        Quote(
            figure(summary["largest_difference"]),
            "largest difference of any output",
            "max |output with the inserted blocks − output without|, all pictures",
            summary["largest_difference"],
        ),
        Quote(
            str(summary["inserted_blocks"]),
            "identity blocks inserted",
            "blocks of the deeper net − blocks of the shallower",
            summary["inserted_blocks"],
        ),
        Quote(figure(summary["scratch_loss"], ".2f"), "loss from scratch", loss, summary["scratch_loss"]),
        Quote(figure(summary["inserted_loss"], ".2f"), "loss as built", loss, summary["inserted_loss"]),
    ]


CLAIMS = {
    "identity_exact": Claim(
        "identity",
        "pair",
        "Plain-20 inside plain-56: the largest difference of any output is exactly 0.",
        "logit",
        lambda summary: summary["largest_difference"],
        lambda value: value == 0,
    ),
    "scratch_worse": Claim(
        "identity",
        "pair",
        "Plain-56 from scratch ends with a higher training loss than that.",
        "nats",
        lambda summary: summary["scratch_loss"] - summary["inserted_loss"],
        above(0),
    ),
}

EXPERIMENT = Experiment(
    run,
    takes,
    {
        "pair": Preset("plain-20 inside plain-56", Insertion(), recorded=True),
        "gpu": on_gpu(Insertion(), depth=110, width=16, side=32, steps=600),
    },
    quotes,
    least("depth"),
    CLAIMS,
)
