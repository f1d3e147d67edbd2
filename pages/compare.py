"""Compare: what changes between two models? The baseline stays pinned in the URL while the sidebar changes the other."""

import streamlit as st

from explorer import diff, naming, state, ui, ui_compare, ui_facts, ui_nets, ui_pair
from explorer.told import Told

chosen = state.current()
st.header("What changes between two models?", anchor=False)
base = ui_pair.baseline()
ui_pair.controls(chosen, base)
found = diff.layers(base, chosen.spec, chosen.height, chosen.width)
before, after = ui_pair.names(base, chosen)
ui.lead(Told(f"From {before} to {after}: ", diff.summary(base, chosen.spec, found)))
SECTIONS = {
    "headline": lambda: ui_compare.headline(base, chosen),
    "stages": lambda: ui_compare.stages(base, chosen),
    "layers": lambda: ui_compare.structure(found, base, chosen),
    "maps": lambda: ui_compare.maps(base, chosen),
    "presets": lambda: ui_nets.cost_against_cost(base, chosen),
}
show = state.choose("Show", tuple(SECTIONS), "diff", width="stretch", label_visibility="collapsed")
rows = SECTIONS[show]()
with st.container(horizontal=True):
    ui.downloads(f"{naming.slug(base)}-to-{naming.slug(chosen.spec)}-{show}", rows)
    ui_facts.take_home(chosen)
