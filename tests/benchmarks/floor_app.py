"""Streamlit's own floor: a page with the sidebar's widgets and nothing else, under the app's configuration."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st  # noqa: E402
import torch  # noqa: E402, F401  (its objects are what garbage collection would walk)

from explorer.web import sidebar, state  # noqa: E402

st.session_state.setdefault("link", state.Query({}, (), (), state.DEFAULT))
with st.sidebar:
    picked = sidebar.controls()
chosen, _ = state.take(None, picked)
st.html(f'<div class="built">{chosen.spec.depth}</div>')
