"""What the panel says of a block, a layer, a stage and the net: the reason, the arithmetic, the price of the options.

Equal blocks share one entry (a *kind*), so that a net of 600 blocks costs no more to say than one of eight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from explorer import units
from explorer.facts.proof import widened
from explorer.facts.reason import parts
from explorer.facts.rollup import METRICS, SUMS, Block, Stage, Sum, blocks, summed, total
from explorer.net import called
from explorer.net.node import Node
from explorer.net.shortcuts import SHORTCUTS
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, varied
from explorer.tell import palette
from explorer.tell.netmap import panel_proofs
from explorer.tell.netmap.columns import metric_label
from explorer.tell.netmap.groups import signature
from explorer.tell.netmap.opened import opened
from explorer.tell.netmap.recipes import counted, layer_name, shape
from explorer.tell.netmap.sent import Details, Kind, Layer, Price, StageRow

OPTIONS = ("A", "B", "C")


def details(spec: ResNetSpec, stages: Sequence[Stage], height: int, width: int, dtype: str = "fp32") -> Details:
    """kinds: one entry per distinct block; stages: by module, with the kind of each block; layers: stem and head."""
    places: dict[tuple[object, ...], int] = {}
    nodes = [node for stage in stages for node in stage.nodes]
    totals = {name: summed(nodes, name) for name in SUMS}
    kinds: list[Kind] = []
    for number, stage in enumerate(stage for stage in stages if stage.blocks):
        for index, block in enumerate(stage.blocks):
            key = signature(block)
            if key not in places:
                places[key] = len(kinds)
                kinds.append(_kind(block, totals, options(spec, height, width, number, min(index, 1))))
    return {
        "kinds": kinds,
        "stages": {stage.module: _stage(stage, places, nodes, totals) for stage in stages},
        "layers": {node.path: layer(node, nodes) for node in nodes if not node.block},
        "metrics": {
            name: {"label": metric_label(name, dtype), "counts": rule.counts} for name, rule in METRICS.items()
        },
        "rules": panel_proofs.rules(),
    }


def layer(node: Node, nodes: Sequence[Node], within: str = "") -> Layer:
    """One layer, with its numbers substituted. nodes: at least its block's or stage's; within: a path to leave out."""
    told: Layer = {
        "id": node.path.removeprefix(f"{within}."),
        "called": called.part(node, nodes) if within else called.layer(node, nodes),
        "name": layer_name(node),
        "kind": node.kind,
        "label": palette.KIND_LABELS[node.kind],
        "in": shape(node.in_shape),
        "out": shape(node.out_shape),
        "params": node.params,
        "macs": node.macs,
        "proofs": panel_proofs.shown([node]),
    }
    if node.stride > 1:
        told["stride"] = node.stride
    return told


@lru_cache(maxsize=256)
def options(spec: ResNetSpec, height: int, width: int, stage: int, index: int) -> dict[str, Price]:
    """Params and MACs of block `index` (0 or 1) of a stage under options A, B and C, each from a real trace.

    The traced nets keep only two blocks per stage: later blocks equal the second, and depth changes no block.
    """
    costs: dict[str, Price] = {}
    for option in OPTIONS:
        try:
            short = varied(spec, shortcut=option, stages=tuple(min(count, 2) for count in spec.stages))
        except ValueError:  # zeros cannot take channels away: where a stage narrows there is no option A
            continue
        found = {block.path: block for block in blocks(trace(short, height, width))}
        block = found[f"layer{stage + 1}.{index}"]
        costs[option] = {
            "shortcut": block.shortcut,
            "params": summed(block.nodes, "params"),
            "macs": summed(block.nodes, "macs"),
            "said": units.count(summed(block.nodes, "macs")),
            "proofs": panel_proofs.sums(block.nodes, ("params", "macs")),
        }
    return costs


def question(kind: str) -> str:
    """The panel's heading."""
    return SHORTCUTS[kind].question


def _kind(block: Block, totals: Mapping[str, int], options: dict[str, Price]) -> Kind:
    metrics = {name: summed(block.nodes, name) for name in SUMS}
    return {
        "shortcut": block.shortcut,
        "question": question(block.shortcut),
        "solidity": SHORTCUTS[block.shortcut].counted,
        "words": palette.SHORTCUT_WORDS[block.shortcut],
        "reason": _pieces(block),
        "projection": next(
            (node.path.removeprefix(f"{block.path}.") for node in parts(block) if isinstance(node, Node)), ""
        ),
        "stride": block.stride,
        "in": shape(block.in_shape),
        "out": shape(block.out_shape),
        "metrics": metrics,
        "said": {name: _in_full(value, name) for name, value in metrics.items()},
        "shares": panel_proofs.shares(block.nodes, totals),
        "proofs": panel_proofs.shown(block.nodes),
        "widens": widened(block.nodes).packed,
        "layers": [layer(node, block.nodes, block.path) for node in block.nodes],
        "opened": opened(block),
        "options": options,
    }


def _pieces(block: Block) -> list[str]:
    """The reason, its texts in one where no number stands between them."""
    found = [""]
    for part in parts(block):
        if isinstance(part, str):
            found[-1] += part
        else:
            found += [f"{part.params:,}", ""]
    return found


def _in_full(value: int, metric: str) -> str:
    """A block's number to the last digit; bytes in the unit of memory."""
    return units.size(value) if SUMS[metric].unit == "bytes" else units.exact(value)


def _stage(
    stage: Stage, places: dict[tuple[object, ...], int], nodes: Sequence[Node], totals: Mapping[str, int]
) -> StageRow:
    held = [block.shortcut for block in stage.blocks]
    numbered = [places[signature(block)] for block in stage.blocks]
    words = {
        name: [units.short(total(block.nodes, name), rule.unit) for block in stage.blocks]
        for name, rule in METRICS.items()
        if not isinstance(rule, Sum)
    }
    return {
        "name": stage.name,
        "out": shape(stage.out_shape),
        "blocks": len(stage.blocks),
        "kinds": [[kind, len(tuple(group))] for kind, group in groupby(numbered)],
        "holds": counted({kind: held.count(kind) for kind in dict.fromkeys(held)}),
        "shares": panel_proofs.shares(stage.nodes, totals),
        "last": words,
        "words": {name: units.short(total(stage.nodes, name), rule.unit) for name, rule in METRICS.items()},
        "proofs": panel_proofs.of_stage(nodes, stage),
    }
