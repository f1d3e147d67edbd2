"""The Compare page's sections: deltas, stages, structure, two maps, cost against cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from explorer.facts import comparison
from explorer.facts.comparison import Layer, Side
from explorer.tell import compare_parts, markup
from explorer.tell.compare_parts import names
from explorer.tell.markup import joined
from explorer.web import facts_pieces, pieces, plain, state
from explorer.web import map_component as network_map
from explorer.web.state import Chosen

WIDTHS = {
    "change": 100,
    "layer": 180,
    "kind": 160,
    "parameters": 120,
}  # px of the structural table; "what" has its longest text's


def headline(base: Side, other: Side) -> Sequence[Mapping[str, object]]:
    """The deltas, large. Each row says of which nets and at which task: it is sent on without its file's name."""
    found = compare_parts.totals(base, other)
    if found.problem:
        plain.info(found.problem)
    pieces.html(found.figures)
    pieces.html(found.table)
    facts_pieces.to_assumed()
    before, after = names((base, other))
    between = {"from": before, "to": after, "task": compare_parts.task(base, other)}
    return [between | row for row in found.rows]


def maps(base: Side, other: Side) -> Sequence[Mapping[str, object]]:
    """Both maps with one selection; their data are the layers that differ."""
    before, after = names((base, other))
    titles = (before, after) if before != after else (f"{before}, left", f"{after}, right")
    if alike := compare_parts.drawn_alike(base, other):
        pieces.lead(alike)
    drawn = (Chosen(one.spec, one.height, one.width, one.batch, "", dtype=one.dtype) for one in (base, other))
    network_map.show_pair(dict(zip(titles, drawn)))
    return [vars(layer) for layer in comparison.layers(base, other)]


def stages(base: Side, other: Side) -> list[dict[str, object]]:
    """Stage by stage, the differing values marked."""
    pieces.html(compare_parts.stages(base, other))
    return [
        {
            "stage": row["stage"],
            "changed": row["changed"],
            **{f"base_{key}": value for key, value in row["base"].items()},
            **{f"other_{key}": value for key, value in row["other"].items()},
        }
        for row in comparison.stage_rows(base, other)
    ]


def structure(found: Sequence[Layer], base: Side, other: Side) -> Sequence[Mapping[str, object]]:
    """Which layers were added, removed, changed; a picked one opens its formulas."""
    weighty = compare_parts.with_weights(found)
    only = st.toggle("Only layers with weights", value=True, key="weighty") and weighty
    shown = weighty if only else list(found)
    rows = compare_parts.layer_rows(shown)
    longest = max((len(layer.what) for layer in shown), default=0)
    if rows:
        with st.container(key="picked-layer"):
            picked = st.empty()
        event = st.dataframe(
            rows,
            hide_index=True,
            height=min(38 + 35 * len(rows), 560),
            width="stretch",
            key="layers-that-differ",
            on_select="rerun",
            selection_mode="single-cell",
            column_config={
                **{key: st.column_config.TextColumn(width=px) for key, px in WIDTHS.items()},
                "what": st.column_config.TextColumn(width=40 + 8 * longest),
            },
        )
        cells = [row for row, _ in event["selection"]["cells"] if row < len(shown)]
        paths = [layer.path for layer in shown]
        if cells:  # the map's selection too, and in the address: a link and the browser's back say it
            st.query_params["node"] = paths[cells[0]]
        known = state.node_selection()
        with picked:
            _formulas(known if known in paths else paths[0], base, other)
        pieces.note(compare_parts.WHICH, "computed")
    else:
        pieces.lead(compare_parts.NONE_DIFFERS)
    return [vars(layer) for layer in found]


def _formulas(path: str, base: Side, other: Side) -> None:
    """Both nets' parameters and MACs of one layer, substituted; each opens its card."""
    cards = markup.Cards("layer")
    both = zip(names((base, other)), comparison.layer_proofs(base, other, path))
    facts = [
        Markup("in {} {}").format(
            name,
            joined((Markup("{} {}").format(cards.number(one, one.text), words) for words, one in found.items()), ", ")
            if found
            else "there is none",
        )
        for name, found in both
    ]
    pieces.html(
        Markup(
            '<div class="told"><b>{}</b>: {} {}<br><span class="soft">Click a row below for its formulas.</span></div>{}'
        ).format(path, joined(facts, "; "), pieces.mark("computed"), cards.html())
    )
