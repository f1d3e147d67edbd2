"""The session that this visitor steers, if any: begun from the lecture's bar, and told of every scene."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from explorer import telemetry
from explorer.hall import Away, Hall, Refused, Started
from explorer.hall.opened import opened, warning
from explorer.tell.link import data_uri, qr_svg
from explorer.web.hall import served
from explorer.web.session import session

if TYPE_CHECKING:
    from explorer.hall.card import Answer, Question
    from explorer.lecture import Lecture, Scene

ENDED = "The session for votes has ended: V begins another."
AWAY = "The votes’ store cannot be reached: nobody can vote now."
NOT_SERVED = "Votes need the app’s own server: start it with “streamlit run explorer/app.py”."
SPLIT = "Another server answers at this address, and does not know this session: its phones cannot vote. Set EXPLORER_VOTES=redis://… for all of them."


class Steered(TypedDict):
    """The session with its link, what is asked, and the answer. qr: of the link, as an image's source; base: the path of the
    app's address."""

    code: str
    token: str
    url: str
    qr: str
    base: str
    asked: Question | None
    answer: Answer | None
    warning: str


class Held(TypedDict):
    """hall: None where this visitor steers none, or it has ended. problem: what they have to know of it, or ''."""

    hall: Steered | None
    problem: str


def data(run: Lecture, scene: Scene, revealed: bool, root: str) -> Held:
    """For the bar: the session, with what is asked and its answer, after this scene has been shown to the phones. root: the
    app's address as phones reach it."""
    problem, now = session().get("hall_problem", ""), session().get("hall")
    if now is None:
        return {"hall": None, "problem": problem}
    from explorer.hall.made import cards

    made = cards(run, scene)
    try:
        opened().show(now.code, now.token, made, revealed)
    except Refused:
        session()["hall"] = None
        return {"hall": None, "problem": ENDED}
    except Away:
        problem = AWAY
    url = f"{root.rstrip('/')}/vote/{now.code}"
    held: Steered = {
        "code": now.code,
        "token": now.token,
        "url": url,
        "qr": _qr(url),
        "base": f"{urlsplit(root).path.rstrip('/')}/",
        "asked": made.card["question"],
        "answer": made.answer,
        "warning": warning(),
    }
    return {"hall": held, "problem": problem}


def leave() -> None:
    """The lecture has been left: the phones of this visitor's session, if there is one, are told that it pauses."""
    if now := session().get("hall"):
        with suppress(Refused, Away):
            opened().leave(now.code, now.token)


@lru_cache(maxsize=64)
def _qr(url: str) -> str:
    return data_uri(qr_svg(url))


def take(said: object, run: Lecture) -> None:
    """What the bar asks for: "start", "anew" for another hall, "resume" after a reload, "end", or that it found the session gone, or split over servers."""
    asked = said if isinstance(said, Mapping) else {}
    try:
        session()["hall_problem"] = _take(opened(), asked, run)
    except Refused as refused:
        session()["hall_problem"] = str(refused)
    except Away:
        session()["hall_problem"] = AWAY
    except ValueError as error:  # the host's address of the store
        telemetry.warn(str(error))
        session()["hall_problem"] = AWAY


def _named(hall: Hall, asked: Mapping[str, object]) -> Started | None:
    """The session that the browser remembers; None where it has ended, or is not this visitor's."""
    named = Started(str(asked.get("code"))[:16], str(asked.get("token"))[:200])
    return named if hall.steers(named.code, named.token) else None


def _take(hall: Hall, asked: Mapping[str, object], run: Lecture) -> str:
    """Does it; what the visitor has to know, or ''."""
    now = session().get("hall")
    what = asked.get("do")
    if what in ("start", "anew"):
        if not served.is_served():
            return NOT_SERVED
        if now and what == "anew":
            with suppress(Refused):  # it has ended by itself
                hall.end(now.code, now.token)
            now = None
        session()["hall"] = now or hall.start(run.title)
    elif what == "resume":
        if before := _named(hall, asked):
            session()["hall"] = before
    elif what in ("end", "gone") and (now := now or _named(hall, asked)):
        if what == "end":
            hall.end(now.code, now.token)
        session()["hall"] = None
        return "" if what == "end" else ENDED
    elif what == "split":
        return SPLIT
    return ""
