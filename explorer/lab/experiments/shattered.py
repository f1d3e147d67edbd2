"""Experiment 5: shattered gradients (Balduzzi et al. 2017, arXiv 1702.08591), in untrained batch-normalised nets.

The input slides along a straight line from one digit to another in equal steps; all points form one batch. At each
point the slope of the output along the line is read off the input gradient. Its autocorrelation says whether
neighbouring inputs have related gradients (a residual net) or whether the slope is close to white noise (a deep plain
net). Averaged over several lines, each with freshly drawn weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.jobs import Job
from explorer.lab.config import KINDS, Config
from explorer.lab.experiment import Claim, Experiment, Preset, Quote, above, below, ends, figure, least, of_net, on_gpu
from explorer.lab.experiments import taken
from explorer.lab.experiments.compute import checked_device, derived, generator, one_thread
from explorer.lab.experiments.data import digits
from explorer.lab.experiments.nets import built, digit_spec
from explorer.lab.outcome import Outcome, Row, number, outcome

LAGS = 16  # steps along the line for which the autocorrelation is shown


@dataclass(frozen=True)
class Shattered(Config):
    """depths: layers, 6n+2. points: inputs on a line. lines: over how many nets and lines the curves are averaged."""

    depths: tuple[int, ...] = (8, 20, 56)
    points: int = 256
    lines: int = 8
    width: int = 8
    side: int = 8


def run(config: Shattered, job: Job) -> Outcome:
    """Rows: net, kind, depth, part; slope: position 0 … 1, value (first line only, scaled to a deviation of 1);
    autocorrelation: lag (steps), value (mean over the lines)."""
    with one_thread():
        device = checked_device(config.device)
        cases = [(kind, depth) for kind in KINDS for depth in sorted(config.depths)]
        slopes: dict[tuple[str, int], list[Tensor]] = {case: [] for case in cases}
        for line in range(config.lines):
            for at, (kind, depth) in enumerate(cases):
                done = (line + at / len(cases)) / config.lines
                job.checkpoint(done, f"line {line + 1} of {config.lines} · {kind}-{depth}")
                model = built(digit_spec(depth, kind, config.width), derived(config.seed, 1_000 + line), device)
                mine = slopes[kind, depth]
                mine.append(slope_along(model, *endpoints(config, line, device), config.points))
                slope = _slope(kind, depth, mine[0]) if line == 0 else []
                job.checkpoint(partial=slope + _autocorrelation(kind, depth, mine, "so far"))
        means = {case: _autocorrelation(*case, slopes[case]) for case in cases}
        job.checkpoint(1.0, partial=[row for mean in means.values() for row in mean])
        rows = [row for case in cases for row in (*_slope(*case, slopes[case][0]), *means[case])]
        summary = {"nets": [_summarise(rows, kind, depth) for kind, depth in cases]}
        deep = {net["kind"]: net["lag_1"] for net in summary["nets"]}  # the deepest of each kind comes last
        noise = None not in deep.values() and deep["plain"] < deep["residual"]
        return outcome("shattered", config, rows, summary, "plain" if noise else "residual")


def takes(config: Shattered) -> int:
    """Bytes: one net at a time, all points in one batch."""
    every = [digit_spec(depth, kind, config.width) for kind in KINDS for depth in config.depths]
    return max(taken.nets([one]) + taken.step([one], config.side, config.points) for one in every) + taken.digits(
        config.side
    )


def endpoints(config: Shattered, line: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Two different digits (1, side, side), drawn from the seed."""
    x = digits(config.side, device)[0].x
    first, second = torch.randperm(len(x), generator=generator(config.seed, stream=100 + line))[:2].tolist()
    return x[first], x[second]


def slope_along(model: torch.nn.Module, start: Tensor, end: Tensor, points: int) -> Tensor:
    """(points,): d(first logit)/d(position along the line), at equally spaced points from start to end.

    Batch statistics, as in training and in the paper: a point's gradient also runs through the means of all."""
    position = torch.linspace(0, 1, points, device=start.device).view(-1, 1, 1, 1)
    x = (start + position * (end - start)).requires_grad_()  # (points, 1, side, side)
    output = model.train()(x)
    (gradient,) = torch.autograd.grad(output[:, 0].sum(), x)  # the first logit; fc is random, so any is as good
    return (gradient * (end - start)).sum((1, 2, 3)).double().cpu()


def autocorrelation(slope: Tensor, lags: int = LAGS) -> list[float]:
    """Correlation of the slope with itself 0 … `lags` steps on; 1 at lag 0."""
    centred = slope - slope.mean()
    total = (centred * centred).sum()
    count = len(centred)
    return [((centred[: count - lag] * centred[lag:]).sum() / total).item() for lag in range(min(lags, count - 1) + 1)]


def _slope(kind: str, depth: int, slope: Tensor) -> list[Row]:
    """The slope along one line, scaled to a deviation of 1."""
    name = {"net": f"{kind}-{depth}", "kind": kind, "depth": depth, "part": "slope"}
    scaled = (slope / slope.std()).tolist()
    return [
        {**name, "position": index / (len(scaled) - 1), "value": number(value)} for index, value in enumerate(scaled)
    ]


def _autocorrelation(kind: str, depth: int, slopes: list[Tensor], part: str = "autocorrelation") -> list[Row]:
    """Mean over the lines, and their deviation. part: "so far" while lines are still to come."""
    name = {"net": f"{kind}-{depth}", "kind": kind, "depth": depth, "part": part}
    curves = torch.tensor([autocorrelation(slope) for slope in slopes], dtype=torch.float64)
    spread = curves.std(0) if len(curves) > 1 else torch.zeros(curves.shape[1])
    return [
        {**name, "lag": lag, "value": number(value), "spread": number(deviation)}
        for lag, (value, deviation) in enumerate(zip(curves.mean(0).tolist(), spread.tolist()))
    ]


def _summarise(rows: list[Row], kind: str, depth: int) -> Row:
    curve = [
        row["value"] for row in rows if (row["kind"], row["depth"], row["part"]) == (kind, depth, "autocorrelation")
    ]
    return {
        "net": f"{kind}-{depth}",
        "kind": kind,
        "depth": depth,
        "lag_1": curve[1],
        "lag_5": curve[min(5, len(curve) - 1)],
    }


def quotes(summary: Row) -> list[Quote]:
    """The figures of a run that the page prints large."""
    return [
        Quote(
            figure(net["lag_1"], ".2f"),
            f"{net['net']}, neighbours’ correlation",
            "autocorrelation of the input gradient along a line, at lag 1, mean over the nets",
            net["lag_1"],
        )
        for net in ends(summary["nets"])
    ]


CLAIMS = {
    "plain_shatters": Claim(
        "shattered",
        "lines",
        "Plain-56: gradients of neighbouring inputs are all but unrelated (correlation below 0.1).",
        "correlation",
        of_net("plain-56", "lag_1"),
        below(0.1),
    ),
    "residual_resists": Claim(
        "shattered",
        "lines",
        "Residual-56: they are related (correlation over 0.5).",
        "correlation",
        of_net("residual-56", "lag_1"),
        above(0.5),
    ),
}

EXPERIMENT = Experiment(
    run,
    takes,
    {
        "lines": Preset("8, 20 and 56 layers", Shattered(), recorded=True),
        "gpu": on_gpu(Shattered(), depths=(8, 20, 56, 110), points=512, lines=32, width=16, side=32),
    },
    quotes,
    least("depth"),
    CLAIMS,
)
