"""Every axis on a net small enough to run: the trace against the real module, and every view of it.

Counts against torch's own counter, shapes against a forward pass, the written file against the model.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from explorer.facts import comparison, memory, proof, shapes
from explorer.facts.conventions import reconcile
from explorer.facts.rollup import blocks, facts, total
from explorer.net import ops
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.tell import netmap
from explorer.tell.codegen import code
from explorer.tell.drawing.block import block_drawing
from explorer.tell.netmap.opened import opened
from explorer.tell.netmap.view import View
from explorer.tell.report import report

SMALL = ResNetSpec(stages=(2, 1, 2), width=8, num_classes=5)
BASIC = replace(SMALL, block="basic")
PRE = replace(SMALL, activation="pre")
D = {"stem": "deep", "shortcut_pool": "avg"}
NETS = {
    "deep": replace(SMALL, stem="deep"),
    "deep, its own widths": replace(BASIC, stem="deep", stem_widths=(3, 4, 8)),
    "D": replace(SMALL, **D),
    "D basic": replace(BASIC, **D, stem_widths=(6, 8, 16)),
    "D, C": replace(SMALL, **D, shortcut="C"),
    "D, dilated": replace(SMALL, **D, output_stride=8),
    "D, stride 3": replace(SMALL, **D, strides=(1, 3, 2)),
    "dilated": replace(SMALL, output_stride=8),
    "dilated basic": replace(BASIC, stages=(1, 2, 2, 1), output_stride=8),
    "dilated, 1x1": replace(SMALL, output_stride=8, stride_on="1x1"),
    "ceil": replace(SMALL, pool="ceil"),
    "pool by convolution": replace(BASIC, pool="conv"),
    "no pool": replace(BASIC, pool="none"),
    "CIFAR with pool": replace(BASIC, stem="cifar", pool="max"),
    "widths": replace(SMALL, widths=(8, 12, 10)),
    "strides": replace(BASIC, strides=(2, 2, 1)),
    "bare projection": replace(SMALL, shortcut_norm="none"),
    "bias all": replace(SMALL, conv_bias="all", shortcut_norm="none"),
    "bias of projections": replace(BASIC, conv_bias="projection"),
    "group": replace(SMALL, width=32, norm="group"),
    "group pre": replace(BASIC, width=32, norm="group", activation="pre", preact_first="block"),
    "frozen, no classifier": replace(SMALL, norm="frozen", num_classes=0, stride_on="1x1"),
    "no norm, deep": replace(SMALL, norm="none", stem="deep", pool="conv"),
    "SE": replace(SMALL, attention="se"),
    "SE/4 basic": replace(BASIC, attention="se", attention_reduction=4),
    "SE plain": replace(BASIC, attention="se", shortcut="none"),
    "SE pre": replace(PRE, attention="se", norm="none", preact_first="block"),
    "ECA": replace(SMALL, attention="eca"),
    "RS": replace(SMALL, **D, pool="conv", attention="se", attention_reduction=4),
    "zeros on both sides": replace(BASIC, shortcut="A", zero_pad="both", widths=(8, 13, 20)),
    "pre, in the block": replace(PRE, preact_first="block"),
    "pre, no last norm": replace(PRE, block="basic", preact_first="block", last_norm="no"),
    "pre D": replace(PRE, **D),
    "Keras V2": replace(PRE, preact_first="block", stride_place="last", conv_bias="ends"),
    "stride last": replace(SMALL, stride_place="last"),
    "stride last, A": replace(BASIC, stride_place="last", shortcut="A"),
    "stride last, C": replace(BASIC, stride_place="last", shortcut="C"),
    "stride last, dilated": replace(SMALL, stride_place="last", output_stride=8),
    "zero init": replace(PRE, zero_init="yes"),
}
SIDES = (45, 38)


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(params=NETS)
def spec(request) -> ResNetSpec:
    return NETS[request.param]


def test_the_trace_says_what_the_module_does(spec):
    nodes = trace(spec, *SIDES, 2)
    model, seen = build(spec, seed=0).eval(), {}
    for path, module in model.named_modules():
        if not module._modules:
            module.register_forward_hook(lambda _, __, out, path=path: seen.update({path: tuple(out.shape)}))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(2, spec.in_channels, *SIDES))
    assert {node.path: node.out_shape for node in nodes if node.path in seen} == {
        path: shape for path, shape in seen.items() if path in {node.path for node in nodes}
    }
    assert {path for path, module in model.named_modules() if module._parameters} <= {node.path for node in nodes}
    assert total(nodes, "params") == sum(value.numel() for value in model.parameters())
    assert sum(node.buffers for node in nodes) == sum(value.numel() for value in model.buffers())
    assert 2 * 2 * total(nodes, "macs") == counter.get_total_flops()
    assert len({node.path for node in nodes}) == len(nodes)


def test_the_layers_that_a_net_is_named_by_are_counted_by_structure(spec):
    nodes = trace(spec, *SIDES)
    assert proof.depth(spec, nodes).value == spec.depth
    assert spec.total_stride == [node for node in nodes if node.block][-1].jump


def test_every_number_has_its_arithmetic(spec):
    nodes = trace(spec, *SIDES)
    for node in nodes:
        for metric in ("params", "macs", "activation_bytes"):
            leaf = proof.leaf(metric, node)
            assert proof.evaluate(leaf.expression) == leaf.value, (node.path, metric)
            bare = leaf.expression.replace(",", "").isdecimal()
            assert not (metric != "activation_bytes" and leaf.value > 99 and bare), f"{node.path}: no arithmetic"
        for side in proof.output_size(node):
            assert proof.evaluate(side.expression) == side.value, node.path
        if node.receptive_field is not None:
            field = proof.receptive_field(nodes, node.path)
            assert proof.evaluate(field.expression) == field.value == node.receptive_field, node.path


def test_the_receptive_field_is_the_extent_of_a_gradient(spec):
    """Through convolutions and pools alone: a gate scales whole maps, so it is left out, as are norms."""
    from explorer.facts.receptive import check

    found = check(spec)
    assert found.extent == (found.theory, found.theory)


def test_the_written_file_is_the_model(spec):
    names: dict = {"__name__": "exported"}
    exec(compile(code(spec), "exported.py", "exec"), names)
    model, copy = build(spec, seed=1).eval(), names["ResNet"]().eval()
    assert [(key, value.shape) for key, value in copy.state_dict().items()] == [
        (key, value.shape) for key, value in model.state_dict().items()
    ]
    generator = torch.Generator().manual_seed(2)
    for key, value in model.state_dict().items():
        if value.is_floating_point() and ("bn" in key or "downsample" in key or value.dim() == 1):
            value.copy_(torch.rand(value.shape, generator=generator) + 0.5)
    copy.load_state_dict(model.state_dict())
    picture = torch.randn(2, spec.in_channels, *SIDES, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(copy(picture), model(picture), rtol=1e-5, atol=1e-4)


def test_every_view_shows_it(spec):
    nodes = trace(spec, *SIDES)
    for level in ("stages", "blocks", "layers"):
        assert netmap.drawing(spec, *SIDES, view=View(level=level))["scene"]
    for block in blocks(nodes):
        assert block.reason and opened(block)["boxes"]
        assert block_drawing(block, "#000", "t", 64)
    facts(spec, *SIDES)
    shapes.stage_rows(nodes), shapes.proofs_by_row(nodes), shapes.drawn_proofs(nodes)
    both = [comparison.Side(one, *SIDES) for one in (SMALL, spec)]
    comparison.stage_proofs(both[1]), comparison.headline_proofs(*both)
    reconcile(spec, *SIDES), memory.proofs(spec, *SIDES, 2, "fp32", "SGD")
    assert report(spec, *SIDES, 1)


def test_an_opened_block_has_a_wire_for_every_input(spec):
    """What an operation reads is drawn, whatever the order in which operations run."""
    for block in blocks(trace(spec, *SIDES)):
        drawn = opened(block)
        inside = {node.path for node in block.nodes if not node.on_shortcut}
        wanted = {
            (
                source.removeprefix(f"{block.path}.") if source in inside else "",
                node.path.removeprefix(f"{block.path}."),
            )
            for node in block.nodes
            if not node.on_shortcut
            for source in node.inputs
            if source in inside or not any(one.path == source for one in block.nodes)
        }
        assert wanted == {tuple(pair) for pair in drawn["joins"]}


def test_every_kind_that_is_traced_has_a_row(spec):
    assert {node.kind for node in trace(spec, *SIDES)} <= set(ops.OPS)


def test_se_is_reduced_to_a_multiple_of_eight():
    inner = {c: build(replace(BASIC, attention="se", width=c), "meta").layer1[0].se.fc1.out_channels for c in (64, 256)}
    assert inner == {64: 8, 256: 16}


@pytest.mark.parametrize("channels,kernel", [(64, 3), (256, 5), (512, 5), (1024, 5), (2048, 7)])
def test_eca_takes_the_papers_kernel_size(channels, kernel):
    """Wang et al. 2020, eq. 12: the odd number next to |log₂(C)/2 + 1/2|."""
    spec = replace(BASIC, stages=(1,), attention="eca", width=channels)
    assert build(spec, "meta").layer1[0].se.conv.kernel_size == (kernel,)
    assert abs(kernel - (math.log2(channels) + 1) / 2) <= 1


def test_zero_init_starts_each_block_as_its_shortcut():
    for spec in (replace(SMALL, zero_init="yes"), replace(BASIC, zero_init="yes"), NETS["zero init"]):
        block = build(spec, seed=0).eval().layer1[1]
        x = torch.rand(1, spec.out_channels(0), 6, 6)
        assert torch.equal(block(x), x)


@pytest.mark.parametrize("side,out", [(224, 56), (225, 56), (5, 1), (6, 2)])
def test_caffes_pool_is_rounded_up(side, out):
    """cases: 225 px give 113, then 56; torch's own pool decides."""
    spec = ResNetSpec(stages=(1,), block="basic", width=4, pool="ceil")
    pool = next(node for node in trace(spec, side, side) if node.kind == "maxpool")
    real = torch.nn.functional.max_pool2d(torch.zeros(1, 1, *pool.in_shape[2:]), 3, 2, ceil_mode=True)
    assert pool.out_shape[2:] == tuple(real.shape[2:])
    assert side < 224 or pool.out_shape[2] == out


def test_a_picture_that_leaves_no_window_is_refused():
    with pytest.raises(ValueError, match="at maxpool the maps are 1×1, too small for a 3×3 window"):
        trace(ResNetSpec(pool="ceil"), 2, 2)


PUBLISHED = {  # what it is -> (spec, parameters, MACs): timm 1.0.31 and the field's figures, see tests/net/test_outside
    "WRN-28-10": (
        ResNetSpec(
            family="cifar", stem="cifar", block="basic", stages=(4, 4, 4), width=160, stem_widths=(16,),
            activation="pre", preact_first="block", num_classes=10,
        ),
        36_479_194,
        None,
    ),
    "ResNet-1001": (
        ResNetSpec(family="cifar", stem="cifar", stages=(111,) * 3, width=16, activation="pre", num_classes=10),
        10_327_706,
        None,
    ),
    "Keras ResNet50": (ResNetSpec(stride_on="1x1", conv_bias="all"), 25_583_592, 3_857_973_248),
    "Keras ResNet50V2": (
        ResNetSpec(activation="pre", preact_first="block", stride_place="last", conv_bias="ends"),
        25_568_360,
        None,
    ),
    "detectron2 R-50": (ResNetSpec(stride_on="1x1", norm="frozen", num_classes=0), 23_454_912, None),
    "d2l ResNet-18": (
        ResNetSpec(
            block="basic", stages=(2, 2, 2, 2), in_channels=1, num_classes=10, conv_bias="all", shortcut_norm="none"
        ),
        11_178_378,
        None,
    ),
    "UvA tutorial": (
        ResNetSpec(
            family="cifar", stem="cifar", block="basic", stages=(3, 3, 3), width=16, num_classes=10,
            shortcut_norm="none", conv_bias="projection",
        ),
        272_378,
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_nets_that_neither_library_has_count_as_published(name):
    spec, params, macs = PUBLISHED[name]
    nodes = trace(spec, spec.default_input, spec.default_input)
    assert total(nodes, "params") == params
    assert macs is None or total(nodes, "macs") == macs


@pytest.mark.parametrize("name,total_params", [("Keras ResNet50", 25_636_712), ("Keras ResNet50V2", 25_613_800)])
def test_keras_counts_the_statistics_too(name, total_params):
    nodes = trace(PUBLISHED[name][0])
    assert total(nodes, "params") + sum(node.buffers - node.counters for node in nodes) == total_params


@pytest.mark.parametrize("level", ["layer", "block", "stage"])
def test_a_pass_is_cut_into_parts_that_leave_nothing_out(spec, level):
    from explorer.timing.measure.marks import cut, marking

    parts = cut(trace(spec, *SIDES), level)
    with marking(model := build(spec).eval(), parts, lambda: 0) as marks, torch.no_grad():
        model(torch.zeros(1, spec.in_channels, *SIDES))
    assert len(marks) == len(parts)
