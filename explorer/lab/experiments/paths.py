"""The gradient of a residual net by path length (Veit et al. 2016, §5 and Fig. 6).

n blocks make 2ⁿ paths; binomially many have length k. One path's gradient: a normal forward pass, then backward
through the main paths of k chosen blocks and only the shortcuts of the others. Times the number of such paths, that
gives each length's share.
"""

from __future__ import annotations

from collections.abc import Collection
from math import comb, fsum

import torch
import torch.nn.functional as F
from torch import Tensor

from explorer.jobs import Job
from explorer.lab.experiments.compute import generator
from explorer.lab.experiments.data import Split
from explorer.lab.experiments.nets import blocks, head, residual_branch, stem
from explorer.lab.outcome import Row, number, ratio
from explorer.net.resnet import ResNet

PICTURES = 32


def path_rows(model: ResNet, data: Split, samples: int, seed: int, job: Job) -> list[Row]:
    """One row a length: how many of all paths have it, a path's mean gradient norm, and their share of the total."""
    model.eval()
    paths = [path for path, _ in blocks(model)]
    source = generator(seed, stream=5)
    norms = []
    for length in range(len(paths) + 1):
        found = []
        for _ in range(samples if 0 < length < len(paths) else 1):
            job.checkpoint()
            chosen = {paths[i] for i in torch.randperm(len(paths), generator=source)[:length].tolist()}
            found.append(path_gradient(model, data.x[:PICTURES], data.y[:PICTURES], chosen).norm().item())
        norms.append(fsum(found) / len(found))
    weights = [comb(len(paths), length) * norm for length, norm in enumerate(norms)]
    return [
        {
            "part": "paths",
            "net": f"residual-{model.spec.depth}",
            "length": length,
            "share_of_paths": comb(len(paths), length) / 2 ** len(paths),
            "gradient_norm": number(norms[length]),
            "share_of_gradient": ratio(weights[length], fsum(weights)),
        }
        for length in range(len(paths) + 1)
    ]


def shorter_share(rows: list[Row]) -> float | None:
    """Share of the gradient that comes through paths shorter than the most frequent length, half of all blocks."""
    shares = [row["share_of_gradient"] for row in rows[: len(rows) // 2]]
    return None if None in shares else fsum(shares)


def path_gradient(model: ResNet, x: Tensor, y: Tensor, through: Collection[str]) -> Tensor:
    """The loss's gradient at the stem's output along one path: `through` are the blocks whose main path it
    takes. The forward pass is the whole net's."""
    with torch.no_grad():
        start = stem(model, x)
    value = start = start.requires_grad_()
    for path, block in blocks(model):
        main, bypass = residual_branch(block, value), block.downsample(value)
        value = F.relu(main + bypass.detach() if path in through else main.detach() + bypass)
    (gradient,) = torch.autograd.grad(F.cross_entropy(head(model, value), y), start)
    return gradient
