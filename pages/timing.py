"""Timing: how fast is it here? One pass, where it goes, sweeps, the device's limit, a race, other machines."""

import streamlit as st

from explorer.tell import questions
from explorer.web import pieces, state
from explorer.web.asked import asked
from explorer.web.sections import timing
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.sections.timing import runs as timing_runs
from explorer.web.sections.timing.views import VIEWS

pieces.stylesheet(timing.STYLE)
chosen = state.current()
timing_runs.begin()
with st.container(horizontal=True, vertical_alignment="center", key="timing-bar"):
    view = asked("Question", questions.TIMING, "view", label_visibility="collapsed")
    settings = timing_pieces.settings(chosen)
question, show = VIEWS[view]
timing_runs.question(question, view, chosen.spec, settings)
timing_runs.problem()
show(chosen, settings)
timing_runs.settle()
