"""Where the numbers sit: parts partition what they are parts of, and the sentence says what the table says."""

from __future__ import annotations

import pytest

from explorer.facts import cost
from explorer.facts.proof import evaluate
from explorer.facts.rollup import SUMS, total
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from explorer.tell import cost_parts
from explorer.tell.plots import cost as cost_plots

NODES = trace(preset("resnet50"), 224, 224)


@pytest.mark.parametrize("path", ["net", "conv3_x", "layer3", "layer3.0", "stem", "head", "layer3.0.conv2"])
def test_children_partition_their_part(path):
    part = cost.part(NODES, path)
    inside = [node for _, members in part.children for node in members]
    assert inside == list(part.group) and part.path == {"layer3": "conv4_x"}.get(path, path)


def test_parts_are_called_as_on_the_map() -> None:
    names = {path: cost.part(NODES, path).place for path in ("net", "layer2", "layer2.1", "layer2.1.conv2", "fc")}
    assert list(names.values()) == ["net", "conv3_x", "conv3_2", "conv3_2, conv 2", "fc"]
    assert [one["label"] for one in cost.part(NODES, "layer2.1").hierarchy("params")][:2] == [
        names["layer2.1"],
        "conv 1",
    ]
    assert "conv3_2" in {one["label"] for one in cost.part(NODES).hierarchy("params") if one["id"] == "layer2.1"}
    drawn = cost_plots.tree(cost.part(NODES).hierarchy("params"), "count", "treemap")
    assert drawn.layout.uniformtext.minsize >= 12 and drawn.layout.uniformtext.mode == "hide"


@pytest.mark.parametrize(
    ("path", "frame"),
    [("maxpool", "stem"), ("layer2.0.conv2", "layer2.0"), ("fc", "head"), ("layer2.0", "layer2.0"), ("net", "net")],
)
def test_a_picked_layer_is_drawn_in_what_it_is_in_and_marked_there(path: str, frame: str) -> None:
    part, net = cost.part(NODES, path), (preset("resnet50"), 224, 224, 1, "fp32")
    assert part.frame.path == frame and len(part.frame.children) > 1
    said = cost_parts.drawn_in(part, "params")
    assert bool(said) == (path != frame) and ("none of the parameters" in said) == (path == "maxpool")
    for kind in ("treemap", "sunburst"):
        drawn = cost_plots.part(*net, path, "params", kind).data[0]
        assert drawn.ids[0] == frame and len(drawn.ids) > 1
        if said and path in drawn.ids:
            own, rest = drawn.ids.index(path), [at for at, one in enumerate(drawn.ids) if at and one != path]
            assert len(drawn.marker.colors[own]) == 7 and all(len(drawn.marker.colors[at]) == 9 for at in rest)
    columns = cost_plots.part(*net, path, "params", "bars").data[0]
    strong = [one for one, opacity in zip(columns.x, columns.marker.opacity) if opacity == 1]
    assert strong == ([path] if said else list(columns.x))


@pytest.mark.parametrize("metric", SUMS)
@pytest.mark.parametrize("path", ["net", "conv3_x", "layer2.0", "fc"])
def test_a_tree_sums_level_by_level(metric, path):
    items = cost.part(NODES, path).hierarchy(metric)
    assert items[0]["value"] == total(cost.part(NODES, path).group, metric)
    for item in items:
        below = [one["value"] for one in items if one["parent"] == item["id"]]
        assert not below or sum(below) == item["value"]
    assert len({item["id"] for item in items}) == len(items)


def test_shares_are_of_the_whole_net():
    rows = cost.part(NODES).rows()
    for metric in SUMS:
        assert sum(row[f"{metric}_share"] for row in rows) == pytest.approx(1)
    conv5 = next(row for row in rows if row["part"] == "conv5_x")
    assert conv5["params"] == 14_964_736 and round(conv5["params_share"], 3) == 0.586


@pytest.mark.parametrize("metric", SUMS)
def test_each_share_has_its_proof(metric):
    shares = cost.shares(NODES)[metric]
    assert sum(one.percent for one in shares) == pytest.approx(100)
    assert all(evaluate(one.proof.expression) == pytest.approx(one.percent) for one in shares)
    rows = {row["part"]: row[f"{metric}_share"] for row in cost.part(NODES).rows()}
    assert all(one.percent == pytest.approx(100 * rows[one.part]) for one in shares)


@pytest.mark.parametrize(
    ("path", "over"),
    [
        ("net", "net"),
        ("conv3_x", "net"),
        ("layer2.0", "conv3_x"),
        ("layer2.0.conv1", "layer2.0"),
        ("fc", "head"),
        ("stem", "net"),
    ],
)
def test_the_part_above_a_part(path, over):
    assert cost.part(NODES, path).above == over


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("resnet50", "conv5_x has 59 % of the parameters and 6 % of the layer outputs; conv2_x has 39 %"),
        (
            "resnet152",
            "conv4_x has 67 % of the parameters, 70 % of the multiply-adds and 49 % of the layer outputs",
        ),
    ],
)
def test_the_lesson(name, words):
    assert str(cost.lesson(trace(preset(name), 224, 224))).startswith(words)


def test_equal_shares_are_said_once():
    text = str(cost.lesson(trace(preset("resnet1202_cifar"), 32, 32)))
    assert "nearly the same in every stage (33 % each)" in text and "to 33" not in text


def test_one_part_that_has_most_of_everything_is_named_once():
    text = str(cost.lesson(trace(preset("resnet50"), 1, 1)))
    assert text.startswith(
        "conv5_x has 59 % of the parameters, 59 % of the multiply-adds and 40 % of the layer outputs: most"
    )
    assert text.count("conv5_x") == 1


def test_a_very_deep_tree_ends_at_its_blocks_and_a_part_of_it_does_not():
    nodes = trace(preset("resnet1202_cifar"), 32, 32)
    items = cost.part(nodes).hierarchy("params")
    assert len(items) < 620 and items[0]["value"] == total(nodes, "params")
    assert not any(item["id"].count(".") > 1 for item in items) and {"layer3.199", "fc", "conv1"} <= {
        item["id"] for item in items
    }
    for item in items:
        below = [one["value"] for one in items if one["parent"] == item["id"]]
        assert not below or sum(below) == item["value"]
    assert "layer3.5.conv2" in {item["id"] for item in cost.part(nodes, "layer3.5").hierarchy("params")}


def test_one_stage_and_no_weights_do_not_break_it():
    nodes = trace(ResNetSpec(stages=(1,), norm="none", shortcut="none", width=1), 1, 1)
    assert "conv2_x" in str(cost.lesson(nodes)) or "head" in str(cost.lesson(nodes))
    assert cost.part(nodes, "nothing").children[0][0] == "stem"


def test_figures_hold_the_rows_values():
    rows = cost.part(NODES).rows()
    items = cost.part(NODES).hierarchy("macs")
    for kind in ("treemap", "sunburst"):
        drawn = cost_plots.tree(items, "MACs", kind).data[0]
        assert list(drawn.values) == [item["value"] for item in items] and drawn.type == kind
    assert list(cost_plots.bars(rows, "params", "Parameters", "count").data[0].y) == [row["params"] for row in rows]
    assert cost_plots.bars(rows, "receptive_field", "Receptive field", "px").data[0].y[-1] == 0
