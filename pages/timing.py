"""Timing: how fast is it here? One pass, where it goes, sweeps, the device's limit, a race, other machines."""

import streamlit as st

from explorer import state, ui_timing
from explorer.ui_timing_views import VIEWS

chosen = state.current()
with st.container(horizontal=True, vertical_alignment="center", key="timing-bar"):
    view = state.choose("Show", tuple(VIEWS), "view", label_visibility="collapsed")
    settings = ui_timing.settings(chosen)
    ui_timing.progress()
question, show = VIEWS[view]
st.header(question, anchor=False)
ui_timing.problem()
show(chosen, settings)
