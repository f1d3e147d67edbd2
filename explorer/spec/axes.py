"""A net as one choice on each axis (explorer.spec.fields), checked; and what follows from the choices."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from explorer.spec.checks import check_int, shortened
from explorer.spec.fields import BLOCKS, CHOICES, DEFAULTS, LIMITS, LISTS, Fields
from explorer.spec.row import Changes, PlainSpec, Value
from explorer.spec.sense import SENSE, check_block, check_sense, fixed

MAX_STAGES = 4
MAX_BLOCKS = 1000
MAX_INPUT = 4096
MAX_BATCH = 65_536
DEFAULT_INPUT = {"imagenet": 224, "cifar": 32}
STEM_CONVS = {"imagenet": 1, "deep": 3, "cifar": 1}
STEM_STRIDE = {"imagenet": 2, "deep": 2, "cifar": 1}
USUAL_POOL = {"imagenet": "max", "deep": "max", "cifar": "none"}


@dataclass(frozen=True)
class ResNetSpec(Fields):
    """One ResNet. Raises `ValueError` naming the field, the value and what is allowed.

    stages: blocks per stage conv2_x, conv3_x, … (one to four stages).
    width: channels of the first stage's inner convolutions; doubled at each later stage.
    groups, width_per_group: ResNeXt's cardinality and Wide ResNet's factor, as in torchvision.
    num_classes: outputs of fc; 0 leaves the classifier out.
    stem: one 7×7 (imagenet), three 3×3 (deep) or one 3×3 of stride 1 (cifar). stem_widths: their channels; empty is
        `width`, and for a deep stem width/2, width/2, width.
    pool: after the stem. usual (max, and none for CIFAR's stem); max: 3×3, stride 2, padding 1; ceil: Caffe's, without
        padding, rounded up; conv: a 3×3 convolution of stride 2 (timm's replace_stem_pool); none.
    widths: inner channels of each stage; empty doubles `width`. strides: of each stage; empty is 1, 2, 2, 2, and with
        stride_place=last 2, 2, 2, 1 (Keras' V2).
    output_stride: 16 and 8 turn the strides beyond into dilation, as torchvision and timm do; 32 leaves the strides.
    stride_place: the block of a stage that has its stride. shortcut_pool: avg is ResNet-D's, before a 1×1 of stride 1.
    shortcut_norm: of a projection. conv_bias: on no convolution, all, projections, or the ends (Keras' V2: stem,
        projections and the last convolution of a block).
    norm: batch, group (of 32), frozen (BN's four vectors as buffers) or none.
    attention: squeeze-and-excitation or ECA before the addition; attention_reduction: SE's, 16 as published.
    zero_pad: option A's zeros behind x's channels (the Torch original), or half before and half behind.
    preact_first: where the first pre-activation of a net stands: after the stem's convolution (He et al.) or in the
        first block (timm, Keras). last_norm: whether BN and ReLU follow the last block of a pre-activation net.
    zero_init: the last norm of each block starts at 0 (no effect on counts).

    A list that spells out the usual is stored as empty, and a pool as usual, so that equal nets are equal specs.
    """

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}={shortened(getattr(self, name))}: choose one of {', '.join(allowed)}")
        for name, (low, high) in LIMITS.items():
            object.__setattr__(self, name, check_int(name, getattr(self, name), low, high))
        object.__setattr__(self, "stages", checked_stages(self.stages))
        check_block(self)
        for name, usual in (
            ("stem_widths", _usual_stem(self)),
            ("widths", self._doubled()),
            ("strides", self.usual_strides()),
        ):
            given = _checked_list(name, getattr(self, name), len(usual))
            object.__setattr__(self, name, () if given == usual else given)
        if self.pool == USUAL_POOL[self.stem]:
            object.__setattr__(self, "pool", "usual")
        check_sense(self)

    @property
    def depth(self) -> int:
        """Layers as the paper counts them: convolutions on the main path (not those of attention or of shortcuts), and
        the classifier. A deep stem has three, and a pool by convolution one more: ResNet-50-D has 52."""
        stem = STEM_CONVS[self.stem] + (self.pool == "conv")
        return stem + BLOCKS[self.block].convs * sum(self.stages) + (self.num_classes > 0)

    @property
    def nominal_depth(self) -> int:
        """The number in the name: the depth with the paper's stem and classifier. ResNet-50-D's is 50."""
        return BLOCKS[self.block].convs * sum(self.stages) + 2

    @property
    def default_input(self) -> int:
        """Side of the input picture that the family's papers use: 224 or 32 pixels."""
        return DEFAULT_INPUT[self.family]

    @property
    def stem_channels(self) -> tuple[int, ...]:
        """Channels after each convolution of the stem."""
        return self.stem_widths or _usual_stem(self)

    @property
    def pooling(self) -> str:
        """max | ceil | conv | none: what stands between the stem's convolutions and the first stage."""
        return USUAL_POOL[self.stem] if self.pool == "usual" else self.pool

    def planes(self, stage: int) -> int:
        """Nominal inner channels of stage number `stage` (0 is conv2_x)."""
        return (self.widths or self._doubled())[stage]

    def inner(self, stage: int) -> int:
        """Channels of the inner convolutions: torchvision's `int(planes · width_per_group / 64) · groups`."""
        return int(self.planes(stage) * self.width_per_group / 64) * self.groups

    def out_channels(self, stage: int) -> int:
        """Channels that leave stage number `stage`."""
        return self.planes(stage) * BLOCKS[self.block].expansion

    def in_stage(self, stage: int) -> int:
        """Channels that enter stage number `stage`."""
        return self.out_channels(stage - 1) if stage else self.stem_channels[-1]

    def stage_stride(self, stage: int) -> int:
        """By how much the stage divides height and width: 1 where dilation has taken the stride's place."""
        return self._plan()[stage][0]

    def dilations(self, stage: int) -> tuple[int, int]:
        """Dilation of the 3×3 (the first block's first, all others): the first one sees the stage before it."""
        return self._plan()[stage][1:]

    @property
    def total_stride(self) -> int:
        """By how much smaller the last map is than the picture: 32 for the paper's nets."""
        stages = math.prod(self.stage_stride(stage) for stage in range(len(self.stages)))
        return self.stem_stride() * stages

    def stem_stride(self) -> int:
        """By how much stem and pool divide height and width."""
        return STEM_STRIDE[self.stem] * (1 if self.pooling == "none" else 2)

    def _doubled(self) -> tuple[int, ...]:
        return tuple(self.width * 2**stage for stage in range(len(self.stages)))

    def usual_strides(self) -> tuple[int, ...]:
        """Of the stages, where none are given."""
        later = (2,) * (len(self.stages) - 1)
        return (1, *later) if self.stride_place == "first" else (*later, 1)

    def _plan(self) -> tuple[tuple[int, int, int], ...]:
        """(stride, dilation of the first block, dilation of the others) of each stage: as in torchvision and timm."""
        reached, dilation, plan = self.stem_stride(), 1, []
        for stride in self.strides or self.usual_strides():
            before = dilation
            if self.output_stride != 32 and reached >= self.output_stride:
                dilation, stride = dilation * stride, 1
            reached *= stride
            plan.append((stride, before, dilation if self.stride_place == "first" else before))
        return tuple(plan)


def as_plain(spec: ResNetSpec) -> PlainSpec:
    """Its fields as JSON has them: name → value, a list for a tuple."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(spec).items()}


def changed(spec: ResNetSpec, changes: Changes) -> ResNetSpec:
    """`dataclasses.replace` for fields that are named in data. Raises `ValueError` as `ResNetSpec` does."""
    values = {name: getattr(spec, name) for name in DEFAULTS}
    return ResNetSpec(**(values | dict(changes)))


def changed_fields(spec: ResNetSpec, base: ResNetSpec) -> dict[str, tuple[Value, Value]]:
    """The fields in which two specs differ: name → (in base, in spec)."""
    pairs = ((field.name, getattr(base, field.name), getattr(spec, field.name)) for field in fields(spec))
    return {name: (old, new) for name, old, new in pairs if old != new}


def varied(spec: ResNetSpec, **changes: Value) -> ResNetSpec:
    """`dataclasses.replace`, with every other axis that the change robs of its sense put back to its default: a plain
    net has no projection to pool for, another stem no use for the old one's widths.

    Raises `ValueError` for what cannot be, as `ResNetSpec` does.
    """
    values = {name: getattr(spec, name) for name in DEFAULTS} | changes
    values |= fixed(values["block"]) | changes
    stages, stem = values["stages"], values["stem"]
    lengths = {"stem_widths": STEM_CONVS.get(stem), "widths": len(stages), "strides": len(stages)}
    for name, length in lengths.items():
        if name not in changes and len(values[name]) != length:
            values[name] = ()
    unjudged = object.__new__(ResNetSpec)
    vars(unjudged).update(values)
    for name, senseless, _ in SENSE:
        if name not in changes and senseless(unjudged):
            vars(unjudged)[name] = values[name] = DEFAULTS[name]
    return ResNetSpec(**values)


def read_field(name: str, text: str) -> Value:
    """What a flag, a link or a file writes for a field, as the field's own type; its value is `ResNetSpec`'s to judge.

    Raises `ValueError` for an unknown field and for text that is no number where one is wanted.
    """
    if name not in DEFAULTS:
        raise ValueError(f"field={shortened(name)}: choose one of {', '.join(DEFAULTS)}")
    if name in CHOICES:
        return text
    parts = [part.strip() for part in text.strip().strip("[]()").split(",")]
    if (
        name in LIMITS
        and parts[1:]
        or not all(part.isascii() and part.isdecimal() and len(part) < 13 for part in parts)
    ):
        like = "a whole number" if name in LIMITS else "whole numbers, like 3,4,6,3"
        raise ValueError(f"{name}={shortened(text)}: write {like}")
    return int(parts[0]) if name in LIMITS else tuple(map(int, parts))


def checked_stages(stages: object) -> tuple[int, ...]:
    """Blocks per stage as a tuple, when there are not too many of either."""
    if not isinstance(stages, (tuple, list)) or not 1 <= len(stages) <= MAX_STAGES:
        raise ValueError(f"stages={shortened(stages)}: give the blocks of one to {MAX_STAGES} stages, like 3,4,6,3")
    counts = tuple(check_int("stages", count, 1, MAX_BLOCKS) for count in stages)
    if sum(counts) > MAX_BLOCKS:
        raise ValueError(f"stages={shortened(stages)}: {sum(counts):,} blocks; at most {MAX_BLOCKS:,} in all")
    return counts


def _checked_list(name: str, given: object, length: int) -> tuple[int, ...]:
    if not isinstance(given, (tuple, list)) or len(given) not in (0, length):
        what = f"the {length} convolutions of the stem" if name == "stem_widths" else f"the {length} stages"
        raise ValueError(f"{name}={shortened(given)}: give one number for each of {what}, or none for the usual")
    return tuple(check_int(name, value, *LISTS[name]) for value in given)


def _usual_stem(spec: ResNetSpec) -> tuple[int, ...]:
    """Channels of the stem's convolutions where none are named: Bag of Tricks' 32, 32, 64 for a deep one."""
    half = max(1, spec.width // 2)
    return (half, half, spec.width) if spec.stem == "deep" else (spec.width,)
