"""The Compare page's sections: deltas, stages, structure, two maps, cost against cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import streamlit as st
from markupsafe import Markup

from explorer import units
from explorer.facts import comparison, memory
from explorer.facts.comparison import Layer, Side
from explorer.facts.comparison.totals import StagePair, Total
from explorer.facts.proof import Proof
from explorer.facts.rollup import METRICS, Row
from explorer.facts.told import Provable
from explorer.net.ops import op
from explorer.spec.task import FORMATS
from explorer.tell import markup, palette
from explorer.tell.markup import joined
from explorer.web import map_component as network_map
from explorer.web import pieces, plain
from explorer.web.sections.compare.pair import names
from explorer.web.state import Chosen

Proofs = Mapping[str, Mapping[str, Proof]]  # stage → column → proof
WIDTHS = {
    "": 36,
    "layer": 180,
    "kind": 160,
    "parameters": 110,
}  # px of the structural table; "what" has its longest text's
MARKS = {"added": "+", "removed": "−", "changed": "~"}


def headline(base: Side, other: Side) -> list[Total]:
    """The deltas, large."""
    try:
        rows = comparison.headlines(base, other)
    except ValueError as error:  # torch would refuse to train one of them too
        plain.info(f"{error}. Shown: the memory of inference.")
        base, other = (replace(one, optimizer=None) for one in (base, other))
        rows = comparison.headlines(base, other)
    proofs = comparison.headline_proofs(base, other)
    before, after = names((base, other))
    pieces.figures(
        [
            pieces.Figure(
                _ratio(row), row["label"], f"{_short(row, 'base')} → {_short(row, 'other')}", proof=known.get("ratio")
            )
            for row, known in zip(rows, proofs)
            if row["key"] not in ("memory", "solid", "dotted")
        ]
    )
    words = {"base": before, "other": f"{after} ", "delta": "difference", "ratio": "ratio"}
    pieces.table(
        [
            {
                "": row["label"],
                **{
                    words[key]: Provable(text, known[key]) if key in known else text
                    for key, text in (
                        ("base", f"{row['base']:,}"),
                        ("other", f"{row['other']:,}"),
                        ("delta", _signed(row["delta"])),
                        ("ratio", _ratio(row)),
                    )
                },
            }
            for row, known in zip(rows, proofs)
        ],
        caption=f"{_task(base, other)} Click a number for its formula. MACs are of one picture. Memory: "
        + "; ".join(memory.assumptions(other.dtype))
        + ".",
    )
    return rows


def _task(base: Side, other: Side) -> str:
    """'Both: 1×3×224×224, fp32.'"""
    tasks = dict.fromkeys(f"{one.shape}, {FORMATS[one.dtype]}" for one in (base, other))
    return f"{'Both' if len(tasks) == 1 else 'Left and right'}: {'; '.join(tasks)}."


def _short(row: Total, side: Literal["base", "other"]) -> str:
    return f"{row[side]:,}" if row["key"] == "depth" else units.short(row[side], row["unit"])


def _ratio(row: Total) -> str:
    if row["delta"] == 0:
        return "same"
    return f"×{row['ratio']:,.2f}" if row["ratio"] else _signed(row["delta"])


def _signed(value: int) -> str:
    return f"{value:+,}".replace("-", "−") if value else "0"


def maps(base: Side, other: Side) -> Sequence[Mapping[str, object]]:
    """Both maps with one selection; their data are the layers that differ."""
    before, after = names((base, other))
    titles = (before, after) if before != after else (f"{before}, left", f"{after}, right")
    drawn = (Chosen(one.spec, one.height, one.width, one.batch, "") for one in (base, other))
    network_map.show_pair(dict(zip(titles, drawn)))
    return [vars(layer) for layer in comparison.layers(base, other)]


def stages(base: Side, other: Side) -> list[dict[str, object]]:
    """Stage by stage, the differing values marked."""
    rows = comparison.stage_rows(base, other)
    columns = {
        "blocks": "blocks",
        "out_shape": "output",
        "total_stride": "total stride",
        **{name: metric.label for name, metric in METRICS.items()},
    }
    proofs = [comparison.stage_proofs(one) for one in (base, other)]
    cards, lines = markup.Cards("stages"), []
    for row in rows:
        cells = joined(Markup("<td>{}</td>").format(_pair(row, key, proofs, cards)) for key in columns)
        lines.append(Markup("<tr><td><b>{}</b></td>{}</tr>").format(row["stage"], cells))
    head = joined(Markup("<th>{}</th>").format(label) for label in ("stage", *columns.values()))
    before, after = names((base, other))
    pieces.html(
        Markup(
            '{}<div class="note">Where they differ: {} above, <b>{}</b> below, tinted. {} '
            "Click a number for its formula. {}</div>{}"
        ).format(
            markup.framed(head, joined(lines)),
            before,
            after,
            _task(base, other),
            pieces.mark("computed"),
            cards.html(),
        )
    )
    return [
        {
            "stage": row["stage"],
            "changed": row["changed"],
            **{f"base_{key}": value for key, value in row["base"].items()},
            **{f"other_{key}": value for key, value in row["other"].items()},
        }
        for row in rows
    ]


def _pair(row: StagePair, key: str, proofs: Sequence[Proofs], cards: markup.Cards) -> str:
    sides = zip((row["base"], row["other"]), proofs)
    old, new = (_stated(cells, key, known.get(row["stage"], {}), cards) for cells, known in sides)
    both = Markup('<span class="soft">{}</span><br><b class="tinted">{}</b>')
    return both.format(old, new) if key in row["changed"] else new


def _stated(cells: Row, key: str, known: Mapping[str, Proof], cards: markup.Cards) -> str:
    """One side's cell, with its proof where it has one."""
    if not cells:
        return "–"
    text = _text(key, cells.get(key))
    return cards.number(known[key], text) if key in known else text


def _text(key: str, value: object) -> str:
    if key in METRICS:
        return units.short(value if isinstance(value, (int, float)) else None, METRICS[key].unit)
    return units.shape(value) if isinstance(value, list) else f"{value:,}"


def structure(found: Sequence[Layer], base: Side, other: Side) -> Sequence[Mapping[str, object]]:
    """Which layers were added, removed, changed; a picked one opens its formulas."""
    kinds = sorted({layer.kind for layer in found})
    weighty = st.toggle("Only layers with weights", value=True, key="weighty") and any(
        op(kind).params for kind in kinds
    )
    shown = [layer for layer in found if not weighty or op(layer.kind).params]
    rows = [
        {
            "": MARKS[layer.change],
            "layer": layer.path,
            "kind": palette.KIND_LABELS[layer.kind],
            "parameters": _signed(layer.params) if layer.change == "changed" else f"{layer.params:,}",
            "what": layer.what,
        }
        for layer in shown
    ]
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
        with picked:
            _formulas(shown[cells[0] if cells else 0].path, base, other)
        pieces.note(
            "+ added, − removed, ~ changed, from left to right; matched by path. A changed layer’s parameters are the "
            "difference.",
            "computed",
        )
    else:
        pieces.lead("No such layer differs.")
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
