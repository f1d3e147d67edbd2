"""The walk of the model on the screen: made in the queue of heavy work, kept for whoever asks next."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import streamlit as st

from explorer.look.kept import Kept
from explorer.tell.given import TWINS as TWINS
from explorer.tell.url_keys import has_twin
from explorer.web import state
from explorer.web.asked import asked
from explorer.web.inside.runs import TURNS
from explorer.web.session import session
from explorer.web.state import Chosen

if TYPE_CHECKING:
    from explorer.look.subject import Subject
    from explorer.tell.walk import Walk

PLACE = "Architecture"  # whose jobs they are: leaving the page drops them
MOST, MOST_BYTES = 12, 12 << 20  # walks that are kept, of all visitors together
OPENS = {"draw": "Draw it", "upload": "Choose a file", "camera": "Take it"}
EVERYBODY = "everybody"  # owns the walks of bundled pictures, and never leaves


def twins(chosen: Chosen) -> bool:
    """Whether the link asks for the shipped nets side by side, and the model on the screen is one of them."""
    return st.query_params.get("walk") == "twins" and has_twin(chosen)


def of(chosen: Chosen) -> dict[str, Any]:
    """What the map's component takes as `walk`; `{"problem": …}` where there is none to be had, with `title` where only a picture is missing. The control for the
    picture is drawn where this is called."""
    from explorer.look.walker import BUNDLED  # not before somebody wants to see one

    try:
        source, data = _picture(chosen)
        bundled = source in BUNDLED
        if not bundled and data is None:
            press = f"Press “{OPENS[source]}” above the map: your picture then walks through the net."
            return {"title": "Choose a picture", "problem": press}
        own = _own(chosen)
        owner = EVERYBODY if bundled and not own else _tab().id
        of_data = hashlib.blake2b(data or b"").digest()
        key = (
            chosen.spec,
            chosen.height,
            chosen.width,
            own.key if own else "",
            own.told if own else "",
            source,
            of_data,
        )
        if (held := _kept().get(key, owner)) is not None:
            return dict(held)
        job = state.runner().submit(
            lambda job: _kept().put(key, _made(chosen, source, data, own), owner), "A walk", state.visitor().id, PLACE
        )
    except ValueError as error:
        return {"problem": f"{error}."}
    with TURNS.aside():
        job.wait()
    if isinstance(job.error, ValueError):
        return {"problem": f"{job.error}."}
    if job.error is not None:
        raise job.error
    return dict(job.result) if job.result else {"problem": "The walk was stopped."}


def forget() -> None:
    """The walk is closed: no picture of it stays in the link."""
    for key in ("picture", "digit"):
        st.query_params.pop(key, None)


def _picture(chosen: Chosen) -> tuple[str, bytes | None]:
    """(source, the file of one that is not bundled) as the visitor chooses. Raises `ValueError`."""
    from explorer.look.walker import BUNDLED, sources_of
    from explorer.web.picture_given import arrived, given

    one = chosen.spec.in_channels == 1
    with st.container(key="walk-picture", horizontal=True, vertical_alignment="center"):
        key = "digit" if one else "picture"
        source = asked("Which picture?", sources_of(chosen.spec), key, label_visibility="collapsed", wrap=True)
        if source in BUNDLED:
            return source, None
        if arrived(source):
            session()["walk-given"] = False  # it would stand over the picture's walk
        with st.popover(OPENS[source], type="secondary", key="walk-given", on_change="rerun"):
            return source, given(source)


def _own(chosen: Chosen) -> Subject | None:
    """The net of the file of weights that the visitor gave on Feature maps, where it is the one on the screen."""
    _, own = session().get("own_net", ("", None))
    return own if own and own.spec == chosen.spec else None


def _made(chosen: Chosen, source: str, data: bytes | None, own: Subject | None) -> Walk:
    from explorer.look.walker import walker
    from explorer.tell.look_words import DIGITS_ONLY
    from explorer.tell.walk import walk
    from explorer.web.picture_given import PHOTOS

    made = walk(*walker(chosen.spec, chosen.height, chosen.width, source, data, own))
    if chosen.spec.in_channels == 1 and made["trained"] and source in PHOTOS:
        made["told"] += f". {DIGITS_ONLY.removesuffix('.')}"
    return made


@dataclass(frozen=True)
class Tab:
    """A tab, as the owner of the walks of its own pictures."""

    id: str
    kept: Kept[Walk]

    def leave(self) -> None:
        """The tab has closed: its pictures go."""
        self.kept.release(self.id)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[Walk]:
    return Kept(MOST, MOST_BYTES, lambda one: len(one["sheet"]) + len(one["picture"]["src"]))


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Tab.leave)
def _tab() -> Tab:
    return Tab(uuid4().hex, _kept())
