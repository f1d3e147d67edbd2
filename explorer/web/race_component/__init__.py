"""Two nets as two bars that move: while they are timed, and again afterwards. A thin Streamlit face."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from explorer.tell import timing_words
from explorer.tell.joined import joined, stylesheet
from explorer.timing.said import rows
from explorer.timing.said.rows import Raced

FOLDER = Path(__file__).resolve().parent
JS = joined(FOLDER / "race.js", {})
CSS = stylesheet(FOLDER / "race.css")
_component = st.components.v2.component("resnet_race", html='<div class="place"></div>\n', css=CSS, js=JS)


def on_the_way(titles: Sequence[str], times: Sequence[Sequence[float]], of: int) -> None:
    """times: of each net's passes so far; of: about how many each will make."""
    ways = rows.way(times, of)
    bars: list[timing_words.RaceBar] = [
        {
            "title": title,
            "colour": colour,
            "way": share,
            "told": f"{share * of:.0f} of {of} passes" if ways else "no pass yet",
        }
        for title, colour, share in zip(titles, timing_words.RACERS, ways or [0.0] * len(titles))
    ]
    race: timing_words.Race = {
        "bars": bars,
        "said": "each after as much time of its own",
        "faint": False,
        "where": "",
    }
    _component(key="race-live", data=race)


def again(raced: Sequence[Raced], said: str, faint: bool, where: str) -> None:
    """A race that is over, standing where the first has finished, with a button that runs it again. faint: the run's own
    spread does not say who is ahead. where: on what it ran."""
    _component(key="race-again", data=timing_words.raced(raced, said, faint, where))
