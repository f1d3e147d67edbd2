"""Real pictures as tensors: the 1,797 handwritten digits, and two photographs that ship with scikit-learn.

The digits are UCI's (E. Alpaydin and C. Kaynak 1998, CC BY 4.0), as scikit-learn hands them out; they lie in
assets/lab/digits.npz, so that a machine with nothing but torch and numpy can train on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from explorer.lab.experiments.compute import generator
from explorer.places import ASSETS

TRAINING, TEST = 1_500, 297  # the 1,797
PHOTOGRAPHS = ("china.jpg", "flower.jpg")  # in scikit-learn's order
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


def _shipped(name: str) -> Path:
    """Where scikit-learn has a picture. To import the library for two files took 140 MB of a run's process and a second."""
    there = find_spec("sklearn")
    assert there is not None and there.origin is not None  # it is among the requirements
    return Path(there.origin).parent / "datasets" / "images" / name


def photographs(side: int, device: str | torch.device = "cpu") -> Tensor:
    """(2, 3, side, side): scikit-learn's `PHOTOGRAPHS`, largest centred square, ImageNet's standardising."""
    pictures = []
    for name in PHOTOGRAPHS:
        with Image.open(_shipped(name)) as file:
            picture = np.asarray(file.convert("RGB"))  # uint8 (427, 640, 3)
        height, width, _ = picture.shape
        size, top, left = min(height, width), (height - min(height, width)) // 2, (width - min(height, width)) // 2
        square = np.ascontiguousarray(picture[top : top + size, left : left + size])
        x = torch.from_numpy(square).permute(2, 0, 1)[None].float() / 255
        pictures.append(F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False, antialias=True))
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return ((torch.cat(pictures) - mean) / std).to(device)
