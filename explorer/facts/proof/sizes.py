"""Proofs of what a layer makes of its input: the sides of its output, and the receptive field step by step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from explorer.facts.proof.base import Proof
from explorer.net.field import RULE, widening, widening_term
from explorer.net.node import Node
from explorer.net.ops import decides_side, side_rule, side_term
from explorer.terms import Term, plain, plus, times


def output_size(node: Node) -> tuple[Proof, ...]:
    """Height (and width, where it differs) of a node's output; empty for vectors."""
    if len(node.out_shape) < 4:
        return ()
    square = node.in_shape[2:] == node.in_shape[:1:-1]
    names = ("side",) if square else ("height", "width")
    return tuple(Proof(name, side_term(node, axis), side_rule(node)) for axis, name in enumerate(names, 2))


def deciding_size(nodes: Sequence[Node]) -> tuple[Proof, ...]:
    """How height and width of what these nodes put out come about, by the layer that decides them (ops.decides_side);
    empty where none does."""
    deciding = decides_side(nodes)
    return output_size(deciding) if deciding else ()


def receptive_field(nodes: Sequence[Node], path: str) -> Proof:
    """The receptive field of the node at `path`, one part per run of layers that widen it alike (explorer.net.field),
    along the widest way there. A gate scales whole maps and is left out.

    Raises `ValueError` for an unknown path, or where the field is the whole picture.
    """
    by_path = {node.path: node for node in nodes}
    if path not in by_path or by_path[path].receptive_field is None:
        raise ValueError(f"path={path[:60]!r}: choose a layer before the average pooling")
    parts, terms, seen = [], [plain(1)], 1
    for window, run in groupby(_widest_chain(by_path, by_path[path]), _window):
        layers = [node.path for node in run]
        count, label = len(layers), layers[0]
        terms.append(times(*([count] if count > 1 else []), widening_term(*window)))
        if count > 1:
            label = f"{layers[0]} … {layers[-1]}, {count} layers"
        parts.append(Proof(label, plus(seen, terms[-1]), "r + (k − 1)·jump"))
        seen += count * widening(*window)
    return Proof(path, plus(*terms), RULE, tuple(parts))


def widened(nodes: Sequence[Node]) -> Term:
    """What the layers on the widest way through these nodes add to the receptive field: '(3 − 1)·4 + (3 − 1)·4'."""
    chain = _widest_chain({node.path: node for node in nodes}, nodes[-1])
    return plus(*(widening_term(*_window(node)) for node in chain))


def _window(node: Node) -> tuple[int, int, int]:
    """Kernel, dilation, and the distance in pixels of the units that it reads."""
    return node.kernel, node.dilation, node.jump // node.stride


def _widest_chain(by_path: dict[str, Node], node: Node) -> list[Node]:
    """The layers with kernels above 1 on the way to `node` from where these nodes begin; where ways meet, by the one
    that sees all that the others see. Raises `ValueError` where none does: then no sum over layers is the field."""
    chain = []
    while inputs := [by_path[path] for path in node.inputs if path in by_path]:
        before = None if node.receptive_field is None else node.receptive_field - widening(*_window(node))
        chain += [node] if node.kernel > 1 else []
        wide = next((one for one in inputs if one.receptive_field == before), None)
        if wide is None:
            raise ValueError(f"path={node.path!r}: of the ways that meet here none sees all that the others see")
        node = wide
    return (chain + ([node] if node.kernel > 1 else []))[::-1]
