"""One operation of a traced model, as plain data. No torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from explorer.net.field import PICTURE, Field
from explorer.spec.fields import GATES

Shape = tuple[int, ...]
GATE_PARTS = tuple(f".{part}." for part in GATES.values())


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. Shapes have the batch first; `macs` is per picture.

    path: the module's dotted path, or for a functional operation its owner's path and its kind (`layer1.0.add`).
    inputs: paths of the producers; an addition has (main path, shortcut).
    others: shapes of the further inputs. dilation: distance of a kernel's taps. ceil: windows are rounded up.
    weights: (name, shape) of each parameter; buffers: elements of running statistics and counters, of which `counters`
    are 8-byte integers.
    field: where on the picture its units look. inplace: overwrites its input, so takes no memory.
    functional: no module of its own. element_bytes: of an element of its output: fp32's, as it was traced.
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
    dilation: int = 1
    ceil: bool = False
    others: tuple[Shape, ...] = ()
    weights: tuple[tuple[str, Shape], ...] = ()
    buffers: int = 0
    counters: int = 0
    macs: int = 0
    field: Field = PICTURE
    inplace: bool = False
    functional: bool = False
    element_bytes: int = 4

    @property
    def params(self) -> int:
        return _elements(self.weights)

    @property
    def receptive_field(self) -> int | None:
        """Side of the input square that one unit sees, in pixels; None once it is the whole picture."""
        return self.field.size

    @property
    def jump(self) -> int:
        """Distance between neighbouring units, in input pixels."""
        return self.field.jump

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

    @property
    def gate(self) -> str:
        """Path of the module that holds this node, where it is a block's attention (a `part` of explorer.spec.fields)."""
        return _gate(self.path)

    @property
    def in_gate(self) -> bool:
        """Part of a block's attention: squeeze-and-excitation or ECA."""
        return bool(_gate(self.path))

    @property
    def on_main(self) -> bool:
        """On the way that the convolutions of a block go: neither its shortcut nor its attention."""
        return not (self.on_shortcut or self.in_gate)


# Asked for many times of the same few paths and shapes: by every grouping of every page.
@lru_cache(maxsize=65_536)
def _block(path: str) -> str:
    return ".".join(path.split(".")[:2]) if path.startswith("layer") else ""


@lru_cache(maxsize=65_536)
def _stage(path: str) -> str:
    return f"conv{int(path[5]) + 1}_x" if path.startswith("layer") else "stem" if path.split(".")[0] in STEM else "head"


@lru_cache(maxsize=65_536)
def _gate(path: str) -> str:
    return next((f"{path.partition(part)[0]}{part[:-1]}" for part in GATE_PARTS if part in path), "")


@lru_cache(maxsize=4_096)
def _elements(weights: tuple[tuple[str, Shape], ...]) -> int:
    return sum(math.prod(shape) for _, shape in weights)


STEM = frozenset({"input", "conv1", "bn1", "relu", "maxpool"})
