"""What a file may ask of its reader, and a tensor as a name with a shape.

The deepest net of the app (1,000 bottlenecks) has 18,000 tensors; whatever asks for more is refused before it costs
time or memory. Nothing in a file is trusted: not its lengths, not its names, not its nesting.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_TENSORS = 20_000
MAX_HEADER = 4 << 20  # bytes of a safetensors header; ResNet-1202's has 0.9 MB
MAX_DIRECTORY = 2 << 20  # bytes of a zip file's list of contents
MAX_PICKLE = 4 << 20  # bytes of a zip file's data.pkl; ResNet-152's has 0.1 MB
MAX_NAME = 300
MAX_DIMS = 8
MAX_DEPTH = 16  # dictionaries inside dictionaries
MAX_SIZE = 1 << 48  # elements of one tensor

BYTES = {  # torch's name of a number format -> bytes of an element
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "float8_e4m3fn": 1,
    "float8_e5m2": 1,
    "complex64": 8,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint64": 8,
    "uint32": 4,
    "uint16": 2,
    "uint8": 1,
    "bool": 1,
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of a file. section: the dictionaries that hold it, joined by dots (`state_dict`), "" for none."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    section: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.section}.{self.name}" if self.section else self.name


def checked_name(name: object) -> str:
    """A tensor's name, or `ValueError`."""
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise ValueError(f"a tensor's name is longer than {MAX_NAME} characters, or no text")
    return name


def checked_shape(shape: object) -> tuple[int, ...]:
    """A tensor's shape, or `ValueError`."""
    if not isinstance(shape, (list, tuple)) or len(shape) > MAX_DIMS:
        raise ValueError(f"a tensor's shape is no list of at most {MAX_DIMS} numbers")
    size = 1
    for side in shape:
        if type(side) is not int or not 0 <= side <= MAX_SIZE:
            raise ValueError("a tensor's shape holds something other than whole numbers from 0")
        size *= side
    if size > MAX_SIZE:
        raise ValueError("a tensor's shape has more elements than any memory")
    return tuple(shape)


def elements(shape: tuple[int, ...]) -> int:
    """Product of the sides; 1 for a scalar."""
    size = 1
    for side in shape:
        size *= side
    return size
