"""The real network, read from small to large: explorer.net.layers, then here the blocks and the net.

State dicts are torchvision's key for key (`conv1`, `layer1.0.conv2`, `layer1.0.downsample.0`), so pretrained
weights load; `layer1` … `layer4` are the paper's conv2_x … conv5_x. With the same weights the outputs equal
torchvision's bit for bit: the same operations in the same order.
Sources: He et al. 2015 (§3.3, §4.2), He et al. 2016 (pre-activation), torchvision (v1.5: stride on the 3×3).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from explorer.net.layers import BatchNorm2d, Conv2d, IdentityShortcut, Linear, ZeroPad, initialise, norm, shortcut
from explorer.spec import DEFAULTS, ResNetSpec

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


class BasicBlock(nn.Module):
    """3x3, BN, ReLU, 3x3, BN, + shortcut, ReLU."""

    def __init__(self, spec: ResNetSpec, stage: int, c_in: int, stride: int, first: bool) -> None:
        super().__init__()
        c = spec.out_channels(stage)
        self.conv1 = Conv2d(c_in, c, 3, stride)
        self.bn1 = norm(spec, c)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(c, c, 3)
        self.bn2 = norm(spec, c)
        self.relu2 = nn.ReLU(inplace=True)
        self.downsample = shortcut(spec, c_in, c, stride)

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        out = self.relu1(self.bn1(self.conv1(x)))  # (N, c, H/stride, W/stride)
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            out += self.downsample(x)
        return self.relu2(out)


class Bottleneck(nn.Module):
    """1x1 (reduce), BN, ReLU, 3x3, BN, ReLU, 1x1 (restore ×4), BN, + shortcut, ReLU."""

    def __init__(self, spec: ResNetSpec, stage: int, c_in: int, stride: int, first: bool) -> None:
        super().__init__()
        inner, c = spec.inner(stage), spec.out_channels(stage)
        on_1x1, on_3x3 = (stride, 1) if spec.stride_on == "1x1" else (1, stride)
        self.conv1 = Conv2d(c_in, inner, 1, on_1x1)
        self.bn1 = norm(spec, inner)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(inner, inner, 3, on_3x3, spec.groups)
        self.bn2 = norm(spec, inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = Conv2d(inner, c, 1)
        self.bn3 = norm(spec, c)
        self.relu3 = nn.ReLU(inplace=True)
        self.downsample = shortcut(spec, c_in, c, stride)

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        out = self.relu1(self.bn1(self.conv1(x)))  # (N, inner, H, W)
        out = self.relu2(self.bn2(self.conv2(out)))  # (N, inner, H/stride, W/stride)
        out = self.bn3(self.conv3(out))  # (N, c, H/stride, W/stride)
        if self.downsample is not None:
            out += self.downsample(x)
        return self.relu3(out)


class PreActivation(nn.Module):
    """BN, ReLU before the convolution (He et al. 2016). Empty in the net's first block: the stem's serves there."""

    def __init__(self, spec: ResNetSpec, c: int, first: bool) -> None:
        super().__init__()
        self.first = first
        if not first:
            self.bn1 = norm(spec, c)
            # Without BN's copy, writing in place would overwrite what the identity still needs.
            self.relu1 = nn.ReLU(inplace=spec.norm == "batch")

    def activated(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(input of the first convolution, input of the shortcut); a shortcut that changes the shape takes the
        activated x, as the authors' code does."""
        out = x if self.first else self.relu1(self.bn1(x))
        return out, (x if isinstance(self.downsample, IdentityShortcut) else out)


class PreActBasicBlock(PreActivation):
    """BN, ReLU, 3x3, BN, ReLU, 3x3, + shortcut."""

    def __init__(self, spec: ResNetSpec, stage: int, c_in: int, stride: int, first: bool) -> None:
        super().__init__(spec, c_in, first)
        c = spec.out_channels(stage)
        self.conv1 = Conv2d(c_in, c, 3, stride)
        self.bn2 = norm(spec, c)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(c, c, 3)
        self.downsample = shortcut(spec, c_in, c, stride)

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        out, x = self.activated(x)
        out = self.relu2(self.bn2(self.conv1(out)))  # (N, c, H/stride, W/stride)
        out = self.conv2(out)
        if self.downsample is not None:
            out += self.downsample(x)
        return out


class PreActBottleneck(PreActivation):
    """BN, ReLU, 1x1 (reduce), BN, ReLU, 3x3, BN, ReLU, 1x1 (restore ×4), + shortcut."""

    def __init__(self, spec: ResNetSpec, stage: int, c_in: int, stride: int, first: bool) -> None:
        super().__init__(spec, c_in, first)
        inner, c = spec.inner(stage), spec.out_channels(stage)
        on_1x1, on_3x3 = (stride, 1) if spec.stride_on == "1x1" else (1, stride)
        self.conv1 = Conv2d(c_in, inner, 1, on_1x1)
        self.bn2 = norm(spec, inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = Conv2d(inner, inner, 3, on_3x3, spec.groups)
        self.bn3 = norm(spec, inner)
        self.relu3 = nn.ReLU(inplace=True)
        self.conv3 = Conv2d(inner, c, 1)
        self.downsample = shortcut(spec, c_in, c, stride)

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        out, x = self.activated(x)
        out = self.relu2(self.bn2(self.conv1(out)))  # (N, inner, H, W)
        out = self.relu3(self.bn3(self.conv2(out)))  # (N, inner, H/stride, W/stride)
        out = self.conv3(out)  # (N, c, H/stride, W/stride)
        if self.downsample is not None:
            out += self.downsample(x)
        return out


BLOCK_CLASSES: dict[tuple[str, str], type[nn.Module]] = {  # (spec.block, spec.activation) -> class
    ("basic", "post"): BasicBlock,
    ("basic", "pre"): PreActBasicBlock,
    ("bottleneck", "post"): Bottleneck,
    ("bottleneck", "pre"): PreActBottleneck,
}


class ResNet(nn.Module):
    """Stem, stages layer1 … layer4 (conv2_x … conv5_x), head. Input (N, in_channels, H, W), output (N, classes)."""

    def __init__(self, spec: ResNetSpec) -> None:
        super().__init__()
        self.spec = spec
        imagenet = spec.stem == "imagenet"
        self.conv1 = Conv2d(spec.in_channels, spec.width, *((7, 2) if imagenet else (3, 1)))
        self.bn1 = norm(spec, spec.width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if imagenet else nn.Identity()
        for stage, blocks in enumerate(spec.stages):
            self.add_module(f"layer{stage + 1}", self.stage(spec, stage, blocks))
        c = spec.out_channels(len(spec.stages) - 1)
        if spec.activation == "pre":
            self.bn_last = norm(spec, c)
            self.relu_last = nn.ReLU(inplace=True)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = Linear(c, spec.num_classes)

    @staticmethod
    def stage(spec: ResNetSpec, stage: int, blocks: int) -> nn.Sequential:
        """`blocks` blocks; the first one halves height and width, but not in conv2_x."""
        block = BLOCK_CLASSES[spec.block, spec.activation]
        c_in = spec.out_channels(stage - 1) if stage else spec.width
        rest = (block(spec, stage, spec.out_channels(stage), 1, False) for _ in range(blocks - 1))
        return nn.Sequential(block(spec, stage, c_in, 1 if stage == 0 else 2, stage == 0), *rest)

    def forward(self, x: Tensor) -> Tensor:  # (N, 3, 224, 224)
        x = self.relu(self.bn1(self.conv1(x)))  # (N, 64, 112, 112)
        x = self.maxpool(x)  # (N, 64, 56, 56)
        for stage in range(1, len(self.spec.stages) + 1):
            x = self.get_submodule(f"layer{stage}")(x)  # … (N, 512 or 2048, 7, 7)
        if self.spec.activation == "pre":
            x = self.relu_last(self.bn_last(x))
        x = torch.flatten(self.avgpool(x), 1)  # (N, 512 or 2048)
        return self.fc(x)  # (N, classes)


_NOT_YET = tuple(list(DEFAULTS)[list(DEFAULTS).index("num_classes") + 1 :])


def build(spec: ResNetSpec, device: str | torch.device = "cpu", seed: int | None = None) -> ResNet:
    """The real model of `spec` in training mode, as `nn.Module`s are born.

    On "meta" it has shapes and no values (tens of milliseconds for ResNet-152); elsewhere the weights are
    initialised as in `initialise`, from `seed` when one is given, else from torch's global generator.
    """
    for field in _NOT_YET:
        if getattr(spec, field) != DEFAULTS[field]:
            raise NotImplementedError(f"{field}={getattr(spec, field)}: not built yet")
    if spec.norm in ("group", "frozen") or spec.stem == "deep" or not spec.num_classes:
        raise NotImplementedError("norm=group, norm=frozen, stem=deep, num_classes=0: not built yet")
    model = ResNet(spec)
    if torch.device(device).type == "meta":
        return model
    generator = None if seed is None else torch.Generator("cpu").manual_seed(seed)
    return initialise(model.to_empty(device="cpu"), generator).to(device)
