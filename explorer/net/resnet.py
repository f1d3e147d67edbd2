"""The real network, read from small to large: explorer.net.layers, then here the blocks and the net.

State dicts are torchvision's key for key (`conv1`, `layer1.0.conv2`, `layer1.0.downsample.0`), so pretrained
weights load; `layer1` … `layer4` are the paper's conv2_x … conv5_x. What only timm has bears timm's names (`conv1.0`,
`layer1.0.se.fc1`). With the same weights the outputs equal theirs bit for bit: the same operations in the same order.
Sources: He et al. 2015 (§3.3, §4.2), He et al. 2016 (pre-activation), torchvision (v1.5: stride on the 3×3), timm.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.net.layers import (
    BatchNorm2d,
    Conv2d,
    IdentityShortcut,
    Linear,
    ZeroPad,
    attention,
    biased,
    initialise,
    norm,
    shortcut,
    stem,
    stem_pool,
)
from explorer.spec import ResNetSpec

__all__ = [
    "BLOCK_CLASSES",
    "BatchNorm2d",
    "Conv2d",
    "IdentityShortcut",
    "Linear",
    "ResNet",
    "ZeroPad",
    "build",
    "initialise",
]


@dataclass(frozen=True)
class Place:
    """Where a block stands. dilation: of its first 3×3 and of a second one; first: of the net."""

    stage: int
    c_in: int
    stride: int
    dilation: tuple[int, int]
    first: bool


class BasicBlock(nn.Module):
    """3x3, BN, ReLU, 3x3, BN, (attention,) + shortcut, ReLU."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__()
        c = spec.out_channels(at.stage)
        self.conv1 = Conv2d(at.c_in, c, 3, at.stride, dilation=at.dilation[0], bias=biased(spec, "inner"))
        self.bn1 = norm(spec, c)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(c, c, 3, dilation=at.dilation[1], bias=biased(spec, "last"))
        self.bn2 = norm(spec, c)
        self.se = attention(spec, c)
        self.relu2 = nn.ReLU(inplace=True)
        self.downsample = shortcut(spec, at.c_in, c, at.stride, at.dilation[1])

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        out: Tensor = self.relu1(self.bn1(self.conv1(x)))  # (N, c, H/stride, W/stride)
        out = self.bn2(self.conv2(out))
        if self.se is not None:
            out = self.se(out)
        if self.downsample is not None:
            out += self.downsample(x)
        out = self.relu2(out)
        return out


class Bottleneck(nn.Module):
    """1x1 (reduce), BN, ReLU, 3x3, BN, ReLU, 1x1 (restore ×4), BN, (attention,) + shortcut, ReLU."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__()
        inner, c, bias = spec.inner(at.stage), spec.out_channels(at.stage), biased(spec, "inner")
        on_1x1, on_3x3 = (at.stride, 1) if spec.stride_on == "1x1" else (1, at.stride)
        self.conv1 = Conv2d(at.c_in, inner, 1, on_1x1, bias=bias)
        self.bn1 = norm(spec, inner)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(inner, inner, 3, on_3x3, spec.groups, at.dilation[0], bias)
        self.bn2 = norm(spec, inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = Conv2d(inner, c, 1, bias=biased(spec, "last"))
        self.bn3 = norm(spec, c)
        self.se = attention(spec, c)
        self.relu3 = nn.ReLU(inplace=True)
        self.downsample = shortcut(spec, at.c_in, c, at.stride, at.dilation[1])

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        out: Tensor = self.relu1(self.bn1(self.conv1(x)))  # (N, inner, H, W)
        out = self.relu2(self.bn2(self.conv2(out)))  # (N, inner, H/stride, W/stride)
        out = self.bn3(self.conv3(out))  # (N, c, H/stride, W/stride)
        if self.se is not None:
            out = self.se(out)
        if self.downsample is not None:
            out += self.downsample(x)
        out = self.relu3(out)
        return out


class PreActivation(nn.Module):
    """BN, ReLU before the convolution (He et al. 2016). Empty in the net's first block where the stem's serves there."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__()
        self.first = at.first and spec.preact_first == "stem"
        if not self.first:
            self.bn1 = norm(spec, at.c_in)
            # Without BN's copy, writing in place would overwrite what the identity still needs.
            self.relu1 = nn.ReLU(inplace=spec.norm != "none")

    def activated(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(input of the first convolution, input of the shortcut); a projection or padding takes the activated x, as
        the authors' code does."""
        out: Tensor = x if self.first else self.relu1(self.bn1(x))
        return out, (x if isinstance(self.downsample, (IdentityShortcut, nn.MaxPool2d)) else out)


class PreActBasicBlock(PreActivation):
    """BN, ReLU, 3x3, BN, ReLU, 3x3, (attention,) + shortcut."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__(spec, at)
        c = spec.out_channels(at.stage)
        self.conv1 = Conv2d(at.c_in, c, 3, at.stride, dilation=at.dilation[0], bias=biased(spec, "inner"))
        self.bn2 = norm(spec, c)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(c, c, 3, dilation=at.dilation[1], bias=biased(spec, "last"))
        self.se = attention(spec, c)
        self.downsample = shortcut(spec, at.c_in, c, at.stride, at.dilation[1])

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        active, x = self.activated(x)
        out: Tensor = self.relu2(self.bn2(self.conv1(active)))  # (N, c, H/stride, W/stride)
        out = self.conv2(out)
        if self.se is not None:
            out = self.se(out)
        if self.downsample is not None:
            out += self.downsample(x)
        return out


class PreActBottleneck(PreActivation):
    """BN, ReLU, 1x1 (reduce), BN, ReLU, 3x3, BN, ReLU, 1x1 (restore ×4), (attention,) + shortcut."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__(spec, at)
        inner, c, bias = spec.inner(at.stage), spec.out_channels(at.stage), biased(spec, "inner")
        on_1x1, on_3x3 = (at.stride, 1) if spec.stride_on == "1x1" else (1, at.stride)
        self.conv1 = Conv2d(at.c_in, inner, 1, on_1x1, bias=bias)
        self.bn2 = norm(spec, inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(inner, inner, 3, on_3x3, spec.groups, at.dilation[0], bias)
        self.bn3 = norm(spec, inner)
        self.relu3 = nn.ReLU(inplace=True)
        self.conv3 = Conv2d(inner, c, 1, bias=biased(spec, "last"))
        self.se = attention(spec, c)
        self.downsample = shortcut(spec, at.c_in, c, at.stride, at.dilation[1])

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        active, x = self.activated(x)
        out: Tensor = self.relu2(self.bn2(self.conv1(active)))  # (N, inner, H, W)
        out = self.relu3(self.bn3(self.conv2(out)))  # (N, inner, H/stride, W/stride)
        out = self.conv3(out)  # (N, c, H/stride, W/stride)
        if self.se is not None:
            out = self.se(out)
        if self.downsample is not None:
            out += self.downsample(x)
        return out


BLOCK_CLASSES: dict[tuple[str, str], type[nn.Module]] = {  # (spec.block, spec.activation) -> class
    ("basic", "post"): BasicBlock,
    ("basic", "pre"): PreActBasicBlock,
    ("bottleneck", "post"): Bottleneck,
    ("bottleneck", "pre"): PreActBottleneck,
}
LAST = {BasicBlock: "bn2", Bottleneck: "bn3", PreActBasicBlock: "conv2", PreActBottleneck: "conv3"}  # of the branch


class ResNet(nn.Module):
    """Stem, stages layer1 … layer4 (conv2_x … conv5_x), head. Input (N, in_channels, H, W), output (N, classes), or
    without a classifier the (N, C) means of the last maps."""

    def __init__(self, spec: ResNetSpec) -> None:
        super().__init__()
        self.spec = spec
        self.conv1 = stem(spec)
        own = spec.activation == "post" or spec.preact_first == "stem"  # else the first block begins with them
        self.bn1 = norm(spec, spec.stem_channels[-1]) if own else nn.Identity()
        self.relu = nn.ReLU(inplace=True) if own else nn.Identity()
        self.maxpool = stem_pool(spec)
        for stage in range(len(spec.stages)):
            self.add_module(f"layer{stage + 1}", self.stage(spec, stage))
        c = spec.out_channels(len(spec.stages) - 1)
        self.last = spec.activation == "pre" and spec.last_norm == "yes"
        if self.last:
            self.bn_last = norm(spec, c)
            self.relu_last = nn.ReLU(inplace=True)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = Linear(c, spec.num_classes) if spec.num_classes else nn.Identity()

    @staticmethod
    def stage(spec: ResNetSpec, stage: int) -> nn.Sequential:
        """The blocks of a stage; the first one (Keras' V2: the last one) halves height and width, not in conv2_x.
        Where dilation takes a stride's place, the first block's first 3×3 still has the dilation before it."""
        block, c_in, (before, after) = (
            BLOCK_CLASSES[spec.block, spec.activation],
            spec.in_stage(stage),
            spec.dilations(stage),
        )
        made = []
        for index, stride in enumerate(spec.strides_in(stage)):
            dilation = (before if index == 0 else after, after)
            made.append(block(spec, Place(stage, c_in, stride, dilation, (stage, index) == (0, 0))))
            c_in = spec.out_channels(stage)
        return nn.Sequential(*made)

    def forward(self, x: Tensor) -> Tensor:  # (N, 3, 224, 224)
        x = self.relu(self.bn1(self.conv1(x)))  # (N, 64, 112, 112)
        x = self.maxpool(x)  # (N, 64, 56, 56)
        for stage in range(1, len(self.spec.stages) + 1):
            x = self.get_submodule(f"layer{stage}")(x)  # … (N, 512 or 2048, 7, 7)
        if self.last:
            x = self.relu_last(self.bn_last(x))
        x = torch.flatten(self.avgpool(x), 1)  # (N, 512 or 2048)
        x = self.fc(x)  # (N, classes)
        return x


def build(spec: ResNetSpec, device: str | torch.device = "cpu", seed: int | None = None) -> ResNet:
    """The real model of `spec` in training mode, as `nn.Module`s are born.

    On "meta" it has shapes and no values (tens of milliseconds for ResNet-152); elsewhere the weights are
    initialised as in `initialise`, from `seed` when one is given, else from torch's global generator.
    """
    model = ResNet(spec)
    if torch.device(device).type == "meta":
        return model
    generator = None if seed is None else torch.Generator("cpu").manual_seed(seed)
    initialise(model.to_empty(device="cpu"), generator)
    if spec.zero_init == "yes":
        for block in model.modules():
            if type(block) in LAST:
                nn.init.zeros_(block.get_parameter(f"{LAST[type(block)]}.weight"))
    return model.to(device)
