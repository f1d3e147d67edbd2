"""What does the whole network look like? The map: a lane per stage, a tile per block, every shortcut visible."""

from __future__ import annotations

import streamlit as st

from explorer.facts.rollup import facts
from explorer.net.trace import trace
from explorer.spec import naming
from explorer.tell import netmap
from explorer.web import facts_pieces, lecture_bar, map_component, pieces, state, tray, walk_component, walks

chosen = state.current()
if walks.twins(chosen):
    walk_component.show(walks.TWINS, "twins", begins="lecture" if lecture_bar.scene() else "itself")
else:
    if tray.known():  # who is not known has measured nothing before, and need not wait for what Timing imports
        from explorer.web.sections.timing import for_map

        for_map.bring_back(chosen)
    map_component.show(chosen, map_component.measured(chosen))
with st.container(horizontal=True):
    pieces.downloads(
        f"{naming.slug(chosen.spec)}-layers",
        lambda: facts(chosen.spec, chosen.height, chosen.width, chosen.batch)["layers"],
        figures=False,
    )
    facts_pieces.take_home(chosen)
    st.download_button(
        "Graphviz DOT of the traced graph",
        lambda: netmap.dot(trace(chosen.spec, chosen.height, chosen.width, chosen.batch), naming.title(chosen.spec)),
        f"{naming.slug(chosen.spec)}.dot",
        "text/vnd.graphviz",
        on_click="ignore",
        icon=":material/account_tree:",
    )
