"""Questions of a stage, of a block under another option, and of memory."""

from __future__ import annotations

import math

from explorer.facts.proof import prove, receptive_field
from explorer.facts.rollup import BYTES, Stage, summed
from explorer.net.ops import convolves
from explorer.questions.net import BATCHES, Net, plain, reshaped, worked
from explorer.questions.question import Draw, Made, Wrong

OPTIONS = {
    "A": "zeros for new channels, no weights",
    "B": "a projection where the shape changes",
    "C": "a projection in every block",
}
GIBIBYTE = 2**30
WHY = {  # how a shortcut is drawn and why → what is wrong with saying so of another block
    "dotted: its size and its channels change": "Look at both: not both of them change.",
    "dotted: only its channels change": "Look at height and width, too.",
    "dotted: only its size changes": "Look at the channels, too.",
    "dotted: option C projects every shortcut": "Only option C does that where nothing changes.",
    "solid: nothing changes": "Solid stands for x as it is: its shape has to fit.",
}


def stage_macs(net: Net, draw: Draw) -> Made | None:
    stage = draw.one(net.stages)
    text = (
        f"{net.seen} How many multiply-adds (of its convolutions) does {stage.name} ({stage.module}) take, all blocks "
        "together?"
    )
    return _stage(
        stage,
        "macs",
        text,
        Wrong(2 * summed(stage.nodes, "macs"), "These are FLOPs: a multiply-add was counted as two."),
    )


def stage_params(net: Net, draw: Draw) -> Made | None:
    stage = draw.one(net.stages)
    if len(plain(convs := [node for node in stage.nodes if convolves(node)])) < len(convs):
        return None
    norms = sum(node.params for node in stage.nodes if node.buffers)
    text = f"How many parameters has {stage.name} ({stage.module}) of {net.name}, all blocks together?"
    return _stage(
        stage,
        "params",
        text,
        Wrong(summed(stage.nodes) - norms, "BN was forgotten: a scale and a shift for each channel."),
    )


def _stage(stage: Stage, metric: str, text: str, more: Wrong) -> Made:
    total, blocks = summed(stage.nodes, metric), stage.blocks
    bypass = sum(summed(block.bypass, metric) for block in blocks)
    wrong = (
        Wrong(len(blocks) * summed(blocks[0].nodes, metric), "All blocks were taken to be like the first one."),
        Wrong(len(blocks) * summed(blocks[-1].nodes, metric), "All blocks were taken to be like the last one."),
        Wrong(total - bypass, "The shortcuts were forgotten: some have a convolution of their own."),
        more,
        Wrong(total - summed(blocks[0].nodes, metric), "The first block belongs to the stage, too."),
    )
    return Made(stage.module, text, total, wrong, worked(prove(metric, stage.nodes, stage.module)))


def option_params(net: Net, draw: Draw) -> Made | None:
    index, asked = draw.below(len(net.blocks)), draw.one([one for one in OPTIONS if one != net.spec.shortcut])
    own, counts = net.blocks[index], {}
    for option in OPTIONS:
        if (spec := reshaped(net.spec, shortcut=option)) is not None:
            counts[option] = Net(spec, net.name, net.height, net.width).blocks[index]
    if net.spec.shortcut == "none" or asked not in counts:
        return None
    block = counts[asked]
    total = summed(block.nodes)
    wrong = (
        *(
            Wrong(summed(one.nodes), f"This is the count under option {option}: {OPTIONS[option]}.")
            for option, one in counts.items()
        ),
        Wrong(total - summed(block.bypass), "The projection was forgotten."),
        Wrong(
            total + sum(node.out_shape[1] for node in block.convs), "Biases were counted; the convolutions have none."
        ),
        Wrong(total - sum(node.params for node in block.nodes if node.buffers), "BN was forgotten."),
    )
    text = (
        f"{own.path} of {net.name} gets {own.in_shape[1]} channels and gives {own.out_shape[1]}, with stride {own.stride}. How "
        f"many parameters would it have, with its shortcut, under option {asked} ({OPTIONS[asked]})?"
    )
    return Made(own.path, text, total, wrong, (block.reason, *worked(prove("params", block.nodes, block.path))))


def why_dotted(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    before, after = block.in_shape[1:], block.out_shape[1:]
    if net.spec.shortcut == "none":
        return None
    changed = block.stride > 1, before[0] != after[0]
    words = list(WHY)
    answer = words[
        {(True, True): 0, (False, True): 1, (True, False): 2}.get(changed, 4 if block.shortcut == "identity" else 3)
    ]
    shapes = " and gives ".join(f"{c}×{h}×{w}" for c, h, w in (before, after))
    option = f"(option {net.spec.shortcut}: {OPTIONS[net.spec.shortcut]})"
    text = f"{block.path} of {net.name} {option} gets maps of {shapes}. How is its shortcut drawn, and why?"
    return Made(
        block.path, text, answer, tuple(Wrong(one, WHY[one]) for one in words if one != answer), (block.reason,)
    )


def block_memory(net: Net, draw: Draw) -> Made | None:
    block, batch, dtype = draw.one(net.blocks), draw.one(BATCHES), draw.one(("fp32", "fp16"))
    convs = [node for node in block.nodes if convolves(node) and not node.in_gate]
    size, numbers = BYTES[dtype], [math.prod(node.out_shape[1:]) for node in convs]
    total = sum(numbers) * batch * size
    main = sum(math.prod(node.out_shape[1:]) for node in block.convs)
    wrong = (
        Wrong(total // batch, "The batch was forgotten."),
        Wrong(sum(numbers) * batch, "Numbers were counted, not bytes."),
        Wrong(
            math.prod(block.out_shape[1:]) * batch * size,
            "This is what the block gives alone; training keeps what each layer gives.",
        ),
        Wrong(main * batch * size, "The shortcut’s convolution gives maps, too."),
    )
    too = ", its shortcut’s included," if any(node.on_shortcut for node in convs) else ""
    text = f"{net.seen} How many bytes do the outputs of all convolutions of {block.path}{too} take for {batch} pictures in {dtype}?"
    lines = (
        f"{node.path}: {'·'.join(map(str, node.out_shape[1:]))} = {count:,} numbers"
        for node, count in zip(convs, numbers)
    )
    last = f"{sum(numbers):,}·{batch}·{size} = {total:,}"
    return Made(
        block.path,
        text,
        total,
        wrong,
        ("Channels · height · width of each, then pictures · bytes of a number", *lines, last),
    )


def batch_fits(net: Net, draw: Draw) -> Made | None:
    node, dtype = draw.one(net.convs()), draw.one(("fp32", "fp16"))
    size, numbers = BYTES[dtype], math.prod(node.out_shape[1:])
    fits = GIBIBYTE // (numbers * size)
    wrong = (
        Wrong(GIBIBYTE // numbers, "Numbers were counted, not bytes."),
        Wrong(10**9 // (numbers * size), "A GiB is 2³⁰ bytes; 10⁹ are a GB."),
        Wrong(-(-GIBIBYTE // (numbers * size)), "It was rounded up: the last one would not fit."),
        Wrong(GIBIBYTE // (8 * numbers * size), "Bits were counted, not bytes."),
    )
    channels, height, width = node.out_shape[1:]
    text = (
        f"{node.path} of {net.name} puts out {channels} maps of {height}×{width} a picture, in {dtype}. Of how many pictures, at "
        "most, fit these outputs into 1 GiB (2³⁰ bytes)?"
    )
    lines = (
        f"One picture: {channels}·{height}·{width}·{size} = {numbers * size:,} bytes",
        f"⌊{GIBIBYTE:,}/{numbers * size:,}⌋ = {fits:,}",
    )
    return Made(node.path, text, fits, wrong, lines)


def field_step(net: Net, draw: Draw) -> Made | None:
    every = net.blocks
    if len(every) < 2 or net.spec.attention != "none":
        return None
    index = 1 + draw.below(len(every) - 1)
    before, after = every[index - 1].nodes[-1], every[index].nodes[-1]
    if before.receptive_field is None or after.receptive_field is None:
        return None
    widened = after.receptive_field - before.receptive_field
    plainly = sum(node.kernel - 1 for node in every[index].nodes if node.on_main)
    wrong = (
        Wrong(plainly, "The strides before it were forgotten: neighbouring units lie further apart."),
        Wrong(after.receptive_field, "This is the whole field after it, not by how much it grew."),
        Wrong(plainly * after.jump, "Each layer steps by the distance of what it reads, not of what it puts out."),
        Wrong(2 * widened, "Counted twice: only kernels above 1×1 widen the field, by k − 1 steps."),
    )
    text = f"By how many pixels a side does {every[index].path} of {net.name} widen the receptive field?"
    lines = (
        f"After {every[index - 1].path}: {before.receptive_field:,}",
        *worked(receptive_field(net.nodes, after.path)),
    )
    return Made(
        every[index].path,
        text,
        widened,
        wrong,
        (*lines, f"{after.receptive_field:,} − {before.receptive_field:,} = {widened:,}"),
    )
