"""A free choice of depth and block is named truthfully."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.spec import (
    CHOICES,
    ResNetSpec,
    catalogue,
    changed_fields,
    named,
    naming,
    preset,
    presets,
)


def test_every_preset_is_called_by_its_name() -> None:
    for name, spec in presets().items():
        assert naming.slug(spec) == name


@pytest.mark.parametrize(
    ("layout", "block", "title", "said"),
    [
        ("resnet34", "bottleneck", "ResNet-50", "ResNet-34’s layout with bottlenecks is ResNet-50."),
        ("resnet50", "basic", "ResNet-34", "ResNet-50’s layout with basic blocks is ResNet-34."),
        ("resnet18", "bottleneck", "ResNet-26", "ResNet-18’s layout with bottlenecks is ResNet-26."),
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
        ({"width": 2}, "resnet34-width2", "ResNet-34 · width 2"),
        ({"shortcut": "C"}, "resnet34-optC", "ResNet-34 · option C"),
        ({"stem": "deep", "shortcut_pool": "avg"}, "resnet34d", "ResNet-34-D"),
        ({"stem": "deep", "shortcut_pool": "avg", "norm": "group"}, "resnet34d-gn", "ResNet-34-D · GroupNorm"),
        ({"attention": "se", "output_stride": 8}, "seresnet34-os8", "SE-ResNet-34 · output stride 8"),
        ({"num_classes": 0}, "resnet34-nofc", "ResNet-34 · no classifier"),
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


def test_every_titled_net_of_the_catalogue_is_called_by_its_name() -> None:
    for row in catalogue.rows().values():
        if row.title:
            assert (naming.slug(row.spec), naming.title(row.spec)) == (row.name, row.title)
            assert naming.nearest(row.spec) == (row.name, row.spec)
        assert naming.remark(row.spec) is None


def test_a_net_outside_the_catalogue_is_said_to_be_outside_of_it() -> None:
    own = ResNetSpec(stages=(4, 4, 4, 4))
    assert naming.remark(own) == "Not among the nets of this app’s catalogue: bottleneck [4,4,4,4] gives 50 layers."


FREE = sorted(set(CHOICES) - {"family", "block"})


@given(st.sampled_from(sorted(catalogue.rows())), st.data())
def test_a_slug_is_read_back_as_the_net(name: str, data: st.DataObject) -> None:
    """From any row by any changes that make a net: its slug, its nearest name with the changes, and no other net."""
    spec = catalogue.rows()[name].spec
    changes = {field: data.draw(st.sampled_from(CHOICES[field])) for field in data.draw(st.sets(st.sampled_from(FREE)))}
    changes |= data.draw(
        st.sampled_from(
            [
                {},
                {"width": 32},
                {"width": 3},
                {"output_stride": 8},
                {"strides": (1, 1, 2, 2)},
                {"widths": (32, 48, 64, 80)},
                {"stages": (1, 2, 3, 2)},
                {"stages": (3, 4, 6)},
                {"stages": (9, 9, 9)},
                {"groups": 16},
                {"num_classes": 0},
                {"num_classes": 1000},
            ]
        )
    )
    try:
        spec = replace(spec, **changes)
    except ValueError:
        return
    again = named(naming.slug(spec))
    left = {"num_classes", "in_channels", *(["stride_on"] if spec.block == "basic" else [])}
    assert not set(changed_fields(again, spec)) - left, (naming.slug(spec), changed_fields(again, spec))
    assert (again.num_classes == 0) == (spec.num_classes == 0)
    base, known = naming.nearest(spec)
    assert named(base) == known


def test_a_classifier_on_a_net_without_one_is_in_the_name() -> None:
    spec = replace(named("detectron2_r50"), num_classes=1000)
    assert naming.slug(spec) == "detectron2_r50-fc" and named("detectron2_r50-fc") == spec


def test_what_is_special_is_said() -> None:
    assert naming.special(named("resnet50d")) == [
        "Deep stem: three 3×3 in place of one 7×7",
        "D: the pool takes the stride, so no pixel is skipped",
    ]
    assert naming.special(preset("resnet50")) == naming.special(preset("resnet56_cifar")) == []
    assert "8 times smaller" in naming.special(named("resnet50-os8"))[0]


@pytest.mark.parametrize("stages", [(2, 1, 2), (1, 1, 1, 2), (3,), (10,)])
def test_a_layout_whose_depth_is_another_nets_name_is_told_by_its_stages(stages):
    """12 layers, or 9: names of nets that are none of ours."""
    for block in ("basic", "bottleneck"):
        spec = ResNetSpec(stages=stages, block=block, width=8)
        assert naming.title(spec) and named(naming.slug(spec)).stages == stages
