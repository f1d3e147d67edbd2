"""The explorer's own nets for the experiments, and ways to run one block by block. Nothing is patched or hooked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from explorer.lab.experiments.compute import generator
from explorer.net.resnet import ResNet, build
from explorer.spec import ResNetSpec, cifar_stages, preset

DIGIT_CLASSES = 10


def digit_spec(
    depth: int, kind: str, width: int = 8, norm: str = "batch", shortcut: str = "A", zero_init: str = "no"
) -> ResNetSpec:
    """A CIFAR-style net of 6n+2 layers (He et al. 2015, §4.2) for one-channel digits; option A is the paper's there.
    kind: plain | residual. zero_init: of residual nets; a plain one whose γ are 0 would let nothing through."""
    return ResNetSpec(
        family="cifar",
        stages=cifar_stages(depth),
        block="basic",
        width=width,
        norm=norm,
        stem="cifar",
        shortcut="none" if kind == "plain" else shortcut,
        zero_init="no" if kind == "plain" else zero_init,
        in_channels=1,
        num_classes=DIGIT_CLASSES,
    )


def imagenet_spec(depth: int, kind: str, norm: str) -> ResNetSpec:
    """ResNet-18 … 152, or its plain twin: the same net without shortcuts."""
    from dataclasses import replace

    return replace(preset(f"resnet{depth}"), norm=norm, shortcut="none" if kind == "plain" else "B")


def built(spec: ResNetSpec, seed: int, device: str | torch.device = "cpu", init: str = "he") -> ResNet:
    """init "he": the explorer's own; "default": convolutions as PyTorch makes them (uniform ± 1/√fan-in)."""
    model = build(spec, device, seed)
    if init == "default":
        source = generator(seed, stream=1)
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                bound = module.weight[0].numel() ** -0.5
                fresh = torch.empty(module.weight.shape).uniform_(-bound, bound, generator=source)
                module.weight.data.copy_(fresh)
    return model


def stem(model: ResNet, x: Tensor) -> Tensor:
    x = model.maxpool(model.relu(model.bn1(model.conv1(x))))
    return x


def head(model: ResNet, x: Tensor) -> Tensor:
    x = model.fc(torch.flatten(model.avgpool(x), 1))
    return x


def blocks(model: ResNet) -> Iterator[tuple[str, Any]]:
    """(path, block) in order: layer1.0, layer1.1, …"""
    for stage in range(1, len(model.spec.stages) + 1):
        for index, block in enumerate(model.get_submodule(f"layer{stage}").children()):
            yield f"layer{stage}.{index}", block


def changes_shape(block: Any) -> bool:
    """Whether the block's output has another shape than its input: the first block of conv3_x, conv4_x, …"""
    return bool(block.conv1.stride != (1, 1) or block.conv1.in_channels != block.conv2.out_channels)


def residual_branch(block: Any, x: Tensor) -> Tensor:
    """A basic block's main path before the addition: 3x3, BN, ReLU, 3x3, BN."""
    x = block.bn2(block.conv2(block.relu1(block.bn1(block.conv1(x)))))
    return x


def around(block: Any, x: Tensor) -> Tensor:
    """What is left of a basic block whose main path was deleted: its shortcut (x itself in a plain net), then ReLU."""
    x = block.relu2((x if block.downsample is None else block.downsample(x)).clone())
    return x


def forward_without(model: ResNet, x: Tensor, deleted: Collection[str] = ()) -> Tensor:
    """The logits (N, classes) with the main paths of some blocks deleted (Veit et al. 2016, §4)."""
    x = stem(model, x)
    for path, block in blocks(model):
        x = around(block, x) if path in deleted else block(x)
    return head(model, x)
