"""What a ResNet is, as data: every axis of the family, validated, and the presets by name.

Nothing here needs torch. A spec is frozen: vary it with `dataclasses.replace`.
Sources: He et al. 2015 (arXiv 1512.03385), He et al. 2016 (1603.05027), Xie et al. 2017
(ResNeXt, 1611.05431), Zagoruyko & Komodakis 2016 (Wide ResNet, 1605.07146).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache


@dataclass(frozen=True)
class BlockKind:
    """expansion: output channels per nominal inner channel; convs: convolutions on the main path."""

    expansion: int
    convs: int


BLOCKS = {"basic": BlockKind(expansion=1, convs=2), "bottleneck": BlockKind(expansion=4, convs=3)}
CHOICES: dict[str, tuple[str, ...]] = {
    "family": ("imagenet", "cifar"),
    "block": tuple(BLOCKS),
    "shortcut": ("B", "A", "C", "none"),
    "stride_on": ("3x3", "1x1"),
    "activation": ("post", "pre"),
    "norm": ("batch", "none"),
    "stem": ("imagenet", "cifar"),
}
LIMITS: dict[str, tuple[int, int]] = {
    "width": (1, 2048),
    "groups": (1, 256),
    "width_per_group": (1, 1024),
    "in_channels": (1, 1024),
    "num_classes": (1, 100_000),
}
MAX_STAGES = 4
MAX_BLOCKS = 1000
MAX_INPUT = 4096
MAX_BATCH = 65_536
DEFAULT_INPUT = {"imagenet": 224, "cifar": 32}


@dataclass(frozen=True)
class ResNetSpec:
    """One ResNet. Raises `ValueError` naming the field, the value and what is allowed.

    stages: blocks per stage conv2_x, conv3_x, … (one to four stages).
    width: channels of the first stage's inner convolutions; doubled at each later stage.
    groups, width_per_group: ResNeXt's cardinality and Wide ResNet's factor, as in torchvision.
    """

    family: str = "imagenet"
    stages: tuple[int, ...] = (3, 4, 6, 3)
    block: str = "bottleneck"
    shortcut: str = "B"
    stride_on: str = "3x3"
    activation: str = "post"
    norm: str = "batch"
    width: int = 64
    groups: int = 1
    width_per_group: int = 64
    stem: str = "imagenet"
    in_channels: int = 3
    num_classes: int = 1000

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}={getattr(self, name)!r}: choose one of {', '.join(allowed)}")
        for name, (low, high) in LIMITS.items():
            check_int(name, getattr(self, name), low, high)
        object.__setattr__(self, "stages", _checked_stages(self.stages))
        _check_groups(self)

    @property
    def depth(self) -> int:
        """Layers as the paper counts them: convolutions on the main path, and the classifier."""
        return BLOCKS[self.block].convs * sum(self.stages) + 2

    @property
    def default_input(self) -> int:
        """Side of the input picture that the family's papers use: 224 or 32 pixels."""
        return DEFAULT_INPUT[self.family]

    def planes(self, stage: int) -> int:
        """Nominal inner channels of stage number `stage` (0 is conv2_x)."""
        return self.width * 2**stage

    def inner(self, stage: int) -> int:
        """Channels of the inner convolutions: torchvision's `int(planes · width_per_group / 64) · groups`."""
        return int(self.planes(stage) * self.width_per_group / 64) * self.groups

    def out_channels(self, stage: int) -> int:
        """Channels that leave stage number `stage`."""
        return self.planes(stage) * BLOCKS[self.block].expansion


def check_int(name: str, value: object, low: int, high: int) -> int:
    """`value` when it is a whole number in [low, high]; `ValueError` naming all three otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name}={_short(value)}: choose a whole number from {low:,} to {high:,}")
    return value


def parse_stages(text: str) -> tuple[int, ...]:
    """'3,4,6,3' → (3, 4, 6, 3)."""
    parts = [part.strip() for part in text.strip().strip("[]()").split(",")]
    if not all(re.fullmatch(r"[0-9]{1,6}", part) for part in parts):
        raise ValueError(f"stages={_short(text)}: write the blocks per stage as whole numbers, like 3,4,6,3")
    return _checked_stages(tuple(map(int, parts)))


def parse_input(text: str) -> tuple[int, int]:
    """'224' → (224, 224); '197x211' → (197, 211): height × width in pixels."""
    match = re.fullmatch(r"\s*(\d{1,9})\s*(?:[x×]\s*(\d{1,9})\s*)?", str(text))
    if not match:
        raise ValueError(f"input={_short(text)}: write a size in pixels from 1 to {MAX_INPUT:,}, like 224 or 197x211")
    height = int(match[1])
    width = int(match[2]) if match[2] else height
    return check_int("input", height, 1, MAX_INPUT), check_int("input", width, 1, MAX_INPUT)


def cifar_stages(depth: int) -> tuple[int, int, int]:
    """The CIFAR-10 layout of a basic-block net with 6n+2 layers (He et al. 2015, §4.2): depth → (n, n, n)."""
    deepest = 6 * (MAX_BLOCKS // 3) + 2
    if isinstance(depth, bool) or not isinstance(depth, int) or not 8 <= depth <= deepest or (depth - 2) % 6:
        near = ""
        if isinstance(depth, int) and 8 <= depth <= deepest:
            below = depth - (depth - 2) % 6
            near = f"; nearest: {below} and {below + 6}"
        raise ValueError(f"depth={_short(depth)}: CIFAR nets have 6n+2 layers: 8, 14, 20, … {deepest:,}{near}")
    return ((depth - 2) // 6,) * 3


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
            family="cifar", stages=cifar_stages(depth), block="basic", shortcut="A",
            width=16, stem="cifar", num_classes=10,
        )
    return table


def preset(name: str) -> ResNetSpec:
    """The spec of a published net. Raises `ValueError` with the known names."""
    if name not in presets():
        raise ValueError(f"model={_short(name)}: choose one of {', '.join(presets())}")
    return presets()[name]


def changed_fields(spec: ResNetSpec, base: ResNetSpec) -> dict[str, tuple[object, object]]:
    """The fields in which two specs differ: name → (in base, in spec)."""
    pairs = ((field.name, getattr(base, field.name), getattr(spec, field.name)) for field in fields(spec))
    return {name: (old, new) for name, old, new in pairs if old != new}


def _checked_stages(stages: object) -> tuple[int, ...]:
    if not isinstance(stages, (tuple, list)) or not 1 <= len(stages) <= MAX_STAGES:
        raise ValueError(f"stages={_short(stages)}: give the blocks of one to {MAX_STAGES} stages, like 3,4,6,3")
    for count in stages:
        check_int("stages", count, 1, MAX_BLOCKS)
    if sum(stages) > MAX_BLOCKS:
        raise ValueError(f"stages={_short(stages)}: {sum(stages):,} blocks; at most {MAX_BLOCKS:,} in all")
    return tuple(stages)


def _check_groups(spec: ResNetSpec) -> None:
    if spec.block == "basic" and (spec.groups, spec.width_per_group) != (1, 64):
        raise ValueError(
            f"groups={spec.groups}, width_per_group={spec.width_per_group}: a basic block takes groups=1 and "
            "width_per_group=64; choose block=bottleneck for ResNeXt and Wide ResNet"
        )
    if spec.inner(0) < 1:
        raise ValueError(
            f"width_per_group={spec.width_per_group}: with width={spec.width} a group would have no channel; "
            f"choose at least {-(-64 // spec.width)}"
        )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
