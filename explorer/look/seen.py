"""What a pass says, as plain numbers: the answer, each block's terms, and which part of the picture spoke for a class."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.look.passed import Passed


@dataclass(frozen=True)
class BlockRow:
    """One block: ‖shortcut‖, ‖F(x)‖ and ‖sum‖ (Euclidean, over channels and positions of the first picture), and mean
    and standard deviation of the sum. residual_share: ‖F(x)‖ / ‖shortcut‖."""

    path: str
    norm_shortcut: float
    norm_residual: float
    norm_sum: float
    mean: float
    std: float

    @property
    def residual_share(self) -> float:
        return self.norm_residual / self.norm_shortcut if self.norm_shortcut else float("inf")


def block_rows(seen: Passed) -> list[BlockRow]:
    """A row for each block with a shortcut, in order; none in a plain net."""
    rows = []
    for path, one in seen.sums.items():
        total = one.total[0]
        shortcut, residual, added = (float(term.norm()) for term in (one.shortcut[0], one.residual[0], total))
        rows.append(BlockRow(path, shortcut, residual, added, float(total.mean()), float(total.std())))
    return rows


def top(seen: Passed, names: tuple[str, ...], most: int = 5) -> list[tuple[str, float]]:
    """The likeliest classes of the first picture: (name, probability)."""
    probabilities = seen.logits[0].softmax(0)
    values, places = probabilities.topk(min(most, len(probabilities)))
    return [(names[place], value) for place, value in zip(places.tolist(), values.tolist(), strict=True)]


def class_map(features: Tensor, classifier: nn.Linear, label: int) -> Tensor:
    """Class activation map (H, W) of one class (Zhou et al. 2016, arXiv 1512.04150): the classifier's weights of that
    class over the last feature maps (C, H, W). Its mean over positions plus the bias is the class's logit exactly,
    since this architecture ends in global average pooling and one linear layer."""
    return torch.einsum("c,chw->hw", classifier.weight[label], features)


def strongest(maps: Tensor, most: int) -> list[int]:
    """The channels of (C, H, W) with the largest mean magnitude, strongest first."""
    return maps.abs().mean((1, 2)).topk(min(most, len(maps))).indices.tolist()


def responses(seen: Passed, paths: list[str]) -> list[float]:
    """Standard deviation of the responses at the given nodes (He et al. 2015, Fig. 7: after BN, before ReLU and sum)."""
    return [float(seen.outputs[path].std()) for path in paths]
