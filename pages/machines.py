"""Machines: what measures and trains here, and on the cluster that this host sends work to?"""

import streamlit as st

from explorer.web.sections import machines

st.header("What is there to measure on?", anchor=False)
machines.table()
