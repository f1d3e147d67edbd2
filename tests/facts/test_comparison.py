"""Two models compared: the article's and the paper's pairs, and addresses that survive the URL."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from explorer.facts import comparison
from explorer.net.resnet import build
from explorer.spec import ResNetSpec, preset, presets


def at(*specs: ResNetSpec, side: int = 224) -> list[comparison.Side]:
    return [comparison.Side(spec, side, side) for spec in specs]


def change(base: ResNetSpec, other: ResNetSpec) -> dict[str, list[str]]:
    found = comparison.layers(*at(base, other))
    return {kind: [layer.path for layer in found if layer.change == kind] for kind in ("added", "removed", "changed")}


def test_34_and_50_at_a_glance():
    rows = {row["key"]: row for row in comparison.headlines(*at(*comparison.quick("34 or 50 layers")))}
    assert (rows["params"]["base"], rows["params"]["other"]) == (21_797_672, 25_557_032)
    assert rows["params"]["delta"] == 3_759_360 and round(rows["macs"]["ratio"], 2) == 1.12
    assert (rows["depth"]["base"], rows["depth"]["other"]) == (34, 50)
    assert (rows["dotted"]["base"], rows["dotted"]["other"]) == (3, 4)


def test_v1_and_v15_differ_in_three_blocks_and_in_no_parameter():
    base, other = comparison.quick("v1 or v1.5: stride on 1×1 or 3×3")
    found = comparison.layers(*at(base, other))
    convs = {layer.path: layer for layer in found if layer.kind == "conv"}
    assert set(convs) == {f"layer{n}.0.conv{i}" for n in (2, 3, 4) for i in (1, 2)}
    assert all(layer.change == "changed" and layer.params == 0 for layer in found)
    assert sum(layer.macs for layer in found) == 4_089_184_256 - 3_857_973_248
    assert convs["layer2.0.conv1"].what == "out 28×28×128 → 56×56×128, stride 2 → 1"


def test_plain_and_residual_differ_in_the_shortcuts_alone():
    found = change(*comparison.quick("plain or residual"))
    assert not found["removed"]
    assert sum(path.endswith(".add") for path in found["added"]) == 16
    assert {path.split(".")[2] for path in found["added"]} == {"add", "downsample"}


@pytest.mark.parametrize("label", comparison.QUICK)
def test_the_layers_that_differ_add_up_to_the_difference_of_the_real_state_dicts(label):
    base, other = comparison.quick(label)
    found = comparison.layers(*at(base, other))
    params = {
        name: sum(p.numel() for p in build(spec, "meta").parameters()) for name, spec in (("a", base), ("b", other))
    }
    assert sum(layer.params for layer in found) == params["b"] - params["a"]
    keys = [{name for name, _ in build(spec, "meta").named_parameters()} for spec in (base, other)]
    with_weights = {layer.path for layer in found if layer.change == "added" and layer.params}
    assert with_weights == {key.rpartition(".")[0] for key in keys[1] - keys[0]}
    assert len({layer.path for layer in found}) == len(found)


def test_stages_name_the_columns_that_differ():
    rows = {
        row["stage"]: row["changed"] for row in comparison.stage_rows(*at(*comparison.quick("zeros or projections")))
    }
    assert rows["stem"] == rows["conv2_x"] == rows["head"] == []
    assert rows["conv3_x"] == ["params", "macs", "activation_bytes"]


def test_a_stage_that_only_one_has():
    rows = comparison.stage_rows(*at(ResNetSpec(stages=(1, 1)), ResNetSpec(stages=(1, 1, 1)), side=64))
    assert [row["stage"] for row in rows] == ["stem", "conv2_x", "conv3_x", "conv4_x", "head"]
    assert rows[3]["base"] == {} and "blocks" in rows[3]["changed"]


def test_a_model_does_not_differ_from_itself():
    spec = preset("resnet18")
    assert comparison.layers(*at(spec, spec)) == []
    assert str(comparison.summary(*at(spec, spec), [])) == "the same spec. No module differs."
    assert all(row["delta"] == 0 for row in comparison.headlines(*at(spec, spec)))


def test_the_summary_names_switches_and_counts():
    base, other = comparison.quick("plain or residual")
    text = str(comparison.summary(*at(base, other), comparison.layers(*at(base, other))))
    assert text.startswith("shortcut none → B. Modules (BN and ReLU counted): ") and "removed" not in text


def test_the_summary_speaks_in_words():
    base = ResNetSpec(stride_on="1x1", in_channels=3)
    other = replace(base, stride_on="3x3", in_channels=1024, stages=(1, 2))
    text = str(comparison.summary(*at(base, other), []))
    assert "stride on the 1×1 → 3×3" in text and "input channels 3 → 1,024" in text
    assert "blocks per stage [3,4,6,3] → [1,2]" in text and "_" not in text
    other = replace(base, attention="se", activation="pre", stem="cifar")
    text = str(comparison.summary(*at(base, other), []))
    assert "attention none → squeeze-and-excitation" in text and "stem one 7×7 of stride 2 → one 3×3 (CIFAR)" in text
    assert "activation after the convolution (2015) → BN and ReLU before it (2016)" in text
    assert set(comparison.WORDS) == {field.name for field in fields(ResNetSpec)}
    assert (
        comparison.told_apart(replace(preset("resnet50"), num_classes=10), preset("resnet50"))
        == "ResNet-50 · classes 10"
    )


@pytest.mark.parametrize(
    "spec",
    [
        *presets().values(),
        ResNetSpec(stages=(1, 2), width=32, norm="none", num_classes=7),
        replace(preset("resnet34"), shortcut="none", activation="pre"),
        replace(preset("resnet18"), block="bottleneck"),
    ],
    ids=str,
)
def test_addresses_come_back(spec):
    assert comparison.parse(comparison.address(spec)) == spec


def test_addresses_are_short_for_what_people_link():
    assert comparison.address(comparison.parse("resnet26_cifar")) == "resnet26_cifar"
    assert comparison.address(preset("resnet34")) == "resnet34"
    assert comparison.address(replace(preset("resnet34"), shortcut="none")) == "resnet34~shortcut=none"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("banana", "model='banana': no net of that name is known here"),
        ("resnet34~shortcut=D", "shortcut='D': choose one of"),
        ("resnet34~colour=red", "'colour' is none of family"),
        ("resnet21_cifar", "depth=21: CIFAR nets have 6n.2 layers: .* nearest: 20 and 26"),
        ("resnet34~width=-1", "width='-1': choose a whole number"),
        ("resnet34~stages=9,x", "stages='9,x'"),
        ("", "model=''"),
        ("x" * 100_000, "model='xxx"),
    ],
)
def test_bad_addresses_say_why_in_a_line(text, said):
    with pytest.raises(ValueError, match=said) as error:
        comparison.parse(text)
    assert len(str(error.value)) < 400
