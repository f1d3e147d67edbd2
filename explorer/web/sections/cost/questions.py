"""The sections of the Cost page: where it is, FLOPs reconciled, memory, torchinfo, what a unit sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from explorer.facts import cost, memory
from explorer.facts.agreement import agreement
from explorer.facts.rollup import METRICS, SUMS
from explorer.net.node import Node
from explorer.spec import naming
from explorer.spec.task import FORMATS
from explorer.tell import cost_parts, pictures, questions
from explorer.tell import cost_questions as told
from explorer.tell.drawing import Drawing
from explorer.tell.plots import cost as cost_plots
from explorer.tell.plots.once import once
from explorer.web import facts_pieces, pieces, plain
from explorer.web.asked import asked
from explorer.web.state import Chosen


def where(chosen: Chosen, nodes: Sequence[Node]) -> Sequence[Mapping[str, object]]:
    """Shares by stage, then any metric of the selected part as treemap, sunburst or bars, and as a table."""
    name = naming.title(chosen.spec)
    net = (chosen.spec, chosen.height, chosen.width, chosen.batch, chosen.dtype)
    nodes = memory.in_format(tuple(nodes), chosen.dtype)
    try:
        head = cost_parts.head(*net, chosen.training)
    except ValueError as error:  # torch would refuse to train it too
        plain.info(f"{error}. Shown: the memory of inference.")
        head = cost_parts.head(*net, None)
    for one in head:
        pieces.html(one)
    left, right = st.columns([1, 2.7], vertical_alignment="bottom")
    with right:
        metric = asked("What is counted?", questions.METRIC, "metric", before=questions.OLD_METRIC)
    row = METRICS[metric]
    with left:
        path = facts_pieces.look_into(nodes)
    drawn = asked("Drawn as what?", questions.AS, "as") if metric in SUMS else "bars"
    part = cost.part(nodes, path)
    if said := cost_parts.drawn_in(part, metric):
        pieces.note(said)
    around = part.above if part.frame is part else part.frame.path
    pieces.chart(
        once(cost_plots.part, *net, part.path, metric, drawn),
        f"{row.named(FORMATS[chosen.dtype])} of {name}, {part.place}, as {drawn}",
        f"where-{drawn}-{part.path}",  # a click on a part selects it, a click on the whole what it is in
        lambda picked: facts_pieces.select(part.nodes, around if picked == part.frame.path else picked),
    )
    if shown := part.proof(metric):
        pieces.opened(f"{row.named(FORMATS[chosen.dtype])} of {part.place}", shown)
    pieces.html(cost_parts.table(*net, part.path))
    return part.rows()


def drawings(chosen: Chosen, nodes: Sequence[Node]) -> dict[str, Drawing]:
    """The bars of `where` as a picture to take away."""
    return {"Shares": pictures.shares(nodes, naming.title(chosen.spec))}


def flops(chosen: Chosen, nodes: Sequence[Node]) -> Sequence[Mapping[str, object]]:
    """All conventions side by side, each gap with its reason; then how many parameters there are, and by whose count."""
    found = told.counted(chosen.spec, chosen.height, chosen.width, chosen.batch)
    pieces.html(found.lead)
    pieces.html(found.results)
    st.subheader(told.HOW_MANY, anchor=False)
    pieces.html(found.weights)
    return found.rows


def memories(chosen: Chosen) -> Sequence[Mapping[str, object]]:
    """Inference and training, part by part, for this batch and a dtype."""
    net = (chosen.spec, chosen.height, chosen.width, chosen.batch, chosen.dtype)
    found = told.memories(*net, chosen.training)
    if found.lead is None:
        plain.info(found.problem)
    else:
        pieces.html(found.lead)
    pieces.html(found.figures)
    pieces.html(found.most)
    pieces.html(found.table)
    facts_pieces.to_assumed()
    pieces.unfolding(told.EVERY_OUTPUT, "format_list_numbered", lambda: pieces.html(told.every_output(*net)))
    return found.rows


def torchinfos(chosen: Chosen) -> Sequence[Mapping[str, object]]:
    """torchinfo's text and the agreement of its totals with ours."""
    deep = asked("Down to what?", questions.LEVELS, "levels")
    seen = agreement(chosen.spec, chosen.height, chosen.width, int(deep), chosen.batch)
    for one in told.second_opinion(seen, chosen.batch):
        pieces.html(one)
    st.code(seen.text, language=None, height=520)
    return [{"total": what, "torchinfo": theirs, "trace": ours.value} for what, theirs, ours in seen.totals]
