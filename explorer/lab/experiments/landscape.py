"""Experiment 7: a slice of the loss landscape (Li et al. 2018, arXiv 1712.09913). An illustration.

Around a trained net's weights θ the training loss is drawn over θ + a·d₁ + b·d₂, with two random directions that are
filter-normalised: each filter of a direction has the norm of the net's own filter (biases and BN stay put, as in the
paper). BN uses the statistics of the batch, since the running ones would fit only the centre. Two directions out of
tens of thousands: a slice shows what it shows, and another seed's slice differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.jobs import Job
from explorer.lab.config import KINDS, Config
from explorer.lab.experiment import Claim, Experiment, Preset, Quote, above, below, figure, on_gpu, where
from explorer.lab.experiments import taken
from explorer.lab.experiments.compute import checked_device, generator, one_thread
from explorer.lab.experiments.data import Split, digits
from explorer.lab.experiments.nets import built, digit_spec
from explorer.lab.experiments.train import BATCH, Pupil, Trainer, side_by_side
from explorer.lab.outcome import Outcome, Row, number, outcome, state

TRAINING = 0.33  # of the time
CHANCE = 2.302585  # ln 10, the loss of a net that knows nothing


@dataclass(frozen=True)
class Landscape(Config):
    """grid: points along each side, odd so that the centre is one. reach: largest |a| and |b|.
    pictures: of the training set, in one batch."""

    depth: int = 20
    steps: int = 120
    grid: int = 21
    reach: float = 1.0
    pictures: int = 128
    lr: float = 0.01
    width: int = 8
    side: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.grid % 2 == 0:
            raise ValueError(f"grid={self.grid}: choose an odd number, so that the trained net is the centre")


def run(config: Landscape, job: Job) -> Outcome:
    """Rows: net, kind, a, b, loss, state."""
    with one_thread():
        device = checked_device(config.device)
        job.checkpoint(0.0, "loading the digits")
        training, _ = digits(config.side, device)
        batch = Split(training.x[: config.pictures], training.y[: config.pictures])
        pupils = []
        for kind in KINDS:
            model = built(digit_spec(config.depth, kind, config.width), config.seed, device)
            name = {"net": f"{kind}-{config.depth}", "kind": kind, "depth": config.depth, "part": "training"}
            pupils.append(Pupil(Trainer(model, training, config.lr, config.seed), name, config.steps))
        side_by_side(pupils, job, TRAINING)
        slices: list[list[Row]] = [[] for _ in pupils]
        names = [{"net": one.name["net"], "kind": one.name["kind"]} for one in pupils]
        surfaces = [surface(one.trainer.model, batch, config, name, job) for one, name in zip(pupils, names)]
        for index, fresh in enumerate(zip(*surfaces), 1):
            for rows, row in zip(slices, fresh):
                rows += row
            job.checkpoint(
                TRAINING + (1 - TRAINING) * index / config.grid, "surfaces", [point for row in fresh for point in row]
            )
        rows = [row for rows in slices for row in rows]
        summary: Row = {name["kind"]: summarise(mine, name) for name, mine in zip(names, slices)}
        return outcome("landscape", config, rows, summary, max(KINDS, key=lambda kind: summary[kind]["uphill_share"]))


def takes(config: Landscape) -> int:
    """Bytes: two nets learn, then each has its centre and two directions beside it; one at a time does a step or sees the
    pictures."""
    both = [digit_spec(config.depth, kind, config.width) for kind in KINDS]
    moments = taken.step(both, config.side, BATCH) + taken.look(both, config.side, config.pictures)
    return taken.nets(both, taken.LEARNING + 3) + taken.digits(config.side) + moments


def surface(model: nn.Module, batch: Split, config: Landscape, name: Row, job: Job) -> Iterator[list[Row]]:
    """The loss on a grid × grid slice, a row of it at a time."""
    centre = {key: weight.detach().clone() for key, weight in model.named_parameters()}
    directions = [direction(centre, config.seed, stream) for stream in (6, 7)]
    middle = config.grid // 2
    steps = [config.reach * (index - middle) / middle for index in range(config.grid)]
    for a in steps:
        fresh: list[Row] = []
        for b in steps:
            job.checkpoint()
            loss = loss_at(model, centre, directions, a, b, batch)
            fresh.append({**name, "a": a, "b": b, "loss": number(loss), "state": state(loss)})
        yield fresh


def direction(weights: dict[str, Tensor], seed: int, stream: int) -> dict[str, Tensor]:
    """A random direction, each filter scaled to the norm of the net's (Li et al. 2018, §4); 0 for biases and BN."""
    source = generator(seed, stream=stream)
    found = {}
    for key, weight in weights.items():
        draw = torch.randn(weight.shape, generator=source).to(weight.device)
        if weight.dim() < 2:
            found[key] = torch.zeros_like(weight)
        else:
            own, drawn = (value.flatten(1).norm(dim=1).view(-1, *[1] * (weight.dim() - 1)) for value in (weight, draw))
            found[key] = draw * (own / drawn.clamp_min(1e-12))
    return found


@torch.no_grad()
def loss_at(
    model: nn.Module, centre: dict[str, Tensor], directions: list[dict[str, Tensor]], a: float, b: float, batch: Split
) -> float:
    """Training loss at θ + a·d₁ + b·d₂, with batch statistics."""
    first, second = directions
    for key, weight in model.named_parameters():
        weight.copy_(centre[key] + a * first[key] + b * second[key])
    return F.cross_entropy(model.train()(batch.x), batch.y).item()


def summarise(rows: list[Row], name: Row) -> Row:
    """The loss at the centre, the highest one, the share of the slice below chance, and how much of it is a bowl."""
    losses = [row["loss"] for row in rows if row["loss"] is not None]
    return {
        **name,
        "centre_loss": next(row["loss"] for row in rows if row["a"] == row["b"] == 0),
        "highest_loss": max(losses, default=None),
        "not_finite": len(rows) - len(losses),
        "share_below_chance": sum(loss < CHANCE for loss in losses) / len(rows),
        "uphill_share": uphill(rows),
    }


def uphill(rows: list[Row]) -> float:
    """Share of the steps from a point to its outward neighbour (a step in both coordinates towards the rim, where
    they are not 0) that go up: 1 in a bowl, about a half on a plateau with ripples. A loss that is no number is up."""
    side = round(len(rows) ** 0.5)
    middle = side // 2

    def loss(i: int, j: int) -> float:
        value = rows[i * side + j]["loss"]
        return float("inf") if value is None else value

    points = [(i, j) for i in range(side) for j in range(side) if (i, j) != (middle, middle)]
    ups = [loss(i, j) > loss(i - _sign(i - middle), j - _sign(j - middle)) for i, j in points]
    return sum(ups) / len(ups)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def quotes(summary: Row) -> list[Quote]:
    """The figures of a run that the page prints large."""
    quotes = []
    for one in (summary["plain"], summary["residual"]):
        quotes += [
            Quote(
                figure(100 * one["uphill_share"], ".0f", " %"),
                f"{one['net']}, steps outward that go uphill",
                "100 · steps from a point outward that go up ÷ all such steps",
                100 * one["uphill_share"],
            ),
            Quote(
                figure(one["centre_loss"], ".2f"),
                f"{one['net']}, loss at the centre",
                "training loss in nats of the trained weights, with batch statistics",
                one["centre_loss"],
            ),
        ]
    return quotes


CLAIMS = {
    "residual_bowl": Claim(
        "landscape",
        "20",
        "Residual-20: at least 98 % of the steps outward go uphill.",
        "share",
        lambda summary: summary["residual"]["uphill_share"],
        above(0.98),
    ),
    "plain_plateau": Claim(
        "landscape",
        "20",
        "Plain-20: less than 90 % of them do.",
        "share",
        lambda summary: summary["plain"]["uphill_share"],
        below(0.9),
    ),
}

EXPERIMENT = Experiment(
    run,
    takes,
    {
        "20": Preset("20 layers", Landscape(), recorded=True),
        "56": Preset("56 layers", Landscape(depth=56, grid=15), recorded=True),
        "gpu": on_gpu(Landscape(), depth=56, grid=51, width=16, side=32, steps=600, pictures=512),
    },
    quotes,
    where(kind="plain"),
    CLAIMS,
)
