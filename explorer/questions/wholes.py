"""Questions of a stage, of a block under another option, and of memory."""

from __future__ import annotations

import math
from dataclasses import replace

from explorer.facts.proof import receptive_field
from explorer.facts.rollup import BYTES, Block, Stage, summed
from explorer.net.node import Node
from explorer.net.ops import convolves, op
from explorer.questions.net import BATCHES, OPTIONS, Net, added_up, built, carried, plain, reshaped, worked
from explorer.questions.parts import ungated
from explorer.questions.question import Draw, Made, Wrong

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
    if net.untold:
        return None
    text = net.says(
        f"{net.seen} In stage {stage.name} ({stage.module}), how many multiply-adds (MACs) do the convolutions{net.with_gate(' and gates')} of all blocks "
        f"take together? {_blocks(net, stage)}",
        before=f"{net.seen} How many multiply-adds (of its convolutions) does {stage.name} ({stage.module}) take, all blocks "
        "together?",
    )
    return _stage(
        net,
        stage,
        "macs",
        text,
        Wrong(2 * summed(stage.nodes, "macs"), "These are FLOPs: a multiply-add was counted as two."),
    )


def stage_params(net: Net, draw: Draw) -> Made | None:
    stage = draw.one(net.stages)
    gates = [node for block in stage.blocks for node in net.gate(block)]
    convs = [node for node in stage.nodes if convolves(node) and node not in gates]
    if len(plain(convs)) < len(convs) or net.untold:
        return None
    norms = sum(node.params for node in stage.nodes if node.buffers)
    shared = any(sum(op(node.kind).normalises for node in one.nodes) < len(one.convs) for one in stage.blocks)
    if net.named and norms and shared:  # a block of pre-activation without the norm before it: more than can be told
        return None
    text = net.says(
        f"In stage {stage.name} ({stage.module}) of {net.name}, how many parameters do all blocks have together"
        f"{net.included()}? {_blocks(net, stage)}",
        before=f"How many parameters has {stage.name} ({stage.module}) of {net.name}, all blocks together?",
    )
    return _stage(
        net,
        stage,
        "params",
        text,
        Wrong(summed(stage.nodes) - norms, "BN was forgotten: a scale and a shift for each channel."),
    )


def _blocks(net: Net, stage: Stage) -> str:
    """What a stage's blocks are: the first, and the others."""
    first, *others = stage.blocks
    gate = net.beside(first)
    alike = built(others[-1]) if others else ""
    if not others or built(first) == alike:
        many = len(stage.blocks)
        return f"It has {f'{many} equal blocks' if many > 1 else 'one block'}: {built(first)}{gate}."
    many = len(others)
    each = "one more" if many == 1 else f"{many} more, each"
    same = f". In every block{gate.removeprefix(';')}" if gate else ""
    return f"Its first block: {built(first)}. Then {each}: {alike}{same}."


def _stage(net: Net, stage: Stage, metric: str, text: str, more: Wrong) -> Made:
    total, blocks = summed(stage.nodes, metric), stage.blocks
    bypass = sum(summed(block.bypass, metric) for block in blocks)
    wrong: tuple[Wrong, ...] = (
        Wrong(len(blocks) * summed(blocks[0].nodes, metric), "All blocks were taken to be like the first one."),
        Wrong(len(blocks) * summed(blocks[-1].nodes, metric), "All blocks were taken to be like the last one."),
        Wrong(total - bypass, "The shortcuts were forgotten: some have a convolution of their own."),
        more,
        Wrong(total - summed(blocks[0].nodes, metric), "The first block belongs to the stage, too."),
    )
    if net.named:
        wrong = tuple(one for one in wrong if one.answer)  # a stage of one block would have nothing left
    return Made(stage.module, text, total, wrong, added_up(net, metric, stage.nodes, stage.module))


def option_params(net: Net, draw: Draw) -> Made | None:
    index, asked = draw.below(len(net.blocks)), draw.one([one for one in OPTIONS if one != net.spec.shortcut])
    own, counts = net.blocks[index], {}
    for option in OPTIONS:
        if (spec := reshaped(net.spec, shortcut=option)) is not None:
            counts[option] = replace(net, spec=spec).blocks[index]
    if net.spec.shortcut == "none" or asked not in counts or net.untold:
        return None
    block = counts[asked]
    total = summed(block.nodes)
    wrong = (
        *ungated(net, block, total, "params"),
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
    convs = built(replace(own, nodes=tuple(node for node in own.nodes if not node.on_shortcut)))
    text = net.says(
        f"Block {net.full(own)} of {net.name}: {convs}{net.beside(own)}. How many parameters would it have{net.included(block)}, if the net had option "
        f"{asked} ({OPTIONS[asked]})?",
        before=f"{own.path} of {net.name} gets {own.in_shape[1]} channels and gives {own.out_shape[1]}, with stride "
        f"{own.stride}. How many parameters would it have, with its shortcut, under option {asked} ({OPTIONS[asked]})?",
    )
    steps = (block.reason, *added_up(net, "params", block.nodes, block.path))
    return Made(own.path, text, total, wrong, steps)


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
    gets = " and gives ".join(f"{c} maps of {h}×{w}" for c, h, w in (before, after))
    text = net.says(
        f"Block {net.full(block)} of {net.name}{carried(net)} gets {gets}. Is its shortcut drawn solid or dotted, and why?",
        before=f"{block.path} of {net.name}{carried(net)} gets maps of {shapes}. How is its shortcut drawn, and why?",
    )
    whys = {one: net.says(_unlike(one, block, net.spec.shortcut), before=WHY[one]) for one in words if one != answer}
    return Made(block.path, text, answer, tuple(Wrong(one, why) for one, why in whys.items()), (block.reason,))


def _unlike(said: str, block: Block, option: str) -> str:
    """What is wrong with saying so of a block: where its size or its channels do not do what was said."""
    (c_in, h_in, w_in), (c_out, h_out, w_out) = block.in_shape[1:], block.out_shape[1:]
    size, channels = block.stride > 1, c_in != c_out
    if "option C" in said:
        return (
            "Its shape changes: any option would draw it dotted." if size or channels else f"This is option {option}."
        )
    if said.startswith("solid") and not (size or channels):
        return "Nothing changes, but option C projects every shortcut."
    found = []
    if size and "size" not in said:
        found.append(f"Height and width change: {h_in}×{w_in} → {h_out}×{w_out}.")
    if not size and "size" in said:
        found.append(f"Height and width stay: {h_in}×{w_in}.")
    if channels and "channels" not in said:
        found.append(f"The channels change: {c_in} → {c_out}.")
    if not channels and "channels" in said:
        found.append(f"The channels stay: {c_in}.")
    return " ".join(found)


def block_memory(net: Net, draw: Draw) -> Made | None:
    block, batch, dtype = draw.one(net.blocks), draw.one(BATCHES), draw.one(("fp32", "fp16"))
    convs = [node for node in block.nodes if convolves(node) and not node.in_gate]
    size, numbers = BYTES[dtype], [math.prod(node.out_shape[1:]) for node in convs]
    total = sum(numbers) * batch * size
    main = sum(math.prod(node.out_shape[1:]) for node in block.convs)
    if net.untold:
        return None
    wrong = (
        Wrong(total // batch, "The batch was forgotten."),
        Wrong(sum(numbers) * batch, "Numbers were counted, not bytes."),
        Wrong(
            math.prod(block.out_shape[1:]) * batch * size,
            net.says(
                "This is the block’s own output only; training keeps what each layer puts out.",
                before="This is what the block gives alone; training keeps what each layer gives.",
            ),
        ),
        Wrong(main * batch * size, "The shortcut’s convolution gives maps, too."),
    )
    left = net.with_gate("but not its gate’s")
    too = f", its shortcut’s included{f' {left}' if left else ''}," if any(node.on_shortcut for node in convs) else ""
    too = too or (f", {left}," if left else "")
    text = net.says(
        f"{net.seen} Block {net.full(block)}, on maps of {block.in_shape[2]}×{block.in_shape[3]}: {built(block)}. How many bytes "
        f"do the outputs of all its convolutions{too} take for {batch} pictures in {dtype}?",
        before=f"{net.seen} How many bytes do the outputs of all convolutions of {block.path}{too} take for {batch} pictures in "
        f"{dtype}?",
    )
    lines = (
        f"{net.part(node)}: {'·'.join(map(str, node.out_shape[1:]))} = {count:,} numbers"
        for node, count in zip(convs, numbers)
    )
    last = f"{sum(numbers):,}·{batch}·{size} = {total:,}"
    return Made(
        block.path,
        text,
        total,
        wrong,
        (
            net.says(
                f"Each output: channels · height · width; their sum · pictures · bytes of a number ({size} in {dtype})",
                before="Channels · height · width of each, then pictures · bytes of a number",
            ),
            *lines,
            last,
        ),
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
    text = net.says(
        f"In {net.name}, {net.told(node)} puts out {channels} maps of {height}×{width} for each picture, in {dtype}. For how many "
        "pictures at once, at most, does this output fit into 1 GiB (2³⁰ bytes)?",
        before=f"{node.path} of {net.name} puts out {channels} maps of {height}×{width} a picture, in {dtype}. Of how many "
        "pictures, at most, fit these outputs into 1 GiB (2³⁰ bytes)?",
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
        Wrong(
            2 * widened,
            net.says(
                "Counted twice: a k×k kernel reaches k − 1 steps further in all, left and right together.",
                before="Counted twice: only kernels above 1×1 widen the field, by k − 1 steps.",
            ),
        ),
    )
    text = net.says(
        f"Block {net.full(every[index])} of {net.name}: {built(every[index])}. The units that it reads lie {before.jump} "
        f"{'pixel' if before.jump == 1 else 'pixels'} of the picture apart. By how many pixels does the block widen the "
        "receptive field?",
        before=f"By how many pixels a side does {every[index].path} of {net.name} widen the receptive field?",
    )
    if net.named:
        return Made(every[index].path, text, widened, wrong, _widened(net, every[index], widened))
    lines = (
        f"After {every[index - 1].path}: {before.receptive_field:,}",
        *worked(net, receptive_field(net.nodes, after.path)),
    )
    return Made(
        every[index].path,
        text,
        widened,
        wrong,
        (*lines, f"{after.receptive_field:,} − {before.receptive_field:,} = {widened:,}"),
    )


def _widened(net: Net, block: Block, widened: int) -> tuple[str, ...]:
    """Layer by layer: what a block adds to the receptive field."""
    wide = [node for node in block.nodes if node.on_main and node.kernel > 1]
    lines = [
        f"{net.part(node)}: ({_reach(node)} − 1)·{node.jump // node.stride} = {(_reach(node) - 1) * (node.jump // node.stride)}"
        for node in wide
    ]
    rule = "Rule: a k×k kernel widens the field by (k − 1)·step, where step is the product of all strides before it; 1×1 by nothing"
    total = [f"{' + '.join(line.rpartition(' = ')[2] for line in lines)} = {widened}"] if len(lines) > 1 else []
    return (rule, *lines, *total)


def _reach(node: Node) -> int:
    """How many units across a kernel covers, those that a dilation leaves out among them."""
    return (node.kernel - 1) * node.dilation + 1
