"""`python -m explorer glossary [WORD]`: what a word of these pages means, or all of them."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Sequence

from explorer.cli.flags import Parser, one_of, show
from explorer.tell import glossary
from explorer.tell.glossary import Term

FORMATS = ("table", "json")
WIDE = 100  # characters a line


def told(found: Sequence[Term], form: str) -> str:
    """The terms as text, a name and what it means; or as JSON."""
    if form == "json":
        return json.dumps([{"name": one.name, "says": one.says} for one in found], indent=2, ensure_ascii=False)
    return "\n".join(line for one in found for line in (one.name, *(f"  {part}" for part in _lines(one.says)), ""))


def _lines(text: str) -> list[str]:
    return textwrap.wrap(text, WIDE)


def flags(made: Parser) -> None:
    """The command's flags."""
    made.add_argument("word", metavar="WORD", nargs="?", help="MACs, top-1, stage, [3,4,6,3], …; without it, all")
    made.add_argument("--format", metavar="|".join(FORMATS), default="table")


def run(given: argparse.Namespace) -> int:
    """Answer; the exit code. Raises `ValueError` naming field, value and choices."""
    form = one_of("format", given.format, FORMATS)
    found = [glossary.asked(given.word)] if given.word is not None else list(glossary.terms().values())
    return show(told(found, form))
