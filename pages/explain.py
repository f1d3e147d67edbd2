"""Explain it to me: from a pixel to what a net costs, in ten steps with something to drag in each."""

import streamlit as st

from explorer.tell.path import page
from explorer.web import pieces
from explorer.web.sections import explain

pieces.stylesheet(explain.STYLE)
st.header("How does a net see?", anchor=False)
pieces.note(page.LEAD)
explain.steps()
explain.doors()
explain.words()
