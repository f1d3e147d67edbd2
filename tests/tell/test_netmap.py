"""The map's drawing data, held to the traced module: no shortcut is lost, added or redrawn at any level."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from explorer.facts import memory
from explorer.facts.rollup import SUMS, blocks, stages, total
from explorer.net.resnet import IdentityShortcut, ZeroPad, build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, catalogue, named, naming, preset
from explorer.spec.task import FORMATS
from explorer.tell import netmap
from explorer.tell.netmap import groups, layout, opened, recipes
from explorer.tell.netmap.scene import scene

PAPER = {"resnet18": (5, 3), "resnet34": (13, 3), "resnet50": (12, 4), "resnet101": (29, 4), "resnet152": (46, 4)}
LEVELS = ("stages", "blocks", "layers")


def drawn(spec: ResNetSpec, level: str = "blocks", fold: str = "auto", unfold: tuple[str, ...] = ()) -> dict:
    side = spec.default_input
    return netmap.drawing(spec, side, side, 1, netmap.View(level=level, fold=fold, unfold=unfold))


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
    folded, unfolded = drawn(spec), drawn(spec, fold="off")
    assert folded["folded"] and [tile["count"] for tile in folded["scene"]["tiles"]] == [1, 200, 1, 199, 1, 199, 1, 1]
    some_open = drawn(spec, unfold=("layer2.1",))
    assert len(some_open["scene"]["tiles"]) == len(folded["scene"]["tiles"]) + 198
    assert not unfolded["folded"] and len(unfolded["scene"]["tiles"]) == 603
    for data in (folded, some_open, unfolded, drawn(spec, "stages"), drawn(spec, "layers")):
        assert counted(data) == {"identity": 598, "pad": 2} == in_module(spec)
    assert len(netmap.drawing_text(spec, 32, 32).encode()) < 56_000


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["resnet18", "resnet152"])
def test_the_tiles_together_are_the_net(name: str, level: str) -> None:
    """Sums over the tiles equal the totals of the trace: nothing is drawn twice, nothing is left out."""
    spec = preset(name)
    nodes = trace(spec, spec.default_input, spec.default_input)
    data = drawn(spec, level)
    for metric in SUMS:
        assert data["columns"][metric]["total"] == total(nodes, metric) == sum(data["columns"][metric]["values"])


@settings(max_examples=15, deadline=None)
@given(
    counts=some.lists(some.integers(1, 30), min_size=1, max_size=4),
    fold=some.sampled_from(groups.FOLDS),
    level=some.sampled_from(LEVELS),
    option=some.sampled_from(["A", "B", "C", "none"]),
)
def test_any_layout_has_a_place_for_all_inside_its_frame(counts: list[int], fold: str, level: str, option: str) -> None:
    spec = ResNetSpec(stages=tuple(counts), block="basic", shortcut=option, width=8)
    data, pieces = scene(groups.lanes(stages(trace(spec, 64, 64)), level, fold), level)
    for name, placed in data["layouts"].items():
        assert len(placed["tiles"]) == len(data["tiles"]) == len(pieces)
        assert len(placed["shortcuts"]) == len(data["shortcuts"])
        for x, y, w, h in placed["tiles"]:
            assert w > 0 and h > 0 and x >= 0 and y >= 0 and x + w <= placed["w"] and y + h <= placed["h"], name
        assert not overlaps(placed["tiles"]), name


@settings(max_examples=15, deadline=None)
@given(
    counts=some.lists(some.integers(1, 30), min_size=1, max_size=4),
    fold=some.sampled_from(groups.FOLDS),
    stem=some.sampled_from(["imagenet", "deep", "cifar"]),
)
def test_there_is_room_for_the_picture_and_the_answer(counts: list[int], fold: str, stem: str) -> None:
    """Where a picture walks: its box before the first tile and the answer's behind the last, the flow from the one to the
    other; all other tiles stay."""
    spec = ResNetSpec(stages=tuple(counts), block="basic", width=8, stem=stem)
    data, _ = scene(groups.lanes(stages(trace(spec, 64, 64)), "blocks", fold), "blocks")
    for name, placed in data["layouts"].items():
        ends = placed["ends"]
        tiles, flow = placed["tiles"].copy(), [line["d"] for line in placed["flow"]]
        for at, box in ends["tiles"]:
            tiles[at] = box
        for at, d in ends["flow"]:
            flow[at] = d
        of = {data["tiles"][at]["stage"] for at, _ in ends["tiles"]}
        assert of <= {"stem", "head"}, name
        for x, y, w, h in (*tiles, ends["in"], ends["out"]):
            assert w >= 15 and h >= 6 and x >= 0 and y >= 0, (name, x, y, w, h)
            assert x + w <= placed["w"] and y + h <= placed["h"], name
        assert not overlaps([*tiles, ends["in"], ends["out"]]), name
        assert ends["in"][2] == ends["in"][3] and ends["out"][2] >= layout.ANSWER[0], name
        x, y, w, h = ends["in"]
        begins = next(d for d, line in zip(flow, placed["flow"]) if line["kind"] == "end")
        at, middle = map(float, re.match(r"M([\d.]+) ([\d.]+)H", begins).groups())
        assert at == pytest.approx(x + w, abs=0.11) and y < middle < y + h
        out = re.fullmatch(r"M([\d.]+) ([\d.]+)H([\d.]+)", flow[-1])
        assert float(out[3]) == pytest.approx(ends["out"][0], abs=0.11)
        assert ends["out"][1] < float(out[2]) < ends["out"][1] + ends["out"][3]


def overlaps(boxes: list[list[float]]) -> bool:
    rest = sorted(boxes)
    return any(
        a[0] + a[2] > b[0] + 0.2 and a[1] + a[3] > b[1] + 0.2 and b[1] + b[3] > a[1] + 0.2
        for index, a in enumerate(rest)
        for b in rest[index + 1 : index + 40]
        if b[0] < a[0] + a[2] - 0.2
    )


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
@pytest.mark.parametrize(
    "variant",
    [
        {},
        {"activation": "pre"},
        {"shortcut": "A"},
        {"shortcut": "C"},
        {"shortcut": "none"},
        {"norm": "none"},
        {"activation": "pre", "shortcut": "A"},
    ],
)
def test_an_opened_block_shows_every_layer_and_its_shortcut(name: str, variant: dict) -> None:
    for block in blocks(trace(replace(preset(name), **variant))):
        picture = opened.opened(block)
        boxes = [f"{block.path}.{box['id']}" for box in picture["boxes"]]
        assert sorted(boxes) == sorted(node.path for node in block.nodes if node.kind != "identity")
        assert (picture["shortcut"] or {"kind": "none"})["kind"] == block.shortcut
        assert picture["edges"][0][2].endswith(recipes.shape(block.in_shape))
        assert picture["edges"][-1][2] == recipes.shape(block.out_shape)
        for x, y, w, h in (box["box"] for box in picture["boxes"]):
            assert x >= 0 and x + w <= picture["w"] and y >= 0 and y + h <= picture["h"]
        assert not overlaps([box["box"] for box in picture["boxes"]])


def test_the_map_says_what_is_special_in_the_headers_words() -> None:
    assert drawn(named("resnet50d"))["special"] == [
        "Deep stem: three 3×3 in place of one 7×7",
        "D: the pool takes the stride, so no pixel is skipped",
    ]
    assert all(
        drawn(row.spec).get("special", []) == naming.special(row.spec) for row in list(catalogue.rows().values())[::9]
    )


@pytest.mark.parametrize("name", [*PAPER, "resnet20_cifar"])
def test_of_a_net_as_published_nothing_is_special_and_its_picture_is_the_variants(name: str) -> None:
    plain, other = drawn(preset(name)), drawn(replace(preset(name), zero_init="yes"))
    assert "special" not in plain and other["special"]
    assert plain["scene"] == other["scene"]


@pytest.mark.parametrize("dtype", FORMATS)
def test_a_maps_layer_outputs_are_in_the_format_that_is_asked_for(dtype: str) -> None:
    made = netmap.drawing(preset("resnet18"), 64, 64, 2, dtype=dtype)
    column = made["columns"]["activation_bytes"]
    assert (
        column["label"] == made["details"]["metrics"]["activation_bytes"]["label"] == f"Layer outputs, {FORMATS[dtype]}"
    )
    assert column["total"] == sum(row["bytes"] for row in memory.by_layer(preset("resnet18"), 64, 64, 2, dtype))
