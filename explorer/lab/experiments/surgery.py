"""Surgery: a net of 6n+2 layers learns the digits, and is operated on meanwhile.

Shortcuts are cut and joined, blocks removed (what is left of one is its shortcut: Veit et al. 2016, §4) and put back, a
block's two BN taken away and added again with what they had learned. Nothing is patched or hooked: the pass goes block by
block. Every operation is kept with its step, so that a run can be made again to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from explorer.jobs import Job
from explorer.lab.config import Config
from explorer.lab.experiment import Experiment, Preset, Quote, figure, where
from explorer.lab.experiments import taken
from explorer.lab.experiments.compute import checked_device, one_thread
from explorer.lab.experiments.data import TEST, Split, digits
from explorer.lab.experiments.nets import around, blocks, built, digit_spec, head, stem
from explorer.lab.experiments.train import BATCH, Trainer, error_percent, turns
from explorer.lab.operations import EVERY, Operation, Patient, Wounds, whole
from explorer.lab.outcome import Outcome, Row, number, outcome, state
from explorer.net import called
from explorer.net.resnet import ResNet


@dataclass(frozen=True)
class Surgery(Config):
    """operations: (step, operation, block), made again at their steps; before the first step at 0."""

    depth: int = 20
    steps: int = 300
    lr: float = 0.01
    width: int = 8
    side: int = 8
    operations: tuple[tuple[int, str, str], ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        whole(self.operations, self.depth)

    @property
    def planned(self) -> tuple[Operation, ...]:
        return whole(self.operations, self.depth)

    @property
    def wounds(self) -> Wounds:
        """When all of it is done."""
        found = Wounds(self.depth)
        for one in self.planned:
            found = found.after(one.what, one.path)
        return found


def operated_so_far(config: Surgery, rows: Sequence[Row], patient: Patient) -> Surgery:
    """The same run with every operation that its rows show, then what was asked of the patient since, then what was
    planned for later."""
    at = max((row["step"] for row in rows if row["part"] == "curve"), default=0)  # so many steps are done
    done = tuple((row["step"], row["what"], row["path"]) for row in rows if row["part"] == "operation")
    later = tuple(one for one in config.operations if one[0] >= at)
    asked = patient.every[len(done) - (len(config.operations) - len(later)) :]
    return replace(config, operations=(*done, *((at, *one) for one in asked), *later))


def run(config: Surgery, job: Job, patient: Patient | None = None) -> Outcome:
    """patient: who asks for operations meanwhile; without one the job's own `asked`. Rows, by part. curve: step, loss, state. signal: step, path, index, value (deviation of the block's output), state.
    operation: step, what, path."""
    with one_thread():
        device = checked_device(config.device)
        job.checkpoint(0.0, "loading the digits")
        training, test = digits(config.side, device)
        table = Table(config, training, device)
        rows: list[Row] = []
        for first, last in turns(config.steps):
            fresh: list[Row] = []
            for step in range(first, last):
                job.checkpoint(step / config.steps, f"step {step + 1} of {config.steps}")
                fresh += table.operate(step, patient or Asked(job))
                fresh.append(table.step(step))
            fresh += table.signal(last)
            rows += fresh
            job.checkpoint(last / config.steps, partial=fresh)
        job.checkpoint()
        done = replace(config, operations=tuple((one.step, one.what, one.path) for one in table.done))
        return outcome("surgery", done, rows, table.summary(test))


def takes(config: Surgery) -> int:
    """Bytes: one net learns; it does a step or sees the test set."""
    net = [digit_spec(config.depth, "residual", config.width)]
    moments = taken.step(net, config.side, BATCH) + taken.look(net, config.side, TEST)
    return taken.nets(net, taken.LEARNING) + taken.digits(config.side) + moments


class Asked:
    """As a `Patient`, for the run's side, in whichever process that is."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def fetch(self) -> list[tuple[str, str]]:
        return [self.job.asked.popleft() for _ in range(len(self.job.asked))]


class Table:
    """The operating table: the net, its training, and what was done to it so far."""

    def __init__(self, config: Surgery, data: Split, device: torch.device) -> None:
        self.model = built(digit_spec(config.depth, "residual", config.width), config.seed, device)
        self.wounds = Wounds(config.depth)
        self.planned = list(config.planned)
        self.done: list[Operation] = []
        self.seen: list[tuple[str, float]] = []
        self.trainer = Trainer(self.model, data, config.lr, config.seed, forward=self.forward)

    def forward(self, x: Tensor) -> Tensor:
        self.seen, x = operated(self.model, x, self.wounds)
        return x

    def operate(self, step: int, patient: Patient | Asked) -> list[Row]:
        """What is planned for this step, and what was asked since the last one."""
        due = []
        while self.planned and self.planned[0].step <= step:
            one = self.planned.pop(0)
            due.append((one.what, one.path))
        due += patient.fetch()
        for what, path in due:
            self.wounds = self.wounds.after(what, path)
            self.done.append(Operation(step, what, path))
        return [{"part": "operation", "step": step, "what": what, "path": path} for what, path in due]

    def step(self, step: int) -> Row:
        loss = self.trainer.step()
        return {"part": "curve", "step": step + 1, "loss": number(loss), "state": state(loss)}

    def signal(self, step: int) -> list[Row]:
        """Of the last batch."""
        return [
            {
                "part": "signal",
                "step": step,
                "path": path,
                "index": index,
                "value": number(value),
                "state": state(value),
            }
            for index, (path, value) in enumerate(self.seen)
        ]

    @torch.no_grad()
    def summary(self, test: Split) -> Row:
        self.model.eval()
        outputs = self.forward(test.x)
        return {
            "final_loss": number(self.trainer.final_loss),
            "least_loss": number(min(filter(math.isfinite, self.trainer.losses), default=math.nan)),
            "test_error_percent": error_percent(outputs, test.y),
            "operations": len(self.done),
            "diverged": self.trainer.diverged,
        }


def operated(model: ResNet, x: Tensor, wounds: Wounds) -> tuple[list[tuple[str, float]], Tensor]:
    """(path and deviation of what leaves the stem and each block, the logits (N, classes)) of the net as it is now."""
    x = stem(model, x)
    seen = [("stem", x.detach().std().item())]
    for path, block in blocks(model):
        x = _through(block, x, path, wounds)
        seen.append((path, x.detach().std().item()))
    return seen, head(model, x)


def _through(block: Any, x: Tensor, path: str, wounds: Wounds) -> Tensor:
    """One basic block with its wounds; a whole one does what it always does."""
    if path in wounds.removed:
        return around(block, x)
    if path not in wounds.cut and path not in wounds.bare:
        whole_block: Tensor = block(x)
        return whole_block
    norm1, norm2 = (torch.nn.Identity(),) * 2 if path in wounds.bare else (block.bn1, block.bn2)
    out: Tensor = norm2(block.conv2(block.relu1(norm1(block.conv1(x)))))
    if path not in wounds.cut:
        out = out + block.downsample(x)
    out = block.relu2(out)
    return out


def quotes(summary: Row) -> list[Quote]:
    """The figures of a run that the page prints large."""
    loss = "cross-entropy of the training batches in nats, mean over the last steps"
    final = figure(summary["final_loss"], ".2f") if summary["final_loss"] is not None else "diverged"
    return [
        Quote(final, "final training loss", loss, summary["final_loss"]),
        Quote(
            figure(summary["test_error_percent"], ".1f", " %"),
            "test error, as it was left",
            "100 · wrong answers ÷ test pictures, in eval mode, with what was done to the net",
            summary["test_error_percent"],
        ),
    ]


AT = 100  # the step at which the recorded runs are operated on

EXPERIMENT = Experiment(
    run,
    takes,
    {
        "whole": Preset("nobody operates", Surgery(), recorded=True),
        "cut": Preset(f"every shortcut cut at step {AT}", Surgery(operations=((AT, "cut", EVERY),)), recorded=True),
        "block": Preset(
            f"{called.block('layer1.0')} removed at step {AT}",
            Surgery(operations=((AT, "remove", "layer1.0"),)),
            recorded=True,
        ),
        "bare": Preset(f"all BN taken at step {AT}", Surgery(operations=((AT, "take BN", EVERY),)), recorded=True),
        "56": Preset("56 layers, nobody operates", Surgery(depth=56)),
    },
    quotes,
    where(part="curve"),
    {},  # it is the visitor who operates
)
