"""Which net a file's tensors belong to, how it differs from the published one, and what no weights can tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from explorer.net.resnet import build
from explorer.spec import ATTENTIONS, PlainSpec, ResNetSpec, Value, as_plain, changed_fields, named, naming, write_field
from explorer.spec.controls import AXES
from explorer.spec.fields import ROWS, TOLD
from explorer.weights.derive import derive
from explorer.weights.limits import Tensor
from explorer.weights.match import Matched, causes, match
from explorer.weights.recognise import Recognised, recognise


@dataclass(frozen=True)
class Found:
    """A file's tensors by our names, and what of them does not fit the net."""

    recognised: Recognised
    matched: Matched


class Plain(TypedDict):
    """An answer as JSON has it. spec: its fields, and the depth that follows from them."""

    name: str
    spec: PlainSpec
    layout: str
    params: int
    differences: list[str]
    unknowable: list[str]
    missing: list[str]
    unexpected: list[str]
    misshapen: list[str]


@dataclass(frozen=True)
class Identified:
    """The answer. params: of the net, in elements; missing: what the net has and the file lacks, by the file's manner of
    naming; unexpected, misshapen: the file's own names. found: how it was found; None for a config, which has no tensors."""

    name: str
    spec: ResNetSpec
    layout: str
    params: int
    differences: tuple[str, ...]
    unknowable: tuple[str, ...]
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    misshapen: tuple[str, ...] = ()
    found: Found | None = None

    def plain(self) -> Plain:
        """The answer as JSON has it."""
        return {
            "name": self.name,
            "spec": as_plain(self.spec) | {"depth": self.spec.depth},
            "layout": self.layout,
            "params": self.params,
            "differences": list(self.differences),
            "unknowable": list(self.unknowable),
            "missing": list(self.missing),
            "unexpected": list(self.unexpected),
            "misshapen": list(self.misshapen),
        }


def identify(tensors: Sequence[Tensor], against: ResNetSpec | None = None) -> Identified:
    """The net that these tensors belong to; against: the net that they are held to, where it is not their own.

    Raises `ValueError` when they are no net of this family.
    """
    return held_to(tensors, against)[0]


def held_to(tensors: Sequence[Tensor], against: ResNetSpec | None) -> tuple[Identified, Found]:
    """The same, and how it was found."""
    found = recognise(tensors)
    own = habits(derive({name: tensor.shape for name, tensor in found.ours.items()}), found)
    spec = own if against is None else against
    matched = match(found, spec)
    how = Found(found, matched)
    return Identified(
        naming.slug(spec),
        spec,
        found.layout.name,
        sum(value.numel() for value in build(spec, "meta").parameters()),
        (*causes(found, spec, own, matched), *differences(spec), *_about(found)),
        tuple(text for applies, text in UNKNOWABLE if applies(spec)),
        tuple(map(found.name_of, matched.missing)),
        (*map(found.name_of, matched.extra), *(one.name for one in matched.unknown)),
        tuple(map(found.name_of, matched.misshapen)),
        how,
    ), how


def habits(spec: ResNetSpec, found: Recognised) -> ResNetSpec:
    """What a layout's own code always does and no shape tells."""
    if found.layout.name == "detectron2":
        frozen = spec.norm == "batch" and not _counted(found)
        on_1x1 = spec.block == "bottleneck"
        return replace(spec, norm="frozen" if frozen else spec.norm, stride_on="1x1" if on_1x1 else spec.stride_on)
    if found.layout.name == "akamaster" and spec.shortcut == "A":
        return replace(spec, zero_pad="both")
    return spec


def _counted(found: Recognised) -> bool:
    return any(name.endswith(".num_batches_tracked") for name in found.ours)


def _worded(field: str, value: Value) -> str:
    """A value as its axis's row says it: of an axis, or a value, that has no sentence here."""
    row = ROWS[field]
    if str(value) not in row.choices:
        return f"Its {TOLD[field]}: {write_field(value) or 'the usual'}."
    choice = row.choices[str(value)]
    return f"{choice.special or f'Its {TOLD[field]}: {choice.label}'}."


def _each(field: str, **sentences: str) -> Callable[[ResNetSpec], str]:
    """By the value of the field."""

    def said(spec: ResNetSpec) -> str:
        value = getattr(spec, field)
        return sentences[value] if value in sentences else _worded(field, value)

    return said


def _attention(spec: ResNetSpec) -> str:
    if spec.attention not in ATTENTIONS:
        return "Its blocks have no attention."
    kind = ATTENTIONS[spec.attention]
    reduced = f", reduced {spec.attention_reduction}-fold" if kind.reduces else ""
    return f"Its blocks have {kind.words if kind.reduces else kind.short}{reduced}."


_SAYS: dict[str, Callable[[ResNetSpec], str]] = {  # field -> what its value means, where the name alone does not say it
    "num_classes": lambda spec: (
        f"It has {spec.num_classes:,} classes."
        if spec.num_classes
        else "It has no classifier: it ends with the pooled maps."
    ),
    "in_channels": lambda spec: (
        f"Its pictures have {spec.in_channels:,} channel{'' if spec.in_channels == 1 else 's'}."
    ),
    "shortcut": _each(
        "shortcut",
        A="Its shortcuts have no weights: option A pads with zeros where the shape changes.",
        B="Its shortcuts are projections where the shape changes (option B).",
        C="All its shortcuts are projections (option C).",
        none="It has no shortcuts.",
    ),
    "stem": _each(
        "stem",
        deep="Its stem is three 3×3 convolutions instead of one 7×7.",
        cifar="Its stem is a 3×3 convolution, as CIFAR’s nets have it.",
        imagenet="Its stem is a 7×7 convolution, as ImageNet’s nets have it.",
    ),
    "stem_widths": lambda spec: f"Its stem has {_and(spec.stem_channels)} channels.",
    "widths": lambda spec: f"Its stages have {_and(spec.widths)} inner channels.",
    "width": lambda spec: f"Its first stage has {spec.width} inner channels.",
    "norm": _each(
        "norm",
        group="Its norms have no running statistics: Group Normalization.",
        none="It has no normalization.",
        frozen="Its Batch Normalization is frozen: four constant vectors.",
        batch="It has Batch Normalization.",
    ),
    "activation": lambda spec: (
        "Its norms stand before the convolutions: pre-activation."
        if spec.activation == "pre"
        else "Its norms stand behind the convolutions."
    ),
    "preact_first": lambda spec: "Its first pre-activation stands in the first block, not behind the stem.",
    "last_norm": lambda spec: "No norm follows its last block.",
    "shortcut_pool": lambda spec: "Its projections pool first (ResNet-D): no pixel is skipped.",
    "shortcut_norm": lambda spec: "Its projections have no norm.",
    "conv_bias": _each(
        "conv_bias",
        all="All its convolutions have a bias.",
        projection="Its projections have a bias.",
        ends="The stem, the projections and each block’s last convolution have a bias, as Keras’ V2 has it.",
        none="Its convolutions have no bias.",
    ),
    "attention": _attention,
    "pool": _each(
        "pool",
        conv="A convolution of stride 2 stands in place of the max pool.",
        none="It has no max pool.",
        ceil="Its max pool rounds up, as Caffe’s.",
        max="It has a max pool.",
        usual="It has a max pool.",
    ),
    "stride_on": lambda spec: (
        f"The stride is taken to be on the {spec.stride_on.replace('x', '×')} of a bottleneck, as this layout’s code has it."
    ),
    "zero_pad": lambda spec: (
        "Option A’s zeros are on both sides of the channels, as this project has them; with zeros behind the channels the "
        "same weights load and answer differently."
    ),
    "output_stride": lambda spec: f"Dilation keeps the last maps at 1/{spec.output_stride} of the picture.",
    "groups": lambda spec: f"Its 3×3 convolutions have {spec.groups} groups.",
    "width_per_group": lambda spec: f"Its groups are {spec.width_per_group} wide at the first stage of width 64.",
    "stages": lambda spec: f"It has {_and(spec.stages)} blocks.",
    "strides": lambda spec: f"Its stages have the strides {_and(spec.strides)}: the first one has a projection, too.",
}


def _and(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))


WORDS = {one.field: one.values for one in AXES}  # as the sidebar says them


def differences(spec: ResNetSpec) -> list[str]:
    """How a net differs from the paper's (torchvision's) of its depth, in sentences."""
    said = []
    name = naming.base_name(spec)
    base = named(name)
    for field, (old, _) in changed_fields(spec, base).items():
        if field in ("family", "attention_reduction"):
            continue
        written = f"{old:,}" if isinstance(old, int) else write_field(old)
        usual = WORDS.get(field, {}).get(str(old), written) if old != () else "the usual"
        sentence = _SAYS[field](spec) if field in _SAYS else _worded(field, getattr(spec, field))
        said.append(f"{sentence[:-1]} ({name}: {usual}).")
    return said


def _about(found: Recognised) -> list[str]:
    """What of the file itself is worth knowing."""
    said = []
    if found.layout.name != "torchvision":
        said.append(f"The tensors bear {found.layout.title}.")
    if found.prefix:
        said.append(f"All names stand behind {found.prefix[:80]!r}.")
    if found.section:
        said.append(f"They are in the file’s {found.section[:80]!r}.")
    if found.beside:
        sections = sorted({one.section for one in found.beside})
        shown = ", ".join(repr(one[:60]) for one in sections[:4]) + (" …" if len(sections) > 4 else "")
        said.append(f"Beside them the file has {len(found.beside):,} tensors in {shown}, which were not looked at.")
    kinds = sorted({one.dtype for one in found.ours.values() if one.dtype != "int64"})
    if kinds != ["float32"]:
        said.append(f"The numbers are {', '.join(kinds)}.")
    return said


UNTOLD_SIZE = "The size of the pictures and how they were prepared: the net takes any size."


def _four(spec: ResNetSpec) -> bool:
    return spec.stem != "cifar"


UNKNOWABLE: tuple[tuple[Callable[[ResNetSpec], bool], str], ...] = (  # (applies to, what weights cannot tell)
    (
        lambda spec: spec.block == "bottleneck" and len(spec.stages) > 1,
        "Whether a bottleneck’s stride is on its 3×3 (torchvision, v1.5) or on its first 1×1 (the paper, v1, Caffe).",
    ),
    (
        lambda spec: spec.shortcut == "A",
        "Whether option A’s shortcuts are there at all: a plain net has the same tensors.",
    ),
    (
        lambda spec: spec.shortcut == "A",
        "Where option A’s zeros are: behind the channels or on both sides of them.",
    ),
    (
        lambda spec: len(spec.stages) > 1,
        "The stages’ strides, and whether dilation stands in their place (output stride 8 or 16).",
    ),
    (
        lambda spec: spec.activation == "pre",
        "Whether a stage’s stride is in its first block or in its last (Keras’ V2).",
    ),
    (_four, "The pooling behind the stem: max or none, padded or rounded up (Caffe)."),
    (
        lambda spec: spec.stem == "cifar",
        "The stem’s stride, and whether a pooling follows it.",
    ),
    (
        lambda spec: spec.shortcut_pool == "avg",
        "The pooling before a projection: average is usual (ResNet-D), and its window is not written.",
    ),
    (lambda spec: spec.norm == "group", "How many groups Group Normalization has: 32 is usual."),
    (
        lambda spec: spec.total_stride > 1 and spec.shortcut_pool == "none",
        "Whether strides are anti-aliased (a blur has no weights).",
    ),
    (lambda spec: spec.norm != "none", "The norms’ ε."),
    (lambda spec: True, "The activation function: ReLU is taken for granted."),
    (lambda spec: True, UNTOLD_SIZE),
)
UNTOLD = (UNTOLD_SIZE,)  # by a config, which says the rest
