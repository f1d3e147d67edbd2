"""The one training loop: SGD with momentum, as the paper trains (He et al. 2015, §4.2), a step at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.jobs import Job
from explorer.lab.experiments.compute import generator
from explorer.lab.experiments.data import Split
from explorer.net.resnet import ResNet

MOMENTUM, WEIGHT_DECAY, BATCH = 0.9, 1e-4, 64
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

    def __init__(self, model: ResNet, data: Split, lr: float, seed: int, batch: int = BATCH) -> None:
        self.model, self.data = model.train(), data
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
        loss = F.cross_entropy(self.model(self.data.x[chosen]), self.data.y[chosen])
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.losses.append(loss.item())
        return self.losses[-1]


def train(trainer: Trainer, steps: int, job: Job, message: str, span: tuple[float, float] = (0.0, 1.0)) -> None:
    """`steps` steps with a checkpoint before each; progress runs over `span`."""
    for step in range(steps):
        job.checkpoint(span[0] + (span[1] - span[0]) * step / steps, f"{message} · step {step + 1} of {steps}")
        trainer.step()


@torch.no_grad()
def logits(model: nn.Module, x: Tensor, at_once: int = 512) -> Tensor:
    """Eval-mode outputs (N, classes); the model is left in eval mode."""
    model.eval()
    return torch.cat([model(part) for part in x.split(at_once)])


def error_percent(outputs: Tensor, y: Tensor) -> float:
    """Wrong answers in percent; an output that is no number counts as wrong."""
    right = (outputs.argmax(1) == y) & torch.isfinite(outputs).all(1)
    return 100.0 * (len(y) - int(right.sum())) / len(y)
