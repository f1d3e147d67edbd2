"""What does the whole network look like? The map: a lane per stage, a tile per block, every shortcut visible."""

from __future__ import annotations

import streamlit as st

from explorer import graph, map, naming, state, ui, ui_facts
from explorer.analysis import facts
from explorer.trace import trace

chosen = state.current()
map.show(chosen, map.measured(chosen))
with st.container(horizontal=True):
    ui.downloads(f"{naming.slug(chosen.spec)}-layers", facts(chosen.spec, chosen.height, chosen.width, chosen.batch)["layers"],
                 figures=False)
    ui_facts.take_home(chosen)
    st.download_button("Graphviz DOT of the traced graph", lambda: graph.dot(
        trace(chosen.spec, chosen.height, chosen.width, chosen.batch), naming.title(chosen.spec)),
        f"{naming.slug(chosen.spec)}.dot", "text/vnd.graphviz", on_click="ignore", icon=":material/account_tree:")
