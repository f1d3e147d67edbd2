"""What a net may be varied by, for a page, a link and a terminal: one row per axis of `ResNetSpec`.

A new axis is a field of the spec and a row here: the sidebar, the URL and every command then take it. The URL's key is
the field's name (`classes` for the number of classes), and its values are the spec's own slugs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, fields

from explorer.spec.axes import ATTENTIONS, CHOICES, LIMITS, Changes, ResNetSpec, Value, changed, read_field
from explorer.spec.checks import check_int, shortened
from explorer.spec.presets import preset

USUAL = "usual"  # a choice's "as this net is published"
GROUPS = ("Stem", "Shortcut", "Convolution", "Normalization", "Attention", "Strides", "Width", "Input and classes")
ABOVE = ("stages", "block", "shortcut")  # the sidebar's own controls, above the variants


@dataclass(frozen=True)
class Axis:
    """One axis. field: of the spec. label, help: words for people. values: slug → words, of a choice; none for numbers.

    key: in the URL, where it is not the field's name; names: what else people call it in a terminal.
    """

    field: str
    label: str
    group: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    help: str = ""
    key: str = ""
    names: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return self.key or self.field

    @property
    def options(self) -> tuple[str, ...]:
        """Of a choice, the usual first; a pool that is called usual is that already."""
        return (USUAL, *(value for value in self.values if value != USUAL))

    @property
    def words(self) -> dict[str, str]:
        """Of a choice: slug → what it is called on the screen."""
        return {value: "as published" if value == USUAL else self.values[value] for value in self.options}

    def read(self, text: str) -> Value:
        """The field's value. Raises `ValueError` naming key, value and what is allowed."""
        if self.values:
            if text not in CHOICES[self.field]:
                raise ValueError(f"{self.slug}={shortened(text)}: choose one of {', '.join(self.options)}")
            return text
        if self.field in LIMITS:
            low, high = LIMITS[self.field]
            digits = text.strip()
            number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 13 else digits
            return check_int(self.slug, number, low, high)
        return read_field(self.field, text)


def _words(**values: str) -> dict[str, str]:
    return values


AXES: tuple[Axis, ...] = (
    Axis(
        "stem",
        "First layers",
        "Stem",
        _words(imagenet="one 7×7 of stride 2", deep="three 3×3, deep (C, D)", cifar="one 3×3 (CIFAR)"),
    ),
    Axis("stem_widths", "Channels of the first layers", "Stem", help="One number, or three for a deep stem: 32,32,64."),
    Axis(
        "pool",
        "Pool after them",
        "Stem",
        _words(
            usual="max, and none after CIFAR's",
            max="max",
            ceil="max, rounded up (Caffe)",
            conv="a 3×3 of stride 2",
            none="none",
        ),
    ),
    Axis(
        "shortcut_pool",
        "Before a projection",
        "Shortcut",
        _words(none="nothing: its 1×1 strides", avg="an average pool (D)"),
        "With the pool no pixel is skipped.",
    ),
    Axis("shortcut_norm", "After a projection", "Shortcut", _words(norm="the norm", none="no norm")),
    Axis(
        "zero_pad",
        "Zeros of option A",
        "Shortcut",
        _words(behind="behind (the Torch original)", both="on both sides"),
        "Many re-implementations have them on both sides.",
    ),
    Axis(
        "stride_on",
        "Stride of a bottleneck on its",
        "Convolution",
        {"3x3": "3×3: torchvision's v1.5", "1x1": "1×1: the paper's v1"},
    ),
    Axis(
        "conv_bias",
        "Bias",
        "Convolution",
        _words(
            none="on no convolution",
            all="on every convolution (Keras)",
            projection="on projections",
            ends="at the ends (Keras V2)",
        ),
        "The ends are the stem, the last convolution of a block, and projections.",
    ),
    Axis(
        "activation",
        "Activation",
        "Normalization",
        _words(post="after the convolution (2015)", pre="BN and ReLU before it (2016)"),
    ),
    Axis(
        "norm",
        "Norm",
        "Normalization",
        _words(batch="BatchNorm", group="GroupNorm of 32", frozen="frozen BatchNorm (detection)", none="none"),
    ),
    Axis(
        "preact_first",
        "First pre-activation",
        "Normalization",
        _words(stem="after the stem (He et al.)", block="in the first block (timm)"),
    ),
    Axis("last_norm", "Norm after the last block", "Normalization", _words(yes="yes", no="no")),
    Axis(
        "zero_init",
        "Last γ of a block starts at 0",
        "Normalization",
        _words(no="no", yes="yes (starts as the identity)"),
    ),
    Axis(
        "attention",
        "Attention before the addition",
        "Attention",
        _words(none="none", **{key: one.words for key, one in ATTENTIONS.items()}),
    ),
    Axis("attention_reduction", "Reduction of SE", "Attention", help="16 as published."),
    Axis("strides", "Stride of each stage", "Strides", help="1,2,2,2 in the paper."),
    Axis(
        "stride_place", "It stands in a stage's", "Strides", _words(first="first block", last="last block (Keras V2)")
    ),
    Axis(
        "output_stride",
        "Output stride",
        "Strides",
        help="32: no dilation. 16, 8: later strides become dilation (segmentation).",
    ),
    Axis(
        "width",
        "Base width",
        "Width",
        help="Channels of the first stage's inner convolutions, 64 in ResNet-50; later stages double it. Not a factor: "
        "for twice as wide inside, as Wide ResNet-50-2, take 128 per group.",
    ),
    Axis("widths", "Inner channels of each stage", "Width", help="64,128,256,512 in the paper."),
    Axis("groups", "Groups of the 3×3", "Width", help="32 in ResNeXt-50 32×4d."),
    Axis("width_per_group", "Width per group", "Width", help="4 in ResNeXt-50 32×4d; 128 in Wide ResNet-50-2."),
    Axis(
        "in_channels",
        "Input channels",
        "Input and classes",
        help="1 for grey pictures.",
        names=("in-chans", "channels"),
    ),
    Axis(
        "num_classes",
        "Classes",
        "Input and classes",
        help="0: no classifier, the pooled features.",
        key="classes",
        names=("num-classes",),
    ),
    Axis(
        "family",
        "Family",
        "Input and classes",
        _words(imagenet="ImageNet: 224 px, 7×7 stem", cifar="CIFAR: 32 px, 3×3 stem"),
        "With its number of classes, 1000 or 10.",
    ),
)
BY_KEY = {one.slug: one for one in AXES}


def varied(spec: ResNetSpec, changes: Changes) -> ResNetSpec:
    """A net with some fields changed. Another family brings its stem and its number of classes, where none are given.

    Raises `ValueError` naming field, value and choices.
    """
    family = changes.get("family", spec.family)
    brought: dict[str, Value] = {}
    if family != spec.family and family in CHOICES["family"]:
        usual = preset("resnet20_cifar" if family == "cifar" else "resnet50")
        brought = {"stem": usual.stem, "num_classes": usual.num_classes, "pool": "usual", "stem_widths": ()}
    return changed(spec, brought | dict(changes))


def idle(spec: ResNetSpec, changes: Changes) -> list[str]:
    """Which given fields change nothing of this net, each with the reason."""
    found = []
    if "stride_on" in changes and spec.block == "basic":
        found.append(f"stride_on={changes['stride_on']} has no effect: a basic block has no 1×1 that could stride")
    return found


def incomplete() -> list[str]:
    """Fields of the spec that have no row, no words for one of their values or no group: none, or a test fails."""
    rows = {one.field: one for one in AXES}
    missing = [one.name for one in fields(ResNetSpec) if one.name not in rows and one.name not in ABOVE]
    wordless = [one.field for one in AXES if set(one.values) != set(CHOICES.get(one.field, ()))]
    return [*missing, *wordless, *(one.field for one in AXES if one.group not in GROUPS)]
