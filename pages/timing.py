"""Timing: how fast is it here? One pass, where it goes, sweeps, the device's limit, a race, other machines."""

import streamlit as st

from explorer import state, ui_timing, ui_timing_run
from explorer.ui_timing_views import VIEWS

chosen = state.current()
ui_timing_run.begin()
with st.container(horizontal=True, vertical_alignment="center", key="timing-bar"):
    view = state.choose("Show", tuple(VIEWS), "view", label_visibility="collapsed")
    settings = ui_timing.settings(chosen)
    ui_timing_run.progress()
question, show = VIEWS[view]
ui_timing.question(question, settings)
ui_timing_run.problem()
show(chosen, settings)
ui_timing_run.settle()
