"""One operation of a traced model, as plain data. No torch."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
        return sum(math.prod(shape) for _, shape in self.weights)

    @property
    def block(self) -> str:
        """Path of the block that holds this node (`layer1.0`), or "" in stem and head."""
        return ".".join(self.path.split(".")[:2]) if self.path.startswith("layer") else ""

    @property
    def stage(self) -> str:
        """The paper's name: stem, conv2_x … conv5_x, head."""
        if self.block:
            return f"conv{int(self.path[5]) + 1}_x"
        return "stem" if self.path in STEM else "head"

    @property
    def on_shortcut(self) -> bool:
        return ".downsample" in self.path


STEM = frozenset({"input", "conv1", "bn1", "relu", "maxpool"})
