"""Paper: what do the papers' tables say, and do the models here agree?"""

import streamlit as st

from explorer import state, ui, ui_facts, ui_paper
from explorer.trace import trace

chosen = state.current()
st.header("Does the model agree with the paper?", anchor=False)
SECTIONS = {
    "table1": lambda: ui_paper.architectures(chosen),
    "depth": lambda: ui_paper.why_fifty(chosen, trace(chosen.spec, chosen.height, chosen.width, chosen.batch)),
    "errors": ui_paper.imagenet,
    "cifar": ui_paper.cifar,
}
show = state.choose("Table", tuple(SECTIONS), "table", width="stretch",
                    help="table1: the five architectures, checked cell by cell. depth: why it is called 50. "
                         "errors: Tables 2 and 3. cifar: Table 6, and pre-activation.")
rows = SECTIONS[show]()
with st.container(horizontal=True):
    ui.downloads(f"paper-{show}", rows)
    ui_facts.take_home(chosen)
