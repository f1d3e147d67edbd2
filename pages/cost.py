"""Cost: where are the parameters, the multiply-adds and the memory? And why do tools disagree?"""

import streamlit as st

from explorer import naming, state, ui, ui_cost, ui_facts, ui_field
from explorer.trace import trace

chosen = state.current()
nodes = trace(chosen.spec, chosen.height, chosen.width, chosen.batch)

st.header("Where is the cost?", anchor=False)
SECTIONS = {
    "where": lambda: ui_cost.where(chosen, nodes),
    "flops": lambda: ui_cost.flops(chosen, nodes),
    "memory": lambda: ui_cost.memories(chosen),
    "field": lambda: ui_field.field(chosen),
    "torchinfo": lambda: ui_cost.torchinfos(chosen),
}
show = state.choose("Question", tuple(SECTIONS), "show", width="stretch",
                    help="where: by stage, block, layer. flops: why tools disagree. memory: inference and training. "
                         "field: what one unit sees. torchinfo: a second opinion.")
rows = SECTIONS[show]()
with st.container(horizontal=True):
    ui.downloads(f"{naming.slug(chosen.spec)}-{show}", rows, ui_cost.drawings(chosen, nodes) if show == "where" else {})
    ui_facts.take_home(chosen)
