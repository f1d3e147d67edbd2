"""Numbers: one sheet for exactly this configuration, each number with its proof; to be copied, and the code with it."""

import streamlit as st

from explorer.tell import questions, sheet
from explorer.web import pieces, state
from explorer.web.asked import asked

LANGUAGES = {"markdown": "markdown", "latex": "latex", "code": "python"}

chosen = state.current()
st.header("What are its numbers?", anchor=False)
pieces.html(sheet.shown(chosen))
st.subheader(sheet.TAKE, anchor=False)
form = asked("Copy as what?", questions.COPY, "copy")
st.code(sheet.taken(form, chosen), language=LANGUAGES.get(form), height=320)
pieces.note("The button in the box’s corner copies all of it.")
