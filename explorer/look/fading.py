"""What shortcuts carry: a trained net's shortcuts are cut, one after another from its end, and the ten digits fade.

The signal behind a block is how much the ten digits still differ there: the root mean square of each one's feature maps
less the mean of all ten. Without a shortcut a trained block hands on F(x) alone, and what tells the digits apart is lost.

    python -m explorer.look.fading        measures it again, into assets/look/fading.json
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from explorer.look.handwriting import SIDE, standardised
from explorer.look.passed import ends, passed
from explorer.look.shipped import NETS, shipped
from explorer.net.ops import adds
from explorer.net.trace import trace
from explorer.places import ASSETS

FILE = ASSETS / "look" / "fading.json"
MEASURED = ("digits-residual-20", "digits-residual-56")
MOST = {"digits-residual-20": 9, "digits-residual-56": 27}  # shortcuts, one a block


@dataclass(frozen=True)
class Faded:
    """One net with the shortcuts of its last `cut` blocks carrying 0. signal: after the stem and after each block; right:
    of ten digits; sure: the probability of a seven for the picture of a seven."""

    cut: int
    signal: tuple[float, ...]
    right: int
    sure: float


def strip() -> np.ndarray:
    """The ten digits of the test set that ship, side by side, grey values (28, 280) from 0 to 255."""
    return np.asarray(Image.open(ASSETS / "look" / "digits.png").convert("L"))


def ten() -> Tensor:
    """The same as a net gets them, (10, 1, 28, 28); digit k is picture k."""
    pixels = torch.from_numpy(strip().astype(np.float32) / 255)
    return standardised(torch.stack(torch.split(pixels, SIDE, 1))[:, None])


def faded(name: str, cut: int) -> Faded:
    """The measurement, by the net's own forward. Raises `ValueError` for a net that is not measured, or too many cuts."""
    if name not in MEASURED:
        raise ValueError(f"name={name[:60]!r}: choose one of {', '.join(MEASURED)}")
    if not 0 <= cut <= MOST[name]:
        raise ValueError(f"cut={cut}: choose a whole number from 0 to {MOST[name]}")
    x, spec = ten(), NETS[name]
    nodes = trace(spec, SIDE, SIDE, len(x))
    blocks = [node.block for node in nodes if adds(node) and node.block]
    seen = passed(shipped(name), spec, x, ends(nodes), cut=blocks[len(blocks) - cut :])
    signal = tuple(spread(seen.outputs[path]) for path in ends(nodes))
    chances = seen.logits.softmax(1)
    right = int((chances.argmax(1) == torch.arange(len(x))).sum())
    return Faded(cut, signal, right, float(chances[7, 7]))


def spread(maps: Tensor) -> float:
    """How much pictures differ: the root mean square of (N, C, H, W) less its mean over N."""
    return float((maps - maps.mean(0)).square().mean().sqrt())


@cache
def record() -> dict[str, list[Faded]]:
    """Net → its measurement for each number of cuts, from the file."""
    held = json.loads(FILE.read_text(encoding="utf-8"))["nets"]
    return {name: [Faded(**row | {"signal": tuple(row["signal"])}) for row in rows] for name, rows in held.items()}


def main() -> None:
    """Measure all and write the file; four digits each."""
    nets = {name: [asdict(faded(name, cut)) for cut in range(MOST[name] + 1)] for name in MEASURED}
    for row in (row for rows in nets.values() for row in rows):
        row["signal"] = [float(f"{value:.4g}") for value in row["signal"]]
        row["sure"] = float(f"{row['sure']:.4g}")
    held = {"told": "python -m explorer.look.fading", "torch": torch.__version__, "nets": nets}
    FILE.write_text(json.dumps(held, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
