"""The traced graph in DOT: every operation a node, stages and blocks as clusters, shortcuts in colour."""

from __future__ import annotations

from collections.abc import Sequence

import graphviz

from explorer.facts.rollup import blocks, stages
from explorer.net.node import Node
from explorer.net.ops import adds
from explorer.net.shortcuts import SHORTCUTS
from explorer.tell import palette
from explorer.tell.netmap.recipes import layer_name, shape


def dot(nodes: Sequence[Node], title: str) -> str:
    """DOT source. Node names are numbers: paths stand in the labels, escaped."""
    names = {node.path: f"n{index}" for index, node in enumerate(nodes)}
    graph = graphviz.Digraph(
        "resnet",
        graph_attr={"label": graphviz.escape(title), "labelloc": "t", "rankdir": "TB", "fontname": "serif"},
        node_attr={"shape": "box", "style": "rounded,filled", "fontname": "sans-serif", "fillcolor": "white"},
        edge_attr={"fontname": "sans-serif", "fontsize": "10"},
    )
    for stage in stages(nodes):
        with graph.subgraph(name=f"cluster_{stage.name}") as cluster:
            cluster.attr(label=f"{stage.name}  {shape(stage.out_shape)}", color=palette.STAGE_COLOURS[stage.name])
            _stage(cluster, stage.nodes, names)
    _edges(graph, nodes, names)
    return str(graph.source)


def _stage(cluster: graphviz.Digraph, nodes: Sequence[Node], names: dict[str, str]) -> None:
    for block in blocks(nodes):
        with cluster.subgraph(name=f"cluster_{block.path}") as inner:
            inner.attr(label=graphviz.escape(block.path), style="dashed")
            for node in block.nodes:
                _node(inner, node, names)
    for node in nodes:
        if not node.block:
            _node(cluster, node, names)


def _node(graph: graphviz.Digraph, node: Node, names: dict[str, str]) -> None:
    label = graphviz.escape(node.path) + "\\n" + graphviz.escape(layer_name(node))
    graph.node(names[node.path], label, color=palette.KIND_COLOURS[node.kind])


def _edges(graph: graphviz.Digraph, nodes: Sequence[Node], names: dict[str, str]) -> None:
    kinds = {node.path: block.shortcut for block in blocks(nodes) for node in block.bypass}
    shapes = {node.path: shape(node.out_shape) for node in nodes}
    for node in nodes:
        for source in node.inputs:
            bypass = kinds.get(node.path) or (adds(node) and kinds.get(source))
            style = {"color": palette.SHORTCUT, "style": SHORTCUTS[bypass].edge, "penwidth": "2"} if bypass else {}
            graph.edge(names[source], names[node.path], shapes[source], **style)
