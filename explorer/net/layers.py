"""The layers that blocks are made of: convolution, norm, attention, classifier, and the shortcuts.

Convolutions have a bias only where `conv_bias` says so, with or without BN: `norm=none` is the same net minus BN.
Sources: He et al. 2015, §3.2–3.3 and §4.1 (options A, B, C); He et al. 2019 (1812.01187, ResNet-D's pool); Wu & He 2018
(1803.08494, Group Normalization); Hu et al. 2018 (1709.01507, squeeze-and-excitation); Wang et al. 2020 (1910.03151,
ECA), both with timm's widths and kernel sizes; frozen BN as in detectron2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.spec import ATTENTIONS, NORM_GROUPS, ResNetSpec


class _BornEmpty:
    """Layers are born on the meta device, with shapes and no values, and `model.build` gives them memory and initial
    values. Initialising here what nobody may ever run would cost more than all the rest of an analysis."""

    def reset_parameters(self) -> None:
        """Nothing to reset yet: `initialise` does."""


class Conv2d(_BornEmpty, nn.Conv2d):
    """A k×k convolution, padded to keep the size at stride 1."""

    def __init__(
        self, c_in: int, c_out: int, k: int, stride: int = 1, groups: int = 1, dilation: int = 1, bias: bool = False
    ) -> None:
        padding = dilation * (k // 2)
        super().__init__(c_in, c_out, k, stride, padding, dilation, groups, bias, device="meta")


class Conv1d(_BornEmpty, nn.Conv1d):
    """ECA's convolution along the channels."""

    def __init__(self, c_in: int, c_out: int, k: int, padding: int, bias: bool) -> None:
        super().__init__(c_in, c_out, k, padding=padding, bias=bias, device="meta")


class BatchNorm2d(_BornEmpty, nn.BatchNorm2d):
    """Batch Normalization over (N, H, W); weight and bias are parameters, the running statistics are buffers."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, device="meta")


class GroupNorm(_BornEmpty, nn.GroupNorm):
    """Group Normalization over (channels of a group, H, W) of each picture; no running statistics."""

    def __init__(self, channels: int) -> None:
        super().__init__(NORM_GROUPS, channels, device="meta")


class FrozenBatchNorm2d(_BornEmpty, nn.Module):
    """BN whose four vectors are constants: buffers, not parameters, in training too (detectron2's)."""

    weight: Tensor
    bias: Tensor
    running_mean: Tensor
    running_var: Tensor
    eps = 1e-5

    def __init__(self, channels: int) -> None:
        super().__init__()
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, torch.empty(channels, device="meta"))

    def forward(self, x: Tensor) -> Tensor:  # (N, C, H, W)
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps)

    def extra_repr(self) -> str:
        return f"{self.weight.numel()}, eps={self.eps}"


class Linear(_BornEmpty, nn.Linear):
    """The classifier: weights and biases."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__(c_in, c_out, device="meta")


class IdentityShortcut(nn.Identity):
    """The solid shortcut: x itself, added as it is."""


class ZeroPad(nn.Module):
    """Option A's dotted shortcut: every `stride`-th pixel, and zero channels behind the others, or half of them before
    (the odd one behind). No parameters."""

    def __init__(self, c_in: int, c_out: int, stride: int, both: bool = False) -> None:
        super().__init__()
        self.c_in, self.c_out, self.stride = c_in, c_out, stride
        self.before = (c_out - c_in) // 2 if both else 0

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        x = x[:, :, :: self.stride, :: self.stride]
        behind = self.c_out - self.c_in - self.before
        return F.pad(x, (0, 0, 0, 0, self.before, behind))  # (N, c_out, ⌈H/stride⌉, ⌈W/stride⌉)

    def extra_repr(self) -> str:
        return f"{self.c_in}, {self.c_out}, stride={self.stride}" + (f", before={self.before}" if self.before else "")


class SamePool2d(nn.Module):
    """ResNet-D's 2×2 average where dilation has taken the stride's place: stride 1, a border of zeros right and below
    (timm's AvgPool2dSame)."""

    def forward(self, x: Tensor) -> Tensor:  # (N, C, H, W)
        return F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 2, 1)  # (N, C, H, W)


class SqueezeExcite(nn.Module):
    """Each map's mean, through two 1×1 convolutions and a sigmoid, scales the map. Reduced to a multiple of 8."""

    gate: Callable[[Tensor], Tensor]

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        inner = max(8, int(channels / reduction + 4) // 8 * 8)
        self.fc1 = Conv2d(channels, inner, 1, bias=True)
        self.act = nn.ReLU(inplace=True)
        self.fc2 = Conv2d(inner, channels, 1, bias=True)
        self.gate = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:  # (N, C, H, W)
        squeezed = torch.mean(x, (2, 3), keepdim=True)  # (N, C, 1, 1)
        return x * self.gate(self.fc2(self.act(self.fc1(squeezed))))


class ChannelAttention(nn.Module):
    """ECA: each map's mean, through one small convolution along the channels and a sigmoid, scales the map."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        k = int(abs(math.log2(channels) + 1) / 2)
        k = max(k if k % 2 else k + 1, 3)
        self.channels = channels
        self.conv = Conv1d(1, 1, k, padding=k // 2, bias=False)
        self.gate = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:  # (N, C, H, W)
        squeezed = torch.reshape(torch.mean(x, (2, 3), keepdim=True), (-1, 1, self.channels))  # (N, 1, C)
        return x * torch.reshape(self.gate(self.conv(squeezed)), (-1, self.channels, 1, 1))


def no_norm(channels: int) -> nn.Module:
    return nn.Identity()


NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": BatchNorm2d,
    "group": GroupNorm,
    "frozen": FrozenBatchNorm2d,
    "none": no_norm,
}


def norm(spec: ResNetSpec, channels: int) -> nn.Module:
    return NORMS[spec.norm](channels)


ATTENTION: dict[str, type[nn.Module]] = {"se": SqueezeExcite, "eca": ChannelAttention}


def attention(spec: ResNetSpec, channels: int) -> nn.Module | None:
    """What scales a block's maps before the addition, if anything does."""
    if spec.attention == "none":
        return None
    reduction = (spec.attention_reduction,) if ATTENTIONS[spec.attention].reduces else ()
    return ATTENTION[spec.attention](channels, *reduction)


def biased(spec: ResNetSpec, place: str) -> bool:
    """Whether the convolution at `place` (stem, inner, last, projection) has a bias."""
    return place in BIASED[spec.conv_bias]


BIASED = {
    "none": (),
    "all": ("stem", "inner", "last", "projection"),
    "projection": ("projection",),
    "ends": ("stem", "last", "projection"),
}


def shortcut(spec: ResNetSpec, c_in: int, c_out: int, stride: int, dilation: int = 1) -> nn.Module | None:
    """The way around a block (He et al. 2015, §3.3), decided by comparing shapes, never by position.

    Identity where they agree, else a projection (B) or zero-padding (A); C projects always; a plain net has none. Where the stride stands in a stage's last block, the channels agree there, and B takes every `stride`-th pixel by a
    1×1 max pool, as Keras and TF-slim do."""
    if spec.shortcut == "none":
        return None
    if spec.shortcut != "C" and (c_in, stride) == (c_out, 1):
        return IdentityShortcut()
    if spec.shortcut == "A":
        return ZeroPad(c_in, c_out, stride, spec.zero_pad == "both")
    if spec.shortcut == "B" and spec.stride_place == "last" and c_in == c_out:
        return nn.MaxPool2d(1, stride=stride)
    return nn.Sequential(*_projection(spec, c_in, c_out, stride, dilation))


def _projection(spec: ResNetSpec, c_in: int, c_out: int, stride: int, dilation: int) -> Iterator[nn.Module]:
    """The 1×1 convolution with its norm; ResNet-D averages first and leaves the convolution at stride 1."""
    if spec.shortcut_pool == "avg":
        yield _average(stride, dilation)
        stride = 1
    yield Conv2d(c_in, c_out, 1, stride, bias=biased(spec, "projection"))
    if spec.activation == "post" and spec.shortcut_norm == "norm":
        yield norm(spec, c_out)


def _average(stride: int, dilation: int) -> nn.Module:
    """Before a projection: every pixel counts, where a strided 1×1 would skip three of four."""
    if stride == 1:
        return SamePool2d() if dilation > 1 else nn.Identity()
    return nn.AvgPool2d(2, stride=stride, ceil_mode=True, count_include_pad=False)


def stem(spec: ResNetSpec) -> nn.Module:
    """The convolutions before the first norm: one 7×7 or 3×3, or three 3×3 with norms and ReLUs between them."""
    widths, bias = spec.stem_channels, biased(spec, "stem")
    if spec.stem != "deep":
        return Conv2d(spec.in_channels, widths[0], *((7, 2) if spec.stem == "imagenet" else (3, 1)), bias=bias)
    return nn.Sequential(*_deep_stem(spec, (spec.in_channels, *widths), bias))


def _deep_stem(spec: ResNetSpec, widths: tuple[int, ...], bias: bool) -> Iterator[nn.Module]:
    for number, stride in enumerate((2, 1, 1)):
        if number:
            yield norm(spec, widths[number])
            yield nn.ReLU(inplace=True)
        yield Conv2d(widths[number], widths[number + 1], 3, stride, bias=bias)


def stem_pool(spec: ResNetSpec) -> nn.Module:
    """What halves the stem's maps: max pooling, Caffe's without padding and rounded up, a convolution, or nothing."""
    c = spec.stem_channels[-1]
    if spec.pooling == "conv":
        conv = Conv2d(c, c, 3, 2, bias=biased(spec, "stem"))
        return nn.Sequential(conv, norm(spec, c), nn.ReLU(inplace=True))
    if spec.pooling == "ceil":
        return nn.MaxPool2d(3, stride=2, ceil_mode=True)
    return nn.MaxPool2d(3, stride=2, padding=1) if spec.pooling == "max" else nn.Identity()


def initialise(model: nn.Module, generator: torch.Generator | None = None) -> nn.Module:
    """He initialisation (fan-out, as in torchvision), biases 0; norms at weight 1, bias 0; the rest as PyTorch does.

    The rest: the classifier and ECA's kernel."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Conv1d):
            nn.init.kaiming_uniform_(module.weight, a=5**0.5, generator=generator)
        elif isinstance(module, (nn.BatchNorm2d, nn.GroupNorm, FrozenBatchNorm2d)):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
            if isinstance(module, nn.BatchNorm2d):
                module.reset_running_stats()
            elif isinstance(module, FrozenBatchNorm2d):
                module.running_mean.zero_()
                module.running_var.fill_(1)
        elif isinstance(module, nn.Linear):
            bound = module.in_features**-0.5
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
    return model
