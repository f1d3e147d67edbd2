"""The axes of the family and their limits, and a net as one choice on each of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from explorer.spec.checks import check_int, shortened

Value = str | int | tuple[int, ...]  # what a field of a spec holds
Changes = Mapping[str, Value]  # field → its new value


@dataclass(frozen=True)
class BlockKind:
    """expansion: output channels per nominal inner channel; convs: convolutions on the main path."""

    expansion: int
    convs: int


BLOCKS = {"basic": BlockKind(expansion=1, convs=2), "bottleneck": BlockKind(expansion=4, convs=3)}


@dataclass(frozen=True)
class AttentionKind:
    """words: on a control and in the written file; short: in a name; says: how a block weighs its channels; reduces:
    whether attention_reduction has a sense for it."""

    words: str
    short: str
    says: str
    reduces: bool = False


ATTENTIONS = {  # its module: `ATTENTION` in explorer.net.layers
    "se": AttentionKind("squeeze-and-excitation", "SE", "by two small layers on their means", reduces=True),
    "eca": AttentionKind("efficient channel attention", "ECA", "by a short convolution over their means"),
}
CHOICES: dict[str, tuple[str, ...]] = {  # axes told in a word; the first one is the default
    "family": ("imagenet", "cifar"),
    "block": tuple(BLOCKS),
    "shortcut": ("B", "A", "C", "none"),
    "stride_on": ("3x3", "1x1"),
    "activation": ("post", "pre"),
    "norm": ("batch", "group", "frozen", "none"),
    "stem": ("imagenet", "deep", "cifar"),
    "pool": ("usual", "max", "ceil", "conv", "none"),
    "stride_place": ("first", "last"),
    "shortcut_pool": ("none", "avg"),
    "shortcut_norm": ("norm", "none"),
    "conv_bias": ("none", "all", "projection", "ends"),
    "attention": ("none", *ATTENTIONS),
    "zero_pad": ("behind", "both"),
    "preact_first": ("stem", "block"),
    "last_norm": ("yes", "no"),
    "zero_init": ("no", "yes"),
}
LIMITS: dict[str, tuple[int, int]] = {  # axes told in a number
    "width": (1, 2048),
    "groups": (1, 256),
    "width_per_group": (1, 1024),
    "attention_reduction": (1, 256),
    "output_stride": (8, 32),
    "in_channels": (1, 1024),
    "num_classes": (0, 1_000_000),
}
LISTS: dict[str, tuple[int, int]] = {  # axes told in one number a stage (or a stem's convolution); empty: as usual
    "stem_widths": (1, 2048),
    "widths": (1, 16_384),
    "strides": (1, 8),
}
OUTPUT_STRIDES = (32, 16, 8)
NORM_GROUPS = 32  # GroupNorm's groups, as in Wu & He 2018 and timm
MAX_STAGES = 4
MAX_BLOCKS = 1000
MAX_INPUT = 4096
MAX_BATCH = 65_536
DEFAULT_INPUT = {"imagenet": 224, "cifar": 32}
STEM_CONVS = {"imagenet": 1, "deep": 3, "cifar": 1}
STEM_STRIDE = {"imagenet": 2, "deep": 2, "cifar": 1}
USUAL_POOL = {"imagenet": "max", "deep": "max", "cifar": "none"}


@dataclass(frozen=True)
class ResNetSpec:
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
    stem_widths: tuple[int, ...] = ()
    pool: str = "usual"
    widths: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    output_stride: int = 32
    stride_place: str = "first"
    shortcut_pool: str = "none"
    shortcut_norm: str = "norm"
    conv_bias: str = "none"
    attention: str = "none"
    attention_reduction: int = 16
    zero_pad: str = "behind"
    preact_first: str = "stem"
    last_norm: str = "yes"
    zero_init: str = "no"

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}={shortened(getattr(self, name))}: choose one of {', '.join(allowed)}")
        for name, (low, high) in LIMITS.items():
            object.__setattr__(self, name, check_int(name, getattr(self, name), low, high))
        object.__setattr__(self, "stages", checked_stages(self.stages))
        _check_groups(self)
        for name, usual in (
            ("stem_widths", _usual_stem(self)),
            ("widths", self._doubled()),
            ("strides", self._steps()),
        ):
            given = _checked_list(name, getattr(self, name), len(usual))
            object.__setattr__(self, name, () if given == usual else given)
        if self.pool == USUAL_POOL[self.stem]:
            object.__setattr__(self, "pool", "usual")
        _check_sense(self)

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

    def strides_in(self, stage: int) -> tuple[int, ...]:
        """The stride of each block of the stage."""
        rest = (1,) * (self.stages[stage] - 1)
        stride = self.stage_stride(stage)
        return (stride, *rest) if self.stride_place == "first" else (*rest, stride)

    @property
    def total_stride(self) -> int:
        """By how much smaller the last map is than the picture: 32 for the paper's nets."""
        stages = math.prod(self.stage_stride(stage) for stage in range(len(self.stages)))
        return self._stem_stride() * stages

    def _stem_stride(self) -> int:
        return STEM_STRIDE[self.stem] * (1 if self.pooling == "none" else 2)

    def _doubled(self) -> tuple[int, ...]:
        return tuple(self.width * 2**stage for stage in range(len(self.stages)))

    def _steps(self) -> tuple[int, ...]:
        later = (2,) * (len(self.stages) - 1)
        return (1, *later) if self.stride_place == "first" else (*later, 1)

    def _plan(self) -> tuple[tuple[int, int, int], ...]:
        """(stride, dilation of the first block, dilation of the others) of each stage: as in torchvision and timm."""
        reached, dilation, plan = self._stem_stride(), 1, []
        for stride in self.strides or self._steps():
            before = dilation
            if self.output_stride != 32 and reached >= self.output_stride:
                dilation, stride = dilation * stride, 1
            reached *= stride
            plan.append((stride, before, dilation if self.stride_place == "first" else before))
        return tuple(plan)


DEFAULTS = {field.name: field.default for field in fields(ResNetSpec)}


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
    if values["block"] == "basic":
        values |= {"groups": 1, "width_per_group": 64} | changes
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


def write_field(value: Value) -> str:
    """A field's value as `read_field` reads it: (3, 4, 6, 3) → '3,4,6,3'."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


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


def _check_groups(spec: ResNetSpec) -> None:
    if spec.block == "basic" and (spec.groups, spec.width_per_group) != (1, 64):
        raise ValueError(
            f"groups={spec.groups}, width_per_group={spec.width_per_group}: a basic block takes groups=1 and "
            "width_per_group=64; choose block=bottleneck for ResNeXt and Wide ResNet"
        )


def _check_sense(spec: ResNetSpec) -> None:
    """Combinations that say nothing or contradict themselves are refused with the reason."""
    for field, senseless, reason in SENSE:
        if getattr(spec, field) != DEFAULTS[field] and senseless(spec):
            raise ValueError(f"{field}={write_field(getattr(spec, field))}: {reason}")
    stages = range(len(spec.stages))
    if min(map(spec.inner, stages)) < 1:
        raise ValueError(
            f"width_per_group={spec.width_per_group}: with width={spec.width} a group would have no channel; "
            f"choose at least {-(-64 // min(map(spec.planes, stages)))}"
        )
    _check_output_stride(spec)
    if spec.norm == "group":
        widths = {*spec.stem_channels, *map(spec.inner, stages), *map(spec.out_channels, stages)}
        if odd := sorted(width for width in widths if width % NORM_GROUPS):
            raise ValueError(
                f"norm=group: {odd[0]} channels do not divide into {NORM_GROUPS} groups; choose other widths"
            )
    for stage in stages if spec.shortcut == "A" else ():
        before, after = spec.in_stage(stage), spec.out_channels(stage)
        if before > after:
            raise ValueError(f"shortcut=A: zeros cannot take {before} channels to {after}; choose B, C or none")


def _check_output_stride(spec: ResNetSpec) -> None:
    if spec.output_stride not in OUTPUT_STRIDES:
        raise ValueError(f"output_stride={spec.output_stride}: choose one of 32 (no dilation), 16, 8")
    undilated = spec._stem_stride() * math.prod(spec.strides or spec._steps())
    if spec.output_stride != 32 and (undilated <= spec.output_stride or spec.total_stride != spec.output_stride):
        raise ValueError(
            f"output_stride={spec.output_stride}: the strides of this net divide the picture by {undilated} in all and "
            f"do not pass {spec.output_stride} on the way; choose 32 or other strides"
        )


def _projects(spec: ResNetSpec) -> bool:
    return spec.shortcut in ("B", "C")


def _reduces(spec: ResNetSpec) -> bool:
    return spec.attention in ATTENTIONS and ATTENTIONS[spec.attention].reduces


SENSE: tuple[
    tuple[str, Callable[[ResNetSpec], bool], str], ...
] = (  # (field, when a value off the default has no sense, why)
    ("zero_pad", lambda spec: spec.shortcut != "A", "only option A pads with zeros; choose shortcut=A"),
    ("shortcut_pool", lambda spec: not _projects(spec), "the pool stands before a projection; choose shortcut=B or C"),
    ("shortcut_norm", lambda spec: not _projects(spec), "there is no projection; choose shortcut=B or C"),
    ("shortcut_norm", lambda spec: spec.norm == "none", "this net has no norm to leave out"),
    ("shortcut_norm", lambda spec: spec.activation == "pre", "a pre-activation net's projections have none anyway"),
    (
        "conv_bias",
        lambda spec: spec.conv_bias == "projection" and not _projects(spec),
        "there is no projection; choose shortcut=B or C",
    ),
    ("preact_first", lambda spec: spec.activation != "pre", "only a pre-activation net has it; choose activation=pre"),
    ("last_norm", lambda spec: spec.activation != "pre", "only a pre-activation net has it; choose activation=pre"),
    (
        "attention_reduction",
        lambda spec: not _reduces(spec),
        f"only {' and '.join(one.words for one in ATTENTIONS.values() if one.reduces)} reduces; choose "
        + " or ".join(key for key, one in ATTENTIONS.items() if one.reduces),
    ),
    ("zero_init", lambda spec: spec.shortcut == "none", "without shortcuts the net would answer 0 to everything"),
    (
        "zero_init",
        lambda spec: spec.activation == "post" and spec.norm in ("none", "frozen"),
        "there is no trainable last norm to start at 0; choose norm=batch or group",
    ),
)
