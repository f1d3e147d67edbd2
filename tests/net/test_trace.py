"""The trace against independent counters: real modules, torchinfo, torch's flop counter, real forward passes."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
import torchinfo
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from explorer.facts.rollup import blocks, total
from explorer.net.node import Node
from explorer.net.resnet import build
from explorer.net.trace import Traced, Tracer, _trace, follow, trace
from explorer.spec import ResNetSpec, preset, presets
from tests.known import CONVS, IMAGENET, MACS, OTHERS, RECEPTIVE_FIELD, SHORTCUTS


@pytest.mark.parametrize("stride_on", MACS)
def test_macs_of_the_five_depths(stride_on: str) -> None:
    counted = tuple(total(trace(replace(preset(name), stride_on=stride_on)), "macs") for name in IMAGENET)
    assert counted == MACS[stride_on]


def test_other_published_macs() -> None:
    for name, (params, gmacs) in OTHERS.items():
        nodes = trace(preset(name))
        assert total(nodes, "params") == params
        assert total(nodes, "macs") / 1e9 == pytest.approx(gmacs, abs=5e-4), name


@pytest.mark.parametrize("stride_on", RECEPTIVE_FIELD)
def test_receptive_field_at_conv5_x(stride_on: str) -> None:
    nodes = (trace(replace(preset(name), stride_on=stride_on)) for name in IMAGENET)
    fields = tuple([node for node in net if node.stage == "conv5_x"][-1].receptive_field for net in nodes)
    assert fields == RECEPTIVE_FIELD[stride_on]


def test_solid_and_dotted_shortcuts_and_convolutions_of_the_five_depths() -> None:
    for name, (solid, dotted), (convs, projections) in zip(IMAGENET, SHORTCUTS, CONVS, strict=True):
        nodes = trace(preset(name))
        kinds = [block.shortcut for block in blocks(nodes)]
        assert (kinds.count("identity"), kinds.count("projection")) == (solid, dotted)
        found = [node for node in nodes if node.kind == "conv"]
        assert (len(found), sum(node.on_shortcut for node in found)) == (convs, projections)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"shortcut": "A"},
        {"shortcut": "C"},
        {"shortcut": "none"},
        {"stride_on": "1x1"},
        {"activation": "pre"},
        {"norm": "none"},
        {"activation": "pre", "norm": "none", "shortcut": "none"},
        {"groups": 4, "width_per_group": 16},
        {"stem": "cifar"},
        {"block": "basic", "activation": "pre"},
        {"num_classes": 3, "in_channels": 1},
    ],
    ids=str,
)
def test_totals_and_shapes_agree_with_three_independent_counters(changes: dict) -> None:
    spec = ResNetSpec(**{"stages": (1, 2, 1, 2), "width": 16, **changes})
    height, width = 61, 50
    nodes = trace(spec, height, width)
    model = build(spec).eval()
    x = torch.zeros(1, spec.in_channels, height, width)

    assert total(nodes, "params") == sum(parameter.numel() for parameter in model.parameters())
    assert sum(node.buffers for node in nodes) == sum(buffer.numel() for buffer in model.buffers())
    assert total(nodes, "params") == torchinfo.summary(model, input_data=x, verbose=0).total_params
    with FlopCounterMode(display=False) as counter:
        model(x)
    assert 2 * total(nodes, "macs") == counter.get_total_flops()

    real: dict[str, tuple[int, ...]] = {}
    for path, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(lambda _, __, out, path=path: real.__setitem__(path, tuple(out.shape)))
    model(x)
    traced = {node.path: node.out_shape for node in nodes}
    assert {path: traced[path] for path in real if path in traced} == {
        path: real[path] for path in real if path in traced
    }
    assert len(set(traced) & set(real)) > 20


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (225, 225), (32, 33), (223, 7)])
def test_any_input_size(size: tuple[int, int]) -> None:
    spec = replace(preset("resnet18"), width=4)
    last_map = [node for node in trace(spec, *size) if node.stage == "conv5_x"][-1].out_shape
    model = build(spec).eval()
    seen = []
    model.layer4.register_forward_hook(lambda _, __, out: seen.append(tuple(out.shape)))
    model(torch.zeros(1, 3, *size))
    assert last_map == seen[0]


def test_odd_sizes_halve_upward() -> None:
    """225 → 113 → 57 → 29 → 15 → 8."""
    nodes = {node.path: node for node in trace(preset("resnet50"), 225, 225)}
    paths = ("conv1", "maxpool", "layer2.0.conv2", "layer3.0.conv2", "layer4.0.conv2")
    assert [nodes[path].out_shape[2] for path in paths] == [113, 57, 29, 15, 8]


def test_the_addition_is_a_node_with_the_main_path_first() -> None:
    nodes = {node.path: node for node in trace(preset("resnet18"))}
    assert nodes["layer1.0.add"].inputs == ("layer1.0.bn2", "layer1.0.downsample")
    assert nodes["layer1.0.downsample"].kind == "identity" and nodes["layer1.0.downsample"].inputs == ("maxpool",)
    assert nodes["layer2.0.add"].inputs == ("layer2.0.bn2", "layer2.0.downsample.1")
    assert not [node for node in trace(replace(preset("resnet18"), shortcut="none")) if node.kind == "add"]


def test_every_edge_starts_at_an_earlier_node_and_paths_are_unique() -> None:
    for spec in (*presets().values(), replace(preset("resnet50"), activation="pre", shortcut="A")):
        seen: set[str] = set()
        for node in trace(spec, spec.default_input, spec.default_input):
            assert node.path not in seen and set(node.inputs) <= seen
            seen.add(node.path)


def test_macs_are_per_picture_and_shapes_carry_the_batch() -> None:
    one, eight = trace(preset("resnet18")), trace(preset("resnet18"), batch=8)
    assert total(one, "macs") == total(eight, "macs") and total(eight, "activation_bytes") == 8 * total(
        one, "activation_bytes"
    )
    assert {node.out_shape[0] for node in eight} == {8}


@pytest.mark.parametrize("bad", [(0, 224, 1), (224, 5000, 1), (224, 224, 0), (224, 224, 10**9), (1.5, 1, 1)])
def test_impossible_inputs_are_refused_by_name(bad: tuple) -> None:
    with pytest.raises(ValueError, match="input=|batch="):
        trace(preset("resnet18"), *bad)


def test_an_unknown_operation_is_reported_and_never_counted_as_nothing() -> None:
    class Odd(nn.Module):
        def forward(self, x: Traced) -> Traced:
            return torch.tanh(x)

    tracer = Tracer(model := Odd())
    with pytest.raises(NotImplementedError, match="no rule for the operation tanh"):
        model(Traced(tracer, Node("input", "input", (), (1, 3, 8, 8), (1, 3, 8, 8))))


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        (lambda x: torch.mean(x, 1, keepdim=True), "a mean over 1"),
        (lambda x: torch.mean(x, (2, 3)), "keepdim=False"),
        (lambda x: F.adaptive_avg_pool2d(x, (2, 2)), "an average to"),
        (lambda x: x[:, :2, :, :], "the index"),
        (lambda x: x * x, "a gate of"),
        (lambda x: torch.flatten(x, 2), "flatten from 2"),
        (lambda x: torch.reshape(x, (-1, 7)), "as (-1, 7)"),
        (lambda x: F.pad(x, (1, 1, 1, 1, 0, 2)), "zeros (1, 1"),
        (lambda x: F.pad(x, (0, 1, 1, 1)), "the border"),
        (nn.Conv2d(4, 4, (1, 7), padding=(0, 3)), "a 1×7 kernel"),
        (nn.Conv2d(4, 4, 3, stride=(1, 2)), "of stride (1, 2)"),
        (nn.Conv1d(8, 8, 3, padding=1), "along channels of (8, 8, 3)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_rule_does_not_hold_for_is_reported_and_not_counted_wrong(odd: Callable, named: str) -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.odd = odd

        def forward(self, x: Traced) -> Traced:
            return self.odd(x)

    with pytest.raises(NotImplementedError, match=f"no rule for .*{re.escape(named)}"):
        follow(Net(), (2, 4, 8, 8))


def test_many_threads_trace_different_models_without_a_wrong_figure() -> None:
    specs = [replace(preset(name), shortcut=option) for name in IMAGENET[:3] for option in "ABC"] * 2
    expected = [total(trace(spec, 64, 64), "macs") for spec in specs]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda spec: total(_trace.__wrapped__(spec, 64, 64, 1), "macs"), specs))
    assert found == expected
