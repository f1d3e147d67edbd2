"""What a unit of any layer sees is exactly where the gradient of that unit is not zero: place and size."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from explorer.facts import proof
from explorer.model import build
from explorer.net.field import Field, meeting
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset

SIDE = 72
BASIC = replace(preset("resnet18"), stages=(1, 1, 1), strides=(1, 2, 2), width=2, num_classes=2)
BOTTLENECK = replace(preset("resnet50"), stages=(1, 2), strides=(1, 2), width=2, num_classes=2)
SPECS = {
    "ImageNet stem": BASIC,
    "CIFAR": replace(preset("resnet20_cifar"), stages=(1, 1, 1), width=2),
    "stride on the 1×1": replace(BOTTLENECK, stride_on="1x1"),
    "dilated": replace(preset("resnet18"), stages=(1, 1, 1, 1), width=2, output_stride=8, num_classes=2),
    "deep stem, D": replace(BASIC, stem="deep", shortcut_pool="avg"),
    "dilated D": replace(preset("resnet18"), stages=(1, 1, 1, 1), width=2, output_stride=16, shortcut_pool="avg"),
    "plain": replace(BASIC, shortcut="none"),
    "Caffe's ceiling": replace(BOTTLENECK, pool="ceil", stride_on="1x1"),
    "a convolution for a pool": replace(BASIC, pool="conv"),
    "option A": replace(BASIC, shortcut="A"),
    "zeros on both sides": replace(BASIC, shortcut="A", zero_pad="both"),
    "option C, pre-activation": replace(BOTTLENECK, shortcut="C", activation="pre"),
    "stride in the last block": replace(BOTTLENECK, activation="pre", stride_place="last", preact_first="stem"),
}


def evened(spec: ResNetSpec) -> nn.Module:
    """The real net with all weights alike and positive, so that no path cancels; average pooling in the place of max
    pooling, which passes a gradient to one pixel only."""
    model = build(spec, seed=0).double().eval()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    if isinstance(pool := model.maxpool, nn.MaxPool2d):
        model.maxpool = nn.AvgPool2d(pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode)
    return model


def outputs(model: nn.Module, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Path → what each module put out, in one pass."""
    found: dict[str, torch.Tensor] = {}
    for path, module in model.named_modules():
        module.register_forward_hook(lambda _, __, out, path=path: found.__setitem__(path, out))
    model(x)
    return found


def support(seen: torch.Tensor, axis: int) -> tuple[int, int]:
    touched = seen.sum(1 - axis).nonzero().flatten()
    return int(touched[0]), int(touched[-1]) + 1


@pytest.mark.parametrize("name", SPECS)
def test_every_layers_field_is_the_gradients_support(name: str) -> None:
    nodes = {node.path: node for node in trace(SPECS[name], SIDE, SIDE)}
    x = torch.ones(1, 3, SIDE, SIDE, dtype=torch.double, requires_grad=True)
    asked = 0
    for path, out in outputs(evened(SPECS[name]), x).items():
        node = nodes.get(path)
        if node is None or node.receptive_field is None or out.dim() < 4:
            continue
        last = out.shape[2] - 1
        for row, column in ((0, last // 2), (last // 2, last)):
            (gradient,) = torch.autograd.grad(out[0, :, row, column].sum(), x, retain_graph=True)
            seen = gradient[0].abs().sum(0)
            assert (support(seen, 0), support(seen, 1)) == (
                node.field.span(row, SIDE),
                node.field.span(column, SIDE),
            ), path
            asked += 1
    assert asked >= 20


def test_after_global_pooling_a_unit_sees_the_whole_picture() -> None:
    found = {node.path: node.field for node in trace(preset("resnet18"), 64, 64)}
    assert found["avgpool"].span(0, 64) == (0, 64) and found["conv1"].span(0, 64) == (0, 4)


def test_ways_that_meet_see_what_either_sees() -> None:
    assert meeting(Field(-3, 7, 2), Field(0, 6, 2)) == Field(-3, 9, 2)
    assert meeting(Field(0, 6, 2), Field(0, None, 2)).size is None
    with pytest.raises(ValueError, match="jump=1, 2"):
        meeting(Field(0, 1, 1), Field(0, 1, 2))


def test_a_field_that_no_sum_of_layers_gives_has_no_proof() -> None:
    shape = (1, 1, 8, 8)
    picture = Node("input", "input", (), shape, shape)
    ways = [Node(path, "conv", ("input",), shape, shape, 3, field=field) for path, field in WAYS.items()]
    add = Node("add", "add", tuple(WAYS), shape, shape, field=meeting(*WAYS.values()))
    with pytest.raises(ValueError, match="path='add': of the ways that meet here none"):
        proof.receptive_field([picture, *ways, add], "add")


WAYS = {"left": Field(-2, 3, 1), "right": Field(0, 3, 1)}
