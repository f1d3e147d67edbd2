"""Questions of one layer or one block of a net: a function each (of its shortcut: `bypass`)."""

from __future__ import annotations

import math

from explorer.facts.proof import output_size as sides
from explorer.facts.proof import receptive_field
from explorer.facts.rollup import BYTES, Block, summed
from explorer.net.ops import convolves, takes_largest
from explorer.questions.net import (
    BATCHES,
    WINDOWS,
    Net,
    added_up,
    built,
    conv_size,
    conv_words,
    plain,
    worked,
)
from explorer.questions.question import Draw, Made, Wrong

GATES_LAYERS = " and its gate’s layers (scaling the maps not counted)"


def output_size(net: Net, draw: Draw) -> Made | None:
    layers = [node for node in net.nodes if node.kind in WINDOWS and node.kernel > 1 and node.dilation == 1]
    layers = [one for one in layers if not one.ceil] or layers
    if net.named and draw.below(3):  # a stride of 1 mostly keeps the size: seldom worth a question
        layers = [one for one in layers if one.stride > 1] or layers
    node = draw.one(layers)
    if node.ceil:
        return None
    side, k, s, p = node.in_shape[2], node.kernel, node.stride, node.padding
    text = net.says(
        f"In {net.name}, {net.told(node)} slides a {k}×{k} window with stride {s} and padding {p} over maps of "
        f"{side}×{node.in_shape[3]} (height × width). How many rows does its output have?",
        before=f"In {net.name}, {node.path} slides a {k}×{k} window with stride {s} and padding {p} over maps of "
        f"{side}×{node.in_shape[3]}. How many rows has its output?",
    )
    wrong = (
        Wrong((side - k) // s + 1, "The padding was forgotten: it adds a border on both sides."),
        Wrong((side + p - k) // s + 1, "The padding was counted on one side only."),
        Wrong(-(-(side + 2 * p - k) // s) + 1, "It was rounded up: a window that does not fit is left out."),
        Wrong((side + 2 * p - k) // s, "The first window was forgotten: + 1."),
        Wrong(side + 2 * p - k + 1, "The stride was forgotten."),
    )
    proof = sides(node)[0]
    return Made(node.path, text, node.out_shape[2], wrong, worked(net, proof))


def block_size(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    halvings, jump = [], 1
    for node in net.nodes:
        if node.stride > 1 and node.on_main and len(node.out_shape) == 4:
            halvings.append(f"{net.layer(node)}: {sides(node)[0].text}")
        if node is block.nodes[-1]:
            jump = node.jump
            break
    rows = block.out_shape[2]
    wrong = (
        Wrong(net.height // jump, f"{net.height} divided by {jump} and cut off: each layer rounds for itself."),
        Wrong(rows * 2, "One halving was forgotten."),
        Wrong(-(-rows // 2), "One halving too many."),
        Wrong(net.height, "The strides were forgotten."),
    )
    if net.named and not halvings:
        halvings.append(f"None has come yet: still {net.height} rows.")
    return Made(
        block.path,
        net.says(
            f"{net.seen} How many rows do the maps after block {net.full(block)} have?",
            before=f"{net.seen} How many rows have the maps after {block.path}?",
        ),
        rows,
        wrong,
        ("Only layers with a stride change the size; follow them one by one.", *halvings),
    )


def block_channels(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    last = block.convs[-1]
    wrong = (
        Wrong(block.convs[0].out_shape[1], "These are the channels inside the block, not those after it."),
        Wrong(block.in_shape[1], "These are the channels that come in."),
        Wrong(2 * block.out_shape[1], "The channels double only from stage to stage."),
    )
    many = last.out_shape[1]
    steps = (
        net.says(
            f"The last convolution of {net.block(block)} makes {many} channels; nothing after it changes that.",
            before=f"{last.path} makes {many} channels; BN, the addition and ReLU keep them.",
        ),
    )
    return Made(
        block.path,
        net.says(
            f"How many channels do the maps after block {net.full(block)} of {net.name} have?",
            before=f"In {net.name}, how many channels have the maps after {block.path}?",
        ),
        block.out_shape[1],
        wrong,
        steps,
    )


def conv_params(net: Net, draw: Draw) -> Made | None:
    if not (found := plain(net.convs())):
        return None
    node = draw.one(found)
    c_in, c_out, k = node.in_shape[1], node.out_shape[1], node.kernel
    wrong = (
        Wrong(node.params + c_out, "A bias was counted; this convolution has none."),
        Wrong(c_in * c_out // node.groups, "The kernel’s size was forgotten."),
        Wrong(c_in * c_out * k // node.groups, "The kernel has k·k weights, not k."),
        Wrong(c_in * c_out * k * k, "The groups were forgotten: each sees only its own channels."),
        Wrong(k * k * c_out, "The channels that come in were forgotten."),
    )
    text = net.says(
        f"In {net.name}, {net.told(node)} is {conv_size(node)}, without a bias. How many parameters does it have?",
        before=f"In {net.name}, {conv_words(node)}. How many parameters has it?",
    )
    return Made(node.path, text, node.params, wrong, added_up(net, "params", [node]))


def norm_params(net: Net, draw: Draw) -> Made | None:
    if net.spec.norm != "batch":
        return None
    node = draw.one([one for one in net.nodes if one.buffers and one.weights])
    channels = node.out_shape[1]
    wrong = (
        Wrong(channels, "There are a scale and a shift for each channel."),
        Wrong(4 * channels, "Running mean and variance are buffers: nothing learns them by gradient."),
        Wrong(0, "BN does learn: a scale and a shift."),
    )
    text = net.says(
        f"In {net.name}, {net.told(node)} normalises {channels} channels. How many parameters does it learn?",
        before=f"In {net.name}, {node.path} is a BatchNorm over {channels} channels. How many parameters has it?",
    )
    return Made(node.path, text, node.params, wrong, added_up(net, "params", [node]))


def block_params(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    gate = net.gate(block)
    convs = [node for node in block.nodes if convolves(node) and node not in gate]
    norms = sum(node.params for node in block.nodes if node.buffers)
    buffers = sum(node.buffers - node.counters for node in block.nodes)
    total = summed(block.nodes)
    if len(plain(convs)) < len(convs) or net.untold:
        return None
    wrong = (
        *ungated(net, block, total, "params"),
        Wrong(total - norms, "BN was forgotten: a scale and a shift for each channel."),
        Wrong(total - summed(block.bypass), "The shortcut was forgotten: it has a layer of its own here."),
        Wrong(total + buffers, "Running means and variances were counted; they are buffers."),
        Wrong(
            total + sum(one.out_shape[1] for one in convs),
            f"Biases were counted; {'these convolutions' if gate else 'the convolutions'} have none.",
        ),
    )
    text = net.says(
        f"Block {net.full(block)} of {net.name}: {built(block)}{net.beside(block)}. How many parameters does it have{net.included(block)}?",
        before=f"How many parameters has the block {block.path} of {net.name}, with its shortcut?",
    )
    return Made(block.path, text, total, wrong, added_up(net, "params", block.nodes, block.path))


def fc_params(net: Net, draw: Draw) -> Made | None:
    node = net.nodes[-1]
    if node.path != "fc":
        return None
    features, classes = node.in_shape[1], node.out_shape[1]
    maps = next((one.in_shape for one in reversed(net.nodes) if len(one.in_shape) == 4 and one.in_shape[2] > 1), ())
    area = math.prod(maps[2:]) if net.named else 49
    wrong = (
        Wrong(features * classes, "The bias was forgotten: here there is one for each class."),
        Wrong(features * classes + features, "The bias is one for each class, not for each feature."),
        Wrong(
            area * features * classes + classes,
            "The maps are averaged first: one number a channel reaches fc.",
        ),
    )
    text = net.says(
        f"The last layer of {net.name}, fc, makes scores for {classes:,} classes from {features:,} features, with a bias. How "
        "many parameters does it have?",
        before=f"fc of {net.name} makes {classes} classes of {features} features. How many parameters has it?",
    )
    return Made("fc", text, node.params, wrong, added_up(net, "params", [node]))


def conv_macs(net: Net, draw: Draw) -> Made | None:
    node = draw.one(net.convs())
    wrong = (
        Wrong(2 * node.macs, "These are FLOPs: a multiply-add was counted as two operations."),
        Wrong(node.macs // node.kernel**2, "The kernel’s size was forgotten."),
        Wrong(
            node.macs // math.prod(node.out_shape[2:]) * math.prod(node.in_shape[2:]),
            "The maps that come in were counted: each number that goes out costs, and the stride leaves fewer.",
        ),
        Wrong(node.macs * node.groups, "The groups were forgotten."),
        *net.newer(
            Wrong(
                node.macs // math.prod(node.out_shape[2:]),
                "These are its weights: each is used at every position of the output.",
            ),
            Wrong(
                node.macs // (node.in_shape[1] // node.groups),
                "The channels that come in were forgotten: each output sums over them.",
            ),
        ),
    )
    height, width = node.in_shape[2:]
    text = net.says(
        f"In {net.name}, {net.told(node)} is {conv_size(node)}, with stride {node.stride} and padding {node.padding}, on maps "
        f"of {height}×{width} (height × width). How many multiply-adds (MACs) does it take for one picture?",
        before=f"In {net.name}, {conv_words(node).removesuffix(', without a bias')}, stride {node.stride}, padding "
        f"{node.padding}, on maps of {height}×{width}. How many multiply-adds does it take for one picture?",
    )
    return Made(node.path, text, node.macs, wrong, added_up(net, "macs", [node]))


def ungated(net: Net, block: Block, total: int, metric: str) -> tuple[Wrong, ...]:
    """The count without the gate, where there is one to forget."""
    gate = net.gate(block)
    return (Wrong(total - summed(gate, metric), "The gate was forgotten: it has layers of its own."),) if gate else ()


def block_macs(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    total = summed(block.nodes, "macs")
    if net.untold:
        return None
    wrong = (
        *ungated(net, block, total, "macs"),
        Wrong(2 * total, "These are FLOPs: a multiply-add was counted as two operations."),
        Wrong(total - summed(block.bypass, "macs"), "The shortcut’s convolution was forgotten."),
        Wrong(total - block.convs[-1].macs, "The last convolution was forgotten."),
    )
    text = net.says(
        f"{net.seen} Block {net.full(block)}, on maps of {block.in_shape[2]}×{block.in_shape[3]}: {built(block)}"
        f"{net.beside(block)}. How many multiply-adds (MACs) do its convolutions{net.with_gate(GATES_LAYERS)} take?",
        before=f"{net.seen} How many multiply-adds (of its convolutions) does the block {block.path} take?",
    )
    return Made(block.path, text, total, wrong, added_up(net, "macs", block.nodes, block.path))


def field(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    end = block.nodes[-1]
    if end.receptive_field is None or net.spec.attention != "none":
        return None
    chain = [node for node in net.nodes[: net.nodes.index(end) + 1] if node.on_main]
    wrong = (
        Wrong(1 + sum(node.kernel - 1 for node in chain), "The strides were forgotten: later layers step further."),
        Wrong(end.jump, "This is the distance between neighbouring units, not what one sees."),
        Wrong(end.receptive_field - 1, "The unit’s own pixel was forgotten: 1 + …"),
    )
    text = net.says(
        f"How many pixels wide is the square of the picture that one unit after block {net.full(block)} of {net.name} can see "
        "(its receptive field)?",
        before=f"How many pixels a side does one unit after {block.path} of {net.name} see (its receptive field)?",
    )
    return Made(block.path, text, end.receptive_field, wrong, worked(net, receptive_field(net.nodes, end.path)))


def jump(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    end = block.nodes[-1]
    strides = [node for node in net.nodes[: net.nodes.index(end) + 1] if node.on_main and node.stride > 1]
    pooled = any(takes_largest(node) for node in strides) or not net.named
    wrong: tuple[Wrong, ...] = (
        Wrong(2 * end.jump, "One stride too many."),
        Wrong(end.jump // 2, f"One stride was forgotten{'; the pool has one, too' if pooled else ''}."),
        Wrong(2 * len(strides), "Strides multiply; they do not add up."),
    )
    product = "·".join(str(node.stride) for node in strides) or "1"
    steps = net.says(
        "\n".join(
            [
                "The step is the product of all strides before.",
                *(f"{net.layer(node)}: stride {node.stride}" for node in strides),
                f"{product} = {end.jump}" if len(strides) > 1 else f"Nothing else has a stride: {end.jump}",
            ]
        ),
        before=f"The distance is the product of all strides before.\n{product} = {end.jump}",
    ).split("\n")
    if net.named:
        wrong = tuple(one for one in wrong if one.answer)
    text = net.says(
        f"One unit further to the right in the maps after block {net.full(block)} of {net.name}: how many pixels further to the "
        "right is that in the picture?",
        before=f"After {block.path} of {net.name}, how many pixels of the picture lie between two neighbouring units?",
    )
    return Made(block.path, text, end.jump, wrong, tuple(steps))


def activation(net: Net, draw: Draw) -> Made | None:
    node, batch = draw.one(net.convs()), draw.one(BATCHES)
    dtype = draw.one(("fp32", "fp16"))
    size, numbers = BYTES[dtype], math.prod(node.out_shape)
    wrong = (
        Wrong(numbers * size, "The batch was forgotten."),
        Wrong(numbers * batch, "Numbers were counted, not bytes."),
        Wrong(numbers * batch * size * 8, "These are bits."),
        Wrong(numbers * batch * 8 // size, "A number takes 4 bytes in fp32 and 2 in fp16; they were mixed up."),
    )
    text = net.says(
        f"In {net.name}, {net.told(node)} puts out {node.out_shape[1]} maps of {node.out_shape[2]}×{node.out_shape[3]} for each "
        f"picture. How many bytes do they take for {batch} pictures in {dtype}?",
        before=f"{node.path} of {net.name} puts out {node.out_shape[1]} maps of {node.out_shape[2]}×{node.out_shape[3]}. How "
        f"many bytes is that for {batch} pictures in {dtype}?",
    )
    shown = "·".join(map(str, (batch, *node.out_shape[1:], size)))
    each = net.says(f"bytes of a number ({size} in {dtype})", before="bytes of a number")
    steps = (f"Batch · channels · height · width · {each}", f"{shown} = {numbers * batch * size:,}")
    return Made(node.path, text, numbers * batch * size, wrong, steps)


def weights(net: Net, draw: Draw) -> Made | None:
    block, dtype = draw.one(net.blocks), draw.one(("fp32", "fp16"))
    params, size = summed(block.nodes), BYTES[dtype]
    wrong = (
        Wrong(params, "Numbers were counted, not bytes."),
        Wrong(params * size * 8, "These are bits."),
        Wrong(params * size * 2, "Gradients were counted, too; they are there in training only."),
    )
    text = net.says(
        f"Block {net.full(block)} of {net.name} has {params:,} parameters. How many bytes do they take in {dtype}, without "
        "gradients?",
        before=f"{block.path} of {net.name} has {params:,} parameters. How many bytes do they take in {dtype}, without gradients?",
    )
    rule = net.says(f"Parameters · bytes of a number ({size} in {dtype})", before="Parameters · bytes")
    return Made(block.path, text, params * size, wrong, (rule, f"{params:,}·{size} = {params * size:,}"))
