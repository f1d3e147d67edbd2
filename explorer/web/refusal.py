"""What is wrong with a link, said instead of a model; and what of a good link has no effect, said above the page."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from explorer import telemetry
from explorer.spec import naming
from explorer.spec.chosen import DEFAULTS, of_params
from explorer.tell.markup import joined
from explorer.web import pieces, plain
from explorer.web.session import session
from explorer.web.state import Query

MOST = 12  # faults that are listed


def show(link: Query) -> None:
    """Every fault with what is allowed, and links to what may have been meant. No model is computed."""
    telemetry.refused("link", len(link.faults))
    said = [*link.faults, *link.remarks]
    left = len(said) - MOST
    faults = [*said[:MOST], *([f"and {left} more"] if left > 0 else [])]
    kept = {key: value for key, value in link.given.items() if key not in DEFAULTS}
    if st.context.is_embedded:
        kept["embed"] = "true"
    asked = [*link.instead, *([("", {})] if all(params for _, params in link.instead) else [])]
    offers = {of_params(params): params for _, params in reversed(asked)}  # each net once, as it was first meant
    pieces.html(
        Markup(
            '<div class="refused" role="alert"><h2>This link asks for something that is not here</h2><ul>{}</ul>'
            "<p>No model is shown in its place. Choose one:</p><p>{}</p></div>"
        ).format(
            joined(Markup("<li>{}</li>").format(fault) for fault in faults),
            joined(
                Markup('<a class="offer" href="?{}">{}</a> ').format(
                    urlencode(dict(params) | kept, safe=",:/."), naming.title(chosen.spec)
                )
                for chosen, params in reversed(offers.items())
            ),
        )
    )


def remarks(said: tuple[str, ...]) -> None:
    """What of the link is unknown to this page, or has no effect on this model."""
    session()["told"] = said
    if said:
        with st.container(key="remarks"):
            plain.warning(*(f"{one}." for one in said[:MOST]))
