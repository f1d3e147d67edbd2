"""The map's drawing data, held to the traced module: no shortcut is lost, added or redrawn at any level, folded or not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from explorer import graph, palette
from explorer.analysis import METRICS, blocks, stages, total
from explorer.graph import layout, opened, parts, words
from explorer.graph.columns import columns, contrast, ink, on_tile, shade
from explorer.graph.details import OPTIONS, options
from explorer.graph.fig3 import nets
from explorer.graph.scene import scene
from explorer.model import IdentityShortcut, ZeroPad, build
from explorer.spec import ResNetSpec, preset
from explorer.trace import follow, trace
from explorer.vgg import vgg19

PAPER = {"resnet18": (5, 3), "resnet34": (13, 3), "resnet50": (12, 4), "resnet101": (29, 4), "resnet152": (46, 4)}
LEVELS = ("stages", "blocks", "layers")


def drawn(spec: ResNetSpec, level: str = "blocks", fold: str = "auto", unfold: tuple[str, ...] = ()) -> dict:
    side = spec.default_input
    return graph.drawing(spec, side, side, 1, graph.View(level=level, fold=fold, unfold=unfold))


def counted(data: dict) -> dict[str, int]:
    """Shortcuts in a drawing, by kind."""
    held: dict[str, int] = {}
    for line in data["scene"]["shortcuts"]:
        held[line["kind"]] = held.get(line["kind"], 0) + line["count"]
    return held


def in_module(spec: ResNetSpec) -> dict[str, int]:
    """A second source: the modules that the real net is made of."""
    model = build(spec, "meta")
    kinds = {IdentityShortcut: "identity", ZeroPad: "pad"}
    held: dict[str, int] = {}
    for path, module in model.named_modules():
        if path.endswith(".downsample"):
            kind = kinds.get(type(module), "projection")
            held[kind] = held.get(kind, 0) + 1
    return held


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", PAPER)
def test_solid_and_dotted_are_the_papers(name: str, level: str) -> None:
    solid, dotted = PAPER[name]
    assert counted(drawn(preset(name), level)) == {"identity": solid, "projection": dotted}


@pytest.mark.parametrize("option", ["A", "B", "C", "none"])
@pytest.mark.parametrize("fold", ["on", "off"])
@pytest.mark.parametrize("name", ["resnet50", "resnet56_cifar", "resnext50_32x4d"])
def test_every_option_folded_or_not_draws_what_the_module_holds(name: str, fold: str, option: str) -> None:
    spec = replace(preset(name), shortcut=option)
    for level in LEVELS:
        assert counted(drawn(spec, level, fold)) == in_module(spec), level


def test_1202_opens_folded_and_unfolds_run_by_run() -> None:
    spec = preset("resnet1202_cifar")
    folded = drawn(spec)
    assert folded["folded"] and [tile["count"] for tile in folded["scene"]["tiles"]] == [1, 200, 1, 199, 1, 199, 1, 1]
    some_open = drawn(spec, unfold=("layer2.1",))
    assert len(some_open["scene"]["tiles"]) == len(folded["scene"]["tiles"]) + 198
    assert not drawn(spec, fold="off")["folded"] and len(drawn(spec, fold="off")["scene"]["tiles"]) == 603
    for data in (folded, some_open, drawn(spec, fold="off"), drawn(spec, "stages"), drawn(spec, "layers")):
        assert counted(data) == {"identity": 598, "pad": 2} == in_module(spec)
    assert len(json.dumps(folded)) < 60_000


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["resnet18", "resnet152"])
def test_the_tiles_together_are_the_net(name: str, level: str) -> None:
    """Sums over the tiles equal the totals of the trace: nothing is drawn twice, nothing is left out."""
    spec = preset(name)
    nodes = trace(spec, spec.default_input, spec.default_input)
    data = drawn(spec, level)
    for metric, rule in METRICS.items():
        if rule.combine == "sum":
            assert data["columns"][metric]["total"] == total(nodes, metric) == sum(data["columns"][metric]["values"])


@settings(max_examples=15, deadline=None)
@given(counts=some.lists(some.integers(1, 30), min_size=1, max_size=4), fold=some.sampled_from(parts.FOLDS),
       level=some.sampled_from(LEVELS), option=some.sampled_from(["A", "B", "C", "none"]))
def test_any_layout_has_a_place_for_all_inside_its_frame(counts: list[int], fold: str, level: str, option: str) -> None:
    spec = ResNetSpec(stages=tuple(counts), block="basic", shortcut=option, width=8)
    data, pieces = scene(parts.lanes(stages(trace(spec, 64, 64)), level, fold), level)
    for name, placed in data["layouts"].items():
        assert len(placed["tiles"]) == len(data["tiles"]) == len(pieces)
        assert len(placed["shortcuts"]) == len(data["shortcuts"])
        for x, y, w, h in placed["tiles"]:
            assert w > 0 and h > 0 and x >= 0 and y >= 0 and x + w <= placed["w"] and y + h <= placed["h"], name
        assert not overlaps(placed["tiles"]), name


def overlaps(boxes: list[list[float]]) -> bool:
    rest = sorted(boxes)
    return any(a[0] + a[2] > b[0] + 0.2 and a[1] + a[3] > b[1] + 0.2 and b[1] + b[3] > a[1] + 0.2
               for index, a in enumerate(rest) for b in rest[index + 1:index + 40] if b[0] < a[0] + a[2] - 0.2)


def test_the_whole_of_152_is_legible_in_a_projectors_window() -> None:
    """At 1280×720 the picture has about 600×500 pixels: tiles at least 34 wide and 24 high, in the frame's height."""
    placed = drawn(preset("resnet152"))["scene"]["layouts"]["medium"]
    assert placed["w"] == layout.FRAMES["medium"].width and placed["h"] <= layout.FRAMES["medium"].height + 10
    assert min(w for _, _, w, _ in placed["tiles"]) >= 34 and min(h for *_, h in placed["tiles"]) >= 24


def test_arches_span_their_tile_and_join_where_the_flow_passes() -> None:
    placed = drawn(preset("resnet34"))["scene"]["layouts"]["medium"]
    shapes = drawn(preset("resnet34"))["scene"]
    where = {tile["id"]: box for tile, box in zip(shapes["tiles"], placed["tiles"])}
    for line, (path, apex_x, apex_y, width) in zip(shapes["shortcuts"], placed["shortcuts"]):
        x, y, w, h = where[line["tile"]]
        start, end = float(re.match(r"M([\d.]+)", path)[1]), float(re.findall(r" ([\d.]+) [\d.]+V", path)[-1])
        assert start < x and end > x + w and apex_y < y and width > w and x < apex_x < x + w
        assert path.endswith(f"V{path.split()[1].split('V')[0]}")  # leaves and arrives at the same height
    assert sum(line["kind"] == "back" for line in placed["flow"]) == len({box[1] for box in placed["tiles"]}) - 1


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@pytest.mark.parametrize("variant", [{}, {"activation": "pre"}, {"shortcut": "A"}, {"shortcut": "C"}, {"shortcut": "none"},
                                     {"norm": "none"}, {"activation": "pre", "shortcut": "A"}])
def test_an_opened_block_shows_every_layer_and_its_shortcut(name: str, variant: dict) -> None:
    for block in blocks(trace(replace(preset(name), **variant))):
        picture = opened.opened(block)
        boxes = [f"{block.path}.{box['id']}" for box in picture["boxes"]]
        assert sorted(boxes) == sorted(node.path for node in block.nodes if node.kind != "identity")
        assert (picture["shortcut"] or {"kind": "none"})["kind"] == block.shortcut
        assert [text for *_, text in picture["edges"]][0].endswith(words.shape(block.in_shape))
        assert picture["edges"][-1][2] == words.shape(block.out_shape)
        for x, y, w, h in (box["box"] for box in picture["boxes"]):
            assert 0 <= x and x + w <= picture["w"] and 0 <= y and y + h <= picture["h"]
        assert not overlaps([box["box"] for box in picture["boxes"]])


def test_formulas_have_the_models_numbers_in_and_give_its_results() -> None:
    for node in (*trace(preset("resnext50_32x4d")), *follow(vgg19(), (1, 3, 224, 224))):
        for text, value in ((words.params_formula(node), node.params), (words.macs_formula(node), node.macs)):
            computed = sum(eval(term.replace("·", "*").replace(" × ", "*")) for term in text.split(" + ")) if text else 0
            assert computed == value, (node.path, text)


def test_reasons_and_prices_of_the_options() -> None:
    entry = options(preset("resnet18"), 224, 224, 1, 0)
    assert {option: cost["params"] for option, cost in entry.items()} == {"A": 221_696, "B": 230_144, "C": 230_144}
    assert entry["A"]["shortcut"] == "pad" and entry["C"]["shortcut"] == "projection"
    second = options(preset("resnet50"), 224, 224, 0, 1)  # an identity that C would project: 256·256 + BN
    assert second["C"]["params"] - second["B"]["params"] == 256 * 256 + 512
    kinds = drawn(preset("resnet18"))["details"]["kinds"]
    assert any("stride 2 halves 56×56 to 28×28 and channels go 64 → 128" in kind["reason"]
               and "8,192 weights" in kind["reason"] for kind in kinds)


@pytest.mark.parametrize("name", ["resnet50", "resnet56_cifar"])
def test_the_prices_are_those_of_the_whole_net(name: str) -> None:
    """The options are priced on a net of two blocks per stage; every block of the whole net agrees."""
    spec, side = preset(name), preset(name).default_input
    for option in OPTIONS:
        for number, stage in enumerate(stage for stage in stages(trace(replace(spec, shortcut=option), side, side)) if stage.blocks):
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
            assert data["kinds"][number]["reason"] == block.reason
            assert data["kinds"][number]["metrics"]["params"] == total(block.nodes, "params")


def test_a_new_metric_and_a_measured_one_appear_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METRICS, "weights_bytes", replace(METRICS["params"], label="Weights", unit="bytes",
                                                          of=lambda node: node.params * 4))
    pieces = [part for lane in parts.lanes(stages(trace(preset("resnet18")))) for part in lane.parts]
    seconds = {block.path: 0.001 * index for index, block in enumerate(blocks(trace(preset("resnet18"))))}
    made = columns(pieces, {"median_s": graph.MetricColumn("Measured time", "s", seconds)})
    assert made["weights_bytes"]["label"] == "Weights" and made["weights_bytes"]["total"] == 4 * 11_689_512
    at = next(index for index, part in enumerate(pieces) if part.id == "layer1.1")
    assert made["median_s"]["texts"][at] == "1ms" and made["median_s"]["provenance"] == "measured"
    assert made["median_s"]["values"][0] is None and made["median_s"]["texts"][0] == "–"  # the stem was not timed
    seconds |= {"stem": 0.5, "head": 0.25}
    whole = [part for lane in parts.lanes(stages(trace(preset("resnet18"))), "stages") for part in lane.parts]
    summed = columns(whole, {"median_s": graph.MetricColumn("Measured time", "s", seconds)})["median_s"]["values"]
    assert sum(value for value in summed if value is not None) == pytest.approx(0.778)


@pytest.mark.parametrize(("value", "unit", "text"), [
    (1_117_184, "count", "1.12M"), (280_064, "count", "280K"), (75_008, "count", "75K"), (0, "count", "0"), (999_999, "count", "1M"),
    (5.18e9, "MACs", "5.18G"), (2_408_448, "bytes", "2.41MB"), (427, "px", "427"), (None, "px", "all"), (None, "s", "–"),
    (0.00321, "s", "3.21ms"), (12e-6, "s", "12µs"), (7.5, "unheard of", None)])
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
    figure = graph.figure3()
    assert [line["kind"] for line in figure["shortcuts"]].count("identity") == 13
    assert [line["kind"] for line in figure["shortcuts"]].count("projection") == 3 == len(figure["shortcuts"]) - 13
    weighted = [box for box in figure["boxes"] if box["kind"] in ("conv", "linear")]
    assert {net: sum(box["net"] == net for box in weighted) for net in ("VGG-19", "plain-34", "ResNet-34")} == {
        "VGG-19": 19, "plain-34": 34, "ResNet-34": 34}
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
    source = graph.dot(nodes, name)
    assert len(re.findall(r"^\s*n\d+ \[label", source, re.M)) == len(nodes)
    assert source.count(" -> ") == sum(len(node.inputs) for node in nodes)
    if shutil.which("dot") and name == "resnet18":
        assert subprocess.run(["dot", "-Tplain"], input=source.encode(), capture_output=True, timeout=60).returncode == 0


def test_dot_escapes_its_title() -> None:
    hostile = 'a "quoted" <b>&amp;</b> \\N ' + "x" * 10_000
    source = graph.dot(trace(preset("resnet18")), hostile)
    line = next(line for line in source.splitlines() if "labelloc" in line)
    assert '\\"quoted\\"' in line and "\\\\N" in line and "label=<" not in source


@pytest.mark.parametrize("query", [{}, {"node": "layer2.0", "open": "1"}, {"level": "layers", "color": "params"},
                                   {"unfold": "layer2.1,layer3.1", "fold": "on"}, {"figure": "fig3", "node": "VGG-19/fc6"}])
def test_a_view_goes_through_the_url_and_back(query: dict[str, str]) -> None:
    assert graph.parse(query, graph.color_choices()).params() == query


@settings(max_examples=30, deadline=None)
@given(some.dictionaries(some.sampled_from(graph.VIEW_NAMES), some.one_of(some.text(max_size=300), some.none(), some.integers(),
                                                                         some.lists(some.text(max_size=5), max_size=80))))
def test_any_url_gives_a_view_that_can_be_drawn(query: dict[str, object]) -> None:
    spec = preset("resnet18")
    view = graph.parse(query, graph.color_choices()).checked(lambda path: graph.known(spec, 64, 64, path))
    assert graph.drawing(spec, 64, 64, 1, view)["scene"]["tiles"]
    assert view.node == "" or graph.known(spec, 64, 64, view.node)


def test_what_can_be_selected() -> None:
    spec = preset("resnet50")
    for path in ("layer2.0", "layer2.0.conv1", "layer2.0.downsample", "layer1.1.downsample", "layer3", "conv1", "fc", "VGG-19/fc6"):
        assert graph.known(spec, 224, 224, path), path
    for path in ("layer9.0", "", "layer2.4", "x/y", "<script>"):
        assert not graph.known(spec, 224, 224, path), path


def test_a_model_is_traced_once_however_its_defaults_are_written() -> None:
    assert trace(preset("resnet18")) is trace(preset("resnet18"), 224, 224) is trace(preset("resnet18"), 224, 224, batch=1)


@pytest.mark.parametrize("spec", [
    ResNetSpec(stages=(1,), block="basic"), ResNetSpec(stages=(1, 1, 1, 1), num_classes=1, in_channels=1),
    ResNetSpec(stages=(1000,), block="basic", width=1), ResNetSpec(stages=(2, 2), norm="none", activation="pre", shortcut="A"),
    ResNetSpec(groups=32, width_per_group=4, shortcut="C"), ResNetSpec(stages=(2, 3), width=1024, num_classes=100_000)], ids=repr)
@pytest.mark.parametrize("side", [1, 4096])
def test_extreme_models_can_be_drawn(spec: ResNetSpec, side: int) -> None:
    held = in_module(spec)
    for level in LEVELS:
        data = graph.drawing(spec, side, side, 65_536, graph.View(level=level))
        assert json.loads(json.dumps(data))["title"] and counted(data) == held


def test_drawings_are_json_and_small() -> None:
    sizes = {name: len(json.dumps(drawn(preset(name)), ensure_ascii=False)) for name in ("resnet18", "resnet152")}
    assert sizes["resnet18"] < 80_000 and sizes["resnet152"] < 150_000
