"""Feature maps: what does it see? A picture through the net; shortcut + residual = sum."""

import streamlit as st

from explorer.web import pieces, state
from explorer.web.sections import feature_maps

pieces.stylesheet(feature_maps.STYLE)
st.header("What does it see?", anchor=False)
found = feature_maps.looked(state.current())
if found:
    st.header("Through the net", anchor=False)
    feature_maps.way(found)
    st.subheader("Inside a block: shortcut + residual = sum", anchor=False)
    rows = feature_maps.inside(found)
    feature_maps.responding(found)
    if rows:
        with st.container(horizontal=True):
            pieces.downloads("feature-maps", lambda: rows)
