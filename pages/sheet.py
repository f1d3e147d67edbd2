"""Numbers: one sheet for exactly this configuration, each number with its proof; to be copied, and the code with it."""

import streamlit as st

from explorer.facts import memory
from explorer.tell import questions
from explorer.web import pieces, state
from explorer.web.asked import asked
from explorer.web.sections import sheet

chosen = state.current()
st.header("What are its numbers?", anchor=False)
with st.container(horizontal=True):
    optimizer = asked("Trained with what?", questions.TRAINED, "optimizer", "momentum")
    dtype = asked("In which number format?", memory.FORMATS, "dtype", "fp32")
made = sheet.made(chosen, dtype, optimizer)
sheet.show(made, dtype)
st.subheader("Take it along", anchor=False)
sheet.copied(asked("Copy as what?", questions.COPY, "copy"), made, chosen)
pieces.note("The button in the box’s corner copies all of it.")
