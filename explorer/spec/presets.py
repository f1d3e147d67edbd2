"""Nets by name: torchvision's, ResNet-200, the paper's CIFAR-10 nets, and any other depth of those."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from explorer.spec.axes import MAX_BLOCKS, ResNetSpec
from explorer.spec.checks import shortened

TORCHVISION = (  # the presets that torchvision.models has
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
)


def cifar_stages(depth: int) -> tuple[int, int, int]:
    """The CIFAR-10 layout of a basic-block net with 6n+2 layers (He et al. 2015, §4.2): depth → (n, n, n)."""
    deepest = 6 * (MAX_BLOCKS // 3) + 2
    if isinstance(depth, bool) or not isinstance(depth, int) or not 8 <= depth <= deepest or (depth - 2) % 6:
        near = ""
        if isinstance(depth, int) and 8 <= depth <= deepest:
            below = depth - (depth - 2) % 6
            near = f"; nearest: {below} and {below + 6}"
        raise ValueError(f"depth={shortened(depth)}: CIFAR nets have 6n+2 layers: 8, 14, 20, … {deepest:,}{near}")
    return ((depth - 2) // 6,) * 3


def torchvisions(spec: ResNetSpec) -> bool:
    """Whether torchvision has this net, of whatever number of classes."""
    alike = replace(spec, num_classes=ResNetSpec.num_classes)
    return any(alike == one for name, one in presets().items() if one.family == spec.family and name in TORCHVISION)


@cache
def presets() -> dict[str, ResNetSpec]:
    """Every preset by name: torchvision's names, ResNet-200, and the paper's CIFAR-10 nets."""
    bottleneck = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3), "resnet152": (3, 8, 36, 3)}
    table = {
        "resnet18": ResNetSpec(stages=(2, 2, 2, 2), block="basic"),
        "resnet34": ResNetSpec(stages=(3, 4, 6, 3), block="basic"),
        **{name: ResNetSpec(stages=stages) for name, stages in bottleneck.items()},
        "resnet200": ResNetSpec(stages=(3, 24, 36, 3)),
        "resnext50_32x4d": ResNetSpec(groups=32, width_per_group=4),
        "resnext101_32x8d": ResNetSpec(stages=(3, 4, 23, 3), groups=32, width_per_group=8),
        "resnext101_64x4d": ResNetSpec(stages=(3, 4, 23, 3), groups=64, width_per_group=4),
        "wide_resnet50_2": ResNetSpec(width_per_group=128),
        "wide_resnet101_2": ResNetSpec(stages=(3, 4, 23, 3), width_per_group=128),
    }
    for depth in (20, 32, 44, 56, 110, 1202):
        table[f"resnet{depth}_cifar"] = ResNetSpec(
            family="cifar",
            stages=cifar_stages(depth),
            block="basic",
            shortcut="A",
            width=16,
            stem="cifar",
            num_classes=10,
        )
    return table


def preset(name: str) -> ResNetSpec:
    """The spec of a published net. Raises `ValueError` with the known names."""
    if name not in presets():
        raise ValueError(f"model={shortened(name)}: choose one of {', '.join(presets())}")
    return presets()[name]
