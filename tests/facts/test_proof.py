"""Every formula, evaluated as it is written, comes out at the number that it explains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.facts import proof
from explorer.facts.rollup import blocks, stages, total
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from explorer.terms import plain

SPECS = {
    "18": (preset("resnet18"), 224, 224),
    "50": (preset("resnet50"), 224, 224),
    "152": (preset("resnet152"), 224, 224),
    "50 v1 197x211": (replace(preset("resnet50"), stride_on="1x1"), 197, 211),
    "1x1": (preset("resnet34"), 1, 1),
    "110A": (preset("resnet110_cifar"), 32, 32),
    "resnext": (preset("resnext50_32x4d"), 225, 225),
    "wide": (preset("wide_resnet50_2"), 224, 224),
    "C pre no BN": (ResNetSpec(stages=(2, 1), shortcut="C", activation="pre", norm="none"), 75, 64),
    "plain": (replace(preset("resnet34"), shortcut="none"), 224, 224),
}
SUMS = ("params", "macs", "activation_bytes")


@pytest.fixture(params=SPECS, ids=str)
def nodes(request):
    spec, height, width = SPECS[request.param]
    return trace(spec, height, width)


def walk(one: proof.Proof):
    yield one
    for part in one.parts:
        yield from walk(part)


@pytest.mark.parametrize("metric", SUMS)
def test_every_sum_is_what_its_formula_says(nodes, metric):
    groups = [nodes, *(stage.nodes for stage in stages(nodes)), *(block.nodes for block in blocks(nodes))]
    for group in groups:
        made = proof.prove(metric, group)
        assert proof.evaluate(made.expression) == made.value == total(group, metric)
        assert sum(part.value for part in made.parts) == made.value or len(group) == 1
    assert all(proof.evaluate(part.expression) == part.value for part in walk(proof.prove(metric, nodes)))


def test_every_layer_has_a_formula_and_not_just_its_value(nodes):
    for node in nodes:
        for metric in ("params", "macs"):
            made = proof.leaf(metric, node)
            assert made.value == 0 or made.expression != f"{made.value:,}"


def test_output_sizes_and_receptive_fields(nodes):
    for node in nodes:
        for axis, made in zip((2, 3), proof.output_size(node)):
            assert proof.evaluate(made.expression) == made.value == node.out_shape[axis]
        if node.receptive_field is not None:
            made = proof.receptive_field(nodes, node.path)
            assert proof.evaluate(made.expression) == made.value == node.receptive_field
            assert all(proof.evaluate(part.expression) == part.value for part in made.parts)


def test_the_famous_ones_in_words():
    nodes = {node.path: node for node in trace(preset("resnet50"), 224, 224)}
    block = [nodes[f"layer1.1.{name}"] for name in ("conv1", "conv2", "conv3")]
    assert proof.prove("params", block).text == "256·64·1² + 64·64·3² + 64·256·1² = 69,632"
    assert proof.leaf("params", nodes["bn1"]).text == "2·64 = 128"
    assert proof.leaf("macs", nodes["conv1"]).text == "112·112·3·64·7² = 118,013,952"
    assert proof.output_size(nodes["conv1"])[0].text == "⌊(224 + 2·3 − 7)/2⌋ + 1 = 112"
    whole = proof.prove("params", list(nodes.values()))
    assert whole.text == "9,536 + 215,808 + 1,219,584 + 7,098,368 + 14,964,736 + 2,049,000 = 25,557,032"
    fc = {node.path: node for node in trace(preset("resnet18"), 224, 224)}["fc"]
    assert proof.leaf("params", fc).text == "512·1000 + 1000 = 513,000"


def test_basic_blocks_and_figure_5():
    """The article's pair at equal outer width, and the paper's at equal cost."""

    def inner(spec, name):
        block = {block.path: block for block in blocks(trace(spec, 224, 224))}[name]
        return proof.prove("params", block.convs).value

    assert inner(preset("resnet34"), "layer3.1") == 1_179_648
    assert inner(preset("resnet34"), "layer1.1") == 73_728
    assert inner(preset("resnet50"), "layer1.1") == 69_632
    basic = {block.path: block for block in blocks(trace(preset("resnet34"), 224, 224))}["layer3.1"]
    assert total(basic.nodes, "params") == 1_180_672
    bottleneck = {block.path: block for block in blocks(trace(preset("resnet50"), 224, 224))}["layer1.1"]
    assert total(bottleneck.nodes, "params") == 70_400
    projected = {b.path: b for b in blocks(trace(replace(preset("resnet50"), shortcut="C"), 224, 224))}["layer1.1"]
    convs = [node for node in projected.nodes if node.kind == "conv"]
    assert proof.prove("params", convs).value == 135_168  # "doubled", §3.3


def test_deep_nets_are_summed_in_runs():
    whole = proof.prove("params", trace(preset("resnet152"), 224, 224))
    conv4 = next(part for part in whole.parts if part.label == "conv4_x")
    assert conv4.text == "1,512,448 + 35·1,117,184 = 40,613,888"
    lines = whole.outline()
    assert lines[1] == "  stem: 3·64·7² + 2·64 = 9,536"
    assert "      conv2: 64·64·3² = 36,864" in lines
    run = next(line for line in lines if line.startswith("    layer3.1 … layer3.35, 35 times: "))
    assert run.endswith("= 1,117,184") and len(lines) < 110, "equal blocks are told once"


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("resnet18", "1 + 2·2 + 2·2 + 2·2 + 2·2 + 1"),
        ("resnet50", "1 + 3·3 + 3·4 + 3·6 + 3·3 + 1"),
        ("resnet152", "1 + 3·3 + 3·8 + 3·36 + 3·3 + 1"),
        ("resnet110_cifar", "1 + 2·18 + 2·18 + 2·18 + 1"),
    ],
)
def test_why_it_is_called_fifty(name, expression):
    spec = preset(name)
    made = proof.depth(spec, trace(spec, spec.default_input, spec.default_input))
    assert made.expression == expression
    assert proof.evaluate(expression) == made.value == spec.depth


def test_receptive_field_step_by_step():
    made = proof.receptive_field(trace(preset("resnet50"), 224, 224), "layer4.2.relu3")
    assert made.text == ("1 + (7 − 1)·1 + (3 − 1)·2 + 4·(3 − 1)·4 + 4·(3 − 1)·8 + 6·(3 − 1)·16 + 2·(3 − 1)·32 = 427")
    assert [part.text for part in made.parts[:3]] == [
        "1 + (7 − 1)·1 = 7",
        "7 + (3 − 1)·2 = 11",
        "11 + 4·(3 − 1)·4 = 43",
    ]
    assert made.parts[2].label == "layer1.0.conv2 … layer2.0.conv2, 4 layers" and made.parts[-1].value == 427


def test_pairs_say_what_they_are_worth():
    old, new = (proof.prove("params", trace(preset(name), 224, 224), name) for name in ("resnet34", "resnet50"))
    assert proof.difference(old, new).text == "25,557,032 − 21,797,672 = 3,759,360"
    assert proof.ratio(old, new).text == "25,557,032 ÷ 21,797,672 ≈ 1.172"
    assert proof.share(new.parts[-2], new).text == "100·14,964,736 ÷ 25,557,032 ≈ 58.55"
    for pair in (proof.difference(old, new), proof.ratio(old, new), proof.share(new.parts[-2], new)):
        assert proof.evaluate(pair.expression) == pytest.approx(pair.value)
    nothing = proof.Proof("none", plain(0), "")
    with pytest.raises(ValueError, match="baseline=0"):
        proof.ratio(nothing, new)
    with pytest.raises(ValueError, match="whole=0"):
        proof.share(old, nothing)


def test_mistakes_name_what_is_wrong():
    nodes = trace(preset("resnet18"), 224, 224)
    with pytest.raises(ValueError, match="metric='receptive_field': choose one of params, macs"):
        proof.prove("receptive_field", nodes)
    with pytest.raises(ValueError, match="path='fc': choose a layer before"):
        proof.receptive_field(nodes, "fc")


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "",
        "1 +",
        "9**9**9",
        "2**1000",
        "ceil(3)",
        "abs(1/1)",
        "True",
        "[1]",
        "1 if 2 else 3",
        "'1'·9",
        "(" * 999,
    ],
)
def test_nothing_but_arithmetic_is_worked_out(text):
    with pytest.raises(ValueError, match="only arithmetic"):
        proof.evaluate(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("⌈57/2⌉", 29),
        ("⌊(224 + 2·3 − 7)/2⌋ + 1", 112),
        ("3 − 5", -2),
        ("−2·7²", -98),
        ("1,000·2 ÷ (4·10⁹)", 5e-7),
        ("7/2", 3),
    ],
)
def test_a_text_is_worked_out_as_it_reads(text, value):
    assert proof.evaluate(text) == value
