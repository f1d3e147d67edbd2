"""Shapes: what happens to a picture? Feature maps to scale, stage by stage, and what one unit sees."""

import streamlit as st
from markupsafe import Markup

from explorer.facts import published, shapes
from explorer.net.trace import trace
from explorer.spec import naming
from explorer.tell import story
from explorer.tell.drawing import receptive_drawing, volumes_drawing
from explorer.web import facts_pieces, pieces, reach_component, state
from explorer.web.sections import paper as paper_tables
from explorer.web.sections import shapes as looks

chosen = state.current()
nodes = trace(chosen.spec, chosen.height, chosen.width, chosen.batch)
name = naming.title(chosen.spec)

pieces.stylesheet(looks.STYLE)
st.header("What happens to a picture?", anchor=False)
pieces.lead(shapes.lesson(nodes))
maps = volumes_drawing(nodes, f"Feature maps of {name}, to scale")
rows = shapes.stage_rows(nodes)
with st.container(key="shapes-wide"):
    proofs = shapes.drawn_proofs(nodes)
    pieces.drawing(maps, f"Feature maps of {name} after every stage, as volumes", least_px=900, proofs=proofs)
    pieces.table(
        pieces.provable(rows, shapes.proofs_by_row(nodes)),
        caption="Click an underlined figure for its formula. The receptive field is the side of the input square that one "
        "unit sees.",
    )
pieces.html(story.vertical(nodes))

st.subheader("What does one number see?", anchor=False)
pieces.note("Drag the square over the picture, or use the arrow keys.")
reach_component.show(story.reach(nodes))
fields = receptive_drawing(nodes, f"Receptive fields of {name}")

st.subheader("The five depths", anchor=False)
paper_tables.table1(published.table1(), naming.base_name(chosen.spec))
pieces.html(
    Markup(
        '<div class="note">Rendered from the five models, stride on the 1×1 as in the paper {}; a tick where Table 1 of '
        "He et al. 2015 prints the same {}</div>"
    ).format(pieces.mark("computed"), pieces.mark("published"))
)
with st.container(horizontal=True):
    pieces.downloads(
        f"{naming.slug(chosen.spec)}-shapes", lambda: rows, lambda: {"Feature maps": maps, "Receptive fields": fields}
    )
    facts_pieces.take_home(chosen)
