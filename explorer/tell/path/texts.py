"""The steps' texts, from assets/path.toml: what is said, what to drag, and a check with its answer."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from explorer import units
from explorer.look.handwriting import MEAN, STD
from explorer.look.shipped import records
from explorer.places import ASSETS
from explorer.tell import glossary
from explorer.tell.glossary import Marked
from explorer.units import unbroken

FILE = ASSETS / "path.toml"
ERRORS = {  # a gap in a text → whose test error stands there
    f"{kind}{depth}": f"digits-{kind}-{depth}" for kind in ("plain", "residual") for depth in (20, 56)
}
SCALE = {"mean": f"{MEAN}", "spread": f"{STD}", "black": units.fixed(-MEAN / STD, 2)}  # the same, of a pixel's scaling


@dataclass(frozen=True)
class Option:
    """amiss: what is said where it is chosen and wrong; empty for the right one."""

    text: str
    amiss: str = ""


@dataclass(frozen=True)
class Step:
    """why: what is said once the right option is chosen, the one with nothing amiss."""

    slug: str
    title: str
    text: str
    drag: str
    check: str
    options: tuple[Option, ...]
    why: str

    @property
    def answer(self) -> int:
        """The place of the right option, from 0. Raises `ValueError` unless exactly one has nothing amiss."""
        (right,) = [place for place, option in enumerate(self.options) if not option.amiss]
        return right

    @property
    def said(self) -> tuple[str, ...]:
        """Everything that the step says before it is answered."""
        return (self.title, self.text, self.drag, self.check, *(one.text for one in self.options))


@cache
def steps() -> tuple[Step, ...]:
    """In order; gaps filled with the recorded test errors, and with how the digits are scaled."""
    rows = tomllib.loads(unbroken(FILE.read_text(encoding="utf-8")))["step"]
    return tuple(
        Step(**row | {"options": tuple(Option(**one) for one in row["options"]), "why": _filled(row["why"])})
        for row in rows
    )


def _filled(text: str) -> str:
    """A gap in braces → its number. Raises `KeyError` for any other name."""

    def number(gap: re.Match[str]) -> str:
        return SCALE[gap[1]] if gap[1] in SCALE else f"{records()[ERRORS[gap[1]]]['test_error_percent']:.1f}\u00a0%"

    return re.sub(r"\{(\w+)\}", number, text)


def parts(text: str, after: str = "") -> list[str | dict[str, str]]:
    """A text for the browser: strings, and {term, shown} where a word of the glossary first stands. after: what was said
    before it, whose words are not marked again."""
    known = {one.term.slug for one in glossary.find(after) if isinstance(one, Marked)}
    return [
        {"term": one.term.slug, "shown": one.shown} if isinstance(one, Marked) else one
        for one in glossary.find(text, but=known)
    ]


def meanings() -> dict[str, dict[str, str]]:
    """The glossary for the browser: slug → its name and what it says."""
    return {slug: {"name": one.name, "says": one.says} for slug, one in glossary.terms().items()}
