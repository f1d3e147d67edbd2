"""What happens to the count if …, what v1.5 changes, and which line of a calculation is wrong."""

from __future__ import annotations

from dataclasses import replace

from explorer.facts.proof import leaf
from explorer.facts.proof import output_size as sides
from explorer.facts.rollup import Block
from explorer.net.node import Node
from explorer.net.ops import convolves
from explorer.questions.net import EASED, ITEMS, WINDOWS, Net, added_up, built, conv_size, plain, reshaped, some
from explorer.questions.question import Draw, Made, Wrong

CLASSES = (10, 100, 200, 365, 1000, 21841)
PLACES = {"1x1": "first 1×1, as in v1", "3x3": "3×3, as in v1.5"}
BECOMES = {  # what v1.5 makes of a layer → what is wrong with saying so of another one
    "it puts out larger maps, at more multiply-adds": "Only the layer that loses its stride does that.",
    "it reads larger maps, at the same multiply-adds": "Only the layer that takes the stride over does that.",
    "nothing": "The stride moves: of this layer something does change.",
    "it has more parameters": "A stride has no weights: no layer gets more of them.",
}


def if_input(net: Net, draw: Draw) -> Made | None:
    index = draw.below(len(net.convs()))
    node = net.convs()[index]
    larger = replace(net, height=2 * net.height, width=2 * net.width).convs()[index]
    if node.in_gate or larger.macs != 4 * node.macs:
        return None
    wrong = (
        Wrong(
            2 * node.macs,
            net.says(
                "Height doubles and so does width: four times the positions.",
                before="Height and width double both: four times the positions.",
            ),
        ),
        Wrong(node.macs, "The weights stay the same; they are used at more positions."),
        Wrong(8 * node.macs, "The channels do not change with the picture."),
        Wrong(16 * node.macs, "Each position costs the same: the kernel does not grow."),
    )
    text = net.says(
        f"In {net.name}, {net.told(node)} takes {node.macs:,} multiply-adds (MACs) for a picture of {net.height}×{net.width}. How "
        f"many does it take for one of {2 * net.height}×{2 * net.width}?",
        before=f"{node.path} of {net.name} takes {node.macs:,} multiply-adds for a picture of {net.height}×{net.width}. How many "
        f"for one of {2 * net.height}×{2 * net.width}?",
    )
    steps = added_up(net, "macs", [larger])
    if net.named:
        steps = ("Twice as high and twice as wide: four times as many positions, each at the same cost.", *steps[1:])
    return Made(node.path, text, larger.macs, wrong, steps)


def if_width(net: Net, draw: Draw) -> Made | None:
    if not (found := plain(net.convs())):
        return None
    node, wide = draw.one(found), reshaped(net.spec, width=2 * net.spec.width)
    if (
        wide is None
        or net.spec.widths
        or net.spec.stem_widths
        or net.spec.block == "bottleneck"
        and net.spec.groups > 1
    ):
        return None
    wider = next(one for one in replace(net, spec=wide).nodes if one.path == node.path)
    wrong = (
        Wrong(
            2 * node.params,
            net.says("Channels in double, and so do channels out.", before="Channels in and channels out double both."),
        ),
        Wrong(4 * node.params, f"The picture still has {node.in_shape[1]} channels: only those that go out double."),
        Wrong(8 * node.params, "The kernel stays as it is: only channels double."),
        Wrong(node.params, "Each kernel has a weight for each channel in, and there is a kernel for each channel out."),
    )
    text = net.says(
        f"In {net.name}, {net.told(node)} is {conv_size(node)}: {node.params:,} parameters. How many would it have if the net had "
        f"twice as many channels everywhere (width {wide.width} in place of {net.spec.width})?",
        before=f"{node.path} of {net.name} has {node.params:,} parameters. How many would it have if the net had twice as many "
        f"channels in every stage (width {wide.width} in place of {net.spec.width})?",
    )
    return Made(node.path, text, wider.params, wrong, added_up(net, "params", [wider]))


def if_classes(net: Net, draw: Draw) -> Made | None:
    node = net.nodes[-1]
    if node.path != "fc":
        return None
    features, now = node.in_shape[1], node.out_shape[1]
    then = draw.one([one for one in CLASSES if one != now])
    change = abs(then - now) * (features + 1)
    wrong = (
        Wrong(abs(then - now) * features, "Each class has a bias, too."),
        Wrong(then * (features + 1), "This is what fc then has, not by how much it changes."),
        Wrong(abs(then - now), "Each class has a weight for every feature."),
        Wrong(abs(then - now) * features + features, "The bias is one for each class, not for each feature."),
    )
    goes = "grow" if then > now else "shrink"
    text = net.says(
        f"The last layer of {net.name}, fc, makes scores for {now:,} classes from {features:,} features, with a bias. It is to "
        f"make {then:,}. By how many parameters does the net {goes}?",
        before=f"fc of {net.name} makes {now:,} classes of {features:,} features. It is to make {then:,}. By how many parameters "
        f"does the net {goes}?",
    )
    steps = (
        "Each class: a weight for every feature, and a bias",
        f"|{then:,} − {now:,}|·({features:,} + 1) = {change:,}",
    )
    return Made("fc", text, change, wrong, steps)


def if_bias(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    convs = [node for node in block.nodes if convolves(node) and not node.in_gate]
    if len(plain(convs)) < len(convs) or net.spec.attention != "none":
        return None
    out = [node.out_shape[1] for node in convs]
    wrong = (
        Wrong(sum(node.in_shape[1] for node in convs), "A bias is one number for each channel that goes out."),
        Wrong(sum(node.out_shape[1] for node in block.convs), "The shortcut’s convolution would get one, too."),
        Wrong(2 * sum(out), "BN’s scale and shift are there already; a bias is one number a channel."),
        Wrong(len(convs), "There is one for each channel, not one for each convolution."),
    )
    too = ", its shortcut’s too" if any(node.on_shortcut for node in convs) else ""
    text = net.says(
        f"Block {net.full(block)} of {net.name}: {built(block)}, all without a bias. How many more parameters would it have if "
        f"each of these {len(convs)} convolutions had one?",
        before=f"The convolutions of {block.path} of {net.name} have no bias. How many parameters more if each had one{too}?",
    )
    each = ", with one bias each" if net.version >= EASED else ""
    steps = (
        *(f"{net.part(node)}: {node.out_shape[1]} channels out{each}" for node in convs),
        f"{' + '.join(map(str, out))} = {sum(out):,}",
    )
    return Made(block.path, text, sum(out), wrong, steps)


def versions_size(net: Net, draw: Draw) -> Made | None:
    found = _both(net, draw)
    if found is None:
        return None
    place = draw.one(list(PLACES))
    rows = {where: block.convs[0].out_shape[2] for where, block in found.items()}
    block = found[place]
    other = next(value for where, value in rows.items() if where != place)
    wrong = (
        Wrong(other, f"So it is with the stride on the {PLACES['3x3' if place == '1x1' else '1x1']}."),
        Wrong(block.in_shape[1], "These are channels."),
        Wrong(rows["1x1"] // 2, "There is one stride in the block, not two."),
    )
    text = net.says(
        f"{net.seen} Block {net.full(block)} gets maps of {block.in_shape[2]}×{block.in_shape[3]} and has its stride of "
        f"{block.stride} on the {PLACES[place]}. How many rows do the maps between its first 1×1 and its 3×3 have?",
        before=f"{net.seen} With the stride on the {PLACES[place]}: how many rows have the maps between the first 1×1 and the "
        f"3×3 of {block.path}?",
    )
    first = block.convs[0]
    steps = (f"{net.says('Its first 1×1', before=first.path)}: {sides(first)[0].text}",)
    return Made(block.path, text, rows[place], wrong, steps)


def versions_what(net: Net, draw: Draw) -> Made | None:
    found = _both(net, draw)
    if found is None:
        return None
    old, new = found["1x1"], found["3x3"]
    node = draw.one([one for one in old.nodes if convolves(one) and not one.in_gate])
    then = next(one for one in new.nodes if one.path == node.path)
    words = list(BECOMES)
    answer = words[0 if then.out_shape != node.out_shape else 1 if then.in_shape != node.in_shape else 2]
    lines = (
        f"{name}: {one.in_shape[2]}×{one.in_shape[3]} in, {one.out_shape[2]}×{one.out_shape[3]} out, stride {one.stride}, {one.macs:,} "
        f"multiply-adds, {one.params:,} parameters"
        for name, one in (("v1", node), ("v1.5", then))
    )
    text = net.says(
        f"{net.seen} From v1 to v1.5 the stride of block {net.full(old)} moves from its first 1×1 to its 3×3. What changes for "
        f"{_which(old, node)}?",
        before=f"{net.seen} From v1 to v1.5 the stride of {old.path} goes from its first 1×1 to its 3×3. What changes of "
        f"{node.path}, a {node.kernel}×{node.kernel}?",
    )
    return Made(
        node.path, text, answer, tuple(Wrong(one, BECOMES[one]) for one in words if one != answer), tuple(lines)
    )


def _which(block: Block, node: Node) -> str:
    """A convolution of a bottleneck."""
    if node.on_shortcut:
        return "the 1×1 on its shortcut"
    return ("its first 1×1", "its 3×3", "its last 1×1")[[one.path for one in block.convs].index(node.path)]


def _both(net: Net, draw: Draw) -> dict[str, Block] | None:
    """A block with a stride, in either version; None where the net has no first 1×1."""
    strided = [index for index, one in enumerate(net.blocks) if one.stride > 1]
    if net.spec.block != "bottleneck" or not strided:
        return None
    index = draw.one(strided)
    return {place: replace(net, spec=replace(net.spec, stride_on=place)).blocks[index] for place in PLACES}


def error_params(net: Net, draw: Draw) -> Made | None:
    block = draw.one(net.blocks)
    layers = [node for node in block.nodes if node.buffers and node.weights or convolves(node) and plain([node])]
    if len(layers) < 3:
        return None
    shown = some(layers, ITEMS, draw)
    bad = draw.one(shown)
    line, why = draw.one(_wrong_params(net, bad))
    lines = {net.part(node): leaf("params", node).text for node in shown}
    text = net.says(
        f"Somebody worked out how many parameters these layers of block {net.full(block)} of {net.name} have",
        before=f"Somebody worked out the parameters of {block.path} of {net.name}",
    )
    return _error(text, lines, net.part(bad), line, why, block.path)


def _wrong_params(net: Net, node: Node) -> list[tuple[str, str]]:
    """Wrong lines for a layer: (arithmetic, what is wrong with it)."""
    if not convolves(node):
        channels = node.out_shape[1]
        return [
            (
                net.says(f"1·{channels} = {channels:,}", before=f"{channels:,}"),  # alone it would stand out
                "A norm has a scale and a shift for each channel.",
            ),
            (f"4·{channels} = {4 * channels:,}", "Running mean and variance are buffers, not parameters."),
        ]
    c_in, c_out, k, weights = node.in_shape[1], node.out_shape[1], node.kernel, node.params
    written = f"{c_in}·{c_out}·{k}²" + (f"/{node.groups}" if node.groups > 1 else "")
    found = [(f"{written} + {c_out} = {weights + c_out:,}", "A bias was counted; this convolution has none.")]
    if k > 1:
        found.append((f"{c_in}·{c_out}·{k} = {c_in * c_out * k:,}", "The kernel has k·k weights."))
    if node.groups > 1:
        found.append((f"{c_in}·{c_out}·{k}² = {c_in * c_out * k * k:,}", "The groups were forgotten."))
    return found


def error_size(net: Net, draw: Draw) -> Made | None:
    layers = [
        node
        for node in net.nodes
        if node.kind in WINDOWS and node.kernel > 1 and node.dilation == 1 and not node.ceil and node.on_main
    ]
    if len(layers) < ITEMS:
        return None
    strided = [node for node in layers if node.stride > 1]
    shown = some(strided if len(strided) >= ITEMS else layers, ITEMS, draw)
    bad = draw.one(shown)
    found = _wrong_sizes(bad)
    if not found:
        return None
    line, why = draw.one(found)
    lines = {net.layer(node): sides(node)[0].text for node in shown}
    text = net.says(
        f"{net.seen} Somebody worked out how many rows the output of some of its layers has",
        before=f"{net.seen} Somebody worked out how many rows its layers put out",
    )
    return _error(text, lines, net.layer(bad), line, why, bad.path)


def _wrong_sizes(node: Node) -> list[tuple[str, str]]:
    side, k, s, p, rows = node.in_shape[2], node.kernel, node.stride, node.padding, node.out_shape[2]
    found = [
        (f"⌊({side} − {k})/{s}⌋ + 1", (side - k) // s + 1, "The padding was forgotten."),
        (f"⌊({side} + 2·{p} − {k})/{s}⌋", (side + 2 * p - k) // s, "The first window was forgotten: + 1."),
        (
            f"⌈({side} + 2·{p} − {k})/{s}⌉ + 1",
            -(-(side + 2 * p - k) // s) + 1,
            "It was rounded up: a window that does not fit is left out.",
        ),
    ]
    return [(f"{text} = {value}", why) for text, value, why in found if value != rows and value > 0]


def _error(said: str, lines: dict[str, str], bad: str, line: str, why: str, subject: str) -> Made:
    told = "\n".join(f"{path}: {line if path == bad else text}" for path, text in lines.items())
    wrong = tuple(Wrong(path, f"This line is right: {text}.") for path, text in lines.items() if path != bad)
    return Made(subject, f"{said}. One line is wrong; which?\n{told}", bad, wrong, (why, f"{bad}: {lines[bad]}"))
