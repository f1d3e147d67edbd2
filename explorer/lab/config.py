"""What an experiment is told: frozen dataclasses whose fields are all checked by one table. No torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

MAX_SEED = 2**31 - 1


def whole(low: int, high: int) -> Callable[[object], str | None]:
    """A rule: None when the value is a whole number in [low, high], else what is allowed."""

    def rule(value: object) -> str | None:
        fine = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if fine else f"choose a whole number from {low:,} to {high:,}"

    return rule


def real(low: float, high: float) -> Callable[[object], str | None]:
    """A rule: a finite number in [low, high]."""

    def rule(value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            fine = False
        else:
            fine = math.isfinite(value) and low <= value <= high
        return None if fine else f"choose a number from {low:g} to {high:g}"

    return rule


def one_of(*choices: object) -> Callable[[object], str | None]:
    """A rule: one of these."""
    return lambda value: None if value in choices else f"choose one of {', '.join(map(str, choices))}"


def many(rule: Callable[[object], str | None], most: int, least: int = 1) -> Callable[[object], str | None]:
    """A rule: a tuple of `least` to `most` different values that all keep `rule`."""

    def all_of(value: object) -> str | None:
        if not isinstance(value, tuple) or not least <= len(value) <= most or len(set(value)) != len(value):
            return f"give {least} to {most} different values"
        return next((problem for one in value if (problem := rule(one))), None)

    return all_of


def few(most: int) -> Callable[[object], str | None]:
    """A rule: a tuple of at most so many; what they are, the experiment itself checks."""

    def rule(value: object) -> str | None:
        return None if isinstance(value, tuple) and len(value) <= most else f"give at most {most}"

    return rule


def cifar_depth(value: object) -> str | None:
    """A rule: 6n+2 layers (He et al. 2015, §4.2), 8 to 110."""
    fine = isinstance(value, int) and not isinstance(value, bool) and 8 <= value <= 110 and (value - 2) % 6 == 0
    return None if fine else "choose a depth of 6n+2 layers from 8 to 110: 8, 14, 20, …"


KINDS = ("plain", "residual")
RULES: dict[str, Callable[[object], str | None]] = {  # field of any experiment's config -> its rule
    "seed": whole(0, MAX_SEED),
    "device": one_of("cpu", "cuda"),
    "depth": cifar_depth,
    "shallow": cifar_depth,
    "depths": many(cifar_depth, most=8, least=2),
    "imagenet_depths": many(one_of(18, 34, 50, 101, 152), most=5),
    "shortcut": one_of("A", "B"),
    "zero_init": one_of("no", "yes"),
    "kind": one_of(*KINDS),
    "init": one_of("he", "default"),
    "width": whole(2, 64),
    "side": whole(8, 64),
    "picture_side": whole(32, 224),
    "steps": whole(1, 5_000),
    "plain_steps": whole(1, 5_000),
    "batch": whole(2, 1_500),
    "lr": real(1e-6, 100.0),
    "lrs": many(real(1e-6, 100.0), most=12, least=2),
    "points": whole(8, 1_024),
    "lines": whole(1, 64),
    "samples": whole(1, 256),
    "grid": whole(3, 65),
    "reach": real(0.01, 10.0),
    "pictures": whole(8, 1_500),
    "operations": few(500),
}


@dataclass(frozen=True)
class Config:
    """Base of the seven. Raises `ValueError` naming field, value and what is allowed.

    seed: of the weights, the order of the batches and every random direction. device: cpu, or cuda where there is one.
    """

    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if problem := RULES[field.name](value):
                text = repr(value)
                raise ValueError(f"{field.name}={text if len(text) <= 60 else text[:57] + '…'}: {problem}")

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: tuples become lists."""
        return {name: _listed(value) for name, value in asdict(self).items()}


def _listed(value: object) -> Any:
    return [_listed(one) for one in value] if isinstance(value, tuple) else value
