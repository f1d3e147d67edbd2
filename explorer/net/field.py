"""Receptive fields: where on the picture a unit looks. The one rule; the trace asks it, everything else asks the trace.

Araujo et al. 2019 (Distill): r_out = r_in + (k − 1)·dilation·jump, and a layer's first unit looks `padding·jump` before
its input's first one. Where two ways meet, a unit sees what either sees. No torch.
"""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from explorer.terms import Term, minus, times

RULE = "1 + Σ (k − 1)·jump, jump = product of the strides before"
ADDED = "r + Σ (k − 1)·jump: what was seen before, and what each layer adds"


class Place(TypedDict):
    """A field as plain data; size None: the whole picture."""

    first: int
    size: int | None
    jump: int


class Field(NamedTuple):
    """A layer's receptive fields along one side, in pixels of the net's input. Unit number i sees the pixels from
    `first + i·jump` on, `size` of them (None: the whole picture); what lies outside is padding."""

    first: int = 0
    size: int | None = 1
    jump: int = 1

    @property
    def plain(self) -> Place:
        """For a browser."""
        return {"first": self.first, "size": self.size, "jump": self.jump}

    def span(self, unit: int, side: int) -> tuple[int, int]:
        """(first pixel, one past the last) that the unit sees of a picture of `side` pixels."""
        if self.size is None:
            return 0, side
        start = self.first + unit * self.jump
        return max(0, start), min(side, start + self.size)

    def through(self, kernel: int, stride: int, dilation: int = 1, before: int = 0) -> Field:
        """Of what a layer with these windows puts out; `before`: units of padding above and to the left."""
        size = None if self.size is None else self.size + widening(kernel, dilation, self.jump)
        return Field(self.first - before * self.jump, size, self.jump * stride)


PICTURE = Field()  # a pixel sees itself


def widening(kernel: int, dilation: int, jump: int) -> int:
    """By how many pixels a layer's windows widen the field."""
    return (kernel - 1) * dilation * jump


def widening_term(kernel: int, dilation: int, jump: int) -> Term:
    """The same with the numbers in: '(3 − 1)·2·4', the dilation only where there is one."""
    return times(minus(kernel, 1), *([dilation] if dilation > 1 else []), jump)


def meeting(one: Field, other: Field) -> Field:
    """Where two ways meet: what either sees. Raises `ValueError` where their units lie apart differently."""
    (first, size, jump), (second, width, apart) = one, other
    if jump != apart:
        raise ValueError(f"jump={jump}, {apart}: ways that meet have units equally far apart")
    if size is None or width is None:
        return Field(0, None, jump)
    start, end = min(first, second), max(first + size, second + width)
    return Field(start, end - start, jump)
