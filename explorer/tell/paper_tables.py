"""The papers' tables as HTML: Table 1 with each cell checked, and published errors beside computed costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypedDict

from markupsafe import Markup

from explorer import units
from explorer.facts import published
from explorer.facts.proof import counted as tally
from explorer.facts.proof import depth
from explorer.facts.published import COLUMNS, Cell, ErrorFigures
from explorer.facts.told import Provable, Told
from explorer.net import called
from explorer.net.node import Node
from explorer.net.ops import convolves
from explorer.spec import ResNetSpec, naming, preset
from explorer.tell import fragments, markup
from explorer.tell.fragments import Figure
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
    lines = (Markup('<span class="line">{}</span>').format(line) for line in cell.lines or (cell.live,))
    text = cards.number(cell.proof, cell.live) if cell.proof else Markup("<br>").join(lines)
    if cell.match:
        note = Markup('<br><span class="soft">{}</span>').format(cell.note) if cell.note else ""
        tick = Markup('<span class="match" title="match: the paper prints {}">✓</span>').format(cell.published)
        if cell.proof:
            return Markup('<span class="kept">{}\u00a0{}</span>{}').format(text, tick, note)
        return Markup("{}\u00a0{}{}").format(text, tick, note)
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


def architectures(stride_on: str, now: str) -> tuple[Markup, ...]:
    """Table 1, checked cell by cell. stride_on: where a bottleneck halves the map; now: column to tint."""
    cells = [cell for row in published.table1(stride_on) for cell in row if cell.published]
    source = published.load("table1")
    return (
        fragments.lead(
            f"{sum(cell.match for cell in cells)} of {len(cells)} cells match. Each is rendered from the traced model and "
            "compared with the printed one."
        ),
        table1(stride_on, now),
        Markup('<div class="note">{} against <a href="{}">{}</a> {} {}</div>').format(
            markup.mark("computed"), source["url"], source["source"], markup.mark("published"), source["protocol"]
        ),
        fragments.lead(
            "The paper’s 3.8 for ResNet-50 is 3.858 cut off, not rounded: 3.9 would be closer. 3.6 for ResNet-34 is 3.664 "
            "cut off too, while 7.6 and 11.3 are rounded. So 3.8 against torchvision’s 4.1 is two differences, not one: the "
            "digits, and the place of the stride."
        ),
    )


def counted_depth(spec: ResNetSpec, nodes: Sequence[Node]) -> tuple[Markup, ...]:
    """Why a net is called by its depth, counted on the model itself."""
    counted, rows = depth(spec, nodes), depth_rows(spec, nodes)
    convs = [node for node in nodes if convolves(node)]
    around = [called.layer(node, nodes) for node in convs if node.on_shortcut]
    some = "; ".join(around[:6]) + ("; …" if len(around) > 6 else "")
    main = tally(
        "convolutions",
        "convolutions on the main path, by stage",
        (node.stage for node in convs if node.on_main),
    )
    every = tally("convolutions", "convolutions, by stage", (node.stage for node in convs))
    aside = tally("projections", "projections, by stage", (node.stage for node in convs if node.on_shortcut))
    return (
        fragments.lead(
            Told(
                "Why is it called ",
                Provable(counted.shown, counted),
                "? Count the layers with weights on the main path: ",
                Provable(main.shown, main),
                " convolutions and the classifier.",
            )
        ),
        fragments.figures([Figure(counted.shown, counted.expression, proof=counted)]),
        fragments.table(rows, "Convolutions per block × blocks, conv1 and fc."),
        fragments.lead(
            Told(
                "The model has ",
                Provable(every.shown, every),
                " convolutions in all. Not counted: ",
                Provable(aside.shown, aside),
                f" projections on shortcuts{f' ({some})' if around else ''}; BN, ReLU and pooling.",
            )
        ),
    )


class Counted(TypedDict):
    """A stage's layers, and how they are counted."""

    stage: str
    counted: float
    how: str


def depth_rows(spec: ResNetSpec, nodes: Sequence[Node]) -> list[Counted]:
    """What is counted, stage by stage."""
    return [{"stage": part.label, "counted": part.value, "how": part.expression} for part in depth(spec, nodes).parts]


LEADS = {
    "table2": "A deeper plain net is worse, in training too; with shortcuts it is better. "
    "The parameters are equal to the last digit.",
    "table3": "Projections help a little (A to B to C); depth helps more.",
    "table6": "From 20 to 110 layers the error falls; at 1,202 it rises again, with a training error as low: "
    "overfitting, the authors say. Plain-110 stayed above 60 %.",
    "preactivation": "BN and ReLU before the convolution: the deeper the net, the more it helps.",
}
ERRORS = {"errors": ("table2", "table3"), "cifar": ("table6", "preactivation")}  # view of the page → its tables
PROTOCOLS = Markup(
    '<div class="note">Errors of different protocols (10-crop, one crop, several scales, another training) '
    "cannot be compared with each other.</div>"
)


def told_errors(show: str) -> tuple[Markup, ...]:
    """Tables of published errors, each under its point. show: of `ERRORS`."""
    tables = [one for name in ERRORS[show] for one in (fragments.lead(LEADS[name]), errors(name))]
    return (*tables, *([PROTOCOLS] if show == "cifar" else []))


class TakenHome(ErrorFigures):
    """A row of `errors` that stands alone. table, source: the table's name and where it is; protocol: how it was tested."""

    table: str
    source: str
    protocol: str


def error_rows(show: str) -> list[TakenHome]:
    """The same as plain data."""
    return [
        {"table": data["source"], **row, "source": data["url"], "protocol": data["protocol"]}
        for name in ERRORS[show]
        for data in (published.load(name),)
        for row in published.errors(name)
    ]
