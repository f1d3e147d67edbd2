"""Which of two has more, and these in order."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from explorer.facts.rollup import stages, summed
from explorer.net.node import Node
from explorer.net.ops import is_picture
from explorer.questions import names as called
from explorer.questions.net import ITEMS, PARTED, Net, reshaped, some
from explorer.questions.question import Draw, Made, Wrong
from explorer.spec import ResNetSpec, preset
from explorer.spec.naming import slug, title

SAME = "both the same"
PICTURE = "the picture"
RIVALS = {
    "imagenet": ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "wide_resnet50_2", "resnext50_32x4d"),
    "cifar": ("resnet20_cifar", "resnet32_cifar", "resnet44_cifar", "resnet56_cifar", "resnet110_cifar"),
}
CHANGES = (  # to one field, where the net can have them: what students take for more, or for nothing
    {"shortcut": "A"},
    {"shortcut": "B"},
    {"shortcut": "C"},
    {"shortcut": "none"},
    {"stride_on": "1x1"},
    {"stride_on": "3x3"},
    {"norm": "none"},
    {"activation": "pre"},
)


def more_params(net: Net, draw: Draw) -> Made | None:
    return _more(net, draw, "params", "parameters", "")


def more_macs(net: Net, draw: Draw) -> Made | None:
    words = net.says("multiply-adds (MACs)", before="multiply-adds")
    return _more(net, draw, "macs", words, f" for a picture of {net.height}×{net.width}")


def _more(net: Net, draw: Draw, metric: str, words: str, seen: str) -> Made | None:
    spec = draw.one(_rivals(net.spec))
    rival = replace(net, spec=spec, name=title(spec))
    names = [net.name, rival.name] if draw.below(2) else [rival.name, net.name]
    if rival.name == net.name:
        return None
    count = {one.name: summed(one.nodes, metric) for one in (net, rival)}
    most = max(count.values())
    answer = SAME if min(count.values()) == most else next(name for name in names if count[name] == most)
    said = f"{names[0]} has {count[names[0]]:,} and {names[1]} {count[names[1]]:,}."
    wrong = tuple(
        Wrong(one, said if net.version < PARTED else _amiss(one, answer, words, count.values()))
        for one in (*names, SAME)
        if one != answer
    )
    text = net.says(
        f"Which of these nets has more {words}{seen}, {names[0]} or {names[1]}?",
        before=f"Which has more {words}{seen}: {names[0]} or {names[1]}?",
    )
    steps = (f"{name}: {count[name]:,} {words}" for name in names)
    if net.named:
        steps = (_parts(one, metric) for one in sorted((net, rival), key=lambda one: names.index(one.name)))
    return Made(slug(spec), text, answer, wrong, tuple(steps))


def _parts(net: Net, metric: str) -> str:
    """'ResNet-18: stem 9,536 + conv2_x 147,968 + … = 11,689,512'."""
    counts = {one.name: summed(one.nodes, metric) for one in stages(net.nodes)}
    parts = " + ".join(f"{name} {count:,}" for name, count in counts.items() if count)
    return f"{net.name}: {parts} = {sum(counts.values()):,}"


def _rivals(spec: ResNetSpec) -> list[ResNetSpec]:
    others = (
        replace(preset(name), num_classes=spec.num_classes, in_channels=spec.in_channels)
        for name in RIVALS[spec.family]
    )
    varied = (reshaped(spec, **change) for change in CHANGES if _has(spec, change))
    return [one for one in (*others, *varied) if one is not None and one != spec]


def _has(spec: ResNetSpec, change: Mapping[str, str]) -> bool:
    return "stride_on" not in change or spec.block == "bottleneck"


def _amiss(chosen: str, answer: str, words: str, counts: Collection[int]) -> str:
    """What is wrong with it, and not which is right."""
    if answer == SAME:
        return f"There is something that only one of them has. Does it bring {words}?"
    if chosen == SAME:
        times = max(counts) / max(1, min(counts))
        return f"One of them has {times:.2f} times as many." if times >= 1.01 else "They are close, and not the same."
    return "It has fewer. What has the other besides?"


def order_params(net: Net, draw: Draw) -> Made | None:
    counts = {f"{one.name} ({one.module})": summed(one.nodes) for one in stages(net.nodes) if summed(one.nodes)}
    return _order(draw, counts, f"Order these parts of {net.name} by their parameters, fewest first.", "parameters")


def order_macs(net: Net, draw: Draw) -> Made | None:
    counts = {_sized(net, node): node.macs for node in net.convs() if not node.in_gate}
    text = net.says(
        f"{net.seen} Order these convolutions by their multiply-adds (MACs), fewest first.",
        before=f"{net.seen} Order these convolutions by their multiply-adds, fewest first.",
    )
    return _order(draw, counts, text, "multiply-adds")


def order_memory(net: Net, draw: Draw) -> Made | None:
    given = [
        net.nodes[0],
        *(one.nodes[-1] for one in stages(net.nodes)),
        *(node for node in net.convs() if node.kernel == 7),
    ]
    names = {node.path: _output(net, node) for node in given}
    counts = {names[node.path]: math.prod(node.out_shape[1:]) for node in given}
    text = net.says(
        f"{net.seen} Order these by how much memory they take, least first. Each number takes the same.",
        before=f"{net.seen} Order these by the memory that they take, least first.",
    )
    return _order(draw, counts, text, "numbers")


def _output(net: Net, node: Node) -> str:
    """What stands in a list of outputs."""
    if is_picture(node):
        return PICTURE
    if not net.named:
        return f"what {node.block or node.path} puts out"
    if node.block:
        return f"the maps after block {called.block(node.block)}"
    return "the scores of fc" if node.path == "fc" else f"the maps after {net.layer(node)}"


def _sized(net: Net, node: Node) -> str:
    """A convolution in a list, with what its multiply-adds follow from."""
    grouped = f", {node.groups} groups" if node.groups > 1 else ""
    size = f"{node.kernel}×{node.kernel}, {node.in_shape[1]} → {node.out_shape[1]}"
    maps = f"{node.out_shape[2]}×{node.out_shape[3]}"
    return net.says(
        f"{net.layer(node)} ({size} channels{grouped}, {maps} out)",
        before=f"{node.path}: {size}{grouped}, to {maps}",
    )


def _order(draw: Draw, counts: Mapping[str, int], text: str, words: str) -> Made | None:
    """Of things that all differ; None where there are too few of them."""
    by_count: dict[int, list[str]] = {}
    for name, count in counts.items():
        by_count.setdefault(count, []).append(name)
    if len(by_count) < ITEMS:
        return None
    chosen = some(sorted(by_count), ITEMS, draw)
    names = [draw.one(by_count[count]) for count in chosen]
    standing = tuple(name for name in counts if name in names)
    wrong = (
        Wrong(tuple(reversed(names)), "This is the other way round."),
        Wrong(standing, "This is the order in which they stand in the net."),
    )
    steps = tuple(f"{name}: {count:,} {words}" for name, count in zip(names, chosen))
    return Made("", text, tuple(names), wrong, steps)
