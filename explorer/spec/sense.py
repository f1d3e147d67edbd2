"""Which choices go together: combinations that say nothing or contradict themselves are refused with the reason."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from explorer.spec.fields import ATTENTIONS, BLOCKS, DEFAULTS, write_field
from explorer.spec.row import Value

if TYPE_CHECKING:
    from explorer.spec.axes import ResNetSpec

OUTPUT_STRIDES = (32, 16, 8)
NORM_GROUPS = 32  # GroupNorm's groups, as in Wu & He 2018 and timm


def check_block(spec: ResNetSpec) -> None:
    """Raises `ValueError` for what this kind of block cannot have: a basic block no groups."""
    kind = BLOCKS[spec.block]
    if off := [field for field in kind.fixed if getattr(spec, field) != DEFAULTS[field]]:
        said = ", ".join(f"{field}={write_field(getattr(spec, field))}" for field in off)
        usual = " and ".join(f"{field}={write_field(DEFAULTS[field])}" for field in off)
        raise ValueError("; ".join(filter(None, (f"{said}: {kind.one} takes {usual}", kind.whither))))


def fixed(block: Value) -> dict[str, Value]:
    """What a net takes on with this kind of block, an unknown one nothing."""
    return {field: DEFAULTS[field] for field in BLOCKS[str(block)].fixed} if block in BLOCKS else {}


def check_sense(spec: ResNetSpec) -> None:
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
    undilated = spec.stem_stride() * math.prod(spec.strides or spec.usual_strides())
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
