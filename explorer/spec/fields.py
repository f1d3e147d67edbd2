"""The axes of the family: a field each, and in its row everything that is said of it: its values and their words, its
control on a page, its flag, its parts of a name.

A new axis is a field here and what it does in `explorer.net`: the sidebar, links, the terminal, names and their
reading, files and the written code follow.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from explorer.spec.row import Choice, Row, Value, axis


def write_field(value: Value) -> str:
    """A field's value as `read_field` reads it: (3, 4, 6, 3) → '3,4,6,3'."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class BlockKind:
    """All that is said of a kind of block.

    one, many: in a sentence. expansion: output channels per nominal inner channel; convs: convolutions on the main path.
    suffix: in a name, of a kind that no published name stands for. fixed: axes that stay at their defaults with it, and
    whither: who wants another value (a sentence's end). idle: axis → why any value of it changes nothing.
    """

    one: str
    many: str
    expansion: int
    convs: int
    suffix: str = ""
    fixed: tuple[str, ...] = ()
    whither: str = ""
    idle: Mapping[str, str] = dataclasses.field(default_factory=dict)


BLOCKS = {  # its class: `BLOCK_CLASSES` in explorer.net.resnet
    "basic": BlockKind(
        "a basic block",
        "basic blocks",
        expansion=1,
        convs=2,
        fixed=("groups", "width_per_group"),
        whither="choose block=bottleneck for ResNeXt and Wide ResNet",
        idle={"stride_on": "a basic block has no 1×1 that could stride"},
    ),
    "bottleneck": BlockKind("a bottleneck", "bottlenecks", expansion=4, convs=3),
}


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


@dataclass(frozen=True)
class Fields:
    """One choice on each axis, not checked yet: `ResNetSpec` does that, and says what they mean."""

    family: str = axis(
        "imagenet",
        "Family",
        "Input and classes",
        order=2,
        choices={
            "imagenet": Choice("ImageNet: 224 px"),
            "cifar": Choice("CIFAR: 32 px"),
        },
        help="It brings its first layers, one 7×7 and a pool or one 3×3, and its number of classes, 1000 or 10.",
        told="family",
    )
    stages: tuple[int, ...] = axis((3, 4, 6, 3), told="blocks per stage")
    block: str = axis(
        "bottleneck",
        choices={name: Choice(name, one.suffix, one.many if one.suffix else "") for name, one in BLOCKS.items()},
        told="block",
    )
    shortcut: str = axis(
        "B",
        choices={
            "B": Choice("projections where needed (B)", "B", "option B"),
            "A": Choice("zero-padding instead (A)", "A", "option A"),
            "C": Choice(
                "projections everywhere (C)", "optC", "option C"
            ),  # a plain C is the deep stem's, in every library
            "none": Choice("none: a plain net", "plain", "plain"),
        },
        told="shortcut",
    )
    stride_on: str = axis(
        "3x3",
        "Stride of a bottleneck on its",
        "Convolution",
        choices={
            "3x3": Choice("3×3: torchvision's v1.5", "v1.5", "stride on the 3×3"),
            "1x1": Choice("1×1: the paper's v1", "v1", "stride on the 1×1 (v1)"),
        },
        told="stride on the",
    )
    activation: str = axis(
        "post",
        "Activation",
        "Normalization",
        choices={
            "post": Choice("after the convolution (2015)", "post", "post-activation"),
            "pre": Choice("BN and ReLU before it (2016)", "pre", "pre-activation"),
        },
        told="activation",
    )
    norm: str = axis(
        "batch",
        "Norm",
        "Normalization",
        choices={
            "batch": Choice("BatchNorm", "bn", "BN"),
            "group": Choice(
                "GroupNorm of 32", "gn", "GroupNorm", "GroupNorm: no map is normalised by the rest of its batch"
            ),
            "frozen": Choice(
                "frozen BatchNorm (detection)",
                "frozen",
                "frozen BN",
                "Frozen BN: its four vectors are buffers, none is trained",
            ),
            "none": Choice("none", "nonorm", "without BN"),
        },
        told="normalization",
    )
    width: int = axis(
        64,
        "Base width",
        "Width",
        limits=(1, 2048),
        help="Channels of the first stage's inner convolutions, 64 in ResNet-50; later stages double it. Not a factor: "
        "for twice as wide inside, as Wide ResNet-50-2, take 128 per group.",
        number=Choice(suffix="w", words="width"),
        told="base width",
    )
    groups: int = axis(
        1,
        "Groups of the 3×3",
        "Width",
        order=2,
        limits=(1, 256),
        help="32 in ResNeXt-50 32×4d.",
        number=Choice(suffix="g", words="groups"),
    )
    width_per_group: int = axis(
        64,
        "Width per group",
        "Width",
        order=3,
        limits=(1, 1024),
        help="4 in ResNeXt-50 32×4d; 128 in Wide ResNet-50-2.",
        number=Choice(suffix="d", words="width per group"),
    )
    stem: str = axis(
        "imagenet",
        "First layers",
        "Stem",
        choices={
            "imagenet": Choice("one 7×7 of stride 2", "imagenetstem", "ImageNet stem"),
            "deep": Choice("three 3×3, deep (C, D)", "deep", "deep stem", "Deep stem: three 3×3 in place of one 7×7"),
            "cifar": Choice("one 3×3 (CIFAR)", "cifarstem", "CIFAR stem"),
        },
        told="stem",
    )
    in_channels: int = axis(
        3,
        "Input channels",
        "Input and classes",
        limits=(1, 1024),
        help="1 for grey pictures.",
        names=("in-chans", "channels"),
        told="input channels",
    )
    num_classes: int = axis(
        1000,
        "Classes",
        "Input and classes",
        limits=(0, 1_000_000),
        help="0: no classifier, the pooled features.",
        key="classes",
        names=("num-classes",),
        told="classes",
    )
    stem_widths: tuple[int, ...] = axis(
        (),
        "Channels of the first layers",
        "Stem",
        each=(1, 2048),
        help="One number, or three for a deep stem: 32,32,64.",
        number=Choice(suffix="stem", words="stem widths"),
    )
    pool: str = axis(
        "usual",
        "Pool after the first layers",
        "Stem",
        choices={
            "usual": Choice("max, and none after CIFAR's", "usualpool", "usual pool"),
            "max": Choice("max", "maxpool", "max pool"),
            "ceil": Choice(
                "max, rounded up (Caffe)",
                "ceilpool",
                "pool rounded up",
                "Caffe’s pool: no padding, and its side is rounded up",
            ),
            "conv": Choice(
                "a 3×3 of stride 2",
                "convpool",
                "pool by convolution",
                "A 3×3 of stride 2 stands in the max pool’s place",
            ),
            "none": Choice("none", "nopool", "no pool", "No pool after the stem: every map is twice as high and wide"),
        },
        told="pool after the stem",
    )
    widths: tuple[int, ...] = axis(
        (),
        "Inner channels of each stage",
        "Width",
        order=1,
        each=(1, 16_384),
        help="64,128,256,512 in the paper.",
        number=Choice(suffix="ws", words="widths"),
    )
    strides: tuple[int, ...] = axis(
        (),
        "Stride of each stage",
        "Strides",
        each=(1, 8),
        help="1,2,2,2 in the paper.",
        number=Choice(suffix="s", words="strides"),
    )
    output_stride: int = axis(
        32,
        "Output stride",
        "Strides",
        order=2,
        limits=(8, 32),
        help="32: no dilation. 16, 8: later strides become dilation (segmentation).",
        number=Choice(
            suffix="os",
            words="output stride",
            special="Dilation in place of the later strides: the last map is {value} times smaller",
        ),
    )
    stride_place: str = axis(
        "first",
        "The stride stands in a stage's",
        "Strides",
        order=1,
        choices={
            "first": Choice("first block", "stridefirst", "stride in the first block"),
            "last": Choice(
                "last block (Keras V2)",
                "stridelast",
                "stride in the last block",
                "The last block of a stage has its stride",
            ),
        },
        told="block with the stride",
    )
    shortcut_pool: str = axis(
        "none",
        "Before a projection",
        "Shortcut",
        choices={
            "none": Choice("nothing: its 1×1 strides", "noavgdown", "shortcut without pool"),
            "avg": Choice(
                "an average pool (D)",
                "avgdown",
                "pooled shortcut (D)",
                "D: the pool takes the stride, so no pixel is skipped",
            ),
        },
        help="With the pool no pixel is skipped.",
        timm=True,
        told="pool on the shortcut",
    )
    shortcut_norm: str = axis(
        "norm",
        "After a projection",
        "Shortcut",
        choices={
            "norm": Choice("the norm", "normpr", "projection with norm"),
            "none": Choice("no norm", "barepr", "projection without norm", "Projections end without a norm"),
        },
        told="norm of projections",
    )
    conv_bias: str = axis(
        "none",
        "Bias",
        "Convolution",
        choices={
            "none": Choice("on no convolution", "nobias", "convolutions without bias"),
            "all": Choice(
                "on every convolution (Keras)",
                "bias",
                "convolutions with bias",
                "Convolutions have biases, which the norm after them cancels",
            ),
            "projection": Choice("on projections", "prbias", "projections with bias", "Projections have biases"),
            "ends": Choice(
                "at the ends (Keras V2)",
                "endbias",
                "bias at the ends",
                "The convolutions that no norm follows have biases",
            ),
        },
        help="The ends are the stem, the last convolution of a block, and projections.",
        told="bias of convolutions",
    )
    attention: str = axis(
        "none",
        "Attention before the addition",
        "Attention",
        choices={
            "none": Choice("none", "noattention", "without attention"),
            **{
                key: Choice(
                    one.words, key, one.short, f"{one.short}: each block weighs its channels, {one.says}", one.words
                )
                for key, one in ATTENTIONS.items()
            },
        },
        timm=True,
        part="se",
        told="attention",
    )
    attention_reduction: int = axis(
        16,
        "Reduction of SE",
        "Attention",
        limits=(1, 256),
        help="16 as published.",
        number=Choice(suffix="rd", words="SE reduction"),
    )
    zero_pad: str = axis(
        "behind",
        "Zeros of option A",
        "Shortcut",
        choices={
            "behind": Choice("behind (the Torch original)", "behind", "zeros behind"),
            "both": Choice(
                "on both sides",
                "bothsides",
                "zeros on both sides",
                "Zeros on both sides: weights made with zeros behind load, and err",
            ),
        },
        help="Many re-implementations have them on both sides.",
        told="option A's zeros",
    )
    preact_first: str = axis(
        "stem",
        "First pre-activation",
        "Normalization",
        choices={
            "stem": Choice("after the stem (He et al.)", "prestem", "first norm after the stem"),
            "block": Choice("in the first block (timm)", "preblock", "first norm in the block"),
        },
        told="first pre-activation in the",
    )
    last_norm: str = axis(
        "yes",
        "Norm after the last block",
        "Normalization",
        choices={
            "yes": Choice("yes", "lastnorm", "with last norm"),
            "no": Choice(
                "no",
                "nolast",
                "without last norm",
                "The last block’s sum goes to the pool without norm and ReLU",
            ),
        },
        told="norm after the last block",
    )
    zero_init: str = axis(
        "no",
        "Last γ of a block starts at 0",
        "Normalization",
        choices={
            "no": Choice("no", "oneinit", "last γ starts at 1"),
            "yes": Choice(
                "yes (starts as the identity)",
                "zeroinit",
                "last γ starts at 0",
                "Every block starts as its shortcut: the last γ is 0",
            ),
        },
        told="last norm starts at 0",
    )


ROWS: dict[str, Row] = {one.name: dataclasses.replace(one.metadata["row"], field=one.name) for one in fields(Fields)}
DEFAULTS: dict[str, Any] = {one.name: one.default for one in fields(Fields)}
CHOICES = {name: tuple(one.choices) for name, one in ROWS.items() if one.choices}  # axes told in a word
LIMITS = {name: one.limits for name, one in ROWS.items() if one.limits}  # in a number
LISTS = {  # in one number a stage (or a stem's convolution); empty: as usual
    name: one.each for name, one in ROWS.items() if one.each
}
# The switches of a net in words, for both ways: `naming` writes these suffixes, and the resolver of names reads them.
VARIANTS = {name: one.choices for name, one in ROWS.items() if any(choice.suffix for choice in one.choices.values())}
TOLD = {name: one.told or (one.number.words if one.number else name) for name, one in ROWS.items()}
GATES = {name: one.part for name, one in ROWS.items() if one.part}
NUMBERS = {name: one.number for name, one in ROWS.items() if one.number}
