"""The tools themselves are the second source: torchinfo and FlopCounterMode run on the real model."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torchinfo
from torch.utils.flop_counter import FlopCounterMode

from explorer.facts.conventions import reconcile, rows
from explorer.facts.proof import evaluate
from explorer.net.resnet import build
from explorer.spec import ResNetSpec, preset

SPECS = {
    "18": preset("resnet18"),
    "50": preset("resnet50"),
    "50 v1": replace(preset("resnet50"), stride_on="1x1"),
    "34 A": replace(preset("resnet34"), shortcut="A"),
    "resnext": preset("resnext50_32x4d"),
    "20": preset("resnet20_cifar"),
    "C pre": ResNetSpec(stages=(1, 2), shortcut="C", activation="pre"),
    "no BN": ResNetSpec(stages=(1, 1, 1), norm="none", num_classes=7),
}


def by_key(spec: ResNetSpec, height: int = 224, width: int = 224) -> dict:
    return {row.key: row for row in reconcile(spec, height, width)}


def test_resnet50_is_the_reference():
    """fvcore's figure was computed with fvcore itself; the others by their own tools."""
    values = {key: row.value for key, row in by_key(preset("resnet50")).items()}
    assert values == {
        "stride 1x1": 3_857_973_248,
        "stride 3x3": 4_089_184_256,
        "torchinfo": 4_089_238_376,
        "fvcore": 4_111_512_576,
        "flop_counter": 8_178_368_512,
    }


def test_resnet50_gaps_are_attributed():
    conventions = by_key(preset("resnet50"))
    gaps = {key: [gap.value for gap in row.gaps] for key, row in conventions.items()}
    assert gaps == {
        "stride 1x1": [],
        "stride 3x3": [231_211_008],
        "torchinfo": [53_120, 1_000],
        "fvcore": [22_227_968, 100_352],
        "flop_counter": [4_089_184_256],
    }
    assert conventions["stride 3x3"].gaps[0].formula.endswith("layer2.0.conv1, layer3.0.conv1, layer4.0.conv1")


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("size", [(64, 64), (41, 57)])
def test_torchinfo_and_torchs_counter_agree(name, size):
    spec = SPECS[name]
    conventions = by_key(spec, *size)
    model = build(spec, "meta").eval()
    picture = torch.zeros(1, spec.in_channels, *size, device="meta")
    assert conventions["torchinfo"].value == torchinfo.summary(model, input_data=picture, verbose=0).total_mult_adds
    with FlopCounterMode(display=False) as counter:
        model(picture)
    assert conventions["flop_counter"].value == counter.get_total_flops()


@pytest.mark.parametrize("name", SPECS)
def test_every_value_is_its_base_and_its_gaps(name):
    for row in reconcile(SPECS[name], 75, 64):
        assert row.value == row.base + sum(gap.value for gap in row.gaps)
        assert evaluate(row.proof.expression) == row.value == sum(part.value for part in row.proof.parts)
        assert all(evaluate(part.expression) == part.value for part in walked(row.proof))
        assert all(sum(part.value for part in gap.parts) == gap.value for gap in row.gaps if gap.parts)


def walked(one):
    yield one
    for part in one.parts:
        yield from walked(part)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("50", "Table 1 prints 3.8×10⁹: this figure, truncated."),
        ("50 v1", "Table 1 prints 3.8×10⁹"),
        ("18", "rounded or truncated"),
    ],
)
def test_the_papers_digits_stand_beside_the_papers_net(name, says):
    assert says in by_key(SPECS[name])["stride 1x1"].says
    assert "prints" not in by_key(SPECS[name], 224, 225)["stride 1x1"].says + by_key(SPECS["34 A"])["stride 1x1"].says


def test_the_moved_stride_is_explained_layer_by_layer():
    gap = by_key(preset("resnet50"))["stride 3x3"].gaps[0]
    assert gap.parts[0].text == "56·56·256·128·1² − 28·28·256·128·1² = 77,070,336"


def test_a_basic_net_has_nothing_to_move():
    row = by_key(preset("resnet34"))["stride 3x3"]
    assert row.gaps == () and row.value == 3_663_761_408 and "no 1×1 to move" in row.says


def test_plain_rows():
    table = rows(reconcile(preset("resnet50"), 224, 224))
    assert [row["gap_value"] for row in table] == [0, 231_211_008, 53_120, 1_000, 22_227_968, 100_352, 4_089_184_256]
