"""What a visitor chose on a page, for when they come back to it by the navigation: that brings an empty address.

The one rule: a page that is opened by an address which says nothing of that page's own goes on where this visit left it. An
address that says something of it, the browser's back and forward, and a lecture's scenes are links, and win.
"""

from __future__ import annotations

from functools import cache

import streamlit as st

from explorer.tell import url_keys
from explorer.web import inside
from explorer.web.inside import StreamlitPage, controls
from explorer.web.session import session

LECTURE = "lecture"  # in the address as long as one is given: what its scenes choose is not the visitor's


@cache
def own(page: str) -> frozenset[str]:
    """The parameters that belong to a page, and not to the net, its task or the stage."""
    return frozenset(key.name for key in url_keys.KEYS if page in key.pages)


def bring_back(page: str, anew: bool) -> None:
    """At the head of a run, before any control of the page: its address as the visit left it. anew: the page is to be as at first."""
    moved = session().get("page") not in (None, page)
    session()["page"] = page
    if not moved:
        return
    session()["brought_back"] = {}
    given = st.query_params.to_dict()
    if anew or inside.by_history() or LECTURE in given or own(page) & given.keys():
        return
    if left := session().get("kept", {}).get(page):
        session()["brought_back"] = left
        controls.go_on_at(left)


def run(page: StreamlitPage) -> None:
    """The page, and what of it is kept."""
    page.run()
    keep()


def keep() -> None:
    """What the address says of the page that is shown: where a part of a page changes it alone, too."""
    page, given = session().get("page", ""), st.query_params.to_dict()
    if LECTURE not in given:
        session().setdefault("kept", {})[page] = {key: given[key] for key in own(page) & given.keys()}


def is_ours(key: str, text: str) -> bool:
    """Whether the address says this because it was brought back: what another net does not have is then no mistake of anybody's."""
    return session().get("brought_back", {}).get(key) == text
