"""The Blocks page's two views: basic and bottleneck side by side, cut from real models; and the net's own blocks."""

from __future__ import annotations

import streamlit as st

from explorer.facts import block_pair, own_blocks
from explorer.facts.own_blocks import Alike
from explorer.net.trace import trace
from explorer.tell import palette, questions
from explorer.tell.block_sides import sides
from explorer.tell.drawing import Drawing, block_drawing
from explorer.web import facts_pieces, pieces, plain, state
from explorer.web.asked import asked
from explorer.web.session import session
from explorer.web.state import Chosen


def pair(chosen: Chosen) -> None:
    """Basic against bottleneck, at the width and place that are asked for."""
    left, middle, right = st.columns([1.45, 1.4, 1])
    with left:
        equal = asked("What do the two have in common?", questions.EQUAL, "equal")
    with middle:
        place = asked(
            "What does its shortcut carry?",
            questions.PLACE,
            "place",
            help="; ".join(f"{questions.PLACE[name]}: {what}" for name, what in block_pair.PLACES.items()),
        )
    with right:
        width = st.number_input("Outer width (channels)", value=256, step=64, key="outer", bind="query-params")
    try:
        seen = sides(width, equal, place, chosen.spec, state.on_stage())
    except ValueError as error:
        if any(one.startswith(f"outer='{width}'") for one in session().get("told") or ()):  # above the page
            pieces.note("Shown: 256 channels.")
        else:
            plain.error(f"{error}. Shown: 256.")
        seen = sides(256, equal, place, chosen.spec, state.on_stage())

    pieces.html(seen.lead)
    columns = st.columns(2, gap="medium", border=not state.on_stage())
    for column, side in zip(columns, seen.sides.values(), strict=True):
        with column:
            pieces.html(side.told)

    st.subheader("What the way around costs", anchor=False)
    pieces.html(seen.options)
    with st.container(horizontal=True):
        drawings = ("Basic block", "Bottleneck")
        pieces.downloads(
            "blocks",
            lambda: block_pair.rows(seen.found),
            lambda: {name: side.drawn for name, side in zip(drawings, seen.sides.values(), strict=True)},
        )
        facts_pieces.take_home(chosen)


def own(chosen: Chosen) -> None:
    """Every block of this very net, alike ones once; the one that is selected, here or on the map, is drawn."""
    groups = own_blocks.alike(trace(chosen.spec, chosen.height, chosen.width))
    by_path = {group.first.path: group for group in groups}
    session()["own_block"] = own_blocks.having(groups, state.node_selection()).first.path
    at = st.selectbox(
        "Which of them?",
        tuple(by_path),
        key="own_block",
        format_func=lambda path: by_path[path].name,
        on_change=_select,
        help="The same selection as on the map.",
    )
    widest = max(shape[1] for one in groups for shape in (one.first.in_shape, one.first.out_shape))
    drawn = _draw(by_path[at], widest)
    st.subheader("All of them", anchor=False)
    pieces.table(own_blocks.provable(groups), caption=own_blocks.CAPTION)
    with st.container(horizontal=True):
        pieces.downloads("own-blocks", lambda: own_blocks.rows(groups), lambda: {"Block": drawn})
        facts_pieces.take_home(chosen)


def _select() -> None:
    st.query_params["node"] = session()["own_block"]


def _draw(group: Alike, widest: int) -> Drawing:
    block = group.first
    colour = palette.STAGE_COLOURS[block.stage]
    drawn = block_drawing(block, colour, block.place, widest, state.on_stage())
    label = f"{group.name}: {block_pair.arithmetic(block).text}; {block.reason}"
    left, right = st.columns([1.5, 1], gap="large", vertical_alignment="center")
    with left, st.container(border=not state.on_stage()):
        pieces.drawing(drawn, label, proofs=block_pair.drawn_proofs(block))
    with right:
        pieces.reason(block.shortcut, block_pair.why(block))
        pieces.arithmetic(block_pair.arithmetic(block))
        pieces.told(block_pair.totals(block))
    return drawn
