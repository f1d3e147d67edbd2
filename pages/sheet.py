"""Numbers: one sheet for exactly this configuration, each number with its proof; to be copied, and the code with it."""

import streamlit as st

from explorer.tell import questions
from explorer.web import pieces, state
from explorer.web.asked import asked
from explorer.web.sections import sheet

chosen = state.current()
st.header("What are its numbers?", anchor=False)
made = sheet.made(chosen)
sheet.show(made, chosen.dtype)
st.subheader("Take it along", anchor=False)
sheet.copied(asked("Copy as what?", questions.COPY, "copy"), made, chosen)
pieces.note("The button in the box’s corner copies all of it.")
