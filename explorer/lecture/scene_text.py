"""A scene's texts: plain paragraphs, *emphasis*, `code`, {figures} of the model, and phrases that drive the picture.

`[the first block of conv3_x](?node=layer2.0)` is a phrase: a click lays those parameters over the scene's state.
"""

from __future__ import annotations

import re
from html import escape

from explorer.lecture.quantities import Quantity, quantity
from explorer.lecture.scene import query
from explorer.spec.chosen import Chosen
from explorer.tell.markup import Cards

FIGURE = re.compile(r"\{([a-z][\w:/. -]*)\}")
PHRASE = re.compile(r"\[([^\]\n]+)\]\(\?([^)\s]*)\)")
MARKS = (
    (re.compile(r"\*\*(.+?)\*\*", re.S), r"<strong>\1</strong>"),
    (re.compile(r"\*(.+?)\*", re.S), r"<em>\1</em>"),
    (re.compile(r"`(.+?)`"), r"<code>\1</code>"),
)


def filled(text: str, chosen: Chosen) -> str:
    """With every {figure} in place. Raises `ValueError` for one that is not known."""
    return FIGURE.sub(lambda found: quantity(found[1], chosen).text.replace(" ", "\u00a0"), text)


def phrases(text: str) -> list[tuple[str, str]]:
    """(words, query string) of each phrase that drives the picture."""
    return PHRASE.findall(text)


def check(text: str, chosen: Chosen) -> None:
    """Raises `ValueError` for an unknown figure or an unreadable phrase."""
    filled(text, chosen)
    for _, drives in phrases(text):
        query(drives)


def prose(text: str, chosen: Chosen, links: bool = True, cards: Cards | None = None) -> str:
    """Paragraphs as HTML; phrases become `<a data-drive="node=layer2.0">`, or plain words without `links`. cards: takes the
    proofs of the figures, which then are buttons."""
    html = _marked(text.strip(), links)
    html = FIGURE.sub(lambda found: _button(quantity(found[1], chosen), cards), html)
    parts = (re.sub(r"[ \t\n]+", " ", part.strip()) for part in re.split(r"\n\s*\n", html))  # no-break spaces stay
    return "".join(f"<p>{part}</p>" for part in parts if part)


def about(text: str, chosen: Chosen, cards: Cards) -> str:
    """The first sentence, without phrases, as HTML whose figures are buttons."""
    sentence = re.split(r"(?<=[.?!])\s", " ".join(PHRASE.sub(r"\1", text).split()))[0]
    plain = re.sub(r"[*`]", "", sentence)
    return FIGURE.sub(lambda found: _button(quantity(found[1], chosen), cards), escape(plain))


def _marked(text: str, links: bool) -> str:
    """Escaped, with the marks of emphasis and phrases as HTML; figures still as `{name}`."""
    html = escape(text)
    for pattern, replacement in MARKS:
        html = pattern.sub(replacement, html)
    return PHRASE.sub(r'<a href="#" role="button" data-drive="\2">\1</a>' if links else r"\1", html)


def _button(one: Quantity, cards: Cards | None) -> str:
    text = one.text.replace(" ", "\u00a0")
    return cards.number(one.proof, text) if cards and one.proof else escape(text)
