"""Numbers: one sheet for exactly this configuration, each number with its proof; to be copied, and the code with it."""

from pathlib import Path
from typing import Literal

import streamlit as st

from explorer.tell import questions, sheet
from explorer.web import pieces, state
from explorer.web.asked import asked
from explorer.web.sections.timing import runs as timing_runs

TIMING = Path(__file__).parent / "timing.py"
LANGUAGES = {"markdown": "markdown", "latex": "latex", "code": "python"}

chosen = state.current()
st.header("What are its numbers?", anchor=False)
mine = timing_runs.measured()
pieces.html(sheet.shown_to(chosen, mine))
st.page_link(TIMING, label="How fast is it here? Measure its time", icon=":material/timer:")
st.subheader(sheet.TAKE, anchor=False)
form = asked("Copy as what?", questions.COPY, "copy")
# What is short is seen whole, with nothing to scroll.
height: Literal["content"] | int = 320 if form == "code" else "content"
st.code(sheet.taken_by(form, chosen, mine), language=LANGUAGES.get(form), height=height)
pieces.note("The button in the box’s corner copies all of it.")
