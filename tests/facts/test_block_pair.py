"""The two arithmetics of the article and of the paper's Fig. 5, from real blocks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer import lecture
from explorer.facts import block_pair
from explorer.facts.rollup import blocks, total
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from explorer.tell.drawing import block_drawing
from explorer.tell.drawing.svg import Text


def test_equal_width_is_the_articles_pair() -> None:
    found = block_pair.pair(256)
    assert block_pair.arithmetic(found.basic).text == "3·3·256·256 + 3·3·256·256 = 1,179,648"
    assert block_pair.arithmetic(found.bottleneck).text == "1·1·256·64 + 3·3·64·64 + 1·1·64·256 = 69,632"
    assert (total(found.basic.nodes), total(found.bottleneck.nodes)) == (1_180_672, 70_400)  # with BN


def test_equal_cost_is_the_papers_fig_5() -> None:
    found = block_pair.pair(256, "cost")
    for block, weights in ((found.basic, 73_728), (found.bottleneck, 69_632)):
        assert block_pair.arithmetic(block).value == weights == sum(node.params for node in block.convs)
    assert found.ratio.value == pytest.approx(1.059, abs=5e-4)
    assert found.basic.out_shape[2:] == (56, 56) == found.bottleneck.out_shape[2:]  # conv2_x, as in the figure


@pytest.mark.parametrize("width", [64, 128, 256, 512, 1024, 2048])
def test_the_ratio_is_the_same_at_every_width(width: int) -> None:
    """18·w² against (8/16 + 9/16)·w²: 288/17."""
    assert block_pair.pair(width).ratio.value == pytest.approx(288 / 17)


def test_a_projection_doubles_the_bottlenecks_weights() -> None:
    """He et al. 2015, §3.3: the time and model size are doubled by replacing the identity with a projection."""
    bottleneck = block_pair.pair(256, base=ResNetSpec(shortcut="C")).bottleneck
    assert sum(node.params for node in bottleneck.nodes if node.kind == "conv") == 135_168


@pytest.mark.parametrize(
    ("place", "kinds", "stride"),
    [
        ("solid", ("identity", "identity"), 1),
        ("dotted", ("projection", "projection"), 2),
        ("conv2_x", ("identity", "projection"), 1),
    ],
)
def test_solid_and_dotted_places(place: str, kinds: tuple[str, str], stride: int) -> None:
    found = block_pair.pair(256, place=place)
    assert (found.basic.shortcut, found.bottleneck.shortcut) == kinds
    assert found.basic.stride == found.bottleneck.stride == stride
    sides = (56, 56) if place == "conv2_x" else (14, 56)  # where the paper's nets have it
    assert [block.out_shape for block in found.by_kind().values()] == [(1, 256, side, side) for side in sides]


@pytest.mark.parametrize("width", [0, 7, 100, 5000, 2.5])
def test_a_width_that_cannot_be_is_refused_by_name(width: object) -> None:
    with pytest.raises(ValueError, match=f"width={width}"):
        block_pair.pair(width)


@pytest.mark.parametrize("option", ["B", "A"])
def test_the_drawing_says_solid_or_dotted(option: str, dash: str = "0.5 6") -> None:
    """One look for what the text calls dotted, in the paper's own way: dots."""
    drawn = {
        place: str(
            block_drawing(
                block_pair.pair(256, place=place, base=replace(ResNetSpec(), shortcut=option)).bottleneck,
                "#000000",
                "a <b> & c",
                256,
            )
        )
        for place in ("solid", "dotted")
    }
    assert f'stroke-dasharray="{dash}"' in drawn["dotted"] and f'stroke-dasharray="{dash}"' not in drawn["solid"]
    assert "identity:</text>" in drawn["solid"] and "x as it is</text>" in drawn["solid"]
    does = {"A": "zero-padding:", "B": "projection:"}[option]
    assert f"{does}</text>" in drawn["dotted"] and "rotate" not in drawn["dotted"], "all words lie"
    assert "stride 2</text>" in drawn["dotted"] and ", /2" not in drawn["dotted"], "said, not abbreviated"
    assert "a &lt;b&gt; &amp; c" in drawn["solid"]
    plain = block_drawing(block_pair.pair(256, base=ResNetSpec(shortcut="none")).basic, "#000000", "", 256)
    assert "circle" not in str(plain)


def test_the_lesson_says_fig_5_of_fig_5_alone_and_names_what_it_leaves_out() -> None:
    assert "This is the pair of the paper’s Fig. 5." in str(block_pair.lesson(block_pair.pair(256, "cost"), "cost"))
    assert "This is the pair" not in str(block_pair.lesson(block_pair.pair(64, "cost"), "cost"))
    dotted = str(block_pair.lesson(block_pair.pair(256, place="dotted"), "width"))
    assert "32,768 weights (basic), 32,768 weights (bottleneck)" in dotted
    assert str(block_pair.lesson(block_pair.pair(256, place="conv2_x"), "width")).endswith(
        "16,384 weights (bottleneck)."
    )
    assert "on top" not in str(block_pair.lesson(block_pair.pair(256), "width"))


@pytest.mark.parametrize("name", ["resnet50", "resnext50_32x4d", "resnet34"])
def test_no_word_of_a_blocks_drawing_is_under_12_px_on_a_phone(name: str) -> None:
    for block in blocks(trace(preset(name), 224, 224)):
        drawn = block_drawing(block, "#000", "a block", block.out_shape[1])
        texts = [one for one in drawn.body if isinstance(one, Text)]
        assert (
            len(texts) > 5 and min(one.size for one in texts) * 326 / drawn.width >= 12
        )  # px of a framed column at 390


def test_the_totals_tell_the_shortcut_apart_where_it_costs() -> None:
    solid, dotted = (block_pair.totals(block_pair.pair(256, place=place).bottleneck) for place in ("solid", "dotted"))
    assert list(solid) == ["parameters, norms and shortcut included", "MACs of the main path"]
    assert solid["MACs of the main path"].value == 56 * 56 * 69_632
    whole, main = dotted["MACs with the shortcut’s"].value, dotted["MACs of the main path"].value
    assert whole - main == 56 * 56 * 128 * 256


def test_a_net_with_group_norm_has_it_in_its_blocks_too():
    base = ResNetSpec(norm="group")
    found = block_pair.pair(256, base=base)
    for block in found.by_kind().values():
        assert {node.kind for node in block.nodes} >= {"groupnorm"} and "norm" not in {
            node.kind for node in block.nodes
        }
        assert " · ".join(("GN", "ReLU")) in str(block_drawing(block, "#000", "t", 256))
    assert all(
        block_pair.pair(256, equal, place, base) for equal in ("width", "cost") for place in ("dotted", "conv2_x")
    )
    with pytest.raises(ValueError, match="norm=group: 16 channels do not divide into 32 groups"):
        block_pair.pair(64, base=base)


def test_the_lectures_blocks_are_blocks_of_the_papers_nets() -> None:
    """Each block of Identity or projection, and of the bottleneck before and after its reveal, stands with this very input
    and output in ResNet-34 or ResNet-50, in the stage that is written below its name."""
    real = {
        (kind, block.in_shape, block.out_shape): f"{block.stage} of {title}"
        for kind, name, title in (("basic", "resnet34", "ResNet-34"), ("bottleneck", "resnet50", "ResNet-50"))
        for block in blocks(trace(preset(name), 224, 224))
    }
    scenes = [(512, "cost", "solid"), (512, "cost", "dotted"), (256, "cost", "solid"), (256, "width", "solid")]
    for scene in scenes:
        for kind, block in block_pair.pair(*scene).by_kind().items():
            assert block_pair.stands(kind, block) == real[kind, block.in_shape, block.out_shape], scene
    scene = lecture.load().find("identity-or-projection")
    assert scene is not None and "outer=512" in scene.state


@pytest.mark.parametrize("width", [64, 128, 256, 512, 1024])
@pytest.mark.parametrize("equal", ["width", "cost"])
@pytest.mark.parametrize("place", block_pair.PLACES)
def test_a_place_in_a_net_is_said_of_its_own_blocks_only(width: int, equal: str, place: str) -> None:
    real = {
        (kind, block.in_shape, block.out_shape)
        for kind, name in (("basic", "resnet34"), ("bottleneck", "resnet50"))
        for block in blocks(trace(preset(name), 224, 224))
    }
    for kind, block in block_pair.pair(width, equal, place).by_kind().items():
        assert bool(block_pair.stands(kind, block)) == ((kind, block.in_shape, block.out_shape) in real)
