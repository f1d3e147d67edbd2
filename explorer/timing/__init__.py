"""Timing that can be believed: how long a forward pass takes, where the time goes, and what the device could do.

No Streamlit and no plotly anywhere here: nothing but torch is needed.
"""
