"""Pieces of pages as HTML text: marks of provenance, numbers that open their proof, tables that read like the paper's.

A number opens its proof in the browser's own popover: one click, nothing else on the page moves, and the server is
not asked. Equal proofs share one card. No Streamlit.

HTML is `Markup`: its `format` and `join` escape whatever is not `Markup` itself, so no text is ever escaped by hand,
and none can be forgotten. `Markup(…)` is only ever called on a literal (ruff's S704).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import TYPE_CHECKING, Protocol

from markupsafe import Markup, escape

from explorer import units
from explorer.facts.told import Provable, Told
from explorer.tell import glossary

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    from explorer.facts.proof import Proof


class Pattern:
    """HTML with gaps for texts: `Markup(…).format`, but ten times as fast, for what stands on a page a hundred times.
    Like `Markup`, made from a literal only (ruff's S704)."""

    def __init__(self, html: str) -> None:
        self._first, *self._rest = html.split("{}")

    def format(self, *texts: object) -> Markup:
        """With a text, or `Markup`, in each gap. Raises `ValueError` where their numbers differ."""
        filled = [self._first]
        for text, piece in zip(texts, self._rest, strict=True):
            filled += (escape(text), piece)
        return Markup("".join(filled))  # noqa: S704 (our own pieces, escaped texts)


KEPT = Pattern('<span class="kept">{}{}{}</span>')
BEFORE, AFTER = re.compile(r"[(\[“]$"), re.compile(r"^[.,;:!?)\]”’]+")  # what belongs to the word beside it
BUTTON = Pattern('<button type="button" class="{}" popovertarget="{}"{}>{}</button>')
HEAD, LINE, CELL = Pattern("<th{}>{}</th>"), Pattern("<tr>{}</tr>"), Pattern("<td{}>{}</td>")
COPIED = Pattern('<div class="line"><code>{}</code><button type="button" data-copy>{}</button></div>')
STEPS = Pattern("<details><summary>Step by step</summary><pre>{}</pre></details>")
RULE = Pattern('<div class="rule">{}</div>{}{}<div class="from">{}</div>')
CARD = Pattern('<div popover id="{}" class="proof-card">{}</div>')
MEANING = Pattern('<div class="meaning"><b>{}</b> {}</div>')
MARK = Pattern('<button type="button" class="mark" data-means="{}" title="{}">{} {}</button>')
MARK_SAID = Pattern("{} {}: {}.")


class HasHtml(Protocol):
    """What says itself how it looks as HTML."""

    def __html__(self) -> str: ...


def joined(parts: Iterable[str | HasHtml], between: str = "") -> Markup:
    """Pieces in a row; a plain string among them is text, and is escaped."""
    return Markup("").join(parts) if not between else escape(between).join(parts)


def mark(source: str) -> Markup:
    """The unobtrusive mark that says what a figure is: computed, measured, recorded or published. Pressed, it says what that
    means: the page's script reads `data-means`."""
    means = f"{units.PROVENANCE[source]}."
    return MARK.format(means, means, units.PROVENANCE_MARK[source], source)


def mark_said(source: str) -> Markup:
    """The same with what it means beside it: inside a card, which has room."""
    return MARK_SAID.format(units.PROVENANCE_MARK[source], source, units.PROVENANCE[source])


@dataclass
class Cards:
    """Buttons that read as numbers, and the cards that they open. place: sets equal proofs of two places apart, so that
    a hidden place does not keep its card from the other."""

    place: str
    cards: dict[str, Markup] = field(default_factory=dict)
    terms: set[str] = field(default_factory=set)

    def number(
        self, proof: Proof, shown: str | None = None, kind: str = "", style: str = "", means: str = ""
    ) -> Markup:
        """The button; `shown` is the exact value by default. kind, style: more classes, and where it stands in a drawing.
        means: a term of the glossary that the card says first, the number's unit or name."""
        steps = "\n".join(proof.steps())
        key = "proof-" + blake2s(f"{self.place}|{proof.text}|{steps}".encode(), digest_size=6).hexdigest()
        if key not in self.cards:
            said = meaning(glossary.asked(means)) if means else Markup("")
            self.cards[key] = CARD.format(key, said + derivation(proof, steps))
        look = Markup(' style="{}"').format(style) if style else ""
        return BUTTON.format(f"proved {kind}".strip(), key, look, shown or proof.shown)

    def text(self, told: str | Told | Provable) -> Markup:
        """What is said, escaped, its numbers as buttons."""
        return _kept(
            self.number(part.proof, part.shown) if isinstance(part, Provable) else part
            for part in (told.parts if isinstance(told, Told) else (told,))
        )

    def explained(self, told: str | Told | Provable) -> Markup:
        """The same, and each term of the glossary, where it first stands, opens what it means."""
        parts: list[str] = []
        for part in told.parts if isinstance(told, Told) else (told,):
            if isinstance(part, Provable):
                parts.append(self.number(part.proof, part.shown))
            else:
                parts += (self._term(one) if isinstance(one, glossary.Marked) else one for one in self._cut(part))
        return _kept(parts)

    def _cut(self, text: str) -> list[str | glossary.Marked]:
        return glossary.find(units.unbroken(text), but=self.terms)

    def _term(self, one: glossary.Marked) -> Markup:
        self.terms.add(one.term.slug)
        key = "term-" + blake2s(f"{self.place}|{one.term.slug}".encode(), digest_size=6).hexdigest()
        self.cards[key] = CARD.format(key, meaning(one.term, one.name))
        return BUTTON.format("term", key, "", one.shown)

    def html(self) -> Markup:
        """The cards of all buttons so far: to stand after them."""
        return joined(self.cards.values())


def _kept(parts: Iterable[str]) -> Markup:
    """The same in a row, a button in one line with the bracket before it and the full stop after it: a browser breaks a
    line on either side of a button."""
    row, said = [], list(parts)
    for at, part in enumerate(said):
        if not isinstance(part, Markup):
            row.append(part)
            continue
        opens = BEFORE.search(row[-1]) if row and not isinstance(row[-1], Markup) else None
        follows = said[at + 1] if at + 1 < len(said) else ""
        closes = AFTER.match(follows) if not isinstance(follows, Markup) else None
        if opens:
            row[-1] = row[-1][: opens.start()]
        if closes:
            said[at + 1] = follows[closes.end() :]
        beside = (opens[0] if opens else "", part, closes[0] if closes else "")
        row.append(KEPT.format(*beside) if opens or closes else part)
    return joined(row)


def meaning(term: glossary.Term, name: str = "") -> Markup:
    """What a term of the glossary means, under its name, or as it is called where it stands."""
    return MEANING.format(name or term.name, term.says)


def opened(label: str, proof: Proof) -> Markup:
    """A card that stands open in the page, for a part of a picture that was clicked on."""
    steps = "\n".join(proof.steps())
    return Markup('<div class="proof-card opened"><b>{}: {}</b>{}</div>').format(
        label, proof.shown, derivation(proof, steps)
    )


def derivation(proof: Proof, steps: str) -> Markup:
    """What a card says: the rule in symbols; the substituted formula as text and as LaTeX, each with a button that copies it;
    the steps."""
    return _said(units.unbroken(proof.rule_read), mark_said(proof.source), proof.text, proof.latex, steps)


SLOTS = ("rule", "text", "latex", "steps")
MARKED = ("computed", "measured", "recorded")  # sources of what is filled in the browser


def slotted_card() -> Markup:
    """The same card with slots for its texts, and all marks of which one stays: for what is filled in the browser."""
    rule, text, latex, steps = (Markup('<span data-slot="{}"></span>').format(name) for name in SLOTS)
    marks = joined(Markup('<span data-source="{}">{}</span>').format(source, mark_said(source)) for source in MARKED)
    return _said(rule, marks, text, latex, steps)


def _said(rule: str, source: Markup, text: str, latex: str, steps: str) -> Markup:
    lines = COPIED.format(text, "Copy") + COPIED.format(latex, "Copy LaTeX")
    more = STEPS.format(steps) if steps else ""
    return RULE.format(rule, lines, more, source)


def stacked(lines: Mapping[str, Sequence[tuple[str, float, str, Proof]]]) -> Markup:
    """One full bar per line, cut into parts of (name, percent, colour, proof); each part opens its proof."""
    cards, bars = Cards("shares"), []
    part = Markup('<span style="flex:{:.3f};background:{}">{}</span>')
    for label, parts in lines.items():
        cells = joined(
            part.format(percent, colour, cards.number(proof, _part(name, percent)))
            for name, percent, colour, proof in parts
        )
        bars.append(Markup('<div class="bar-label">{}</div><div class="bar">{}</div>').format(label, cells))
    return Markup('<div class="stacked">{}</div>{}').format(joined(bars), cards.html())


def _part(name: str, percent: float) -> Markup:
    """The same in a page, where what the part is too narrow for is only heard: its name, or that and its share."""
    share = part_words(name, percent).removeprefix(f"{name} ") or units.chance(percent / 100)
    return Markup('<i class="whose">{}\xa0</i><i class="share">{}</i>').format(name, share)


def part_words(name: str, percent: float) -> str:
    """What has room in a part of a drawn bar: 'conv4_x 28 %', '5 %', or nothing."""
    return f"{name} {percent:.0f} %" if percent >= 9 else f"{percent:.0f} %" if percent >= 3.5 else ""


def table(rows: Sequence[Mapping[str, object]], place: str) -> Markup:
    """Plain rows; a `Provable` cell opens its proof. Columns of numbers are set to the right."""
    cards = Cards(place)
    kind = {key: _column(key, [row[key] for row in rows]) for key in rows[0]}
    head = joined(HEAD.format(kind[key], cards.explained(key)) for key in rows[0])
    body = joined(
        LINE.format(joined(CELL.format(kind[key], _cell(value, cards)) for key, value in row.items())) for row in rows
    )
    return framed(head, body) + cards.html()


SHORT, LONG = 12, 24  # letters


def _column(name: str, cells: Sequence[object]) -> Markup:
    """A column's classes: numbers, words that stay in one line, and texts that need some width, or a phone would break them
    into a tower of words."""
    longest = max(len(_read(one)) for one in (name, *cells))
    found = {"num": all(map(is_number, cells)), "short": longest <= SHORT, "long": longest > LONG}
    classes = " ".join(kind for kind, holds in found.items() if holds)
    return Markup(' class="{}"').format(classes) if classes else Markup("")


def _read(value: object) -> str:
    if isinstance(value, Provable):
        return value.shown
    return units.exact(value) if isinstance(value, int) else str(value)


def framed(head: Markup, body: Markup, kind: str = "") -> Markup:
    """A table's head and body, scrolling inside itself on a phone."""
    return Markup(
        '<div class="scroll"><table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(f"paper {kind}".strip(), head, body)


def is_number(value: object) -> bool:
    """Whether a cell reads as a number, with or without a unit."""
    value = value.shown if isinstance(value, Provable) else value
    return isinstance(value, (int, float)) or bool(re.fullmatch(r"[×+−]?[\d,.]+( [KMGT]?\w+)?|same|–", str(value)))


def _cell(value: object, cards: Cards) -> Markup:
    if isinstance(value, (Provable, Told)):
        return cards.text(value)
    return escape(_read(value))
