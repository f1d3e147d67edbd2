"""The layers that blocks are made of: convolution, Batch Normalization, classifier, and the three shortcuts.

Convolutions never have a bias, with or without BN, so that `norm=none` is the same net minus BN.
Source of the shortcuts: He et al. 2015, §3.2–3.3 and §4.1 (options A, B, C).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.spec import ResNetSpec


class _BornEmpty:
    """Layers are born on the meta device, with shapes and no values, and `model.build` gives them memory and initial
    values. Initialising here what nobody may ever run would cost more than all the rest of an analysis."""

    def reset_parameters(self) -> None:
        """Nothing to reset yet: `initialise` does."""


class Conv2d(_BornEmpty, nn.Conv2d):
    """A k×k convolution without bias, padded to keep the size at stride 1."""

    def __init__(self, c_in: int, c_out: int, k: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(c_in, c_out, k, stride=stride, padding=k // 2, groups=groups, bias=False, device="meta")


class BatchNorm2d(_BornEmpty, nn.BatchNorm2d):
    """Batch Normalization over (N, H, W); weight and bias are parameters, the running statistics are buffers."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, device="meta")


class Linear(_BornEmpty, nn.Linear):
    """The classifier: weights and biases."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__(c_in, c_out, device="meta")


class IdentityShortcut(nn.Identity):
    """The solid shortcut: x itself, added as it is."""


class ZeroPad(nn.Module):
    """Option A's dotted shortcut: every `stride`-th pixel, and zero channels behind the others. No parameters."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__()
        self.c_in, self.c_out, self.stride = c_in, c_out, stride

    def forward(self, x: Tensor) -> Tensor:  # (N, c_in, H, W)
        x = x[:, :, :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, 0, self.c_out - self.c_in))  # (N, c_out, ⌈H/stride⌉, ⌈W/stride⌉)

    def extra_repr(self) -> str:
        return f"{self.c_in}, {self.c_out}, stride={self.stride}"


def norm(spec: ResNetSpec, channels: int) -> nn.Module:
    return BatchNorm2d(channels) if spec.norm == "batch" else nn.Identity()


def shortcut(spec: ResNetSpec, c_in: int, c_out: int, stride: int) -> nn.Module | None:
    """The way around a block (He et al. 2015, §3.3), decided by comparing shapes, never by position:
    identity where they agree, else a projection (B) or zero-padding (A); C projects always; a plain net has none."""
    if spec.shortcut == "none":
        return None
    if spec.shortcut != "C" and (c_in, stride) == (c_out, 1):
        return IdentityShortcut()
    if spec.shortcut == "A":
        return ZeroPad(c_in, c_out, stride)
    if spec.activation == "pre":
        return nn.Sequential(Conv2d(c_in, c_out, 1, stride))
    return nn.Sequential(Conv2d(c_in, c_out, 1, stride), norm(spec, c_out))


def initialise(model: nn.Module, generator: torch.Generator | None = None) -> nn.Module:
    """He initialisation (fan-out, as in torchvision); BN at weight 1, bias 0; the classifier as PyTorch does."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear):
            bound = module.in_features**-0.5
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
    return model
