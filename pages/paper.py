"""Paper: what do the papers' tables say, and do the models here agree?"""

import streamlit as st

from explorer.net.trace import trace
from explorer.tell import questions
from explorer.web import facts_pieces, pieces, state
from explorer.web.asked import asked
from explorer.web.sections import paper as paper_tables

chosen = state.current()
st.header("Does the model agree with the paper?", anchor=False)
SECTIONS = {
    "table1": lambda: paper_tables.architectures(chosen),
    "depth": lambda: paper_tables.why_fifty(chosen, trace(chosen.spec, chosen.height, chosen.width, chosen.batch)),
    "errors": lambda: paper_tables.errors("errors"),
    "cifar": lambda: paper_tables.errors("cifar"),
}
show = asked("Question", questions.PAPER, "table", label_visibility="collapsed")
rows = SECTIONS[show]()
with st.container(horizontal=True):
    pieces.downloads(f"paper-{show}", lambda: rows, figures=False)
    facts_pieces.take_home(chosen)
