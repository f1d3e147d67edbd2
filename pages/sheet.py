"""Numbers: one sheet for exactly this configuration, each number with its proof; to be copied, and the code with it."""

from pathlib import Path

import streamlit as st

from explorer.tell import questions, sheet_forms
from explorer.web import pieces, state
from explorer.web.asked import asked
from explorer.web.sections.timing import runs as timing_runs

TIMING = Path(__file__).parent / "timing.py"
LANGUAGES = {"markdown": "markdown", "latex": "latex", "code": "python"}

chosen = state.current()
st.header("What are its numbers?", anchor=False)
mine = timing_runs.measured()
pieces.html(sheet_forms.shown_to(chosen, mine))
st.page_link(TIMING, label="How fast is it here? Measure its time", icon=":material/timer:")
st.subheader(sheet_forms.TAKE, anchor=False)
form = asked("Copy as what?", questions.COPY, "copy")
# One height for all: a shorter one would take the buttons from under the pointer. The text, the longest but the code, is whole.
st.code(sheet_forms.taken_by(form, chosen, mine), language=LANGUAGES.get(form), height=600)
pieces.note("The button in the box’s corner copies all of it.")
