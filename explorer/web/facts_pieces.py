"""What Cost, Paper and Compare share: looking into a part, tables whose numbers open, a model to take home."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from markupsafe import Markup

from explorer.facts import cost
from explorer.facts.proof import prove, receptive_field
from explorer.facts.rollup import METRICS, SUMS
from explorer.net.node import Node
from explorer.spec import naming
from explorer.tell import cells, export, markup, palette
from explorer.tell.markup import joined
from explorer.web import pieces, state
from explorer.web.session import session
from explorer.web.state import Chosen


def look_into(nodes: Sequence[Node]) -> str:
    """The selected part, shared with the map by `?node=`: a select box over net, stages, blocks and layers."""
    selected = cost.part(nodes, state.node_selection())
    options = selected.choices
    session()["look_into"] = selected.path if selected.path in options else cost.WHOLE

    return st.selectbox(
        "Look into",
        options,
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


def metric_table(part: cost.Part) -> None:
    """A part's children with every metric; each count opens its formula."""
    cards, lines = markup.Cards("metrics"), []
    head = Markup("<th>{}</th>").format(part.path) + joined(
        Markup('<th class="num">{}</th>').format(cards.explained(METRICS[name].label)) for name in METRICS
    )
    for name, group in part.children:
        cells = [_metric(metric, group, name, cards, part.nodes) for metric in METRICS]
        colour = palette.STAGE_COLOURS[group[0].stage]
        lines.append(
            Markup('<tr><td><span class="swatch" style="background:{}"></span>{}</td>{}</tr>').format(
                colour, name, joined(cells)
            )
        )
    empty = Markup("<td></td>")
    cells = [
        _metric(metric, part.group, part.path, cards, part.nodes) if metric in SUMS else empty for metric in METRICS
    ]
    total = "sum" if len(lines) > 1 else part.path
    lines.append(Markup('<tr class="total"><td>{}</td>{}</tr>').format(total, joined(cells)))
    pieces.html(
        Markup(
            '{}<div class="note">Click a number for its formula. Activation memory in bytes, fp32. {}</div>{}'
        ).format(markup.framed(head, joined(lines)), pieces.mark("computed"), cards.html())
    )


def _metric(metric: str, group: Sequence[Node], name: str, cards: markup.Cards, nodes: Sequence[Node]) -> Markup:
    """A cell of the table: the exact sum, or the receptive field at the group's end."""
    if metric in SUMS:
        return Markup('<td class="num">{}</td>').format(cards.number(prove(metric, group, name)))
    shown = cost.spoken(METRICS[metric].of(group[-1]), metric)
    proved = metric == "receptive_field" and group[-1].receptive_field is not None
    cell = cards.number(receptive_field(nodes, group[-1].path), shown) if proved else shown
    return Markup('<td class="num">{}</td>').format(cell)


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
