"""Experiment 6: lesions (Veit, Wilber & Belongie 2016, arXiv 1605.06431).

Blocks are deleted from trained nets without any retraining: the main path goes, the shortcut (in a plain net: a wire)
stays. Only blocks that keep the shape can be deleted from a plain net; a residual net's dotted ones are marked. Then
several at once, and the gradient by path length: of the 2ⁿ paths most are of middling length, but the gradient comes
through the short ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

import torch

from explorer.jobs import Job
from explorer.lab.config import KINDS, Config
from explorer.lab.experiment import Claim, Experiment, Preset, Quote, above, below, figure, on_gpu, where
from explorer.lab.experiments import taken
from explorer.lab.experiments.compute import checked_device, generator, one_thread
from explorer.lab.experiments.data import TEST, Split, digits
from explorer.lab.experiments.nets import blocks, built, changes_shape, digit_spec, forward_without
from explorer.lab.experiments.paths import path_rows, shorter_share
from explorer.lab.experiments.train import BATCH, Pupil, Trainer, error_percent, side_by_side
from explorer.lab.outcome import Outcome, Row, outcome
from explorer.net.resnet import ResNet
from explorer.spec import ResNetSpec


@dataclass(frozen=True)
class Lesion(Config):
    """depth: of the residual net; shallow: of the plain one, which must be shallow enough to train at all.
    samples: random choices of blocks for each number of deleted ones, and of paths for each length."""

    depth: int = 56
    shallow: int = 20
    steps: int = 120
    plain_steps: int = 300
    lr: float = 0.01
    width: int = 8
    side: int = 8
    samples: int = 6


def run(config: Lesion, job: Job) -> Outcome:
    """Rows, by part. single: net, path, dotted, error_percent. several: net, deleted, error_percent of each sample.
    paths: length, share_of_paths, gradient_norm (mean), share_of_gradient."""
    with one_thread():
        device = checked_device(config.device)
        job.checkpoint(0.0, "loading the digits")
        training, test = digits(config.side, device)
        steps = {"plain": config.plain_steps, "residual": config.steps}
        pupils = [_pupil(config, kind, steps[kind], training, device) for kind in KINDS]
        side_by_side(pupils, job, 0.7)
        found = _in_turn(
            [lesions(one.trainer.model.eval(), test, config, one.name, job) for one in pupils], job, (0.7, 0.9)
        )
        rows = [row for mine in found for row in mine]
        summary: Row = {one.name["kind"]: summarise(mine, one.name) for one, mine in zip(pupils, found)}
        model = pupils[-1].trainer.model  # the residual one
        fresh = path_rows(model, training, config.samples, config.seed, job)
        job.checkpoint(1.0, "paths", fresh)
        summary["paths"] = {"typical_length": len(fresh) // 2, "gradient_below_typical": shorter_share(fresh)}
        return outcome("lesion", config, rows + fresh, summary, answer(summary["residual"]["median_error_percent"]))


def _spec(config: Lesion, kind: str) -> ResNetSpec:
    return digit_spec(config.shallow if kind == "plain" else config.depth, kind, config.width)


def takes(config: Lesion) -> int:
    """Bytes: two nets learn, one at a time does a step or sees the test set; a path's gradient needs less than a step."""
    both = [_spec(config, kind) for kind in KINDS]
    moments = taken.step(both, config.side, BATCH) + taken.look(both, config.side, TEST)
    return taken.nets(both, taken.LEARNING) + taken.digits(config.side) + moments


def _pupil(config: Lesion, kind: str, steps: int, data: Split, device: torch.device) -> Pupil:
    spec = _spec(config, kind)
    model, depth = built(spec, config.seed, device), spec.depth
    name = {"net": f"{kind}-{depth}", "kind": kind, "depth": depth, "part": "training"}
    return Pupil(Trainer(model, data, config.lr, config.seed), name, steps)


def _in_turn(nets: list[Iterator[Row]], job: Job, span: tuple[float, float]) -> list[list[Row]]:
    """All rows of each net, fetched and published one of each in turn; progress nears the end of `span`."""
    found: list[list[Row]] = [[] for _ in nets]
    for turn, fresh in enumerate(zip_longest(*nets), 1):
        for rows, row in zip(found, fresh):
            rows += [row] * (row is not None)
        progress = span[1] - (span[1] - span[0]) * 0.98**turn
        job.checkpoint(progress, "deleting blocks", [row for row in fresh if row is not None])
    return found


def lesions(model: ResNet, test: Split, config: Lesion, name: Row, job: Job) -> Iterator[Row]:
    """The intact net, each deletable block on its own, then growing random sets of them."""
    kind = name["kind"]
    paths = [(path, changes_shape(block)) for path, block in blocks(model)]
    deletable = [(path, dotted) for path, dotted in paths if kind == "residual" or not dotted]
    yield {**name, "part": "intact", "error_percent": _error(model, test, (), job)}
    for path, dotted in deletable:
        error = _error(model, test, (path,), job)
        yield {**name, "part": "single", "path": path, "dotted": dotted, "error_percent": error}
    solid = [path for path, dotted in deletable if not dotted]
    source = generator(config.seed, stream=4)
    for count in range(1, len(solid) + 1):
        for sample in range(config.samples if count < len(solid) else 1):
            chosen = [solid[i] for i in torch.randperm(len(solid), generator=source)[:count].tolist()]
            error = _error(model, test, chosen, job)
            yield {**name, "part": "several", "deleted": count, "sample": sample, "error_percent": error}


@torch.no_grad()
def _error(model: ResNet, test: Split, deleted: tuple[str, ...] | list[str], job: Job) -> float:
    job.checkpoint()
    return error_percent(forward_without(model, test.x, deleted), test.y)


def summarise(rows: list[Row], name: Row) -> Row:
    """The intact net's error, and the median and worst over the solid blocks deleted one at a time, in percent."""
    solid = [row for row in rows if row["part"] == "single" and not row["dotted"]]
    single = sorted(row["error_percent"] for row in solid)
    dotted = [row["error_percent"] for row in rows if row["part"] == "single" and row["dotted"]]
    middle = len(single) // 2
    median = single[middle] if len(single) % 2 else (single[middle - 1] + single[middle]) / 2
    intact = next(row["error_percent"] for row in rows if row["part"] == "intact")
    return {
        **{key: name[key] for key in ("net", "kind", "depth")},
        "intact_error_percent": intact,
        "median_error_percent": median,
        "least_error_percent": single[0],
        "most_error_percent": single[-1],
        "worst_block": max(solid, key=lambda row: row["error_percent"])["path"],
        "solid_blocks": len(single),
        "dotted_error_percent": dotted,
    }


def answer(median_error_percent: float) -> str:
    """few | some | most: what the residual net's test error becomes when a middling block is deleted."""
    return "few" if median_error_percent < 15 else "some" if median_error_percent < 60 else "most"


def quotes(summary: Row) -> list[Quote]:
    """The figures of a run that the page prints large."""
    plain, residual, paths = summary["plain"], summary["residual"], summary["paths"]["gradient_below_typical"] or 0
    rule = "of the test errors in %, the {} of {} solid blocks deleted one at a time"
    return [
        Quote(
            figure(residual["median_error_percent"], ".1f", " %"),
            f"{residual['net']}, median block deleted",
            rule.format("median", residual["solid_blocks"]),
            residual["median_error_percent"],
        ),
        Quote(
            figure(plain["median_error_percent"], ".0f", " %"),
            f"{plain['net']}, median block deleted",
            rule.format("median", plain["solid_blocks"]),
            plain["median_error_percent"],
        ),
        Quote(
            figure(residual["most_error_percent"], ".0f", " %"),
            f"{residual['net']}, worst block",
            rule.format("largest", residual["solid_blocks"]),
            residual["most_error_percent"],
        ),
        Quote(
            figure(100 * paths, ".0f", " %"),
            "of the gradient through shorter paths",
            "100 · gradient through paths shorter than half of all blocks ÷ through all paths",
            100 * paths,
        ),
    ]


CLAIMS = {
    "residual_survives": Claim(
        "lesion",
        "pair",
        "Residual-56: the median deleted block leaves the test error below 10 %.",
        "% error",
        lambda summary: summary["residual"]["median_error_percent"],
        below(10),
    ),
    "plain_collapses": Claim(
        "lesion",
        "pair",
        "Plain-20: the median deleted block takes the test error over 70 %.",
        "% error",
        lambda summary: summary["plain"]["median_error_percent"],
        above(70),
    ),
    "early_blocks_matter": Claim(
        "lesion",
        "pair",
        "Residual-56: the worst single block still takes it over 30 %.",
        "% error",
        lambda summary: summary["residual"]["most_error_percent"],
        above(30),
    ),
    "worst_is_early": Claim(
        "lesion",
        "pair",
        "Residual-56: that block is in the first stage.",
        "stage",
        lambda summary: int(summary["residual"]["worst_block"][5]),
        below(2),
    ),
    "short_paths": Claim(
        "lesion",
        "pair",
        "Residual-56: over half of the gradient comes through paths shorter than the typical one.",
        "share",
        lambda summary: summary["paths"]["gradient_below_typical"],
        above(0.5),
    ),
}

EXPERIMENT = Experiment(
    run,
    takes,
    {
        "pair": Preset("residual-56 and plain-20", Lesion(), recorded=True),
        "gpu": on_gpu(Lesion(), depth=110, steps=600, plain_steps=600, width=16, side=32),
    },
    quotes,
    where(kind="plain"),
    CLAIMS,
)
