"""A free choice of depth and block is named truthfully."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.spec import ResNetSpec, naming, preset, presets


def test_every_preset_is_called_by_its_name() -> None:
    for name, spec in presets().items():
        assert naming.slug(spec) == name


@pytest.mark.parametrize(
    ("layout", "block", "title", "said"),
    [
        ("resnet34", "bottleneck", "ResNet-50", "ResNet-34’s layout with bottlenecks is ResNet-50."),
        ("resnet50", "basic", "ResNet-34", "ResNet-50’s layout with basic blocks is ResNet-34."),
        ("resnet18", "bottleneck", "ResNet-26", "ResNet-18’s layout with bottlenecks has 26 layers."),
        ("resnet101", "basic", "ResNet-68", "ResNet-101’s layout with basic blocks has 68 layers."),
        ("resnet152", "basic", "ResNet-102", "ResNet-152’s layout with basic blocks has 102 layers."),
    ],
)
def test_depth_and_block_are_a_free_choice(layout: str, block: str, title: str, said: str) -> None:
    spec = replace(preset(layout), block=block)
    assert naming.title(spec) == title
    assert naming.same_layout_as(layout, spec) == said


@pytest.mark.parametrize(
    ("changes", "slug", "title"),
    [
        ({"shortcut": "none"}, "resnet34-plain", "Plain-34"),
        ({"shortcut": "A"}, "resnet34-A", "ResNet-34 · option A"),
        ({"activation": "pre"}, "resnet34-pre", "ResNet-34 · pre-activation"),
        ({"norm": "none", "shortcut": "none"}, "resnet34-plain-nonorm", "Plain-34 · without BN"),
        ({"stride_on": "1x1"}, "resnet34", "ResNet-34"),  # a basic block has no 1×1
        ({"num_classes": 10}, "resnet34", "ResNet-34"),
        ({"width": 32}, "resnet34-w32", "ResNet-34 · width 32"),
    ],
)
def test_variants_are_in_the_name(changes: dict, slug: str, title: str) -> None:
    spec = replace(preset("resnet34"), **changes)
    assert (naming.slug(spec), naming.title(spec)) == (slug, title)


def test_two_different_nets_of_one_depth_do_not_share_a_name() -> None:
    own = ResNetSpec(stages=(4, 4, 4, 4))
    assert own.depth == 50 and naming.slug(own) != "resnet50" and naming.title(own) != "ResNet-50"
    cifar = replace(preset("resnet20_cifar"), shortcut="none")
    assert naming.title(cifar) == "Plain-20 (CIFAR)"
