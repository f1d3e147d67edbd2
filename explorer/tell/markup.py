"""Pieces of pages as HTML text: marks of provenance, numbers that open their proof, tables that read like the paper's.

A number opens its proof in the browser's own popover: one click, nothing else on the page moves, and the server is
not asked. Equal proofs share one card. No Streamlit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from html import escape
from typing import TYPE_CHECKING

from explorer import units
from explorer.facts.told import Provable, Told

if TYPE_CHECKING:  # needs torch: not before the controls are painted
    from explorer.facts.proof import Proof


def mark(source: str) -> str:
    """The unobtrusive mark that says what a figure is: computed, measured, recorded or published."""
    return (
        f'<span class="mark" title="{source}: {escape(units.PROVENANCE[source])}">'
        f"{units.PROVENANCE_MARK[source]} {source}</span>"
    )


@dataclass
class Cards:
    """Buttons that read as numbers, and the cards that they open. place: sets equal proofs of two places apart, so that
    a hidden place does not keep its card from the other."""

    place: str
    cards: dict[str, str] = field(default_factory=dict)

    def number(self, proof: Proof, shown: str | None = None, kind: str = "", style: str = "") -> str:
        """The button; `shown` is the exact value by default. kind, style: more classes, and where it stands in a drawing."""
        steps = "\n".join(proof.steps())
        key = "proof-" + blake2s(f"{self.place}|{proof.text}|{steps}".encode(), digest_size=6).hexdigest()
        if key not in self.cards:
            self.cards[key] = card(key, proof, steps)
        look = f' style="{style}"' if style else ""
        return (
            f'<button type="button" class="{f"proved {kind}".strip()}" popovertarget="{key}"{look}>'
            f"{escape(shown or proof.shown)}</button>"
        )

    def text(self, told: str | Told | Provable) -> str:
        """What is said, escaped, its numbers as buttons."""
        return "".join(
            self.number(part.proof, part.shown) if isinstance(part, Provable) else escape(part)
            for part in (told.parts if isinstance(told, Told) else (told,))
        )

    def html(self) -> str:
        """The cards of all buttons so far: to stand after them."""
        return "".join(self.cards.values())


def card(key: str, proof: Proof, steps: str) -> str:
    """The rule in symbols; the substituted formula as text and as LaTeX, each with a button that copies it; the steps."""
    return f'<div popover id="{key}" class="proof-card">{derivation(proof, steps)}</div>'


def opened(label: str, proof: Proof) -> str:
    """A card that stands open in the page, for a part of a picture that was clicked on."""
    steps = "\n".join(proof.steps())
    return (
        f'<div class="proof-card opened"><b>{escape(label)}: {escape(proof.shown)}</b>{derivation(proof, steps)}</div>'
    )


def derivation(proof: Proof, steps: str) -> str:
    """What a card says."""
    lines = "".join(
        f'<div class="line"><code>{escape(text)}</code><button type="button" data-copy>{words}</button></div>'
        for text, words in ((proof.text, "Copy"), (proof.latex, "Copy LaTeX"))
    )
    more = f"<details><summary>Step by step</summary><pre>{escape(steps)}</pre></details>" if steps else ""
    return f'<div class="rule">{escape(proof.rule)} {mark(proof.source)}</div>{lines}{more}'


def stacked(lines: Mapping[str, Sequence[tuple[str, float, str, Proof]]]) -> str:
    """One full bar per line, cut into parts of (name, percent, colour, proof); each part opens its proof."""
    cards, bars = Cards("shares"), []
    for label, parts in lines.items():
        cells = "".join(
            f'<span style="flex:{percent:.3f};background:{colour}">{cards.number(proof, part_words(name, percent))}</span>'
            for name, percent, colour, proof in parts
        )
        bars.append(f'<div class="bar-label">{escape(label)}</div><div class="bar">{cells}</div>')
    return f'<div class="stacked">{"".join(bars)}</div>{cards.html()}'


def part_words(name: str, percent: float) -> str:
    """What has room in a part of a bar: 'conv4_x 28 %', '5 %', or an ellipsis to click on."""
    return f"{name} {percent:.0f} %" if percent >= 9 else f"{percent:.0f} %" if percent >= 3.5 else "⋯"


def table(rows: Sequence[dict], place: str) -> str:
    """Plain rows; a `Provable` cell opens its proof. Columns of numbers are set to the right."""
    cards = Cards(place)
    numeric = {key for key in rows[0] if all(is_number(row[key]) for row in rows)}
    kind = {key: ' class="num"' if key in numeric else "" for key in rows[0]}
    head = "".join(f"<th{kind[key]}>{escape(key)}</th>" for key in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td{kind[key]}>{_cell(value, cards)}</td>" for key, value in row.items()) + "</tr>"
        for row in rows
    )
    return framed(head, body) + cards.html()


def framed(head: str, body: str, kind: str = "") -> str:
    """A table's head and body, scrolling inside itself on a phone."""
    return (
        f'<div class="scroll"><table class="paper{" " * bool(kind)}{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def is_number(value: object) -> bool:
    """Whether a cell reads as a number, with or without a unit."""
    value = value.shown if isinstance(value, Provable) else value
    return isinstance(value, (int, float)) or bool(re.fullmatch(r"[×+−]?[\d,.]+( [KMGT]?\w+)?|same|–", str(value)))


def _cell(value: object, cards: Cards) -> str:
    if isinstance(value, (Provable, Told)):
        return cards.text(value)
    return escape(units.exact(value) if isinstance(value, int) else str(value))
