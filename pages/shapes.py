"""Shapes: what happens to a picture? Feature maps to scale, stage by stage, and what one unit sees."""

import streamlit as st

from explorer import naming, published, shapes, state, ui, ui_facts, ui_paper
from explorer.drawing import receptive_svg, volumes_svg
from explorer.trace import trace

chosen = state.current()
nodes = trace(chosen.spec, chosen.height, chosen.width, chosen.batch)
name = naming.title(chosen.spec)

st.header("What happens to a picture?", anchor=False)
ui.lead(shapes.lesson(nodes))
proofs = shapes.drawn_proofs(nodes)
maps = volumes_svg(nodes, f"Feature maps of {name}, to scale")
ui.drawing(maps, f"Feature maps of {name} after every stage, as volumes", least_px=900, proofs=proofs)
rows = shapes.stage_rows(nodes)
ui.table(ui.provable(rows, shapes.proofs_by_row(nodes)),
         caption="Click an underlined figure for its formula. The receptive field is the side of the input square that one "
                 "unit sees.")

st.subheader("What one unit sees", anchor=False)
fields = receptive_svg(nodes, f"Receptive fields of {name}")
ui.drawing(fields, f"Receptive field after each stage of {name}", least_px=560, most_px=860, proofs=proofs)

st.subheader("The five depths", anchor=False)
ui_paper.table1(published.table1(), naming.base_name(chosen.spec))
st.html(f'<div class="note">Rendered from the five models, stride on the 1×1 as in the paper {ui.mark("computed")}; a tick where '
        f'Table 1 of He et al. 2015 prints the same {ui.mark("published")}</div>')
with st.container(horizontal=True):
    ui.downloads(f"{naming.slug(chosen.spec)}-shapes", rows, {"Feature maps": maps, "Receptive fields": fields})
    ui_facts.take_home(chosen)
