"""A scene's texts: paragraphs, *emphasis*, `code`, {figures} of the model, and phrases that drive the picture.

`[the first block of conv3_x](?node=layer2.0)` is a phrase: a click lays those parameters over the scene's state. This is
Markdown as markdown-it reads it, cut down to just that: no HTML, no pictures, no lists, no link to anywhere else, and a
star between two letters or digits multiplies (2*3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.token import Token
from markupsafe import Markup

from explorer.lecture.quantities import Quantity, quantity
from explorer.lecture.scene import Scene, query
from explorer.spec.chosen import Chosen
from explorer.tell.markup import Cards, joined
from explorer.units import unbroken

FIGURE = re.compile(r"\{([a-z][\w:/. -]*)\}")
PHRASE = re.compile(r"\[([^\]\n]+)\]\(\?([^)\s]*)\)")
STARS = re.compile(r"\*+")
SENTENCE_END = re.compile(r"(?<=[.?!])\s")
TAGS = {
    "paragraph_open": Markup("<p>"),
    "paragraph_close": Markup("</p>"),
    "strong_open": Markup("<strong>"),
    "strong_close": Markup("</strong>"),
    "em_open": Markup("<em>"),
    "em_close": Markup("</em>"),
    "link_close": Markup("</a>"),
}
BUTTON = Markup('<a href="#" role="button" data-drive="{}">')


def filled(text: str, chosen: Chosen) -> str:
    """With every {figure} in place. Raises `ValueError` for one that is not known."""
    return FIGURE.sub(lambda found: _unbroken(quantity(found[1], chosen)), unbroken(text))


def asked(scene: Scene) -> str:
    """The question with every {figure} in place; '' without one."""
    return filled(scene.question.ask, scene.chosen) if scene.question else ""


def phrases(text: str) -> list[str]:
    """The query string of each phrase that drives the picture."""
    return [str(token.attrs["href"]) for token in _tokens(text) if token.type == "link_open"]


def figures(text: str) -> list[str]:
    """The name of each {figure}, as often as it stands there."""
    return FIGURE.findall(text)


def check(text: str, chosen: Chosen) -> None:
    """Raises `ValueError` for an unknown figure or an unreadable phrase."""
    filled(text, chosen)
    for drives in phrases(text):
        query(drives)


def prose(text: str, chosen: Chosen, links: bool = True, cards: Cards | None = None) -> Markup:
    """Paragraphs as HTML; phrases become `<a data-drive="node=layer2.0">`, or plain words without `links`. cards: takes the
    proofs of the figures and the meanings of the field's words, which then are buttons; none stands inside a phrase."""
    pieces, within = [], False
    for token in _tokens(text):
        within = token.type == "link_open" or (within and token.type != "link_close")
        words = token.type == "text" and cards is not None and not (within and links)
        pieces.append(cards.explained(_line(token)) if cards and words else _html(token, chosen, links, cards))
    return joined(pieces)


@dataclass(frozen=True)
class Run:
    """Words in one hand."""

    words: str
    bold: bool = False
    italic: bool = False
    code: bool = False


def runs(text: str, chosen: Chosen) -> list[list[Run]]:
    """Paragraphs as runs, every {figure} in place, for what is no HTML."""
    found: list[list[Run]] = []
    look = {"bold": False, "italic": False}
    for token in _tokens(text):
        if token.type == "paragraph_open":
            found.append([])
        elif token.type in HANDS:
            name, on = HANDS[token.type]
            look[name] = on
        elif token.type == "figure":
            found[-1].append(Run(_unbroken(quantity(token.content, chosen)), **look))
        elif token.type == "code_inline":
            found[-1].append(Run(filled(token.content, chosen), code=True, **look))
        elif token.content:
            found[-1].append(Run(re.sub(r"[ \t\n]+", " ", token.content), **look))
    return found


HANDS = {  # token → what begins or ends with it
    "strong_open": ("bold", True),
    "strong_close": ("bold", False),
    "em_open": ("italic", True),
    "em_close": ("italic", False),
}


def about(text: str, chosen: Chosen, cards: Cards) -> Markup:
    """The first sentence, without phrases, as HTML whose figures are buttons."""
    words = re.sub(r"[ \t\n]+", " ", "".join(_plain(token) for token in _tokens(text))).strip()
    return _with_figures(SENTENCE_END.split(words)[0], chosen, cards)


def _html(token: Token, chosen: Chosen, links: bool, cards: Cards | None) -> str:
    if token.type == "link_open":
        return BUTTON.format(token.attrs["href"]) if links else ""
    if token.type == "link_close" and not links:
        return ""
    if token.type == "figure":
        return _button(quantity(token.content, chosen), cards)
    if token.type == "code_inline":
        return Markup("<code>{}</code>").format(_with_figures(token.content, chosen, cards))
    return TAGS.get(token.type) or _line(token)


def _line(token: Token) -> str:
    return re.sub(r"[ \t\n]+", " ", token.content)  # no-break spaces stay


def _plain(token: Token) -> str:
    """A token's words, figures as they are written."""
    if token.type == "paragraph_close":
        return "\n"
    return f"{{{token.content}}}" if token.type == "figure" else token.content


def _with_figures(text: str, chosen: Chosen, cards: Cards | None) -> Markup:
    words = FIGURE.split(text)  # text, name, text, name, …
    return joined(_button(quantity(part, chosen), cards) if index % 2 else part for index, part in enumerate(words))


def _button(one: Quantity, cards: Cards | None) -> str:
    return cards.number(one.proof, _unbroken(one)) if cards and one.proof else _unbroken(one)


def _unbroken(one: Quantity) -> str:
    return one.text.replace(" ", "\u00a0")


def _tokens(text: str) -> Iterator[Token]:
    for token in _parsed(unbroken(text.strip())):
        yield from token.children if token.children is not None else (token,)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Sequence[Token]:
    return tuple(_reader().parse(text))


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero").enable(["backticks", "escape", "emphasis"])
    reader.inline.ruler.at("emphasis", _stars)
    reader.inline.ruler.before("emphasis", "figure", _figure)
    reader.inline.ruler.before("emphasis", "phrase", _phrase)
    return reader


def _figure(state: StateInline, silent: bool) -> bool:
    """`{name}`."""
    found = FIGURE.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        state.push("figure", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _phrase(state: StateInline, silent: bool) -> bool:
    """`[words](?node=layer2.0)`: a link, but only to a query string of our own."""
    found = PHRASE.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        whole, state.posMax = state.posMax, found.end(1)
        state.pos = found.start(1)
        state.push("link_open", "a", 1).attrs = {"href": found[2]}
        state.md.inline.tokenize(state)
        state.push("link_close", "a", -1)
        state.posMax = whole
    state.pos = found.end()
    return True


def _stars(state: StateInline, silent: bool) -> bool:
    """markdown-it's own rule of emphasis, but for stars only, and not for those between two letters or digits."""
    run = STARS.match(state.src, state.pos, state.posMax)
    if silent or not run:
        return False
    around = (state.src[max(run.start() - 1, 0) : run.start()], state.src[run.end() : run.end() + 1])
    if not all(one.isascii() and one.isalnum() for one in around):
        return emphasis.tokenize(state, silent)
    state.pending += run[0]
    state.pos = run.end()
    return True
