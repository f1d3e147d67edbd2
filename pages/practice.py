"""Practice: can I do it myself? An exercise a view, with hints and proofs; and worksheets for whoever teaches."""

import streamlit as st

from explorer.tell import questions
from explorer.web import pieces, state
from explorer.web.asked import asked, now
from explorer.web.sections import practice

HEADINGS = {"exercise": "Can you do it yourself?", "sheet": "A worksheet, with its solutions"}
VIEWS = {"exercise": practice.exercise, "sheet": practice.worksheet}

pieces.stylesheet(practice.STYLE)
with st.container(key="practice-top", horizontal=True, vertical_alignment="center"):
    st.header(HEADINGS[now(questions.PRACTICE, "do")], anchor=False, width="content")
    do = asked("What do you want to do?", questions.PRACTICE, "do", label_visibility="collapsed")
VIEWS[do](state.current())
