"""Shapes: what happens to a picture? Feature maps to scale, stage by stage, and what one unit sees."""

import streamlit as st

from explorer import naming, state, ui
from explorer.drawing import receptive_svg, volumes_svg
from explorer.shapes import lesson, stage_rows
from explorer.trace import trace

chosen = state.current()
nodes = trace(chosen.spec, chosen.height, chosen.width, chosen.batch)
name = naming.title(chosen.spec)

st.header("What happens to a picture?", anchor=False)
ui.lead(lesson(nodes))
maps = volumes_svg(nodes, f"Feature maps of {name}, to scale")
ui.drawing(maps, f"Feature maps of {name} after every stage, as volumes", least_px=900)
rows = stage_rows(nodes)
ui.table(rows, caption="Stride and size after each stage; the receptive field is the side of the input square that one "
                       "unit sees.")

st.subheader("What one unit sees", anchor=False)
ui.drawing(receptive_svg(nodes, f"Receptive fields of {name}"), f"Receptive field after each stage of {name}", least_px=560)
ui.downloads("shapes", rows, maps)
