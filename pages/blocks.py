"""Blocks: why the bottleneck? Basic and bottleneck side by side, cut from real models; and this net's own blocks."""

import streamlit as st

from explorer.tell import questions
from explorer.web import state
from explorer.web.asked import asked, now
from explorer.web.sections import blocks

HEADINGS = {"pair": "Why the bottleneck?", "own": "What are this net’s own blocks?"}
VIEWS = {"pair": blocks.pair, "own": blocks.own}

st.header(HEADINGS[now(questions.BLOCKS, "of")], anchor=False)
view = now(questions.BLOCKS, "of") if state.on_stage() else asked("Which blocks?", questions.BLOCKS, "of")
VIEWS[view](state.current())
