"""Every block × shortcut × stride × activation × norm, and every preset: the same count five ways.

Parameters: a closed form from the spec alone, the trace, `numel` of the real module's parameters, torchinfo.
MACs: the closed form, the trace, and half of what torch's FlopCounterMode counts on the module's own forward.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import ceil

import pytest
import torch
import torchinfo
from torch.utils.flop_counter import FlopCounterMode

from explorer.facts.rollup import total
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import BLOCKS, CHOICES, ResNetSpec, preset, presets
from tests.outside import with_idle_norms

SIDE = 33  # odd, and small: a count does not depend on values
AXES = {  # those of the papers; the published variants' own are held to their published counts elsewhere
    "block": ("basic", "bottleneck"),
    "shortcut": CHOICES["shortcut"],
    "stride_on": CHOICES["stride_on"],
    "activation": CHOICES["activation"],
    "norm": ("batch", "none"),
}

# One of each kind of net, cut to stages of one block and of two: a third block of a stage repeats the second, and a third
# stage does, twice as wide. Published, below, each net has all of its stages and blocks, under each option too.
SHORT = {
    "imagenet": replace(preset("resnet50"), stages=(2, 2)),
    "grouped": replace(preset("resnext50_32x4d"), stages=(1, 2)),
    "wide": replace(preset("wide_resnet50_2"), stages=(2, 1)),
    "cifar": replace(preset("resnet20_cifar"), stages=(1, 2, 1)),
}


def variants(short: ResNetSpec) -> list[ResNetSpec]:
    """All combinations that make a net of its own: a basic block has no 1×1 to carry the stride, and no groups."""
    found = {}
    for values in product(*AXES.values()):
        changes = dict(zip(AXES, values))
        if changes["block"] == "basic":
            changes |= {"stride_on": "3x3", "groups": 1, "width_per_group": 64}
        found[replace(short, **changes)] = None
    return list(found)


def closed_form(spec: ResNetSpec, side: int) -> tuple[int, int]:
    """(parameters, MACs) for a square picture, by hand: He et al. 2015, Table 1 and §3.3; 2016 for pre-activation."""
    bn = 2 if spec.norm == "batch" else 0
    pre, imagenet = spec.activation == "pre", spec.stem == "imagenet"
    kernel, side = (7, ceil(side / 2)) if imagenet else (3, side)
    weights = spec.in_channels * spec.width * kernel**2
    params, macs = weights + bn * spec.width, weights * side**2
    side = ceil(side / 2) if imagenet else side
    c_in, expansion = spec.width, BLOCKS[spec.block].expansion
    for stage, blocks in enumerate(spec.stages):
        planes = spec.width * 2**stage
        out = planes * expansion
        for index in range(blocks):
            stride = 2 if stage and not index else 1
            after = ceil(side / stride)
            for c_from, c_to, k, at, normed in convolutions(spec, planes, c_in, out, side, after):
                params += c_from * c_to * k**2 + bn * normed
                macs += c_from * c_to * k**2 * at**2
            if pre and not stage and not index:
                params -= bn * c_in  # the stem's BN serves the first block
            changes = stride != 1 or c_in != out
            if spec.shortcut == "C" or (spec.shortcut == "B" and changes):
                params += c_in * out + (0 if pre else bn * out)
                macs += c_in * out * after**2
            side, c_in = after, out
    params += bn * c_in if pre else 0
    return params + c_in * spec.num_classes + spec.num_classes, macs + c_in * spec.num_classes


def convolutions(spec: ResNetSpec, planes: int, c_in: int, out: int, before: int, after: int) -> list[tuple]:
    """(input channels of a group, output channels, kernel, side of its output, channels of its BN) of a block."""
    if spec.block == "basic":
        rows = [(c_in, out, 3, after), (out, out, 3, after)]
    else:
        inner = int(planes * spec.width_per_group / 64) * spec.groups
        first = after if spec.stride_on == "1x1" else before
        rows = [(c_in, inner, 1, first), (inner // spec.groups, inner, 3, after), (inner, out, 1, after)]
    inputs = [c_in, *(row[1] for row in rows[:-1])]
    return [(*row, entering if spec.activation == "pre" else row[1]) for row, entering in zip(rows, inputs)]


def hold(spec: ResNetSpec) -> None:
    """The closed form, the trace, the module's own tensors, torchinfo and torch's counter, on one net."""
    params, macs = closed_form(spec, SIDE)
    nodes = trace(spec, SIDE, SIDE)
    assert (total(nodes, "params"), total(nodes, "macs")) == (params, macs), spec
    model = with_idle_norms(build(spec, "meta").eval())
    picture = torch.zeros(1, spec.in_channels, SIDE, SIDE, device="meta")
    assert params == sum(one.numel() for one in model.parameters()), spec
    with FlopCounterMode(display=False) as counter:  # of the pass that torchinfo makes
        assert params == torchinfo.summary(model, input_data=picture, verbose=0).total_params, spec
    assert 2 * macs == counter.get_total_flops(), spec


@pytest.mark.parametrize("kind", SHORT)
def test_every_combination_counts_the_same_five_ways(kind: str) -> None:
    found = variants(SHORT[kind])
    assert len(found) == 4 * 2 * 2 + 4 * 2 * 2 * 2  # basic; bottleneck with either stride
    for spec in found:
        hold(spec)


@pytest.mark.parametrize("name", presets())
def test_every_preset_as_published_counts_the_same_five_ways(name: str) -> None:
    hold(preset(name))


@pytest.mark.parametrize("name", presets())
def test_every_preset_follows_the_closed_form_under_each_option(name: str) -> None:
    if sum(preset(name).stages) > 100:  # of these, as published: above
        return
    for option in CHOICES["shortcut"]:
        spec = replace(preset(name), shortcut=option)
        nodes = trace(spec, SIDE, SIDE)
        assert (total(nodes, "params"), total(nodes, "macs")) == closed_form(spec, SIDE), spec
