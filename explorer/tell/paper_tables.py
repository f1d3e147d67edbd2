"""The papers' tables as HTML: Table 1 with each cell checked, and published errors beside computed costs."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

from explorer import units
from explorer.facts import published
from explorer.facts.published import COLUMNS, Cell
from explorer.facts.told import Provable
from explorer.spec import naming, preset
from explorer.tell import fragments, markup
from explorer.tell.markup import joined

LABELS = {
    "net": "net",
    "top1_error": "top-1 error, %",
    "top5_error": "top-5 error, %",
    "error": "error, %",
    "error_post": "error post-activation, %",
    "error_pre": "error pre-activation, %",
    "params_published": "parameters, printed",
    "params": "parameters, computed",
    "macs": "MACs, computed",
    "params_agree": "agree",
}


@lru_cache(maxsize=32)
def table1(stride_on: str, now: str) -> Markup:
    """Table 1: what the models say in each cell, with a tick or what the paper prints instead. now: column to tint."""
    rows = published.table1(stride_on)
    names = {name: naming.title(preset(name)).removeprefix("ResNet-") + "-layer" for name in COLUMNS}
    head = Markup("<th>layer</th><th>output size</th>") + joined(
        Markup("<th{}>{}</th>").format(_now(name, now), names[name]) for name in COLUMNS
    )
    cards = markup.Cards("table1")
    body = joined(
        Markup("<tr><td><b>{}</b></td><td>{}</td>{}</tr>").format(
            row[0].row,
            _cell(row[0], cards) if row[0].live else "",
            joined(Markup("<td{}>{}</td>").format(_now(cell.column, now), _cell(cell, cards)) for cell in row[1:]),
        )
        for row in rows
    )
    return markup.framed(head, body, "table1") + cards.html()


def _now(column: str, now: str) -> str:
    return Markup(' class="now"') if column == now else ""


def _cell(cell: Cell, cards: markup.Cards) -> Markup:
    lines = (Markup('<span class="line">{}</span>').format(line) for line in re.split("; |(?<=pool,) ", cell.live))
    text = cards.number(cell.proof, cell.live) if cell.proof else Markup("<br>").join(lines)
    if cell.match:
        note = Markup('<br><span class="soft">{}</span>').format(cell.note) if cell.note else ""
        return Markup('{} <span class="match" title="match: the paper prints {}">✓</span>{}').format(
            text, cell.published, note
        )
    return Markup('{} <span class="mismatch">✗ the paper: {}</span>').format(text, cell.published)


def errors(table: str) -> Markup:
    """A table of published errors with computed costs; its source and protocol below it."""
    rows, data = published.errors(table), published.load(table)
    shown = [
        {
            LABELS[key]: Provable(str(_value(key, value)), proofs[key]) if key in proofs else _value(key, value)
            for key, value in row.items()
        }
        for row, proofs in zip(rows, published.error_proofs(table), strict=True)
    ]
    note = Markup('<div class="note">Errors: <a href="{}">{}</a> {} {} Parameters and MACs: {}</div>').format(
        data["url"], data["source"], markup.mark("published"), data["protocol"], markup.mark("computed")
    )
    return fragments.table(shown) + note


def _value(key: str, value: object) -> object:
    if key == "params_agree":
        return "✓ match" if value else "✗ differs"
    if key == "params":
        return f"{value:,}"
    if key == "macs" and isinstance(value, int):
        return units.macs(value)
    return f"{value:.2f}" if isinstance(value, float) else value
