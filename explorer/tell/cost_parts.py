"""The Cost page's first question as HTML: totals, shares by stage, and a part's children with every metric; made once for all
who look at the net."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup

from explorer import units
from explorer.facts import cost, memory
from explorer.facts.proof import depth, prove, receptive_field
from explorer.facts.rollup import METRICS, SUMS
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.tell import fragments, markup, palette
from explorer.tell.fragments import Figure
from explorer.tell.markup import joined, mark
from explorer.tell.questions import METRIC


@lru_cache(maxsize=128)
def head(
    spec: ResNetSpec, height: int, width: int, batch: int, dtype: str, optimizer: str | None
) -> tuple[Markup, ...]:
    """The three totals and the depth as the sheet has them, the page's point, and each sum's shares by stage; every number
    opens its proof. dtype, optimizer: as for `memory.proofs`; raises its `ValueError`."""
    nodes = memory.in_format(trace(spec, height, width, batch), dtype)
    more = {"params": "", "macs": " per picture"}
    sums = [
        Figure(cost.spoken(one.value, metric), one.label, one.shown + more[metric], proof=one)
        for metric, one in ((metric, prove(metric, nodes, METRICS[metric].label)) for metric in more)
    ]
    held = memory.proofs(spec, height, width, batch, dtype, optimizer)["activations"]
    basis = memory.BASIS["training" if optimizer else "inference"]
    exact = f"{held.shown} bytes, {memory.FORMATS[dtype]}, batch {batch:,}"
    sums.append(Figure(units.size(held.value), basis, exact, proof=held))
    layers = depth(spec, nodes)
    shares = {
        METRICS[metric].named(memory.FORMATS[dtype]): [
            (one.part, one.percent, palette.FILLS[one.stage], one.proof) for one in parts
        ]
        for metric, parts in cost.shares(nodes).items()
    }
    return (
        fragments.figures([*sums, Figure(layers.shown, "Layers", layers.expression, proof=layers)]),
        fragments.lead(cost.lesson(nodes)),
        markup.stacked(shares),
    )


def drawn_in(part: cost.Part, metric: str) -> str:
    """What the drawing shows where the picked part has nothing in it of its own; empty where it shows the part's inside."""
    if part.frame is part:
        return ""
    own = part.proof(metric)
    if metric in SUMS and not (own and own.value):
        return f"{part.place} has none of the {METRIC[metric]}: {part.frame.place} is drawn, without it. Click a part to look into it."
    return f"{part.place} is marked in {part.frame.place}: click another part, or the whole, to look into it."


@lru_cache(maxsize=128)
def table(spec: ResNetSpec, height: int, width: int, batch: int, dtype: str, path: str) -> Markup:
    """The children of the part of that path with every metric; each count opens its formula. dtype: of `memory.FORMATS`."""
    nodes = memory.in_format(trace(spec, height, width, batch), dtype)
    part, cards, lines = cost.part(nodes, path), markup.Cards("metrics"), []
    first = Markup('<th title="{}">{}</th>').format(part.path, part.place) + joined(
        Markup('<th class="num">{}</th>').format(cards.explained(METRICS[name].named(memory.FORMATS[dtype])))
        for name in METRICS
    )
    for name, group in part.children:
        cells = [_metric(metric, group, name, cards, part.nodes) for metric in METRICS]
        colour = palette.STAGE_COLOURS[group[0].stage]
        lines.append(
            Markup('<tr><td title="{}"><span class="swatch" style="background:{}"></span>{}</td>{}</tr>').format(
                name, colour, part.word(group[0], name), joined(cells)
            )
        )
    empty = Markup("<td></td>")
    cells = [
        _metric(metric, part.group, part.path, cards, part.nodes) if metric in SUMS else empty for metric in METRICS
    ]
    total = "sum" if len(lines) > 1 else part.place
    lines.append(Markup('<tr class="total"><td>{}</td>{}</tr>').format(total, joined(cells)))
    return Markup(
        '{}<div class="note">Click a number for its formula. Layer outputs in bytes, all of them summed: only few are alive at once. {}</div>{}'
    ).format(markup.framed(first, joined(lines)), mark("computed"), cards.html())


def _metric(metric: str, group: Sequence[Node], name: str, cards: markup.Cards, nodes: Sequence[Node]) -> Markup:
    """A cell of the table: the exact sum, or the receptive field at the group's end."""
    if metric in SUMS:
        return Markup('<td class="num">{}</td>').format(cards.number(prove(metric, group, name)))
    shown = cost.spoken(METRICS[metric].of(group[-1]), metric)
    proved = metric == "receptive_field" and group[-1].receptive_field is not None
    cell = cards.number(receptive_field(nodes, group[-1].path), shown) if proved else shown
    return Markup('<td class="num">{}</td>').format(cell)
