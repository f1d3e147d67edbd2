"""All that the ten steps and their glossary say, made once for all who read them."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache

from markupsafe import Markup

from explorer.tell import given, markup, palette
from explorer.tell import glossary as words
from explorer.tell.markup import joined
from explorer.tell.path import figures, texts

GIVEN = {  # what the steps' script takes of Python's constants
    "PROOF_CARD": markup.slotted_card(),
    "TWO_SIDED": palette.TWO_SIDED,
    "POSITIVE": palette.POSITIVE,
    "NEGATIVE": palette.NEGATIVE,
    "SIGN_KEY": palette.SIGN_KEY,
    "BLOCK_COLOURS": palette.BLOCK_COLOURS,
    **given.TERMS,
}
LEAD = (
    "Ten steps, with a real digit in a really trained net. Drag something in each; underlined words say what they mean."
)
ALL_WORDS = "All the words, and what they mean"
MET, FURTHER = "Words of the ten steps, in their order", "All other words, from A to Z"


def start_of(step: str) -> int:
    """With which step a link begins, from 1; the first for what is none."""
    return int(step) if step in map(str, range(1, len(texts.steps()) + 1)) else 1


@cache
def told(start: int) -> bytes:
    """All that the steps need, as JSON: written once for all who read them."""
    said = []
    for one in texts.steps():
        before = f"{one.text} {one.check}"
        options = [{"text": option.text, "amiss": texts.parts(option.amiss, before)} for option in one.options]
        parts = {"text": texts.parts(one.text), "check": texts.parts(one.check, one.text)}
        said.append(asdict(one) | parts | {"options": options, "why": texts.parts(one.why, before)})
    return json.dumps({"steps": said, "terms": texts.meanings(), "start": start, **figures.everything()}).encode()


@cache
def glossary() -> Markup:
    """Every word with its two lines: what the steps say first, then the others; signs behind the letters."""
    terms = words.terms().values()
    met = sorted((one for one in terms if one.step), key=lambda one: one.step)
    further = sorted(
        (one for one in terms if not one.step), key=lambda one: (not one.name[0].isalpha(), one.name.lower())
    )
    group = Markup('<h4 class="glossary-head">{}</h4><dl class="glossary">{}</dl>')
    entry = Markup("<dt>{}</dt><dd>{}</dd>")
    return joined(
        group.format(heading, joined(entry.format(one.name, one.says) for one in found))
        for heading, found in ((MET, met), (FURTHER, further))
    )
