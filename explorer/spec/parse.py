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


def parse_input(text: str, channels: int | None = None, batch: int | None = None) -> tuple[int, int]:
    """(height, width) in pixels, as people write a picture's size or a tensor's shape.

    '224' · '197x211' · '224,224' · '3x224x224' · '224x224x3' · '(1, 3, 224, 224)'. With three numbers the first or the
    last are channels, with four the first is the batch. channels, batch: the net's input channels (else 3) and the
    batch (else 1); a text that says others raises `ValueError`, since height and width alone would drop them.
    """
    parts = re.split(r"\s*[x×*,]\s*|\s+", str(text).strip().strip("()[]").strip().lower())
    if not 1 <= len(parts) <= 4 or not all(re.fullmatch(r"[0-9]{1,9}", part) for part in parts):
        raise ValueError(
            f"input={shortened(text)}: write a size in pixels from 1 to {MAX_INPUT:,}, like 224 or 197x211"
        )
    numbers = [int(part) for part in parts]
    if len(numbers) == 4 and numbers[0] != (batch or 1):
        raise ValueError(
            f"input={shortened(text)}: says a batch of {numbers[0]:,}, and the batch is {batch or 1:,}; "
            f"choose batch={numbers[0]} as well, or write the size alone, like 224 or 197x211"
        )
    if len(numbers) == 2:
        height, width = numbers
    elif len(numbers) == 1:
        height = width = numbers[0]
    else:
        height, width = _without_channels(text, numbers[-3:], channels or 3)
    return check_int("input", height, 1, MAX_INPUT), check_int("input", width, 1, MAX_INPUT)


def check_size(text: str) -> None:
    """Raises `ValueError` for a size that is none with any channels and batch: whether they are the net's is judged with
    the net."""
    numbers = [int(part) for part in re.findall(r"[0-9]{1,9}", text)[:4]]
    parse_input(text, numbers[-3] if len(numbers) > 2 else None, numbers[0] if len(numbers) == 4 else None)


def _without_channels(text: str, numbers: list[int], channels: int) -> tuple[int, int]:
    first, middle, last = numbers
    if first == channels:
        return middle, last
    if last == channels:
        return first, middle
    said = first if first <= last else last
    raise ValueError(
        f"input={shortened(text)}: says {said:,} channels, and the net takes {channels:,}; choose in_channels={said} as "
        "well, or write the size alone, like 224 or 197x211"
    )
