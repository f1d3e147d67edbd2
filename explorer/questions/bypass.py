"""Questions of a block's shortcut, and of where its stride stands: a function each."""

from __future__ import annotations

from dataclasses import replace

from explorer.facts.proof import leaf
from explorer.facts.rollup import summed
from explorer.net.ops import convolves
from explorer.net.shortcuts import SHORTCUTS
from explorer.questions.net import (
    BROUGHT,
    SHORTCUT_WORDS,
    Net,
    added_up,
    built,
    carried,
)
from explorer.questions.question import Draw, Made, Wrong

UNPROJECTED = {  # why there is no convolution on a shortcut
    "A": "Option A has no weights on its shortcuts.",
    "B": "Option B projects only where the shape changes.",
}


def dotted(net: Net, draw: Draw) -> Made | None:
    every = net.blocks
    dotted = [one for one in every if SHORTCUTS[one.shortcut].line == "dotted"]
    if net.spec.shortcut == "none":
        return None
    wrong = (
        Wrong(len(every) - len(dotted), "These are the solid ones."),
        Wrong(len(every), "These are all shortcuts."),
        Wrong(len(net.spec.stages) - 1, "The first stage was left out: it may need one, too, to get more channels."),
        Wrong(len(net.spec.stages), "Not every stage changes the shape."),
    )
    steps = tuple(f"{net.block(one)}: {one.reason}" for one in dotted) or ("No shortcut changes x.",)
    text = net.says(
        f"A shortcut is drawn solid where it passes x as it is, and dotted where it has to change it. {net.name} has "
        f"{len(every)} blocks{carried(net)}. How many of their shortcuts are dotted?",
        before=f"How many shortcuts of {net.name} are dotted (do not pass x as it is)?",
    )
    return Made("", text, len(dotted), wrong, steps)


def which_shortcut(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    words = BROUGHT if net.named else SHORTCUT_WORDS
    mistakes = {
        "identity": "x can pass as it is only where its shape fits.",
        "projection": net.says(
            UNPROJECTED.get(net.spec.shortcut, ""),
            before="A convolution is there only where the option asks for one.",
        ),
        "pad": "Zeros are option A’s, where there are more channels than before.",
        "subsample": "Leaving out pixels alone does where the size changes and the channels do not.",
        "none": "Only a plain net has no shortcut.",
    }
    if net.named and net.spec.shortcut == "none":
        mistakes = dict.fromkeys(mistakes, "This is a plain net: it adds nothing to what its convolutions make.")
    wrong = tuple(Wrong(words[kind], why) for kind, why in mistakes.items() if kind != block.shortcut)
    option = "" if net.spec.shortcut == "none" else f" (option {net.spec.shortcut})"
    c_in, c_out = block.in_shape[1], block.out_shape[1]
    text = net.says(
        f"Block {net.full(block)} of {net.name}{carried(net)} gets {c_in} channels and gives {c_out}, with stride "
        f"{block.stride}. Its input is x. What is added to what its convolutions make?",
        before=f"In {net.name}{option}, {block.path} gets {c_in} channels and gives {c_out}, with stride {block.stride}. "
        "What is on its shortcut?",
    )
    return Made(block.path, text, words[block.shortcut], wrong, (block.reason,))


def option_a(net: Net, draw: Draw) -> Made | None:
    block = draw.one([one for one in net.blocks if one.shortcut == "projection"] or net.blocks)
    if block.shortcut != "projection":
        return None
    saved = summed(block.bypass)
    conv = next(node for node in block.bypass if convolves(node))
    wrong = (
        Wrong(0, "The projection learns its weights; option A has none there."),
        Wrong(conv.params, net.says("The projection’s norm goes, too.", before="The projection’s BN goes, too.")),
        Wrong(9 * conv.params, "The projection is a 1×1 convolution, not a 3×3."),
    )
    text = net.says(
        f"On the shortcut of block {net.full(block)} of {net.name} stands a projection from {block.in_shape[1]} to "
        f"{block.out_shape[1]} channels. How many parameters does the block lose under option A, whose shortcuts have no weights?",
        before=f"How many parameters does {block.path} of {net.name} lose when option A’s zeros replace its projection?",
    )
    return Made(block.path, text, saved, wrong, added_up(net, "params", block.bypass, f"{block.path}.downsample"))


def versions_macs(net: Net, draw: Draw) -> Made | None:
    strided = [index for index, one in enumerate(net.blocks) if one.stride > 1]
    if net.spec.block != "bottleneck" or not strided:
        return None
    index = draw.one(strided)
    old, new = (replace(net, spec=replace(net.spec, stride_on=place)).blocks[index] for place in ("1x1", "3x3"))
    before, after = (summed(one.nodes, "macs") for one in (old, new))
    first, second = old.convs[0], new.convs[0]
    wrong = (
        Wrong(0, "The 1×1 then works on maps before the stride, which are larger."),
        Wrong(2 * (after - before), "These are FLOPs: a multiply-add was counted as two operations."),
        Wrong(after, "This is what the block takes, not the difference."),
    )
    steps = (
        net.says(
            f"v1, its first 1×1 with the stride: {leaf('macs', first).text}",
            before=f"v1, stride on {first.path}: {leaf('macs', first).text}",
        ),
        net.says(
            f"v1.5, its first 1×1 without: {leaf('macs', second).text}",
            before=f"v1.5, stride on its 3×3: {leaf('macs', second).text}",
        ),
        "The 3×3, the last 1×1 and the shortcut put out the same maps in both.",
        f"{second.macs:,} − {first.macs:,} = {after - before:,}",
    )
    text = net.says(
        f"{net.seen} Block {net.full(old)} gets maps of {old.in_shape[2]}×{old.in_shape[3]}: {built(old, strides=False)}. How many more "
        f"multiply-adds (MACs) does it take with its stride of {old.stride} on the 3×3 (v1.5) than on the first 1×1 (v1)?",
        before=f"{net.seen} How many multiply-adds more does {old.path} take with its stride on the 3×3 (v1.5) than on the "
        "first 1×1 (v1)?",
    )
    return Made(old.path, text, after - before, wrong, steps)
