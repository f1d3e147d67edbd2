"""What the link says of exercises: which sheet, how hard, of which topics, and where in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import randrange

import streamlit as st

from explorer.questions import sheet
from explorer.tell import questions
from explorer.web.session import session
from explorer.web.state import Chosen

ROUND = 10  # exercises of one seed, one after another


@dataclass(frozen=True)
class Asked:
    """A sheet of the net on the screen. size: as in `sheet.sheet`; able: the topics that the net has at that level."""

    version: int
    seed: int
    topics: tuple[str, ...]
    size: tuple[int, int] | None
    able: tuple[str, ...]
    level: str

    @property
    def harder(self) -> str:
        """The next level; "" where this one has all."""
        slugs = [*questions.HARD, ""]
        return slugs[slugs.index(self.level) + 1]

    @property
    def picked(self) -> list[str]:
        """The topics that are asked for; none where all are."""
        return [] if self.topics == self.able else list(self.topics)

    @property
    def name(self) -> str:
        return f"v{self.version}-{self.seed}"


def asked(chosen: Chosen) -> Asked:
    """Raises `ValueError` for a sheet of a version that is not known here."""
    level = _level()
    text = st.query_params.get("seed") or session().get("practice-sheet") or f"v{sheet.VERSION}-{randrange(1, 10_000)}"
    version, seed = sheet.seeded(text)
    say_sheet(version, seed)
    usual = (chosen.spec.default_input,) * 2
    size = None if (chosen.height, chosen.width) == usual else (chosen.height, chosen.width)
    able = sheet.every_topic(chosen.spec, size, version, level)
    wanted = [one for one in st.query_params.get("topics", "").split(",") if one in able]
    return Asked(version, seed, tuple(one for one in able if one in wanted) or able, size, able, level)


def _level() -> str:
    """What the link asks for; where it says nothing, what this visit had last."""
    level = sheet.level_of(st.query_params, session().get("practice-level", sheet.GENTLE))
    say_level(level)
    return level


def say_level(level: str) -> None:
    """Put the level into the link and the visit."""
    session()["practice-level"] = level
    if level == sheet.EVERY:
        st.query_params.pop("level", None)
    else:
        st.query_params["level"] = level


def number() -> int:
    """Which of a sheet's exercises, from 1 on; one more than there are for the end."""
    text = st.query_params.get("q", "1")
    return min(int(text), ROUND + 1) if text.isascii() and text.isdecimal() and 0 < len(text) < 4 and int(text) else 1


def say_sheet(version: int, seed: int) -> None:
    """Put the sheet into the link and the visit."""
    session()["practice-sheet"] = st.query_params["seed"] = f"v{version}-{seed}"


def go(to: int) -> None:
    """To that exercise."""
    if to == 1:
        st.query_params.pop("q", None)
    else:
        st.query_params["q"] = str(to)


def another() -> None:
    """A new sheet, of the newest version."""
    say_sheet(sheet.VERSION, randrange(1, 10_000))
    session()["practice-anew"] = True
    go(1)


def harder(level: str) -> None:
    """Other exercises, of that level."""
    say_level(level)
    another()


def hard() -> None:
    """How hard they are. The link says it."""

    def say() -> None:
        say_level(session()["practice-level"])
        go(1)

    st.radio(
        "How hard?",
        tuple(questions.HARD),
        format_func=lambda level: ": ".join(questions.HARD[level]),
        key="practice-level",
        on_change=say,
    )


def topics(label: str, able: Sequence[str], picked: list[str]) -> None:
    """Which topics: pressed ones, or all of them where none is pressed. The link says which."""
    session()["practice-topics"] = picked

    def say() -> None:
        wanted = session().get("practice-topics", [])
        if 0 < len(wanted) < len(able):
            st.query_params["topics"] = ",".join(one for one in questions.TOPICS if one in wanted)
        else:
            st.query_params.pop("topics", None)
        go(1)

    st.pills(
        label,
        able,
        selection_mode="multi",
        format_func=questions.TOPICS.__getitem__,
        key="practice-topics",
        on_change=say,
        help="None pressed: all of them.",
    )
