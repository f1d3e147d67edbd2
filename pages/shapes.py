"""Shapes: what happens to a picture? Feature maps to scale, stage by stage, and what one unit sees."""

import streamlit as st

from explorer.net.trace import trace
from explorer.spec import naming
from explorer.tell import paper_tables, story
from explorer.tell.drawing import Drawing, receptive_drawing
from explorer.web import facts_pieces, pieces, reach_component, state
from explorer.web.sections import shapes as looks

chosen = state.current()


def fields() -> Drawing:
    nodes = trace(chosen.spec, chosen.height, chosen.width, chosen.batch)
    return receptive_drawing(nodes, f"Receptive fields of {naming.title(chosen.spec)}")


pieces.stylesheet(looks.STYLE)
st.header("What happens to a picture?", anchor=False)
page = story.page(chosen.spec, chosen.height, chosen.width, chosen.batch)
pieces.html(page.lead)
with st.container(key="shapes-wide"):
    pieces.html(page.shown)
    pieces.html(page.table)
pieces.html(page.vertical)

st.subheader(story.SEES, anchor=False)
pieces.note(story.DRAG)
reach_component.show(page.reach)

st.subheader(story.DEPTHS, anchor=False)
pieces.html(story.rendered(chosen.spec))
pieces.html(paper_tables.table1("1x1", naming.base_name(chosen.spec)))
with st.container(horizontal=True):
    pieces.downloads(
        f"{naming.slug(chosen.spec)}-shapes",
        lambda: page.rows,
        lambda: {"Feature maps": page.maps, "Receptive fields": fields()},
    )
    facts_pieces.take_home(chosen)
