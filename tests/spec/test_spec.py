"""Every axis is validated, and the message names field, value and choices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.spec import ResNetSpec, cifar_stages, parse_input, parse_stages, preset, presets


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("family", "mnist", "imagenet, cifar"),
        ("block", "dense", "basic, bottleneck"),
        ("shortcut", "D", "B, A, C, none"),
        ("stride_on", "5x5", "3x3, 1x1"),
        ("activation", "mid", "post, pre"),
        ("norm", "layer", "batch, none"),
        ("stem", "patch", "imagenet, cifar"),
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
        ("num_classes", 10**9, "from 1 to 100,000"),
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


@pytest.mark.parametrize("text", ["", "-1", "0", "4097", "2x", "big", "1x2x3", "9" * 10_000])
def test_bad_input_sizes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="input=.*4,096"):
        parse_input(text)


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
