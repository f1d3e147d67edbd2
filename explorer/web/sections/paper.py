"""The Paper page's pieces: Table 1 with each cell checked, and published errors beside computed costs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from explorer import units
from explorer.facts import published
from explorer.facts.proof import counted as tally
from explorer.facts.proof import depth
from explorer.facts.published import COLUMNS, Cell
from explorer.facts.told import Provable, Told
from explorer.net.node import Node
from explorer.spec import naming, preset
from explorer.tell import markup, questions
from explorer.tell.markup import joined
from explorer.web import pieces
from explorer.web.asked import asked
from explorer.web.state import Chosen

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


def table1(rows: Sequence[Sequence[Cell]], now: str) -> None:
    """Table 1: what the models say in each cell, with a tick or what the paper prints instead. now: column to tint."""
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
    pieces.html(markup.framed(head, body, "table1") + cards.html())


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


def errors(table: str, lead: str) -> list[dict[str, object]]:
    """A table of published errors with computed costs; its source and protocol below it."""
    rows, data = published.errors(table), published.load(table)
    shown = [
        {
            LABELS[key]: Provable(str(_value(key, value)), proofs[key]) if key in proofs else _value(key, value)
            for key, value in row.items()
        }
        for row, proofs in zip(rows, published.error_proofs(table), strict=True)
    ]
    pieces.lead(lead)
    pieces.table(shown)
    pieces.html(
        Markup('<div class="note">Errors: <a href="{}">{}</a> {} {} Parameters and MACs: {}</div>').format(
            data["url"], data["source"], pieces.mark("published"), data["protocol"], pieces.mark("computed")
        )
    )
    return [{"table": data["source"], **row, "source": data["url"], "protocol": data["protocol"]} for row in rows]


def _value(key: str, value: object) -> object:
    if key == "params_agree":
        return "✓ match" if value else "✗ differs"
    if key == "params":
        return f"{value:,}"
    if key == "macs" and isinstance(value, int):
        return units.macs(value)
    return f"{value:.2f}" if isinstance(value, float) else value


def architectures(chosen: Chosen) -> Sequence[Mapping[str, object]]:
    """Table 1, checked cell by cell, with the stride in either place."""
    stride = asked("Where does a bottleneck halve the map?", questions.TABLE_STRIDE, "table_stride")
    table = published.table1(stride)
    cells = [cell for row in table for cell in row if cell.published]
    pieces.lead(
        f"{sum(cell.match for cell in cells)} of {len(cells)} cells match. Each is rendered from the traced model and "
        "compared with the printed one."
    )
    table1(table, naming.base_name(chosen.spec))
    source = published.load("table1")
    pieces.html(
        Markup('<div class="note">{} against <a href="{}">{}</a> {} {}</div>').format(
            pieces.mark("computed"), source["url"], source["source"], pieces.mark("published"), source["protocol"]
        )
    )
    pieces.lead(
        "The paper’s 3.8 for ResNet-50 is 3.858 cut off, not rounded: 3.9 would be closer. 3.6 for ResNet-34 is 3.664 cut "
        "off too, while 7.6 and 11.3 are rounded. So 3.8 against torchvision’s 4.1 is two differences, not one: the "
        "digits, and the place of the stride."
    )
    return [cell.plain for row in table for cell in row if cell.published]


def why_fifty(chosen: Chosen, nodes: Sequence[Node]) -> Sequence[Mapping[str, object]]:
    """The depth, counted on the model itself."""
    counted = depth(chosen.spec, nodes)
    convs = [node for node in nodes if node.kind == "conv"]
    around = [node.path for node in convs if node.on_shortcut]
    some = ", ".join(around[:6]) + (", …" if len(around) > 6 else "")
    main = tally(
        "convolutions",
        "convolutions on the main path, by stage",
        (node.stage for node in convs if node.on_main),
    )
    pieces.lead(
        Told(
            "Why is it called ",
            Provable(counted.shown, counted),
            "? Count the layers with weights on the main path: ",
            Provable(main.shown, main),
            " convolutions and the classifier.",
        )
    )
    pieces.figures([pieces.Figure(counted.shown, counted.expression, proof=counted)])
    rows = [{"stage": part.label, "counted": part.value, "how": part.expression} for part in counted.parts]
    pieces.table(rows, caption="Convolutions per block × blocks, conv1 and fc.")
    every = tally("convolutions", "convolutions, by stage", (node.stage for node in convs))
    aside = tally("projections", "projections, by stage", (node.stage for node in convs if node.on_shortcut))
    pieces.lead(
        Told(
            "The model has ",
            Provable(every.shown, every),
            " convolutions in all. Not counted: ",
            Provable(aside.shown, aside),
            f" projections on shortcuts{f' ({some})' if around else ''}; BN, ReLU and pooling.",
        )
    )
    return rows


def imagenet() -> Sequence[Mapping[str, object]]:
    """Tables 2 and 3."""
    rows = errors(
        "table2",
        "A deeper plain net is worse, in training too; with shortcuts it is better. "
        "The parameters are equal to the last digit.",
    )
    return rows + errors("table3", "Projections help a little (A to B to C); depth helps more.")


def cifar() -> Sequence[Mapping[str, object]]:
    """Table 6 and the pre-activation paper's."""
    rows = errors(
        "table6",
        "From 20 to 110 layers the error falls; at 1,202 it rises again, with a training error as low: "
        "overfitting, the authors say. Plain-110 stayed above 60 %.",
    )
    rows += errors("preactivation", "BN and ReLU before the convolution: the deeper the net, the more it helps.")
    pieces.html(
        Markup(
            '<div class="note">Errors of different protocols (10-crop, one crop, several scales, another training) '
            "cannot be compared with each other.</div>"
        )
    )
    return rows
