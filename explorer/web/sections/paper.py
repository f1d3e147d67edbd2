"""The Paper page's pieces: Table 1 with each cell checked, and published errors beside computed costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from explorer.facts import published
from explorer.facts.proof import counted as tally
from explorer.facts.proof import depth
from explorer.facts.told import Provable, Told
from explorer.net.node import Node
from explorer.net.ops import convolves
from explorer.spec import naming
from explorer.tell import paper_tables, questions
from explorer.web import pieces
from explorer.web.asked import asked
from explorer.web.state import Chosen


def errors(table: str, lead: str) -> list[dict[str, object]]:
    """A table of published errors with computed costs; its source and protocol below it."""
    rows, data = published.errors(table), published.load(table)
    pieces.lead(lead)
    pieces.html(paper_tables.errors(table))
    return [{"table": data["source"], **row, "source": data["url"], "protocol": data["protocol"]} for row in rows]


def architectures(chosen: Chosen) -> Sequence[Mapping[str, object]]:
    """Table 1, checked cell by cell, with the stride in either place."""
    stride = asked("Where does a bottleneck halve the map?", questions.TABLE_STRIDE, "table_stride")
    table = published.table1(stride)
    cells = [cell for row in table for cell in row if cell.published]
    pieces.lead(
        f"{sum(cell.match for cell in cells)} of {len(cells)} cells match. Each is rendered from the traced model and "
        "compared with the printed one."
    )
    pieces.html(paper_tables.table1(stride, naming.base_name(chosen.spec)))
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
    convs = [node for node in nodes if convolves(node)]
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
