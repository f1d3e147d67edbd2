"""What people type: blocks per stage, and the size of a picture."""

from __future__ import annotations

import re

from explorer.spec.axes import MAX_INPUT, checked_stages
from explorer.spec.checks import check_int, shortened


def parse_stages(text: str) -> tuple[int, ...]:
    """'3,4,6,3' → (3, 4, 6, 3)."""
    parts = [part.strip() for part in text.strip().strip("[]()").split(",")]
    if not all(re.fullmatch(r"[0-9]{1,6}", part) for part in parts):
        raise ValueError(f"stages={shortened(text)}: write the blocks per stage as whole numbers, like 3,4,6,3")
    return checked_stages(tuple(map(int, parts)))


def parse_input(text: str) -> tuple[int, int]:
    """'224' → (224, 224); '197x211' → (197, 211): height × width in pixels."""
    match = re.fullmatch(r"\s*(\d{1,9})\s*(?:[x×]\s*(\d{1,9})\s*)?", str(text))
    if not match:
        raise ValueError(
            f"input={shortened(text)}: write a size in pixels from 1 to {MAX_INPUT:,}, like 224 or 197x211"
        )
    height = int(match[1])
    width = int(match[2]) if match[2] else height
    return check_int("input", height, 1, MAX_INPUT), check_int("input", width, 1, MAX_INPUT)
