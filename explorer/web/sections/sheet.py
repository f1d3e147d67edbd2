"""The sheet on the Numbers page: a table whose numbers open their proofs, and its text in the form that is asked for."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from explorer.facts import memory
from explorer.spec.task import OPTIMIZERS, USUAL_OPTIMIZER
from explorer.tell import markup, sheet
from explorer.tell.codegen import code
from explorer.web import pieces
from explorer.web.state import Chosen

LANGUAGES = {"markdown": "markdown", "latex": "latex", "code": "python"}


def made(chosen: Chosen) -> sheet.Sheet:
    """The sheet of this configuration; where the net only infers, what it would take to train it as usual stands too."""
    size = (chosen.height, chosen.width, chosen.batch)
    return sheet.sheet(chosen.spec, *size, chosen.dtype, chosen.training or OPTIMIZERS[USUAL_OPTIMIZER])


def show(one: sheet.Sheet, dtype: str) -> None:
    """A line per number: in words, as people say it, in full; and what it is."""
    cards, lines = markup.Cards("sheet"), []
    for line in one.lines:
        number = cards.number(line.proof, line.short) if line.proof else Markup("{}").format(line.short)
        in_full = cards.number(line.proof) if line.proof else Markup("")
        lines.append(
            Markup(
                '<tr><td>{} {}</td><td class="num big">{}</td><td class="num">{} {}</td><td class="soft">{}</td></tr>'
            ).format(
                cards.explained(line.label),
                pieces.mark(line.source),
                number,
                in_full,
                line.unit if line.proof else "",
                cards.explained(line.note),
            )
        )
    head = Markup('<th>{}</th><th class="num">in short</th><th class="num">in full</th><th>what to know</th>').format(
        one.title
    )
    note = "Click a number for its proof. Of memory it is assumed: "
    pieces.html(
        Markup('{}<div class="note">{}{}.</div>{}').format(
            markup.framed(head, markup.joined(lines), "sheet"), note, "; ".join(memory.assumptions(dtype)), cards.html()
        )
    )


def copied(form: str, one: sheet.Sheet, chosen: Chosen) -> None:
    """The whole sheet, or the net's own code, in a box with a button that copies it. form: of `questions.COPY`."""
    text = code(chosen.spec, chosen.height, chosen.width) if form == "code" else sheet.COPIES[form](one)
    st.code(text, language=LANGUAGES.get(form), height=320)
