"""The axes of the family and their limits, and a net as one choice on each of them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from explorer.spec.checks import check_int, shortened


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
        object.__setattr__(self, "stages", checked_stages(self.stages))
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


def changed_fields(spec: ResNetSpec, base: ResNetSpec) -> dict[str, tuple[object, object]]:
    """The fields in which two specs differ: name → (in base, in spec)."""
    pairs = ((field.name, getattr(base, field.name), getattr(spec, field.name)) for field in fields(spec))
    return {name: (old, new) for name, old, new in pairs if old != new}


def checked_stages(stages: object) -> tuple[int, ...]:
    """Blocks per stage as a tuple, when there are not too many of either."""
    if not isinstance(stages, (tuple, list)) or not 1 <= len(stages) <= MAX_STAGES:
        raise ValueError(f"stages={shortened(stages)}: give the blocks of one to {MAX_STAGES} stages, like 3,4,6,3")
    for count in stages:
        check_int("stages", count, 1, MAX_BLOCKS)
    if sum(stages) > MAX_BLOCKS:
        raise ValueError(f"stages={shortened(stages)}: {sum(stages):,} blocks; at most {MAX_BLOCKS:,} in all")
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
