"""Blocks: why the bottleneck? Basic and bottleneck side by side, cut from real models."""

import streamlit as st

from explorer import units
from explorer.facts import block_pair
from explorer.facts.proof import prove
from explorer.tell import palette, questions
from explorer.tell.drawing import block_drawing
from explorer.web import facts_pieces, pieces, plain, state
from explorer.web.asked import asked
from explorer.web.pieces import Figure

chosen = state.current()
st.header("Why the bottleneck?", anchor=False)

left, middle, right = st.columns([1, 1.2, 1.3])
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
    pair = block_pair.pair(width, equal, place, chosen.spec)
except ValueError as error:
    plain.error(f"{error}. Shown: 256.")
    width = 256
    pair = block_pair.pair(width, equal, place, chosen.spec)

pieces.lead(block_pair.lesson(pair, equal))
widest = max(shape[1] for block in (pair.basic, pair.bottleneck) for shape in (block.in_shape, block.out_shape))
drawings = []
for column, (kind, block) in zip(st.columns(2, gap="medium"), pair.by_kind().items(), strict=True):
    with column, st.container(border=not state.on_stage()):
        weights = prove("params", block.convs)
        pieces.figures([Figure(units.count(weights.value), "convolution weights", proof=weights)])
        pieces.arithmetic(block_pair.arithmetic(block))
        drawings.append(
            block_drawing(
                block, palette.BLOCK_COLOURS[kind], f"{kind}, {block.out_shape[1]}-d", widest, state.on_stage()
            )
        )
        pieces.drawing(
            drawings[-1],
            f"{kind} block: {block_pair.arithmetic(block).text}; {block.reason}",
            proofs=block_pair.drawn_proofs(block),
        )
        pieces.reason(block.shortcut, block_pair.why(block))
        pieces.told(block_pair.totals(block))

st.subheader("What the way around costs", anchor=False)
pieces.table(
    block_pair.option_rows(width, equal, place, chosen.spec),
    caption="Parameters of this block under each shortcut option of the paper, norms included.",
)
with st.container(horizontal=True):
    pieces.downloads("blocks", block_pair.rows(pair), dict(zip(("Basic block", "Bottleneck"), drawings)))
    facts_pieces.take_home(chosen)
