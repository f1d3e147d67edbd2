"""Checks of single values: what is wrong is named by field, value and what is allowed."""

from __future__ import annotations

import operator


def check_int(name: str, value: object, low: int, high: int) -> int:
    """`value` as an int when it is a whole number in [low, high] (NumPy's too); else `ValueError` naming all three."""
    if hasattr(value, "__index__") and not isinstance(value, bool) and low <= (whole := operator.index(value)) <= high:
        return whole
    raise ValueError(f"{name}={shortened(value)}: choose a whole number from {low:,} to {high:,}")


def shortened(value: object) -> str:
    """A value as it may stand in a message: its repr, cut."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
