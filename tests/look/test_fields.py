"""The square that a unit sees is exactly where the gradient of that unit is not zero."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from explorer.look.fields import fields
from explorer.model import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset

SIDE = 96
SPECS = {
    "ImageNet stem": replace(preset("resnet18"), width=2, num_classes=2),
    "CIFAR": replace(preset("resnet20_cifar"), width=2),
    "stride on the 1×1": replace(preset("resnet50"), stages=(1, 1, 1), width=2, stride_on="1x1", num_classes=2),
    "dilated": replace(preset("resnet18"), width=2, output_stride=8, strides=(1, 1, 2, 2), num_classes=2),
    "deep stem, D": replace(preset("resnet18"), width=2, stem="deep", shortcut_pool="avg", num_classes=2),
    "plain": replace(preset("resnet18"), width=2, shortcut="none", num_classes=2),
}


def gradient(spec: ResNetSpec, path: str, row: int, column: int) -> torch.Tensor:
    """|∂ unit / ∂ picture| of a net whose weights are all alike and positive, so that no path cancels; average
    pooling takes the place of max pooling, which passes a gradient to one pixel only."""
    model = build(spec, seed=0).double().eval()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    if isinstance(model.maxpool, nn.MaxPool2d):
        model.maxpool = nn.AvgPool2d(3, stride=2, padding=1)
    x = torch.ones(1, spec.in_channels, SIDE, SIDE, dtype=torch.double, requires_grad=True)
    stage = int(path[5])
    out = model.maxpool(model.relu(model.bn1(model.conv1(x))))
    for number in range(1, stage):
        out = getattr(model, f"layer{number}")(out)
    for block in list(getattr(model, f"layer{stage}"))[: int(path.split(".")[1]) + 1]:
        out = block(out)
    out[0, :, row, column].sum().backward()
    return x.grad[0].abs().sum(0)


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("path", ["layer1.0", "layer2.0"])
def test_the_square_is_the_gradients_support(name: str, path: str) -> None:
    spec = SPECS[name]
    nodes = trace(spec, SIDE, SIDE)
    end = next(node for node in reversed(nodes) if node.block == path)
    field, last = fields(nodes)[end.path], end.out_shape[2] - 1
    for row, column in ((0, 0), (last // 2, last // 3), (last, last)):
        seen = gradient(spec, path, row, column)
        rows, columns = (seen.sum(axis).nonzero().flatten() for axis in (1, 0))
        assert (int(rows[0]), int(rows[-1]) + 1) == field.span(row, SIDE)
        assert (int(columns[0]), int(columns[-1]) + 1) == field.span(column, SIDE)


def test_after_global_pooling_a_unit_sees_the_whole_picture() -> None:
    found = fields(trace(preset("resnet18"), 64, 64))
    assert found["avgpool"].span(0, 64) == (0, 64) and found["conv1"].span(0, 64) == (0, 4)
