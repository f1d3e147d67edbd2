"""The still drawings of a model by name: the net, its feature maps, receptive fields, shares, blocks; and its graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explorer.facts import block_pair, cost
from explorer.facts.rollup import METRICS
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, naming
from explorer.tell import markup, netmap, palette
from explorer.tell.drawing import (
    Drawing,
    block_drawing,
    overview_drawing,
    receptive_drawing,
    shares_drawing,
    volumes_drawing,
)


def picture(name: str, spec: ResNetSpec, height: int, width: int, form: str = "svg") -> str:
    """The drawing as SVG; "graph" as Graphviz DOT. Raises `ValueError` where the form is not the drawing's."""
    wanted = "dot" if name == "graph" else "svg"
    if form not in (wanted, "svg") or form == "dot" and wanted == "svg":
        raise ValueError(f"format={form!r}: {name} is written as {wanted}")
    nodes, title = trace(spec, height, width), naming.title(spec)
    drawn: dict[str, Callable[[], Drawing | str]] = {
        "overview": lambda: overview_drawing(nodes, title),
        "volumes": lambda: volumes_drawing(nodes, f"Feature maps of {title}, to scale"),
        "receptive": lambda: receptive_drawing(nodes, f"Receptive fields of {title}"),
        "shares": lambda: shares(nodes, title),
        "block": lambda: one_block(spec),
        "graph": lambda: netmap.dot(nodes, title),
    }
    return str(drawn[name]())


def one_block(spec: ResNetSpec) -> Drawing:
    """A block of the model's kind, with 256 channels where it is a bottleneck."""
    block = block_pair.pair(256, base=spec).by_kind()[spec.block]
    return block_drawing(
        block, palette.BLOCK_COLOURS[spec.block], f"{spec.block}, {block.out_shape[1]:,} channels", 256
    )


def shares(nodes: Sequence[Node], title: str) -> Drawing:
    """Parameters, MACs and layer outputs, each as a bar cut into stages."""
    lines = {
        METRICS[metric].label: [
            (markup.part_words(one.part, one.percent), one.percent, palette.FILLS[one.stage]) for one in parts
        ]
        for metric, parts in cost.shares(nodes).items()
    }
    return shares_drawing(lines, f"Where the cost of {title} is")
