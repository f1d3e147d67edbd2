"""What a pass says, as plain numbers: the answer, each block's terms, and which part of the picture spoke for a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.facts.rollup import blocks
from explorer.look.passed import BlockRow, Passed, filled, terms_of
from explorer.net.layers import ZeroPad
from explorer.net.node import Node
from explorer.net.ops import adds, convolves, is_silent, normalises, op
from explorer.net.shortcuts import SHORTCUTS


def block_rows(seen: Passed) -> list[BlockRow]:
    """A row for each block with a shortcut, in order; none in a plain net."""
    return list(seen.rows.values())


def alone(nodes: Sequence[Node]) -> dict[str, str]:
    """Block → the node whose output is all that it puts out, before its last ReLU, in a net without shortcuts."""
    return {
        node.block: node.path for node in nodes if node.block and not is_silent(node) and not op(node.kind).rectifies
    }


def alone_rows(seen: Passed, plain: Mapping[str, str]) -> list[BlockRow]:
    """`block_rows` of a net without shortcuts: the sum is what the block puts out. plain: of `alone`, whose outputs were kept."""
    made = {block: seen.outputs[path][0] for block, path in plain.items()}
    return [
        BlockRow(block, 0.0, float(one.norm()), float(one.norm()), float(one.mean()), float(one.std()))
        for block, one in made.items()
    ]


def top(seen: Passed, names: tuple[str, ...], most: int = 5) -> list[tuple[str, float]]:
    """The likeliest classes of the first picture: (name, probability)."""
    probabilities = seen.logits[0].softmax(0)
    values, places = probabilities.topk(min(most, len(probabilities)))
    return [(names[place], value) for place, value in zip(places.tolist(), values.tolist(), strict=True)]


def class_map(features: Tensor, classifier: nn.Linear, label: int) -> Tensor:
    """Class activation map (H, W) of one class (Zhou et al. 2016, arXiv 1512.04150): the classifier's weights of that
    class over the last feature maps (C, H, W), those that the head averages. Its mean over positions plus the bias is the class's logit exactly,
    since this architecture ends in global average pooling and one linear layer."""
    return torch.einsum("c,chw->hw", classifier.weight[label], features)


def strongest(maps: Tensor, most: int) -> list[int]:
    """The channels of (C, H, W) with the largest mean magnitude, strongest first."""
    return maps.abs().mean((1, 2)).topk(min(most, len(maps))).indices.tolist()


def brightest(maps: Tensor) -> tuple[int, float]:
    """The largest number of all maps (C, H, W), and its channel."""
    peaks = maps.amax((1, 2))
    channel = int(peaks.argmax())
    return channel, float(peaks[channel])


def strongest_and_brightest(maps: Tensor, most: int) -> list[int]:
    """The strongest channels of (C, H, W), with the brightest of all among them: it takes the last one's place where its mean
    alone would leave it out, so that the brightest number of what is drawn is that of all maps."""
    chosen, peak = strongest(maps, most), brightest(maps)[0]
    return chosen if peak in chosen else [*chosen[:-1], peak]


@dataclass(frozen=True)
class Step:
    """One block on the way of a unit. kind: what its shortcut is, a key of SHORTCUTS; channel, row, column: where
    the unit stands behind it; its three terms there, and after: what goes on (0 where ReLU holds it back)."""

    path: str
    kind: str
    channel: int
    row: int
    column: int
    shortcut: float
    residual: float
    total: float
    after: float


def followed(
    seen: Passed, nodes: tuple[Node, ...], model: nn.Module, start: str, channel: int, row: int, column: int
) -> list[Step]:
    """A unit of the maps at node `start`, from block to block: its shortcuts carry it on, and each block adds to it.

    Where a block halves the maps, the unit goes on at half its row and column. Zero-padding keeps its channel (behind
    those that come before it); a projection mixes all channels, and the unit goes on in the one that takes most from its
    own. Empty for plain nets, whose blocks carry nothing on.
    """
    by_path, steps = {node.path: node for node in nodes}, []
    order = {node.path: place for place, node in enumerate(nodes)}
    behind = {node.block: node.path for node in nodes if node.block}
    jump = by_path[start].jump
    shortcuts = {block.path: block.shortcut for block in blocks(nodes)}
    later = [node for node in nodes if adds(node) and node.block and order[behind[node.block]] > order[start]]
    seen = filled(model, seen, nodes, [node.block for node in later])
    sums = terms_of(model, seen, nodes, [node.block for node in later])
    for node in later:
        one, step = sums[node.block], node.jump // jump
        jump, kind = node.jump, shortcuts[node.block]
        row, column = min(row // step, node.out_shape[2] - 1), min(column // step, node.out_shape[3] - 1)
        if SHORTCUTS[kind].channels == "moved":
            padding = model.get_submodule(f"{node.block}.downsample")
            assert isinstance(padding, ZeroPad)
            channel += padding.before
        elif SHORTCUTS[kind].channels == "mixed":
            channel = _most_from(model.get_submodule(f"{node.block}.downsample"), channel)
        at = (0, channel, row, column)
        shortcut, residual = one.shortcut[at], one.residual[at]
        after = float(seen.outputs[behind[node.block]][at])
        steps.append(
            Step(
                node.block,
                kind,
                channel,
                row,
                column,
                float(shortcut),
                float(residual),
                float(shortcut + residual),
                after,
            )
        )
    return steps


def _most_from(projection: nn.Module, channel: int) -> int:
    """The output channel of a 1×1 projection, its BN included, that one input channel speaks loudest in."""
    conv = next(one for one in projection.modules() if isinstance(one, nn.Conv2d))
    gain = conv.weight[:, channel, 0, 0]
    for norm in projection.modules():
        if isinstance(norm, nn.BatchNorm2d) and norm.running_var is not None:
            gain = gain * norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return int(gain.abs().argmax())


def response_paths(nodes: tuple[Node, ...]) -> list[str]:
    """The layers of He et al. 2015, Fig. 7, in order of depth: each convolution of the main path after its BN, where one
    follows, and before ReLU or sum."""
    after = {node.inputs[0]: node.path for node in nodes if normalises(node)}
    return [after.get(node.path, node.path) for node in nodes if convolves(node) and node.on_main]
