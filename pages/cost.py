"""Cost: where are the parameters, the multiply-adds and the memory? And why do tools disagree?"""

import streamlit as st

from explorer.net.trace import trace
from explorer.spec import naming
from explorer.tell import questions
from explorer.web import facts_pieces, pieces, state
from explorer.web.asked import asked
from explorer.web.sections.cost import field as field_section
from explorer.web.sections.cost import questions as cost_questions

chosen = state.current()
nodes = trace(chosen.spec, chosen.height, chosen.width, chosen.batch)

st.header("Where is the cost?", anchor=False)
SECTIONS: dict[str, pieces.Section] = {
    "where": lambda: cost_questions.where(chosen, nodes),
    "flops": lambda: cost_questions.flops(chosen, nodes),
    "memory": lambda: cost_questions.memories(chosen),
    "field": lambda: field_section.field(chosen),
    "torchinfo": lambda: cost_questions.torchinfos(chosen),
}
show = asked("Question", questions.COST, "show", label_visibility="collapsed")
rows = SECTIONS[show]()
with st.container(horizontal=True):
    pieces.downloads(
        f"{naming.slug(chosen.spec)}-{show}",
        lambda: rows,
        lambda: cost_questions.drawings(chosen, nodes) if show == "where" else {},
        figures=show in ("where", "field"),
    )
    facts_pieces.take_home(chosen)
