"""What Cost, Paper and Compare share: looking into a part, tables whose numbers open, a model to take home."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from explorer.facts import cost
from explorer.net.node import Node
from explorer.spec import naming
from explorer.tell import cells, export
from explorer.web import pieces, state
from explorer.web.session import session
from explorer.web.state import Chosen

SHEET = Path(__file__).resolve().parents[2] / "pages" / "sheet.py"


def to_assumed() -> None:
    """The way to what `sheet_forms.WHERE_ASSUMED` speaks of."""
    st.page_link(SHEET, label="What is assumed of memory, in full", icon=":material/arrow_forward:")


def look_into(nodes: Sequence[Node]) -> str:
    """The selected part, shared with the map by `?node=`: a select box over net, stages, blocks and layers."""
    selected = cost.part(nodes, state.node_selection())
    options = selected.choices
    session()["look_into"] = selected.path if selected.path in options else cost.WHOLE

    return st.selectbox(
        "Of which part?",
        options,
        format_func=lambda path: cost.part(nodes, path).place,
        key="look_into",
        on_change=lambda: select(nodes, session()["look_into"]),
        help="The same selection as on the map: a stage, a block, or a layer of that block.",
    )


def select(nodes: Sequence[Node], picked: str) -> None:
    """Make a part the selection of the map and of this page, by `?node=`."""
    if picked != cost.WHOLE:
        stage = [node for node in nodes if node.block and node.stage == picked]
        st.query_params["node"] = stage[0].path.split(".")[0] if stage else picked  # the map's name of a stage
    elif "node" in st.query_params:
        del st.query_params["node"]


def take_home(chosen: Chosen) -> None:
    """The model itself: PyTorch code, a report, all facts, and the command that prints them."""
    spec, slug = chosen.spec, naming.slug(chosen.spec)
    asked = (spec, chosen.height, chosen.width, chosen.batch)

    def draw() -> None:
        for label, writer, ending, mime in (
            ("PyTorch code, one file", "code", "py", "text/x-python"),
            ("Report, one page of Markdown", "report", "md", "text/markdown"),
            ("All facts as JSON", "json", "json", "application/json"),
            ("All layers as CSV", "csv", "csv", "text/csv"),
        ):
            st.download_button(
                label,
                partial(export.WRITERS[writer], *asked, None),
                f"{slug}.{ending}",
                mime,
                on_click="ignore",
                key=f"take_{writer}",
            )
        st.code(cells.command(*asked), language="bash", wrap_lines=True)

    pieces.window("The model, to take home", "code", "model-open", draw)
