"""What the map says: formulas, reasons, prices, values on tiles, Fig. 3, DOT, and the view in the URL."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from explorer.facts.proof import evaluate
from explorer.facts.rollup import METRICS, SUMS, blocks, stages, total
from explorer.net.trace import follow, trace
from explorer.net.vgg import vgg19
from explorer.spec import ResNetSpec, preset
from explorer.tell import netmap, palette
from explorer.tell.netmap import groups, panel_proofs
from explorer.tell.netmap.columns import columns, on_tile, shade
from explorer.tell.netmap.details import OPTIONS, options
from explorer.tell.netmap.fig3 import nets
from explorer.tell.palette import contrast, ink
from tests.tell.test_netmap import LEVELS, counted, drawn, in_module, overlaps
from tests.test_terms import unpacked


def test_formulas_have_the_models_numbers_in_and_give_its_results() -> None:
    for node in (*trace(preset("resnext50_32x4d")), *follow(vgg19(), (1, 3, 224, 224))):
        text = unpacked(panel_proofs.shown([node]).get("params", ["=", 0]))
        assert evaluate(text.partition(" = ")[0]) == node.params, (node.path, text)


PROVED = {
    "50": preset("resnet50"),
    "50 v1": replace(preset("resnet50"), stride_on="1x1"),
    "56": preset("resnet56_cifar"),
    "plain C": replace(preset("resnet18"), shortcut="C"),
    "pre A": replace(preset("resnet34"), shortcut="A", activation="pre"),
}


@pytest.mark.parametrize("name", PROVED)
def test_every_formula_of_the_panel_gives_the_panels_number(name: str) -> None:
    spec = PROVED[name]
    details, nodes = drawn(spec)["details"], trace(spec, spec.default_input, spec.default_input)
    told = [unpacked(term) for stage in details["stages"].values() for term in stage["proofs"].values()]
    told += [
        unpacked(term)
        for kind in details["kinds"]
        for holder in (kind, *kind["layers"], *kind["options"].values())
        for term in holder["proofs"].values()
    ]
    assert len(told) > 100
    for text in told:
        for step in text.split("; "):
            expression, _, value = step.rpartition(" = ")
            assert evaluate(expression or value) == int(value.replace(",", "")), step
    for stage in stages(nodes):
        known = details["stages"][stage.module]["proofs"]
        assert all(
            unpacked(known[metric]).endswith(f"{total(stage.nodes, metric):,}")
            for metric in ("params", "macs")
            if metric in known
        )


@pytest.mark.parametrize("name", PROVED)
def test_a_share_is_that_of_the_whole_net(name: str) -> None:
    """Against the sums over the nodes; a stage's shares add up to all, and what is shown is its arithmetic, rounded."""
    spec = PROVED[name]
    details, nodes = drawn(spec)["details"], trace(spec, spec.default_input, spec.default_input)
    groups = [(details["stages"][stage.module], stage.nodes) for stage in stages(nodes)]
    for stage in (stage for stage in stages(nodes) if stage.blocks):
        numbered = [kind for kind, count in details["stages"][stage.module]["kinds"] for _ in range(count)]
        groups += [(details["kinds"][kind], block.nodes) for kind, block in zip(numbered, stage.blocks, strict=True)]
    for told, mine in groups:
        assert set(told["shares"]) == set(SUMS)
        for metric, (shown, term) in told["shares"].items():
            wanted = 100 * total(mine, metric) / total(nodes, metric)
            expression, _, value = unpacked(term).partition(" ≈ ")
            assert evaluate(expression) == pytest.approx(wanted) == pytest.approx(float(value), rel=6e-4)
            assert float(shown.removesuffix(" %")) == pytest.approx(wanted, abs=0.0501 if wanted < 9.95 else 0.501)


@pytest.mark.parametrize("name", PROVED)
def test_what_a_block_adds_to_the_receptive_field(name: str) -> None:
    """The panel's formula is the field before the block and `widens`: together the trace's own figure."""
    spec = PROVED[name]
    details, nodes = drawn(spec)["details"], trace(spec, spec.default_input, spec.default_input)
    for stage in (stage for stage in stages(nodes) if stage.blocks):
        numbered = [kind for kind, count in details["stages"][stage.module]["kinds"] for _ in range(count)]
        for kind, block in zip(numbered, stage.blocks, strict=True):
            before = next(node for node in nodes if node.path == block.nodes[0].inputs[0])
            assert (
                before.receptive_field + evaluate(unpacked(details["kinds"][kind]["widens"]))
                == block.nodes[-1].receptive_field
            )


def test_reasons_and_prices_of_the_options() -> None:
    entry = options(preset("resnet18"), 224, 224, 1, 0)
    assert {option: cost["params"] for option, cost in entry.items()} == {"A": 221_696, "B": 230_144, "C": 230_144}
    assert entry["A"]["shortcut"] == "pad" and entry["C"]["shortcut"] == "projection"
    second = options(preset("resnet50"), 224, 224, 0, 1)  # an identity that C would project: 256·256 + BN
    assert second["C"]["params"] - second["B"]["params"] == 256 * 256 + 512
    kinds = drawn(preset("resnet18"))["details"]["kinds"]
    assert any(
        "stride 2 halves 56×56 to 28×28 and channels go 64 → 128" in "".join(kind["reason"])
        and kind["reason"][1:] == ["8,192", " weights"]
        for kind in kinds
    )


@pytest.mark.parametrize("pool", ["none", "avg"])
def test_the_number_in_a_reason_is_that_of_the_layer_it_is_said_of(pool: str) -> None:
    """With ResNet-D's pool the projection's convolution is the second layer on the shortcut."""
    found = drawn(replace(preset("resnet50"), shortcut_pool=pool))["details"]["kinds"]
    projected = [kind for kind in found if kind["shortcut"] == "projection"]
    assert len(projected) == 4 and all(kind["projection"] == "" for kind in found if kind not in projected)
    for kind in projected:
        (layer,) = (one for one in kind["layers"] if one["id"] == kind["projection"])
        assert kind["reason"][1] == f"{layer['params']:,}" and layer["proofs"]["params"]


@pytest.mark.parametrize("name", ["resnet50", "resnet56_cifar"])
def test_the_prices_are_those_of_the_whole_net(name: str) -> None:
    """The options are priced on a net of two blocks per stage; every block of the whole net agrees."""
    spec, side = preset(name), preset(name).default_input
    for option in OPTIONS:
        for number, stage in enumerate(
            stage for stage in stages(trace(replace(spec, shortcut=option), side, side)) if stage.blocks
        ):
            for index, block in enumerate(stage.blocks):
                price = options(spec, side, side, number, min(index, 1))[option]
                assert (price["params"], price["macs"]) == (total(block.nodes, "params"), total(block.nodes, "macs"))


def test_equal_blocks_share_one_entry_and_each_block_finds_its_own() -> None:
    data = drawn(preset("resnet152"))["details"]
    assert len(data["kinds"]) == 8
    nodes = trace(preset("resnet152"))
    for stage in (stage for stage in stages(nodes) if stage.blocks):
        numbered = [kind for kind, count in data["stages"][stage.module]["kinds"] for _ in range(count)]
        for number, block in zip(numbered, stage.blocks, strict=True):
            assert "".join(data["kinds"][number]["reason"]) == block.reason
            assert data["kinds"][number]["metrics"]["params"] == total(block.nodes, "params")


def test_a_new_metric_and_a_measured_one_appear_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        METRICS,
        "weights_bytes",
        replace(METRICS["params"], label="Weights", unit="bytes", of=lambda node: node.params * 4),
    )
    pieces = [part for lane in groups.lanes(stages(trace(preset("resnet18")))) for part in lane.parts]
    seconds = {block.path: 0.001 * index for index, block in enumerate(blocks(trace(preset("resnet18"))))}
    made = columns(pieces, {"median_s": netmap.MetricColumn("Measured time", "s", seconds)})
    assert made["weights_bytes"]["label"] == "Weights" and made["weights_bytes"]["total"] == 4 * 11_689_512
    at = next(index for index, part in enumerate(pieces) if part.id == "layer1.1")
    assert made["median_s"]["texts"][at] == "1ms" and made["median_s"]["provenance"] == "measured"
    assert made["median_s"]["values"][0] is None and made["median_s"]["texts"][0] == "–"  # the stem was not timed
    seconds |= {"stem": 0.5, "head": 0.25}
    whole = [part for lane in groups.lanes(stages(trace(preset("resnet18"))), "stages") for part in lane.parts]
    summed = columns(whole, {"median_s": netmap.MetricColumn("Measured time", "s", seconds)})["median_s"]["values"]
    assert sum(value for value in summed if value is not None) == pytest.approx(0.778)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_117_184, "count", "1.12M"),
        (280_064, "count", "280K"),
        (75_008, "count", "75K"),
        (0, "count", "0"),
        (999_999, "count", "1M"),
        (5.18e9, "MACs", "5.18G"),
        (2_408_448, "bytes", "2.41MB"),
        (427, "px", "427"),
        (None, "px", "all"),
        (None, "s", "–"),
        (0.00321, "s", "3.21ms"),
        (12e-6, "s", "12µs"),
        (7.5, "unheard of", None),
    ],
)
def test_values_on_tiles_are_short(value: float | None, unit: str, text: str | None) -> None:
    if text is None:
        with pytest.raises(KeyError):
            on_tile(value, unit)
    else:
        assert on_tile(value, unit) == text and len(text) <= 6


def test_text_stands_out_on_every_shade() -> None:
    shades = [shade(step / 50) for step in range(51)]
    assert shades[0] == palette.RAMP[0] and shades[-1] == palette.RAMP[-1]
    assert min(contrast(colour, ink(colour)) for colour in shades) >= 4.5


def test_figure_3_is_drawn_from_the_models_and_agrees_with_the_paper() -> None:
    vgg, plain, residual = nets()
    assert sum(node.macs for node in vgg.nodes) == pytest.approx(19.6e9, rel=0.005)
    assert sum(node.macs for node in plain.nodes) == pytest.approx(3.6e9, rel=0.02)
    assert sum(node.params for node in vgg.nodes) == 143_667_240  # torchvision's vgg19
    figure = netmap.figure3()
    assert [line["kind"] for line in figure["shortcuts"]].count("identity") == 13
    assert [line["kind"] for line in figure["shortcuts"]].count("projection") == 3 == len(figure["shortcuts"]) - 13
    weighted = [box for box in figure["boxes"] if box["kind"] in ("conv", "linear")]
    assert {net: sum(box["net"] == net for box in weighted) for net in ("VGG-19", "plain-34", "ResNet-34")} == {
        "VGG-19": 19,
        "plain-34": 34,
        "ResNet-34": 34,
    }
    assert not overlaps([box["box"] for box in figure["boxes"]])
    assert all(x + w <= figure["w"] and y + h <= figure["h"] for x, y, w, h in (box["box"] for box in figure["boxes"]))


def test_vgg_is_traced_as_it_runs() -> None:
    import torch

    model = vgg19("meta").eval()
    nodes = follow(vgg19(), (2, 3, 224, 224))
    assert tuple(model(torch.empty(2, 3, 224, 224, device="meta")).shape) == nodes[-1].out_shape == (2, 1000)
    assert sum(node.params for node in nodes) == sum(value.numel() for value in model.parameters())


@pytest.mark.parametrize("name", ["resnet18", "resnet152", "resnet20_cifar", "resnext50_32x4d"])
def test_dot_holds_every_operation_and_edge(name: str) -> None:
    nodes = trace(preset(name), preset(name).default_input, preset(name).default_input)
    source = netmap.dot(nodes, name)
    assert len(re.findall(r"^\s*n\d+ \[label", source, re.M)) == len(nodes)
    assert source.count(" -> ") == sum(len(node.inputs) for node in nodes)
    if shutil.which("dot") and name == "resnet18":
        assert (
            subprocess.run(["dot", "-Tplain"], input=source.encode(), capture_output=True, timeout=60).returncode == 0
        )


def test_dot_escapes_its_title() -> None:
    hostile = 'a "quoted" <b>&amp;</b> \\N ' + "x" * 10_000
    source = netmap.dot(trace(preset("resnet18")), hostile)
    line = next(line for line in source.splitlines() if "labelloc" in line)
    assert '\\"quoted\\"' in line and "\\\\N" in line and "label=<" not in source


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"node": "layer2.0", "open": "1"},
        {"level": "layers", "color": "params"},
        {"unfold": "layer2.1,layer3.1", "fold": "on"},
        {"figure": "fig3", "node": "VGG-19/fc6"},
    ],
)
def test_a_view_goes_through_the_url_and_back(query: dict[str, str]) -> None:
    assert netmap.parse(query, netmap.color_choices()).params() == query


@settings(max_examples=30, deadline=None)
@given(
    some.dictionaries(
        some.sampled_from(netmap.VIEW_NAMES),
        some.one_of(
            some.text(max_size=300), some.none(), some.integers(), some.lists(some.text(max_size=5), max_size=80)
        ),
    )
)
def test_any_url_gives_a_view_that_can_be_drawn(query: dict[str, object]) -> None:
    spec = preset("resnet18")
    view = netmap.parse(query, netmap.color_choices()).checked(lambda path: netmap.known(spec, 64, 64, path))
    assert netmap.drawing(spec, 64, 64, 1, view)["scene"]["tiles"]
    assert view.node == "" or netmap.known(spec, 64, 64, view.node)


def test_what_can_be_selected() -> None:
    spec = preset("resnet50")
    for path in (
        "layer2.0",
        "layer2.0.conv1",
        "layer2.0.downsample",
        "layer1.1.downsample",
        "layer3",
        "conv1",
        "fc",
        "VGG-19/fc6",
    ):
        assert netmap.known(spec, 224, 224, path), path
    for path in ("layer9.0", "", "layer2.4", "x/y", "<script>"):
        assert not netmap.known(spec, 224, 224, path), path


def test_a_model_is_traced_once_however_its_defaults_are_written() -> None:
    assert (
        trace(preset("resnet18")) is trace(preset("resnet18"), 224, 224) is trace(preset("resnet18"), 224, 224, batch=1)
    )


@pytest.mark.parametrize(
    "spec",
    [
        ResNetSpec(stages=(1,), block="basic"),
        ResNetSpec(stages=(1, 1, 1, 1), num_classes=1, in_channels=1),
        ResNetSpec(stages=(2, 2), norm="none", activation="pre", shortcut="A"),
        ResNetSpec(groups=32, width_per_group=4, shortcut="C"),
        ResNetSpec(stages=(2, 3), width=1024, num_classes=100_000),
    ],
    ids=repr,
)
@pytest.mark.parametrize("side", [1, 4096])
def test_extreme_models_can_be_drawn(spec: ResNetSpec, side: int) -> None:
    drawable(spec, side)


def test_a_thousand_blocks_can_be_drawn() -> None:
    """At one size: the picture is the same at the other, where the smaller nets are drawn too."""
    drawable(ResNetSpec(stages=(1000,), block="basic", width=1), 4096)


def drawable(spec: ResNetSpec, side: int) -> None:
    held = in_module(spec)
    for level in LEVELS:
        data = netmap.drawing(spec, side, side, 65_536, netmap.View(level=level))
        assert json.loads(json.dumps(data))["title"] and counted(data) == held


def test_drawings_are_json_and_small() -> None:
    """As they are sent: bytes of UTF-8."""
    texts = {name: netmap.drawing_text(preset(name), 224, 224) for name in ("resnet18", "resnet152")}
    assert len(texts["resnet18"].encode()) < 70_000 and len(texts["resnet152"].encode()) < 145_000
    for name, text in texts.items():
        assert json.loads(text) == json.loads(json.dumps(drawn(preset(name)))), name
