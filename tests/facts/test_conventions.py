"""The tools themselves are the second source: each runs on the real model, at batch 1 and 8, where it can be installed."""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pytest
import torch
import torchinfo
from torch.utils.flop_counter import FlopCounterMode

from explorer.facts import published
from explorer.facts.agreement import agreement
from explorer.facts.conventions import parameters, reconcile, rows, untested
from explorer.facts.proof import evaluate
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from tests.outside import counter, ptflops_count, with_idle_norms, with_torchs_classes

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
    """cases.md's figures, each computed with the tool of its name; the others below by the tools themselves."""
    values = {key: row.value for key, row in by_key(preset("resnet50")).items()}
    assert values == {
        "stride 1x1": 3_857_973_248,
        "stride 3x3": 4_089_184_256,
        "torchinfo": 4_089_238_376,
        "fvcore": 4_111_512_576,
        "fvcore_train": 4_144_854_528,
        "timm": 4_111_512_576,
        "ptflops": 4_132_436_968,
        "mmpretrain": 4_121_924_096,
        "thop": 4_133_742_592,
        "flop_counter": 8_178_368_512,
    }


def test_resnet50_gaps_are_attributed():
    conventions = by_key(preset("resnet50"))
    gaps = {key: [gap.value for gap in row.gaps] for key, row in conventions.items()}
    assert gaps == {
        "stride 1x1": [],
        "stride 3x3": [],
        "torchinfo": [53_120, 1_000],
        "fvcore": [22_227_968, 100_352],
        "fvcore_train": [55_569_920, 100_352],
        "timm": [22_227_968, 100_352],
        "ptflops": [22_227_968, 19_217_408, 1_605_632, 200_704, 1_000],
        "mmpretrain": [22_227_968, 9_608_704, 802_816, 100_352],
        "thop": [44_455_936, 102_400],
        "flop_counter": [4_089_184_256],
    }


def test_each_place_of_the_stride_has_its_own_macs():
    old, new = (by_key(preset("resnet50"))[f"stride {place}"] for place in ("1x1", "3x3"))
    assert (old.base, new.base) == (3_857_973_248, 4_089_184_256)
    assert old.apart is None and new.apart.value == 231_211_008 == new.value - old.value
    assert new.apart.formula.endswith("layer2.0.conv1, layer3.0.conv1, layer4.0.conv1")


SMALL = {  # each rule of each tool, on nets that are quick to run
    "50": preset("resnet50"),
    "basic": ResNetSpec(block="basic", stages=(2, 1)),
    "v1": ResNetSpec(stages=(1, 1), stride_on="1x1"),
    "A": ResNetSpec(block="basic", stages=(1, 1), shortcut="A"),
    "resnext": ResNetSpec(stages=(1, 1), groups=32, width_per_group=4),
    "cifar": replace(preset("resnet20_cifar"), stages=(1, 1, 1)),
    "C pre": ResNetSpec(stages=(1, 2), shortcut="C", activation="pre"),
    "no BN": ResNetSpec(stages=(1, 1, 1), norm="none", num_classes=7),
    "GroupNorm": ResNetSpec(stages=(1, 1), norm="group"),
    "frozen": ResNetSpec(stages=(1, 1), norm="frozen"),
    "SE": ResNetSpec(stages=(1, 1), attention="se"),
    "ECA D": ResNetSpec(stages=(1, 1), attention="eca", shortcut_pool="avg", stem="deep"),
    "biases": ResNetSpec(stages=(1, 1), conv_bias="all", pool="conv"),
}
TRIED = pytest.mark.parametrize(("size", "batch"), [((64, 64), 1), ((41, 57), 8)])


@pytest.mark.parametrize("name", SMALL)
@TRIED
def test_torchinfo_and_torchs_counter_agree(name, size, batch):
    spec = SMALL[name]
    conventions = by_key(spec, *size)
    model = with_idle_norms(build(spec, "meta").eval())
    pictures = torch.zeros(batch, spec.in_channels, *size, device="meta")
    seen = torchinfo.summary(model, input_data=pictures, verbose=0)
    assert conventions["torchinfo"].of_batch(batch).value == seen.total_mult_adds
    assert by_parameters(spec, *size)["params"].value == seen.total_params
    with FlopCounterMode(display=False) as counting:
        model(pictures)
    assert conventions["flop_counter"].of_batch(batch).value == counting.get_total_flops()


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("key", ["fvcore", "fvcore_train"])
@TRIED
def test_fvcore_agrees(name, key, size, batch):
    fvcore, spec = counter("fvcore.nn"), SMALL[name]
    seen = fvcore.FlopCountAnalysis(
        build(spec).train(key == "fvcore_train"), torch.zeros(batch, spec.in_channels, *size)
    )
    seen.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    assert by_key(spec, *size)[key].of_batch(batch).value == seen.total()


@pytest.mark.parametrize("name", SMALL)
@TRIED
def test_thop_agrees(name, size, batch):
    thop, spec = counter("thop"), SMALL[name]
    pictures = torch.zeros(batch, spec.in_channels, *size)
    macs, _ = thop.profile(with_torchs_classes(spec), inputs=(pictures,), verbose=False)
    assert by_key(spec, *size)["thop"].of_batch(batch).value == macs


@pytest.fixture(scope="module")
def alone() -> Iterator[ProcessPoolExecutor]:
    counter("ptflops")  # skips where it cannot be imported
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("name", SMALL)
@TRIED
def test_ptflops_agrees(name, size, batch, alone):
    """By itself it takes one picture. A batch that its `input_constructor` names is counted as often as it has pictures."""
    spec = SMALL[name]
    macs, params = alone.submit(ptflops_count, spec, size, batch).result()
    assert by_key(spec, *size)["ptflops"].of_batch(batch).value * batch == macs  # what it says unasked is of one
    assert by_parameters(spec, *size)["params"].value == params


@pytest.mark.parametrize("key", ["timm", "mmpretrain"])
def test_what_a_library_prints_is_our_count_rounded(key):
    """Second source: their own tables (assets/published/counts.json names the files)."""
    seen = 0
    for (side, changes), nets in published.printed_counts(key):
        for name, printed in nets.items():
            row = by_key(replace(preset(name), **changes), side, side)[key]
            assert "rounded" in published.digits(row.value / 1e9, printed), (name, row.value, printed)
            assert row.says.endswith(f"It prints {printed}.")
            seen += 1
    assert seen >= 6
    assert "prints" not in by_key(preset("resnet50"), 225, 225)[key].says


def test_timms_activations_are_what_convolutions_and_fc_write():
    table = json.loads((published.FOLDER / "counts.json").read_text(encoding="utf-8"))["timm"]["activations"]
    for name, printed in table.items():
        nodes = trace(preset(name), 224, 224)
        written = sum(math.prod(node.out_shape[1:]) for node in nodes if node.kind in ("conv", "linear"))
        assert float(printed) == pytest.approx(written / 1e6, abs=0.00501), name


@pytest.mark.parametrize(
    ("spec", "trainable", "whole"),
    [
        (preset("resnet50"), 25_583_592, 25_636_712),
        (preset("resnet101"), 44_601_832, 44_707_176),
        (preset("resnet152"), 60_268_520, 60_419_944),
        (replace(preset("resnet50"), activation="pre"), 25_568_360, 25_613_800),
        (replace(preset("resnet101"), activation="pre"), 44_577_896, 44_675_560),
        (replace(preset("resnet152"), activation="pre"), 60_236_904, 60_380_648),
    ],
)
def test_keras_totals(spec, trainable, whole):
    """Keras' own summaries of ResNet50, 101, 152 and their V2 (keras.io/api/applications prints the totals)."""
    found = by_parameters(spec)
    assert (found["keras_trainable"].value, found["keras_total"].value) == (trainable, whole)


def test_the_axes_with_which_a_tool_was_not_tried_are_named():
    assert untested(replace(preset("resnet18"), norm="group", attention="se")) == ["norm=group", "attention=se"]
    assert untested(preset("resnet18")) == [] == untested(replace(preset("resnet50"), stride_on="1x1"))


def by_parameters(spec: ResNetSpec, height: int = 224, width: int = 224) -> dict:
    return {row.key: row for row in parameters(spec, height, width)}


@pytest.mark.parametrize("name", SPECS)
def test_every_value_is_its_base_and_its_gaps(name):
    for row in [*reconcile(SPECS[name], 75, 64), *parameters(SPECS[name], 75, 64)]:
        assert row.value == row.base + sum(gap.value for gap in row.gaps)
        assert evaluate(row.proof.expression) == row.value == sum(part.value for part in row.proof.parts)
        assert row.of_batch(8).value == row.value * (8 if row.per == "batch" else 1)
        assert all(evaluate(part.expression) == part.value for part in walked(row.of_batch(8)))
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
    gap = by_key(preset("resnet50"))["stride 3x3"].apart
    assert gap.parts[0].text == "56·56·256·128·1² − 28·28·256·128·1² = 77,070,336"


def test_a_basic_net_has_nothing_to_move():
    row = by_key(preset("resnet34"))["stride 3x3"]
    assert row.apart is None and row.value == 3_663_761_408 and "no 1×1 to move" in row.says


def test_plain_rows():
    table = rows(reconcile(preset("resnet50"), 224, 224))
    assert len(table) == 2 + 2 + 2 + 2 + 2 + 5 + 4 + 2 + 1
    for key in {row["convention"] for row in table}:
        mine = [row for row in table if row["convention"] == key]
        assert mine[0]["base_macs"] + sum(row["gap_value"] for row in mine) == mine[0]["value"]


@pytest.mark.parametrize("batch", [1, 8])
def test_torchinfos_text_has_its_unit_and_its_totals_hold(batch):
    seen = agreement(preset("resnet50"), 224, 224, 2, batch)
    assert seen.holds and seen.totals[-1][1] == batch * 4_089_238_376
    assert "Total mult-adds (G):" in seen.text and "Units." not in seen.text
