"""What Cost, Paper and Compare share: looking into a part, tables whose numbers open, a model to take home."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from explorer import cost, export, naming, palette, state, ui
from explorer.analysis import METRICS
from explorer.proof import prove
from explorer.state import Chosen
from explorer.trace import Node


def look_into(nodes: Sequence[Node]) -> str:
    """The selected part, shared with the map by `?node=`: a select box over net, stages, blocks and layers."""
    path, _ = cost.part(nodes, state.node_selection())
    options = cost.choices(nodes, path)
    st.session_state["look_into"] = path if path in options else cost.WHOLE

    def take() -> None:
        picked = st.session_state["look_into"]
        if picked != cost.WHOLE:
            stage = [node for node in nodes if node.block and node.stage == picked]
            st.query_params["node"] = stage[0].path.split(".")[0] if stage else picked  # the map's name of a stage
        elif "node" in st.query_params:
            del st.query_params["node"]

    return st.selectbox("Look into", options, key="look_into", on_change=take,
                        help="The same selection as on the map: a stage, a block, or a layer of that block.")


def metric_table(nodes: Sequence[Node], path: str) -> None:
    """A part's children with every metric; each count opens its formula in place."""
    sums = cost.SUMS
    head = "".join(f'<th class="num">{escape(METRICS[name].label)}</th>' for name in METRICS)
    lines = []
    for name, group in cost.children(nodes, path):
        cells = [f'<td class="num">{ui.proved(prove(metric, group, name))}</td>' if metric in sums else
                 f'<td class="num">{escape(cost.spoken(row.of(group[-1]), metric))}</td>' for metric, row in METRICS.items()]
        colour = palette.STAGE_COLOURS[group[0].stage]
        lines.append(f'<tr><td><span class="swatch" style="background:{colour}"></span>{escape(name)}</td>{"".join(cells)}</tr>')
    _, group = cost.part(nodes, path)
    cells = [f'<td class="num">{ui.proved(prove(metric, group, path))}</td>' if metric in sums else "<td></td>"
             for metric in METRICS]
    lines.append(f'<tr class="total"><td>{escape("sum" if len(lines) > 1 else path)}</td>{"".join(cells)}</tr>')
    st.html(f'<div class="scroll"><table class="paper"><thead><tr><th>{escape(path)}</th>{head}</tr></thead>'
            f'<tbody>{"".join(lines)}</tbody></table></div><div class="note">Click a number for its formula. '
            f'Activation memory in bytes, fp32. {ui.mark("computed")}</div>')


def take_home(chosen: Chosen) -> None:
    """The model itself: PyTorch code, a report, all facts, and the command that prints them."""
    spec, slug = chosen.spec, naming.slug(chosen.spec)
    asked = (spec, chosen.height, chosen.width, chosen.batch)
    with st.popover("The model, to take home", icon=":material/code:"):
        for label, writer, ending, mime in (("PyTorch code, one file", "code", "py", "text/x-python"),
                                            ("Report, one page of Markdown", "report", "md", "text/markdown"),
                                            ("All facts as JSON", "json", "json", "application/json"),
                                            ("All layers as CSV", "csv", "csv", "text/csv")):
            st.download_button(label, lambda write=export.WRITERS[writer]: write(*asked, None), f"{slug}.{ending}", mime,
                               on_click="ignore", key=f"take_{writer}")
        st.code(export.command(*asked), language="bash", wrap_lines=True)
