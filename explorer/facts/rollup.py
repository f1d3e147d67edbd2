"""What the trace says, rolled up: node → block → stage → net. The METRICS table, and the facts as plain data.

MACs are multiply-adds of Conv2d and Linear, per picture (He et al. 2015 call them FLOPs); BN, ReLU, pooling and
additions are not counted. Params are `nn.Parameter`s; running statistics are buffers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypedDict

from explorer.facts.reason import reason
from explorer.net import called
from explorer.net.node import Node
from explorer.net.ops import adds, is_layer, is_picture
from explorer.net.shortcuts import SHORTCUTS, shortcut_kind
from explorer.net.trace import trace
from explorer.spec import PlainSpec, ResNetSpec, as_plain
from explorer.spec.naming import slug
from explorer.spec.task import BYTES as BYTES

Plain = str | int | float | None | list[int] | list[str]  # what JSON and CSV hold
Row = dict[str, Plain]  # of a table or a file, with a column for every metric


@dataclass(frozen=True)
class Block:
    """One residual block, as traced. shortcut: identity | projection | pad | subsample | none."""

    path: str
    stage: str
    nodes: tuple[Node, ...]

    @property
    def place(self) -> str:
        """For people, as the paper calls it: 'conv5_1'."""
        return called.block(self.path)

    @property
    def add(self) -> Node | None:
        return next((node for node in self.nodes if adds(node)), None)

    @property
    def convs(self) -> tuple[Node, ...]:
        """The convolutions of the main path, without those of attention."""
        return tuple(node for node in self.nodes if is_layer(node))

    @property
    def bypass(self) -> tuple[Node, ...]:
        """The nodes of the shortcut; empty in a plain net."""
        return tuple(node for node in self.nodes if node.on_shortcut)

    @property
    def shortcut(self) -> str:
        return shortcut_kind(self.bypass)

    @property
    def stride(self) -> int:
        return math.prod(node.stride for node in self.convs)

    @property
    def in_shape(self) -> tuple[int, ...]:
        return self.nodes[0].in_shape

    @property
    def out_shape(self) -> tuple[int, ...]:
        return self.nodes[-1].out_shape

    @property
    def reason(self) -> str:
        """Why the shortcut is what it is, in the block's own numbers."""
        return reason(self)


@dataclass(frozen=True)
class Stage:
    """Stem, conv2_x … conv5_x, or head. Stem and head have nodes but no blocks."""

    name: str
    nodes: tuple[Node, ...]
    blocks: tuple[Block, ...]

    @property
    def module(self) -> str:
        """The PyTorch name: conv1 for the stem, layer1 …, fc for the head."""
        return {"stem": "conv1", "head": "fc"}.get(self.name, self.nodes[0].path.split(".")[0])

    @property
    def stride(self) -> int:
        """How much this stage itself divides height and width by."""
        return self.nodes[-1].jump // self.nodes[0].jump * self.nodes[0].stride

    @property
    def out_shape(self) -> tuple[int, ...]:
        return self.nodes[-1].out_shape


@dataclass(frozen=True)
class Metric:
    """A number that every node has; a group has its last node's.

    unit: "count", "MACs", "bytes" or "px"; the palette formats by it. counts: what the number holds, in a sentence.
    """

    label: str
    unit: str
    of: Callable[[Node], float | None]
    counts: str

    def named(self, dtype: str) -> str:
        """Its label where the nodes are in that format, in words."""
        return self.label.replace("fp32", dtype)

    def over(self, nodes: Sequence[Node]) -> float | None:
        """The number of a group of nodes."""
        return self.of(nodes[-1])


@dataclass(frozen=True)
class Sum(Metric):
    """A whole number that every node has; a group has its sum."""

    of: Callable[[Node], int]

    def over(self, nodes: Sequence[Node]) -> int:
        return sum(map(self.of, nodes))


METRICS: dict[str, Metric] = {
    "params": Sum(
        "Parameters",
        "count",
        lambda node: node.params,
        "weights (and biases) of convolutions, weight and bias of the norms, weights and biases of fc",
    ),
    "macs": Sum(
        "MACs",
        "MACs",
        lambda node: node.macs,
        "multiply-adds of convolutions and fc, per picture; BN, ReLU, pooling and additions not counted",
    ),
    "activation_bytes": Sum(
        "Layer outputs, fp32",
        "bytes",
        lambda node: activation_bytes(node) // BYTES["fp32"] * node.element_bytes,
        "all outputs that take new memory; ReLU and addition write in place",
    ),
    "receptive_field": Metric(
        "Receptive field",
        "px",
        lambda node: node.receptive_field,
        "side of the input square that one output unit sees through convolutions and pools (a gate sees all)",
    ),
}


SUMS = {name: metric for name, metric in METRICS.items() if isinstance(metric, Sum)}


def activation_bytes(node: Node, dtype: str = "fp32") -> int:
    """Bytes of a node's output, 0 where it overwrites its input or is the picture itself."""
    fresh = not node.inplace and not is_picture(node)
    return math.prod(node.out_shape) * BYTES[dtype] if fresh else 0


def total(nodes: Sequence[Node], metric: str = "params") -> float | None:
    """A metric of a group of nodes."""
    return METRICS[metric].over(nodes)


def summed(nodes: Sequence[Node], metric: str = "params") -> int:
    """The sum of a metric that is one."""
    return SUMS[metric].over(nodes)


def blocks(nodes: Sequence[Node]) -> tuple[Block, ...]:
    """The residual blocks in order, a path's nodes together."""
    inside = (node for node in nodes if node.block)
    return tuple(
        Block(path, (group := tuple(members))[0].stage, group)
        for path, members in groupby(inside, key=lambda node: node.block)
    )


def stages(nodes: Sequence[Node]) -> tuple[Stage, ...]:
    """Stem, conv2_x …, head, in order."""
    return tuple(
        Stage(name, group := tuple(members), blocks(group))
        for name, members in groupby(nodes, key=lambda node: node.stage)
    )


class Headline(TypedDict):
    """The figures of the header. shortcuts: how many of each kind there are, of those that there are."""

    params: int
    buffers: int
    macs: int
    activation_bytes: int
    shortcuts: dict[str, int]


class Facts(Headline):
    """Everything about a net, as `python -m explorer --format json` writes it."""

    name: str
    spec: PlainSpec
    input: list[int]
    stages: list[Row]
    blocks: list[Row]
    layers: list[Row]


def headline(spec: ResNetSpec, height: int, width: int, batch: int = 1) -> Headline:
    """The figures of the header: params, buffers, macs, activation_bytes and the shortcut counts."""
    nodes = trace(spec, height, width, batch)
    kinds = [block.shortcut for block in blocks(nodes)]
    return {
        "params": summed(nodes, "params"),
        "buffers": sum(node.buffers for node in nodes),
        "macs": summed(nodes, "macs"),
        "activation_bytes": summed(nodes, "activation_bytes"),
        "shortcuts": {kind: kinds.count(kind) for kind in SHORTCUTS if kind in kinds},
    }


def facts(spec: ResNetSpec, height: int, width: int, batch: int = 1) -> Facts:
    """Everything, as JSON-ready plain data: the contract of `python -m explorer --format json`."""
    nodes = trace(spec, height, width, batch)
    head = headline(spec, height, width, batch)
    return {
        "name": slug(spec),
        "spec": as_plain(spec) | {"depth": spec.depth},
        "input": list(nodes[0].out_shape),
        **head,
        "stages": [_stage_row(stage) for stage in stages(nodes)],
        "blocks": [_block_row(block, spec.block) for block in blocks(nodes)],
        "layers": [_layer_row(node) for node in nodes],
    }


def level_rows(found: Facts, level: str) -> list[Row]:
    """The rows of one level: stages, blocks or layers."""
    return {"stages": found["stages"], "blocks": found["blocks"], "layers": found["layers"]}[level]


def metric_columns(nodes: Sequence[Node]) -> dict[str, float | None]:
    """Every metric of a group of nodes: a new row of METRICS is a new column."""
    return {name: total(nodes, name) for name in METRICS}


def _stage_row(stage: Stage) -> Row:
    return {
        "name": stage.name,
        "module": stage.module,
        "blocks": len(stage.blocks),
        "stride": stage.stride,
        "total_stride": stage.nodes[-1].jump,
        "out_shape": list(stage.out_shape),
        **metric_columns(stage.nodes),
    }


def _block_row(block: Block, kind: str) -> Row:
    return {
        "path": block.path,
        "stage": block.stage,
        "block": kind,
        "stride": block.stride,
        "in_channels": block.in_shape[1],
        "out_channels": block.out_shape[1],
        "shortcut": block.shortcut,
        "reason": block.reason,
        "out_shape": list(block.out_shape),
        **metric_columns(block.nodes),
    }


def _layer_row(node: Node) -> Row:
    return {
        "path": node.path,
        "kind": node.kind,
        "stage": node.stage,
        "inputs": list(node.inputs),
        "in_shape": list(node.in_shape),
        "out_shape": list(node.out_shape),
        "kernel": node.kernel,
        "stride": node.stride,
        "padding": node.padding,
        "groups": node.groups,
        "dilation": node.dilation,
        "buffers": node.buffers,
        **metric_columns([node]),
    }
