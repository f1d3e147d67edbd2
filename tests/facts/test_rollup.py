"""Roll-ups, reasons, and the JSON contract."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torchinfo

from explorer.facts import rollup
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import preset
from tests.known import missing


def test_blocks_and_stages_partition_the_network() -> None:
    nodes = trace(preset("resnet50"))
    stages = rollup.stages(nodes)
    assert [stage.name for stage in stages] == ["stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head"]
    assert [len(stage.blocks) for stage in stages] == [0, 3, 4, 6, 3, 0]
    assert [stage.stride for stage in stages] == [4, 1, 2, 2, 2, 1]
    assert tuple(node for stage in stages for node in stage.nodes) == nodes
    for metric in ("params", "macs", "activation_bytes"):
        assert sum(rollup.total(stage.nodes, metric) for stage in stages) == rollup.total(nodes, metric)


def test_preactivation_ends_in_the_head() -> None:
    head = rollup.stages(trace(replace(preset("resnet50"), activation="pre")))[-1]
    assert [node.path for node in head.nodes] == ["bn_last", "relu_last", "avgpool", "flatten", "fc"]


@pytest.mark.parametrize(
    ("name", "changes", "path", "reason"),
    [
        (
            "resnet18",
            {},
            "layer2.0",
            "stride 2 halves 56×56 to 28×28 and channels go 64 → 128, so x cannot be added as it is: "
            "1×1 convolution, stride 2, 8,192 weights",
        ),
        (
            "resnet50",
            {},
            "layer1.0",
            "only the channels go 64 → 256 (56×56×64 → 56×56×256), so x cannot be added as it is: "
            "1×1 convolution, stride 1, 16,384 weights",
        ),
        ("resnet18", {}, "layer1.0", "same shape, 56×56×64 in and out: x is added as it is"),
        ("resnet18", {"shortcut": "none"}, "layer2.0", "plain net: no shortcut"),
        (
            "resnet18",
            {"shortcut": "A"},
            "layer2.0",
            "stride 2 halves 56×56 to 28×28 and channels go 64 → 128, so x cannot be "
            "added as it is: every 2nd pixel, and 64 channels of zeros, no weights",
        ),
        (
            "resnet18",
            {"shortcut": "C"},
            "layer1.0",
            "same shape, 56×56×64, but option C projects every shortcut: 1×1 convolution, stride 1, 4,096 weights",
        ),
    ],
)
def test_the_reason_for_solid_or_dotted_is_in_the_models_own_numbers(name, changes, path, reason) -> None:
    found = {block.path: block for block in rollup.blocks(trace(replace(preset(name), **changes)))}
    assert found[path].reason == reason


def test_activation_memory_is_torchinfos_plus_pooling() -> None:
    """torchinfo counts the outputs of layers with parameters, and twice ("for gradients"); pooling has none."""
    nodes = trace(preset("resnet50"))
    summary = torchinfo.summary(build(preset("resnet50"), "meta").eval(), (1, 3, 224, 224), device="meta", verbose=0)
    pooling = sum(rollup.activation_bytes(node) for node in nodes if node.kind in ("maxpool", "avgpool"))
    assert rollup.total(nodes, "activation_bytes") == summary.total_output_bytes / 2 + pooling


def test_the_facts_are_the_contract_in_json() -> None:
    facts = json.loads(json.dumps(rollup.facts(preset("resnet50"), 224, 224)))
    assert facts["name"] == "resnet50" and facts["input"] == [1, 3, 224, 224]
    assert (facts["params"], facts["buffers"], facts["macs"]) == (25_557_032, 53_173, 4_089_184_256)
    assert not missing(facts)
    assert facts["stages"][1]["out_shape"] == [1, 256, 56, 56]
    assert facts["blocks"][0]["shortcut"] == "projection" and facts["blocks"][0]["block"] == "bottleneck"


def test_a_new_metric_becomes_a_column_by_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    row = rollup.Sum("Convolutions", "count", lambda node: int(node.kind == "conv"), "convolutions")
    monkeypatch.setitem(rollup.METRICS, "convs", row)
    facts = rollup.facts(preset("resnet18"), 224, 224)
    assert sum(stage["convs"] for stage in facts["stages"]) == 20 == sum(layer["convs"] for layer in facts["layers"])


@pytest.mark.parametrize(
    ("changes", "side", "figure", "right"),
    [
        ({}, 1, "macs", 25_502_912),  # a picture of one pixel runs
        ({"in_channels": 4}, 224, "params", 25_560_168),
        ({"shortcut": "A"}, 256, "macs", 4_870_586_368),  # Darknet's ResNet-50, "9.74 BFLOPs"
    ],
)
def test_what_people_ask_of_resnet_50(changes: dict[str, object], side: int, figure: str, right: int) -> None:
    """Right answers checked with other tools: fvcore, torchvision, and Darknet's printed count, two a multiply-add."""
    assert rollup.headline(replace(preset("resnet50"), **changes), side, side)[figure] == right
