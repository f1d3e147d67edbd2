"""One operation of a traced model, as plain data. No torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. Shapes have the batch first; `macs` is per picture.

    path: the module's dotted path, or for a functional operation its owner's path and its kind (`layer1.0.add`).
    inputs: paths of the producers; an addition has (main path, shortcut).
    weights: (name, shape) of each parameter; buffers: elements of running statistics and counters.
    receptive_field: side of the input square that one output unit sees, in pixels; None once it is the whole picture.
    jump: distance between neighbouring units, in input pixels. inplace: overwrites its input, so takes no memory.
    """

    path: str
    kind: str
    inputs: tuple[str, ...]
    in_shape: Shape
    out_shape: Shape
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    groups: int = 1
    weights: tuple[tuple[str, Shape], ...] = ()
    buffers: int = 0
    macs: int = 0
    receptive_field: int | None = 1
    jump: int = 1
    inplace: bool = False

    @property
    def params(self) -> int:
        return _elements(self.weights)

    @property
    def block(self) -> str:
        """Path of the block that holds this node (`layer1.0`), or "" in stem and head."""
        return _block(self.path)

    @property
    def stage(self) -> str:
        """The paper's name: stem, conv2_x … conv5_x, head."""
        return _stage(self.path)

    @property
    def on_shortcut(self) -> bool:
        return ".downsample" in self.path


# Asked for many times of the same few paths and shapes: by every grouping of every page.
@lru_cache(maxsize=65_536)
def _block(path: str) -> str:
    return ".".join(path.split(".")[:2]) if path.startswith("layer") else ""


@lru_cache(maxsize=65_536)
def _stage(path: str) -> str:
    return f"conv{int(path[5]) + 1}_x" if path.startswith("layer") else "stem" if path in STEM else "head"


@lru_cache(maxsize=4_096)
def _elements(weights: tuple[tuple[str, Shape], ...]) -> int:
    return sum(math.prod(shape) for _, shape in weights)


STEM = frozenset({"input", "conv1", "bn1", "relu", "maxpool"})
