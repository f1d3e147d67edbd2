"""Checks of single values: what is wrong is named by field, value and what is allowed."""

from __future__ import annotations

import operator


def check_int(name: str, value: object, low: int, high: int) -> int:
    """`value` as an int when it is a whole number in [low, high] (NumPy's too); else `ValueError` naming all three."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or not low <= value <= high:
        raise ValueError(f"{name}={shortened(value)}: choose a whole number from {low:,} to {high:,}")
    return operator.index(value)


def shortened(value: object) -> str:
    """A value as it may stand in a message: its repr, cut."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
