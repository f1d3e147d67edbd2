"""Every axis is validated, and the message names field, value and choices."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from explorer.spec import (
    ResNetSpec,
    cifar_stages,
    parse_input,
    parse_stages,
    preset,
    presets,
    read_field,
    write_field,
)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("family", "mnist", "imagenet, cifar"),
        ("block", "dense", "basic, bottleneck"),
        ("shortcut", "D", "B, A, C, none"),
        ("stride_on", "5x5", "3x3, 1x1"),
        ("activation", "mid", "post, pre"),
        ("norm", "layer", "batch, group, frozen, none"),
        ("stem", "patch", "imagenet, deep, cifar"),
        ("stages", (), "one to 4 stages"),
        ("stages", (1, 2, 3, 4, 5), "one to 4 stages"),
        ("stages", (0, 1), "from 1 to"),
        ("stages", (600, 600), "at most 1,000"),
        ("stages", "3463", "one to 4 stages"),
        ("width", 0, "from 1 to 2,048"),
        ("width", 70.5, "whole number"),
        ("groups", -1, "from 1 to"),
        ("width_per_group", 5000, "from 1 to"),
        ("in_channels", True, "whole number"),
        ("num_classes", 10**9, "from 0 to 1,000,000"),
    ],
)
def test_a_bad_value_is_named_with_its_field_and_the_choices(field: str, value: object, says: str) -> None:
    with pytest.raises(ValueError) as error:
        ResNetSpec(**{field: value})
    assert field in str(error.value) and says in str(error.value)
    assert repr(value)[:3] in str(error.value) or repr(value[0]) in str(error.value)


def test_a_basic_block_has_no_groups() -> None:
    with pytest.raises(ValueError, match="choose block=bottleneck"):
        replace(preset("resnet18"), groups=32)


def test_a_group_without_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="choose at least 4"):
        ResNetSpec(width=16, width_per_group=2)


@pytest.mark.parametrize(("text", "stages"), [("3,4,6,3", (3, 4, 6, 3)), (" [2, 2] ", (2, 2)), ("1", (1,))])
def test_stage_lists_are_read(text: str, stages: tuple[int, ...]) -> None:
    assert parse_stages(text) == stages


@pytest.mark.parametrize("text", ["", "3,,4", "a", "1.5,2", "-1,2", "9" * 1000, "3 4 6 3", "٣,4"])
def test_bad_stage_lists_are_refused_in_one_short_line(text: str) -> None:
    with pytest.raises(ValueError, match="stages=") as error:
        parse_stages(text)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(("text", "size"), [("224", (224, 224)), ("197x211", (197, 211)), ("1×4096", (1, 4096))])
def test_input_sizes_are_height_by_width(text: str, size: tuple[int, int]) -> None:
    assert parse_input(text) == size


@pytest.mark.parametrize(
    "text", ["", "-1", "0", "4097", "2x", "x224", "big", "1x2x3x4x5", "224;224", "٢٢٤", "9" * 10_000]
)
def test_bad_input_sizes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="input=.*4,096"):
        parse_input(text)


@pytest.mark.parametrize(
    ("text", "channels", "batch", "size"),
    [
        ("224X224", None, None, (224, 224)),
        ("224,224", None, None, (224, 224)),
        ("197 x 211", None, None, (197, 211)),
        ("224*224", None, None, (224, 224)),
        ("[224, 197]", None, None, (224, 197)),
        ("3x224x197", None, None, (224, 197)),
        ("(3, 224, 197)", 3, 1, (224, 197)),
        ("(1, 3, 224, 197)", 3, 1, (224, 197)),
        ("1x3x224x197", None, None, (224, 197)),
        ("224x197x3", None, None, (224, 197)),
        ("torch.Size([8, 3, 224, 197])"[11:-1], 3, 8, (224, 197)),
        ("1x28x28", 1, 1, (28, 28)),
        ("28x28x1", 1, 1, (28, 28)),
        ("3x3x224", 3, 1, (3, 224)),
    ],
)
def test_inputs_are_read_as_people_write_shapes(
    text: str, channels: int | None, batch: int | None, size: tuple[int, int]
) -> None:
    assert parse_input(text, channels, batch) == size


@pytest.mark.parametrize(
    ("text", "channels", "batch", "said"),
    [
        ("1x224x224", None, None, "says 1 channels, and the net takes 3; choose in_channels=1"),
        ("224x224x4", 3, 1, "says 4 channels, and the net takes 3"),
        ("3x224x224", 1, 1, "says 3 channels, and the net takes 1"),
        ("8x3x224x224", None, None, "says a batch of 8, and the batch is 1; choose batch=8"),
        ("(8, 3, 224, 224)", 3, 4, "says a batch of 8, and the batch is 4"),
        ("1x1x28x28", 3, 1, "says 1 channels"),
        ("3x5000x224", 3, 1, "input=5000: choose a whole number"),
    ],
)
def test_channels_and_batch_in_a_shape_are_never_dropped(
    text: str, channels: int | None, batch: int | None, said: str
) -> None:
    with pytest.raises(ValueError, match="input=") as error:
        parse_input(text, channels, batch)
    assert said in str(error.value)


def test_cifar_depths_are_6n_plus_2() -> None:
    assert cifar_stages(20) == (3, 3, 3) and cifar_stages(1202) == (200, 200, 200)
    with pytest.raises(ValueError, match="nearest: 50 and 56"):
        cifar_stages(54)
    with pytest.raises(ValueError, match="6n"):
        cifar_stages(2)


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="resnet18, resnet34"):
        preset("resnet19")


def test_every_preset_has_the_depth_in_its_name() -> None:
    for name, spec in presets().items():
        digits = "".join(char if char.isdigit() else " " for char in name.replace("_2", "")).split()[0]
        assert spec.depth == int(digits), name


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zero_pad": "both"}, "zero_pad=both: only option A"),
        ({"shortcut_pool": "avg", "shortcut": "A"}, "shortcut_pool=avg: the pool stands before a projection"),
        ({"shortcut_norm": "none", "activation": "pre"}, "shortcut_norm=none: a pre-activation"),
        ({"shortcut_norm": "none", "norm": "none"}, "shortcut_norm=none: this net has no norm"),
        ({"conv_bias": "projection", "shortcut": "none"}, "conv_bias=projection: there is no projection"),
        ({"preact_first": "block"}, "preact_first=block: only a pre-activation net"),
        ({"last_norm": "no"}, "last_norm=no: only a pre-activation net"),
        ({"attention_reduction": 4}, "attention_reduction=4: only squeeze-and-excitation"),
        ({"zero_init": "yes", "shortcut": "none"}, "zero_init=yes: without shortcuts"),
        ({"zero_init": "yes", "norm": "frozen"}, "zero_init=yes: there is no trainable last norm"),
        ({"output_stride": 12}, "output_stride=12: choose one of 32 (no dilation), 16, 8"),
        ({"output_stride": 16, "stages": (1, 1)}, "output_stride=16: the strides of this net divide the picture by 8"),
        ({"output_stride": 8, "strides": (1, 4, 2, 2)}, "output_stride=8: the strides"),
        ({"norm": "group", "width": 48}, "norm=group: 48 channels do not divide into 32 groups"),
        ({"shortcut": "A", "widths": (64, 8, 8, 8)}, "shortcut=A: zeros cannot take 256 channels to 32"),
        ({"stem_widths": (32, 64)}, "stem_widths=(32, 64): give one number for each"),
        ({"widths": (64, 0, 1, 1)}, "widths=0: choose a whole number from 1 to 16,384"),
        ({"strides": "1222"}, "strides='1222': give one number for each of the 4 stages"),
        ({"num_classes": True}, "num_classes=True: choose a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(changes, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        ResNetSpec(**changes)


def test_lists_that_spell_out_the_usual_are_the_usual():
    spelled = ResNetSpec(stem_widths=[64], pool="max", widths=(64, 128, 256, 512), strides=(1, 2, 2, 2))
    assert spelled == ResNetSpec()
    assert ResNetSpec(stem="deep", stem_widths=(32, 32, 64)) == ResNetSpec(stem="deep")
    assert ResNetSpec(stride_place="last", strides=(2, 2, 2, 1)) == ResNetSpec(stride_place="last")


def test_numpy_integers_are_whole_numbers():
    spec = ResNetSpec(stages=tuple(np.array([3, 4, 6, 3])), num_classes=np.int64(1000), width=np.uint8(64))
    assert spec == ResNetSpec() and type(spec.num_classes) is int and type(spec.stages[0]) is int


@pytest.mark.parametrize(
    ("changes", "total", "strides", "dilations"),
    [
        ({}, 32, (1, 2, 2, 2), [(1, 1)] * 4),
        ({"output_stride": 16}, 16, (1, 2, 2, 1), [(1, 1), (1, 1), (1, 1), (1, 2)]),
        ({"output_stride": 8}, 8, (1, 2, 1, 1), [(1, 1), (1, 1), (1, 2), (2, 4)]),
        ({"strides": (2, 2, 2, 2)}, 64, (2, 2, 2, 2), [(1, 1)] * 4),
        ({"stem": "cifar"}, 8, (1, 2, 2, 2), [(1, 1)] * 4),
        ({"pool": "none"}, 16, (1, 2, 2, 2), [(1, 1)] * 4),
        ({"stride_place": "last"}, 32, (2, 2, 2, 1), [(1, 1)] * 4),
        ({"stride_place": "last", "output_stride": 16}, 16, (2, 2, 1, 1), [(1, 1), (1, 1), (1, 1), (2, 2)]),
    ],
)
def test_strides_and_dilation(changes, total, strides, dilations):
    """As torchvision's `replace_stride_with_dilation` and timm's `output_stride` have it."""
    spec = ResNetSpec(**changes)
    assert spec.total_stride == total
    assert tuple(spec.stage_stride(stage) for stage in range(4)) == strides
    assert [spec.dilations(stage) for stage in range(4)] == dilations


def test_the_depth_counts_a_deep_stem_and_the_name_does_not():
    spec = ResNetSpec(stem="deep")
    assert (spec.depth, spec.nominal_depth) == (52, 50)
    assert (ResNetSpec(stem="deep", pool="conv").depth, ResNetSpec(num_classes=0).depth) == (53, 49)


@pytest.mark.parametrize(
    "field,text,value",
    [
        ("pool", "ceil", "ceil"),
        ("widths", "64,128", (64, 128)),
        ("output_stride", "16", 16),
        ("stages", "[3,4]", (3, 4)),
    ],
)
def test_a_field_is_read_as_it_is_written(field, text, value):
    assert read_field(field, text) == value
    assert read_field(field, write_field(value)) == value


@pytest.mark.parametrize(
    "field,text", [("width", "1,2"), ("width", "x"), ("widths", "1,,2"), ("widths", "²"), ("w", "1")]
)
def test_a_field_that_cannot_be_read_is_named(field, text):
    with pytest.raises(ValueError, match=f"{field}|field="):
        read_field(field, text)
