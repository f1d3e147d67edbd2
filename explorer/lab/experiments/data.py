"""Real pictures as tensors: the 1,797 handwritten digits, and two photographs that ship with scikit-learn.

The digits are UCI's (E. Alpaydin and C. Kaynak 1998, CC BY 4.0), as scikit-learn hands them out; they lie in
assets/lab/digits.npz, so that a machine with nothing but torch and numpy can train on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from explorer.lab.experiments.compute import generator
from explorer.places import ASSETS

TRAINING = 1_500  # of 1,797; the other 297 are the test set
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Split:
    """Pictures (N, 1, side, side), standardised by the training set's mean and deviation; classes (N,)."""

    x: Tensor
    y: Tensor


@lru_cache(maxsize=4)
def _digits(side: int) -> tuple[Split, Split]:
    with np.load(ASSETS / "lab" / "digits.npz") as file:
        pixels, classes = file["pixels"], file["classes"].astype(np.int64)
    order = torch.randperm(len(classes), generator=generator(0))  # one split for everybody
    x = torch.tensor(pixels, dtype=torch.float32).view(-1, 1, 8, 8)[order] / 16
    y = torch.tensor(classes)[order]
    x = (x - x[:TRAINING].mean()) / x[:TRAINING].std()
    if side != 8:
        x = F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
    return Split(x[:TRAINING], y[:TRAINING]), Split(x[TRAINING:], y[TRAINING:])


def digits(side: int = 8, device: str | torch.device = "cpu") -> tuple[Split, Split]:
    """(training set of 1,500, test set of 297). side: 8 as they are, more by bilinear enlargement."""
    training, test = (Split(part.x.to(device), part.y.to(device)) for part in _digits(side))
    return training, test


def photographs(side: int, device: str | torch.device = "cpu") -> Tensor:
    """(2, 3, side, side): scikit-learn's china.jpg and flower.jpg, largest centred square, ImageNet's standardising."""
    from sklearn.datasets import load_sample_images  # slow to import, and only one experiment needs it

    pictures = []
    for picture in load_sample_images().images:  # uint8 (427, 640, 3)
        height, width, _ = picture.shape
        size, top, left = min(height, width), (height - min(height, width)) // 2, (width - min(height, width)) // 2
        square = np.ascontiguousarray(picture[top : top + size, left : left + size])
        x = torch.from_numpy(square).permute(2, 0, 1)[None].float() / 255
        pictures.append(F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False, antialias=True))
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return ((torch.cat(pictures) - mean) / std).to(device)
