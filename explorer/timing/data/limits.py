"""A device's ceilings as data: what each candidate kernel reached. No torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypedDict


class KernelRow(TypedDict):
    """A candidate as a file has it."""

    name: str
    kind: str
    work: float
    best_s: float
    median_s: float
    per_s: float


class CeilingsRow(TypedDict):
    """A device's ceilings as a file has them."""

    flops_per_s: float
    bytes_per_s: float
    memory_bytes_per_s: float
    launch_s: float
    kernels: list[KernelRow]


KINDS = ("matmul", "conv", "copy", "tiny")


@dataclass(frozen=True)
class Kernel:
    """One candidate. kind: matmul | conv | copy | tiny. work: FLOPs (2 per multiply-add), or bytes read and written."""

    name: str
    kind: str
    work: float
    best_s: float
    median_s: float

    @property
    def per_s(self) -> float:
        return self.work / self.best_s


@dataclass(frozen=True)
class Ceilings:
    """flops_per_s, bytes_per_s: the best of all candidates. launch_s: one operation on a single number."""

    kernels: tuple[Kernel, ...]

    def best(self, *kinds: str) -> Kernel:
        return max((kernel for kernel in self.kernels if kernel.kind in kinds), key=lambda kernel: kernel.per_s)

    @property
    def flops_per_s(self) -> float:
        return self.best("matmul", "conv").per_s

    @property
    def bytes_per_s(self) -> float:
        """The fastest copy, which may be one that fits a cache."""
        return self.best("copy").per_s

    @property
    def memory_bytes_per_s(self) -> float:
        """The largest copy: main memory, where it exceeds the caches."""
        return max((one for one in self.kernels if one.kind == "copy"), key=lambda one: one.work).per_s

    @property
    def launch_s(self) -> float:
        return next(one.median_s for one in self.kernels if one.kind == "tiny")

    def bandwidth(self, amount: float) -> float:
        """Bytes per second of the copy whose size is nearest to `amount` bytes."""
        copies = [one for one in self.kernels if one.kind == "copy"]
        return min(copies, key=lambda one: abs(math.log(one.work / max(amount, 1)))).per_s

    def as_row(self) -> CeilingsRow:
        """JSON-ready; the kernels are the data, the rest follows from them."""
        return {
            "flops_per_s": self.flops_per_s,
            "bytes_per_s": self.bytes_per_s,
            "memory_bytes_per_s": self.memory_bytes_per_s,
            "launch_s": self.launch_s,
            "kernels": [
                {
                    "name": kernel.name,
                    "kind": kernel.kind,
                    "work": kernel.work,
                    "best_s": kernel.best_s,
                    "median_s": kernel.median_s,
                    "per_s": kernel.per_s,
                }
                for kernel in self.kernels
            ],
        }


def ceilings_from(row: object) -> Ceilings:
    """The inverse of `Ceilings.as_row`. Raises `ValueError` for anything else."""
    kernels = row.get("kernels") if isinstance(row, dict) else None
    if not isinstance(kernels, list) or not 4 <= len(kernels) <= 100:
        raise ValueError("ceilings: an object with 4 to 100 kernels is expected")
    found = tuple(map(_kernel, kernels))
    kinds = {kernel.kind for kernel in found}
    if not {"copy", "tiny"} <= kinds or not {"matmul", "conv"} & kinds:
        raise ValueError("ceilings: kernels of the kinds matmul or conv, copy, and tiny are expected")
    return Ceilings(found)


def _kernel(row: object) -> Kernel:
    if not isinstance(row, dict) or row.get("kind") not in KINDS or not _text(row.get("name")):
        raise ValueError(f"ceilings: a kernel has a name and a kind of {', '.join(KINDS)}")
    numbers: list[Any] = [row.get(key) for key in ("work", "best_s", "median_s")]
    if not all(isinstance(one, (int, float)) and not isinstance(one, bool) and 0 < one < math.inf for one in numbers):
        raise ValueError(f"ceilings: {row['name'][:60]} needs positive work, best_s and median_s")
    return Kernel(row["name"], row["kind"], *map(float, numbers))


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200
