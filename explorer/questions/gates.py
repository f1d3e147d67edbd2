"""Questions of the gate of a block with attention: what it holds, what it takes, what it sees. None for other nets."""

from __future__ import annotations

import math

from explorer.facts.rollup import summed
from explorer.net.node import Node
from explorer.net.ops import convolves
from explorer.questions.net import Net, added_up, gate_layers
from explorer.questions.question import Draw, Made, Wrong


def gate_params(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    layers = [node for node in net.gate(block) if node.weights]
    if not layers:
        return None
    channels, total = block.out_shape[1], summed(layers)
    wrong = (
        Wrong(total - _biases(layers), "The biases were forgotten: one for each number that a layer puts out."),
        Wrong(layers[0].params, "This is its first layer alone; the second leads back to a factor for each map."),
        Wrong(channels, "It does not learn a factor for each map: it works the factors out from the means."),
        Wrong(9 * total, "Its layers work on means: there is nothing for a 3×3 window to slide over."),
        Wrong(channels * summed(layers), "One and the same window slides along all the means."),
    )
    right = wrong[:4] if convolves(layers[0]) else (wrong[2], wrong[4], *_across(channels, total))
    text = (
        f"The gate of block {net.full(block)} of {net.name} takes the means of its {channels} maps, {gate_layers(layers)}, to a "
        "factor for each map. How many parameters does it have?"
    )
    return Made(block.path, text, total, right, added_up(net, "params", layers))


def gate_macs(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    layers = [node for node in net.gate(block) if node.weights]
    if not layers:
        return None
    channels, height, width = block.out_shape[1:]
    total = summed(layers, "macs")
    wrong = (
        Wrong(total * height * width, "It works on the mean of each map, one number, not at every position."),
        Wrong(2 * total, "These are FLOPs: a multiply-add was counted as two operations."),
        Wrong(layers[0].macs, "This is its first layer alone."),
        Wrong(
            math.prod(block.out_shape[1:]), "This is the scaling of the maps by their factors, which was not asked for."
        ),
    )
    text = (
        f"{net.seen} Block {net.full(block)} makes {channels} maps of {height}×{width}. Its gate takes their means, "
        f"{gate_layers(layers)}, to a factor for each map. How many multiply-adds (MACs) do the gate’s layers take for one picture?"
    )
    return Made(block.path, text, total, wrong, added_up(net, "macs", layers))


def gate_sees(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    field = next((node.receptive_field for node in reversed(block.convs)), None)
    if not net.gate(block) or field is None or field >= min(net.height, net.width):
        return None
    window = f"only the {field}×{field} pixels that its convolutions see"
    step = block.nodes[-1].jump
    wrong = (
        Wrong(window, "So it is without a gate: its factor comes from the mean of a whole map."),
        Wrong(f"only {step}×{step} pixels", "This is the step between neighbouring units, not what one sees."),
        Wrong(
            "nothing new: a factor carries no picture",
            "The factor is worked out from the picture, and changes with it.",
        ),
    )
    text = (
        f"{net.seen} Seen through their windows alone, units after block {net.full(block)} see {field}×{field} pixels. Its gate "
        "multiplies each of its maps by a factor that it works out from the means of the maps. On what of the picture does a "
        "unit after the block depend?"
    )
    steps = (
        "A mean over a map depends on all of its units, and they on all of the picture.",
        "The factor comes from these means, so every unit that is multiplied by it depends on the whole picture.",
    )
    return Made(block.path, text, "the whole picture", wrong, steps)


def _biases(layers: list[Node]) -> int:
    return sum(math.prod(shape) for node in layers for _, shape in node.weights[1:])


def _across(channels: int, weights: int) -> tuple[Wrong, ...]:
    """Mistakes about a window along the channels."""
    return (
        Wrong(channels * channels, "Not every mean is weighed for every factor: only its neighbours are."),
        Wrong(weights + channels, "A bias was counted; this window has none."),
    )
