"""The one training loop: SGD with momentum, as the paper trains (He et al. 2015, §4.2), a step at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.jobs import Job
from explorer.lab.experiments.compute import generator
from explorer.lab.experiments.data import Split
from explorer.lab.outcome import Row, number, state
from explorer.net.resnet import ResNet

TOGETHER = 5  # steps that a net does before the next one's turn, and between two partial results
MOMENTUM, WEIGHT_DECAY, BATCH = 0.9, 1e-4, 64
AT_ONCE = 512  # pictures of which a trained net is asked
LAST = 20  # a "final" training loss is the mean over this many last steps, so that one batch decides nothing


def batches(count: int, batch: int, seed: int) -> Iterator[Tensor]:
    """Indices of endless shuffled epochs, the ragged end of each left out; the order depends on the seed only."""
    source = generator(seed, stream=2)
    while True:
        order = torch.randperm(count, generator=source)
        for start in range(0, count - batch + 1, batch):
            yield order[start : start + batch]


class Trainer:
    """One net in training: `step` does one step and returns its loss; a loss that is no number ends the training."""

    def __init__(
        self,
        model: ResNet,
        data: Split,
        lr: float,
        seed: int,
        batch: int = BATCH,
        forward: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """forward: another pass through the model than its own."""
        self.model, self.data, self.forward = model.train(), data, forward or model
        self.losses: list[float] = []
        self.order = batches(len(data.y), min(batch, len(data.y)), seed)
        self.optimiser = torch.optim.SGD(model.parameters(), lr=lr, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)

    @property
    def diverged(self) -> bool:
        return bool(self.losses) and not math.isfinite(self.losses[-1])

    @property
    def final_loss(self) -> float:
        """Mean training loss of the last steps; NaN or infinite when the training diverged."""
        last = self.losses[-LAST:]
        return self.losses[-1] if self.diverged else sum(last) / len(last)

    def step(self) -> float:
        chosen = next(self.order).to(self.data.y.device)
        if self.diverged:
            return self.losses[-1]
        loss = F.cross_entropy(self.forward(self.data.x[chosen]), self.data.y[chosen])
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.losses.append(loss.item())
        return self.losses[-1]


def turns(steps: int, together: int = TOGETHER) -> list[tuple[int, int]]:
    """(first, one past the last) step of each turn: one step first, so that there is something to see at once, then
    several."""
    ends = [*range(1, steps, together), steps]
    return list(zip([0, *ends], ends))


@dataclass(frozen=True)
class Pupil:
    """One of several nets that train side by side: what its rows are labelled with, and for how many steps."""

    trainer: Trainer
    name: Row
    steps: int


def side_by_side(pupils: Sequence[Pupil], job: Job, until: float = 1.0) -> list[list[Row]]:
    """Train them all, a few steps each in turn, so that all curves are there from the first step and end together.

    Each turn publishes {**name, step, loss, state} of every net's new steps; progress runs from 0 to `until`. Returns the
    same rows, a list a net.
    """
    longest = max(pupil.steps for pupil in pupils)
    kept: list[list[Row]] = [[] for _ in pupils]
    for first, end in turns(longest):
        fresh: list[Row] = []
        for pupil, rows in zip(pupils, kept):
            last = math.ceil(end * pupil.steps / longest)
            for _ in range(len(rows), last):
                message = f"step {len(rows) + 1} of {pupil.steps}"
                job.checkpoint(until * first / longest, f"training {pupil.name['net']} · {message}")
                loss = pupil.trainer.step()
                step: Row = {"step": len(rows) + 1, "loss": number(loss), "state": state(loss)}
                rows.append({**pupil.name, **step})
                fresh.append(rows[-1])
        job.checkpoint(until * end / longest, partial=fresh)
    return kept


@torch.no_grad()
def logits(model: nn.Module, x: Tensor, at_once: int = AT_ONCE) -> Tensor:
    """Eval-mode outputs (N, classes); the model is left in eval mode."""
    model.eval()
    return torch.cat([model(part) for part in x.split(at_once)])


def error_percent(outputs: Tensor, y: Tensor) -> float:
    """Wrong answers in percent; an output that is no number counts as wrong."""
    right = (outputs.argmax(1) == y) & torch.isfinite(outputs).all(1)
    return 100.0 * (len(y) - int(right.sum())) / len(y)
