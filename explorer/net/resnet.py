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
    """Where a block stands. c_in, inner, c: its channels; before, after: dilation of its first 3×3 and of what follows;
    first: of the net."""

    c_in: int
    inner: int
    c: int
    stride: int
    before: int
    after: int
    first: bool


class BasicBlock(nn.Module):
    """3×3, BN, ReLU, 3×3, BN, (attention), + shortcut, ReLU."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__()
        self.at, c = at, at.c
        self.conv1 = Conv2d(at.c_in, c, 3, at.stride, dilation=at.before, bias=biased(spec, "inner"))
        self.bn1 = norm(spec, c)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(c, c, 3, dilation=at.after, bias=biased(spec, "last"))
        self.bn2 = norm(spec, c)
        self.se = attention(spec, c)
        self.relu2 = nn.ReLU(inplace=True)
        self.downsample = shortcut(spec, at.c_in, c, at.stride, at.after)

    def start_as_shortcut(self) -> None:
        nn.init.zeros_(self.get_parameter("bn2.weight"))

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
    """1×1 (reduce), BN, ReLU, 3×3, BN, ReLU, 1×1 (restore ×4), BN, (attention), + shortcut, ReLU."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__()
        self.at = at
        inner, c, bias = at.inner, at.c, biased(spec, "inner")
        on_1x1, on_3x3 = (at.stride, 1) if spec.stride_on == "1x1" else (1, at.stride)
        self.conv1 = Conv2d(at.c_in, inner, 1, on_1x1, bias=bias)
        self.bn1 = norm(spec, inner)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(inner, inner, 3, on_3x3, spec.groups, at.before, bias)
        self.bn2 = norm(spec, inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = Conv2d(inner, c, 1, bias=biased(spec, "last"))
        self.bn3 = norm(spec, c)
        self.se = attention(spec, c)
        self.relu3 = nn.ReLU(inplace=True)
        self.downsample = shortcut(spec, at.c_in, c, at.stride, at.after)

    def start_as_shortcut(self) -> None:
        nn.init.zeros_(self.get_parameter("bn3.weight"))

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
        self.at = at
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
    """BN, ReLU, 3×3, BN, ReLU, 3×3, (attention), + shortcut."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__(spec, at)
        c = at.c
        self.conv1 = Conv2d(at.c_in, c, 3, at.stride, dilation=at.before, bias=biased(spec, "inner"))
        self.bn2 = norm(spec, c)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(c, c, 3, dilation=at.after, bias=biased(spec, "last"))
        self.se = attention(spec, c)
        self.downsample = shortcut(spec, at.c_in, c, at.stride, at.after)

    def start_as_shortcut(self) -> None:
        nn.init.zeros_(self.get_parameter("conv2.weight"))

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        out: Tensor
        out, x = self.activated(x)
        out = self.relu2(self.bn2(self.conv1(out)))  # (N, c, H/stride, W/stride)
        out = self.conv2(out)
        if self.se is not None:
            out = self.se(out)
        if self.downsample is not None:
            out += self.downsample(x)
        return out


class PreActBottleneck(PreActivation):
    """BN, ReLU, 1×1 (reduce), BN, ReLU, 3×3, BN, ReLU, 1×1 (restore ×4), (attention), + shortcut."""

    def __init__(self, spec: ResNetSpec, at: Place) -> None:
        super().__init__(spec, at)
        inner, c, bias = at.inner, at.c, biased(spec, "inner")
        on_1x1, on_3x3 = (at.stride, 1) if spec.stride_on == "1x1" else (1, at.stride)
        self.conv1 = Conv2d(at.c_in, inner, 1, on_1x1, bias=bias)
        self.bn2 = norm(spec, inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(inner, inner, 3, on_3x3, spec.groups, at.before, bias)
        self.bn3 = norm(spec, inner)
        self.relu3 = nn.ReLU(inplace=True)
        self.conv3 = Conv2d(inner, c, 1, bias=biased(spec, "last"))
        self.se = attention(spec, c)
        self.downsample = shortcut(spec, at.c_in, c, at.stride, at.after)

    def start_as_shortcut(self) -> None:
        nn.init.zeros_(self.get_parameter("conv3.weight"))

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        out: Tensor
        out, x = self.activated(x)
        out = self.relu2(self.bn2(self.conv1(out)))  # (N, inner, H, W)
        out = self.relu3(self.bn3(self.conv2(out)))  # (N, inner, H/stride, W/stride)
        out = self.conv3(out)  # (N, c, H/stride, W/stride)
        if self.se is not None:
            out = self.se(out)
        if self.downsample is not None:
            out += self.downsample(x)
        return out


AnyBlock = BasicBlock | Bottleneck | PreActBasicBlock | PreActBottleneck
BLOCK_CLASSES: dict[tuple[str, str], type[nn.Module]] = {  # (spec.block, spec.activation) -> class
    ("basic", "post"): BasicBlock,
    ("basic", "pre"): PreActBasicBlock,
    ("bottleneck", "post"): Bottleneck,
    ("bottleneck", "pre"): PreActBottleneck,
}


def stage(spec: ResNetSpec, blocks: int, at: Place) -> nn.Sequential:
    """`blocks` blocks, the later ones alike but for what one of them changes: channels, height and width.

    The first one may change the channels, the first or (Keras' V2) the last one height and width. Where dilation takes a stride's place, the first block's first 3×3 still has the
    dilation before it."""
    block = BLOCK_CLASSES[spec.block, spec.activation]
    if spec.stride_place == "first":
        later = Place(at.c, at.inner, at.c, 1, at.after, at.after, False)
        return nn.Sequential(block(spec, at), *(block(spec, later) for _ in range(blocks - 1)))
    channels = (at.c_in, *[at.c] * (blocks - 1))
    strides = (*[1] * (blocks - 1), at.stride)
    return nn.Sequential(
        *(
            block(spec, Place(c_in, at.inner, at.c, stride, at.before, at.after, at.first and index == 0))
            for index, (c_in, stride) in enumerate(zip(channels, strides))
        )
    )


def place(spec: ResNetSpec, number: int) -> Place:
    """Of the first block of stage `number`."""
    channels = spec.in_stage(number), spec.inner(number), spec.out_channels(number)
    return Place(*channels, spec.stage_stride(number), *spec.dilations(number), number == 0)


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
        for number, blocks in enumerate(spec.stages):
            self.add_module(f"layer{number + 1}", stage(spec, blocks, place(spec, number)))
        c = spec.out_channels(len(spec.stages) - 1)
        self.last = spec.activation == "pre" and spec.last_norm == "yes"
        if self.last:
            self.bn_last = norm(spec, c)
            self.relu_last = nn.ReLU(inplace=True)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = Linear(c, spec.num_classes) if spec.num_classes else nn.Identity()

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Initial weights (`initialise`).

        Where the spec says so, each block starts as its shortcut."""
        initialise(self, generator)
        if self.spec.zero_init == "yes":
            for module in self.modules():
                if isinstance(module, AnyBlock):
                    module.start_as_shortcut()

    def forward(self, x: Tensor) -> Tensor:  # (N, 3, 224, 224)
        x = self.relu(self.bn1(self.conv1(x)))  # (N, 64, 112, 112)
        x = self.maxpool(x)  # (N, 64, 56, 56)
        for number in range(1, len(self.spec.stages) + 1):
            x = self.get_submodule(f"layer{number}")(x)  # … (N, 512 or 2048, 7, 7)
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
    model.to_empty(device="cpu").reset_parameters(generator)
    return model.to(device)
