"""Operations on a net while it trains: what was cut, removed and taken, and what may be done next. No torch."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from explorer.net import called
from explorer.spec import cifar_stages

EVERY = "every block"
SAID = {  # operation → what is said of it; {} is the block
    "cut": "shortcut of {} cut",
    "join": "shortcut of {} joined",
    "remove": "{} removed",
    "put back": "{} put back",
    "take BN": "BN taken from {}",
    "add BN": "BN added to {}",
}


class Operation(NamedTuple):
    """step: after how many steps of training. path: a block, or `EVERY`."""

    step: int
    what: str
    path: str

    @property
    def said(self) -> str:
        return (
            f"step {self.step}: {SAID[self.what].format(self.path if self.path == EVERY else called.block(self.path))}"
        )


def paths(depth: int) -> tuple[str, ...]:
    """The blocks of a net of 6n+2 layers (He et al. 2015, §4.2), in order."""
    return tuple(f"layer{stage}.{at}" for stage, count in enumerate(cifar_stages(depth), 1) for at in range(count))


@dataclass(frozen=True)
class Wounds:
    """The blocks of which the shortcut is cut, the main path removed, the BN taken."""

    depth: int
    cut: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()

    def after(self, what: str, path: str) -> Wounds:
        """The same net after one more operation. Raises `ValueError` for what cannot be done, or would let nothing through."""
        blocks = paths(self.depth)
        if what not in SAID:
            raise ValueError(f"what={what[:40]!r}: choose one of {', '.join(SAID)}")
        if path != EVERY and path not in blocks:
            raise ValueError(f"path={path[:40]!r}: choose a block, {blocks[0]} … {blocks[-1]}, or {EVERY}")
        those = frozenset(blocks if path == EVERY else (path,))
        field, takes = {
            "cut": ("cut", True),
            "join": ("cut", False),
            "remove": ("removed", True),
            "put back": ("removed", False),
            "take BN": ("bare", True),
            "add BN": ("bare", False),
        }[what]
        sets = {"cut": self.cut, "removed": self.removed, "bare": self.bare}
        sets[field] = sets[field] | those if takes else sets[field] - those
        found = Wounds(self.depth, **sets)
        if dead := sorted(found.cut & found.removed):
            raise ValueError(
                f"{dead[0]}: without its block and its shortcut nothing comes through; give one of them back first"
            )
        return found


def whole(operations: Iterable[Sequence[object]], depth: int) -> tuple[Operation, ...]:
    """A list as a file holds it, as operations in the order of their steps. Raises `ValueError`."""
    found = []
    wounds = Wounds(depth)
    for one in operations:
        if len(one) != 3 or not isinstance(one[0], int) or not 0 <= one[0] <= 5_000:
            raise ValueError(f"operations={str(one)[:60]}: give (step, operation, block)")
        found.append(Operation(one[0], str(one[1]), str(one[2])))
        wounds = wounds.after(found[-1].what, found[-1].path)
    if [one.step for one in found] != sorted(one.step for one in found):
        raise ValueError("operations: give them in the order of their steps")
    return tuple(found)


class Patient:
    """Between the page and the run: what is asked from one thread, and fetched by the other before its next step."""

    def __init__(self, wounds: Wounds) -> None:
        self.wounds = wounds  # as asked, whether the run has come to it or not
        self.every: list[tuple[str, str]] = []  # that was asked
        self._asked: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def ask(self, what: str, path: str) -> None:
        """Raises `ValueError` as `Wounds.after`."""
        with self._lock:
            wounds = self.wounds.after(what, path)
            if wounds == self.wounds:  # a slow page may tell one click twice
                return
            self.wounds = wounds
            self.every.append((what, path))
            self._asked.append((what, path))

    def fetch(self) -> list[tuple[str, str]]:
        with self._lock:
            asked, self._asked = self._asked, []
            return asked
