"""Proofs of what a layer makes of its input: the sides of its output, and the receptive field step by step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from explorer.facts.proof.base import Proof, product
from explorer.net.ops import decides_side, side_rule, side_text
from explorer.net.trace import Node


def output_size(node: Node) -> tuple[Proof, ...]:
    """Height (and width, where it differs) of a node's output; empty for vectors."""
    if len(node.out_shape) < 4:
        return ()
    square = node.in_shape[2:] == node.in_shape[:1:-1]
    names = ("side",) if square else ("height", "width")
    return tuple(
        Proof(name, side_text(node, size), value, side_rule(node))
        for name, size, value in zip(names, node.in_shape[2:], node.out_shape[2:])
    )


def deciding_size(nodes: Sequence[Node]) -> tuple[Proof, ...]:
    """How height and width of what these nodes put out come about, by the layer that decides them (ops.decides_side);
    empty where none does."""
    deciding = decides_side(nodes)
    return output_size(deciding) if deciding else ()


def receptive_field(nodes: Sequence[Node], path: str) -> Proof:
    """The receptive field of the node at `path`, one part per run of layers that widen
    it alike, along the widest way there.

    r_out = r_in + (k − 1)·dilation·jump, with jump the product of the strides before. A 1×1 convolution adds nothing; a
    gate scales whole maps and is left out.
    Raises `ValueError` for an unknown path, or where the field is the whole picture.
    """
    by_path = {node.path: node for node in nodes}
    if path not in by_path or by_path[path].receptive_field is None:
        raise ValueError(f"path={path[:60]!r}: choose a layer before the average pooling")
    chain = _widest_chain(by_path, by_path[path])
    runs = [
        list(run) for _, run in groupby(chain, lambda node: (node.kernel, node.dilation, by_path[node.inputs[0]].jump))
    ]
    parts, terms, field = [], ["1"], 1
    for run in runs:
        kernel, dilation, jump = run[0].kernel, run[0].dilation, by_path[run[0].inputs[0]].jump
        wide = [dilation] if dilation > 1 else []
        terms.append(product(*([len(run)] if len(run) > 1 else []), f"({kernel} − 1)", *wide, jump))
        label = f"{run[0].path} … {run[-1].path}, {len(run)} layers" if len(run) > 1 else run[0].path
        parts.append(
            Proof(
                label,
                f"{field} + {terms[-1]}",
                field := field + len(run) * (kernel - 1) * dilation * jump,
                "r + (k − 1)·jump",
            )
        )
    return Proof(
        path,
        " + ".join(terms),
        by_path[path].receptive_field,
        "1 + Σ (k − 1)·jump, jump = product of the strides before",
        tuple(parts),
    )


def _widest_chain(by_path: dict[str, Node], node: Node) -> list[Node]:
    """The layers with kernels above 1 on the way from the picture to `node`, where paths meet by the widest."""
    chain = []
    while node.inputs:
        if node.kernel > 1:
            chain.append(node)
        inputs = [one for one in map(by_path.__getitem__, node.inputs) if one.receptive_field is not None]
        node = max(inputs, key=lambda one: one.receptive_field)
    return chain[::-1]
