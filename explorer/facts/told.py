"""What a page says: a number that opens its proof, and sentences with such numbers. Plain data; markup makes it HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    from explorer.facts.proof import Proof


@dataclass(frozen=True)
class Provable:
    """A number that opens its formula: what is shown, and its proof."""

    shown: str
    proof: Proof

    def __str__(self) -> str:
        return self.shown


class Told:
    """A text whose numbers open their proofs, made of strings, `Provable`s and other such texts; `str()` is its plain
    form."""

    def __init__(self, *parts: str | Provable | Told) -> None:
        self.parts: tuple[str | Provable, ...] = tuple(
            one for part in parts for one in (part.parts if isinstance(part, Told) else (part,))
        )

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def join(self, texts: Iterable[str | Provable | Told]) -> Told:
        """As `str.join`: the texts with this one between them."""
        between = [part for text in texts for part in (self, text)]
        return Told(*between[1:])
