"""The words of these pages, two lines each: read from assets/glossary.toml, found in a text, and shown by `markup.Cards`."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import TypedDict

from explorer.places import ASSETS
from explorer.spec.checks import shortened
from explorer.spec.fields import ROWS
from explorer.spec.row import Row
from explorer.units import unbroken

FILE = ASSETS / "glossary.toml"


@dataclass(frozen=True)
class Term:
    """slug: its name in links and files; words: how a text may spell it; pattern: a regular expression besides; says: what it
    means; step: the step of the path that introduces it, 0 where none does."""

    slug: str
    name: str
    words: tuple[str, ...]
    says: str
    pattern: str = ""
    step: int = 0


@dataclass(frozen=True)
class Marked:
    """A term as it stands in a text."""

    term: Term
    shown: str

    @property
    def name(self) -> str:
        """What its meaning is headed with: a term without a spelling, like [3,3,3], is called as it stands there."""
        return self.shown if self.term.pattern and re.fullmatch(self.term.pattern, self.shown) else self.term.name


@cache
def terms() -> dict[str, Term]:
    """By slug, in the file's order; behind them the axes that say themselves what they mean."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = {
        slug: Term(slug, **row | {"words": tuple(row["words"]), "says": unbroken(row["says"])})
        for slug, row in rows.items()
    }
    return found | {name: of_axis(row) for name, row in ROWS.items() if row.means}


def of_axis(row: Row) -> Term:
    """An axis as a term: what it is called in a sentence, and each of its values but those that are made with it."""
    words = (row.told, *(one.words for one in row.choices.values() if one.words and row.told not in one.words))
    return Term(row.field, row.label, words, row.means)


def asked(words: str) -> Term:
    """The term that is spelled so, or called so. Raises `ValueError` naming the nearest ones."""
    found = find(words.strip())
    by_name = {one.name.lower(): one for one in terms().values()} | terms()
    if found and len(found) == 1 and isinstance(found[0], Marked):
        return found[0].term
    if words.strip().lower() in by_name:
        return by_name[words.strip().lower()]
    spellings = {word.lower(): word for one in terms().values() for word in one.words}
    near = [spellings[one] for one in difflib.get_close_matches(words.lower(), spellings, 3, 0.5)]
    allowed = f"did you mean {', '.join(near)}?" if near else "without a word, all of them are listed"
    raise ValueError(f"term={shortened(words)}: not in the glossary; {allowed}")


def find(text: str, again: bool = False, but: Collection[str] = ()) -> list[str | Marked]:
    """A text cut at its terms, each marked where it first stands. again: also where it stands again; but: slugs of terms
    that are left as text."""
    parts: list[str | Marked] = []
    seen = set(but)
    at = 0
    for match in _finder().finditer(text):
        term = _of(match[0])
        if term.slug in seen and not again:
            continue
        seen.add(term.slug)
        parts += [text[at : match.start()], Marked(term, match[0])]
        at = match.end()
    return [one for one in (*parts, text[at:]) if one != ""]


class ForScripts(TypedDict):
    """What the browser needs to do as `find` does. finder, patterns: regular expressions that JavaScript reads alike; spelled:
    a spelling → its slug; said: slug → name and meaning."""

    finder: str
    patterns: list[tuple[str, str]]
    spelled: dict[str, str]
    said: dict[str, tuple[str, str]]


def for_scripts() -> ForScripts:
    """All terms."""
    return {
        "finder": _finder().pattern,
        "patterns": [(one.slug, one.pattern) for one in terms().values() if one.pattern],
        "spelled": {word: term.slug for word, term in _spellings().items()},
        "said": {slug: (one.name, one.says) for slug, one in terms().items()},
    }


def _of(shown: str) -> Term:
    known = _spellings()
    for word in (shown, shown.lower(), shown.removesuffix("s"), shown.lower().removesuffix("s")):
        if word in known:
            return known[word]
    return next(one for one in terms().values() if one.pattern and re.fullmatch(one.pattern, shown))


@cache
def _spellings() -> dict[str, Term]:
    found: dict[str, Term] = {}
    for term in terms().values():
        for word in term.words:
            found |= {word: term} if _as_is(word) else {word.lower(): term}
    return found


def _as_is(word: str) -> bool:
    """Whether it is always written so, like MAC or ReLU: “se” is no attention."""
    return len(re.findall("[A-Z]", word)) > 1


def _either(letter: re.Match[str]) -> str:
    return f"[{letter[0]}{letter[0].upper()}]"


@cache
def _finder() -> re.Pattern[str]:
    """All spellings, longest first; each word's first letter may be a capital; a plural's s belongs to the word."""
    spelled = []
    for word in sorted((word for one in terms().values() for word in one.words), key=len, reverse=True):
        either = re.escape(word) if _as_is(word) else re.sub(r"(?<![^ ])[a-z]", _either, re.escape(word))
        plural = "s?" if word[-1].isalnum() else ""
        spelled.append(rf"(?<![\w.-]){either}{plural}(?![\w]|-\w|\.\d)")
    patterns = [one.pattern for one in terms().values() if one.pattern]
    return re.compile("|".join((*patterns, *spelled)))
