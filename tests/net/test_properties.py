"""Any spec, any size: counted in closed form, in the trace, by torchinfo, by torch's counter, and on the real net."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torchinfo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from explorer.facts import comparison, memory, proof
from explorer.facts.agreement import agreement
from explorer.facts.conventions import reconcile
from explorer.facts.rollup import facts, total
from explorer.net.resnet import build
from explorer.net.trace import _trace, trace
from explorer.spec import BLOCKS, CHOICES, ResNetSpec, preset
from explorer.tell.codegen import code

PAPER_AXES = {name: CHOICES[name] for name in ("family", "shortcut", "stride_on", "activation")} | {
    "block": ("basic", "bottleneck"),
    "norm": ("batch", "none"),
    "stem": ("imagenet", "cifar"),
}
QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def specs(draw) -> ResNetSpec:
    """Any valid spec that is small enough to run."""
    chosen = {name: draw(st.sampled_from(values)) for name, values in PAPER_AXES.items()}
    wide = chosen["block"] == "bottleneck"
    return ResNetSpec(
        **chosen,
        stages=tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))),
        width=draw(st.sampled_from((2, 4, 8, 12))),
        groups=draw(st.sampled_from((1, 2, 4))) if wide else 1,
        width_per_group=draw(st.sampled_from((32, 64, 96))) if wide else 64,
        in_channels=draw(st.integers(1, 4)),
        num_classes=draw(st.integers(1, 20)),
    )


sizes = st.tuples(st.integers(1, 80), st.integers(1, 80))


def closed_form(spec: ResNetSpec) -> int:
    """Parameters from the spec alone: written from the papers, knowing nothing of the model's code."""
    bn = (lambda c: 2 * c) if spec.norm == "batch" else (lambda c: 0)
    pre = spec.activation == "pre"
    c_in, count = spec.width, spec.in_channels * spec.width * (49 if spec.stem == "imagenet" else 9) + bn(spec.width)
    for stage, number in enumerate(spec.stages):
        planes = spec.width * 2**stage
        inner = int(planes * spec.width_per_group / 64) * spec.groups
        c = planes * BLOCKS[spec.block].expansion
        for index in range(number):
            if spec.block == "basic":
                count += 9 * c_in * c + 9 * c * c + bn(c)
                last = c
            else:
                count += c_in * inner + 9 * inner * inner // spec.groups + inner * c + 2 * bn(inner)
                last = c
            first = stage == 0 and index == 0
            count += (0 if first else bn(c_in)) if pre else bn(last)
            stride = 2 if stage and index == 0 else 1
            if spec.shortcut == "C" or spec.shortcut == "B" and (c_in != c or stride > 1):
                count += c_in * c + (0 if pre else bn(c))
            c_in = c
    return count + (bn(c_in) if pre else 0) + c_in * spec.num_classes + spec.num_classes


@QUICK
@given(specs(), sizes)
def test_counts_agree_with_every_other_counter(spec, size):
    nodes = trace(spec, *size)
    model = build(spec, "meta").eval()
    picture = torch.zeros(1, spec.in_channels, *size, device="meta")
    params = sum(parameter.numel() for parameter in model.parameters())
    seen = torchinfo.summary(model, input_data=picture, verbose=0, device="meta")
    assert closed_form(spec) == params == total(nodes, "params") == seen.total_params
    with FlopCounterMode(display=False) as counter:
        model(picture)
    assert 2 * total(nodes, "macs") == counter.get_total_flops()
    assert {row.key: row.value for row in reconcile(spec, *size)}["torchinfo"] == seen.total_mult_adds


@QUICK
@given(specs(), sizes)
def test_shapes_agree_with_a_real_forward_pass(spec, size):
    model, real = build(spec, seed=0).eval(), {}
    for path, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(lambda _, __, out, path=path: real.__setitem__(path, tuple(out.shape)))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.no_grad():
        model(torch.zeros(2, spec.in_channels, *size))
    torch.set_num_threads(before)
    traced = {node.path: node.out_shape for node in trace(spec, *size, 2)}
    common = set(real) & set(traced)
    assert {path: real[path] for path in common} == {path: traced[path] for path in common}
    assert len(common) >= 5 * sum(spec.stages) if spec.norm == "batch" else len(common) >= 4


@QUICK
@given(specs(), sizes)
def test_every_formula_evaluates_to_its_number(spec, size):
    nodes = trace(spec, *size)
    for metric in ("params", "macs", "activation_bytes"):
        made = proof.prove(metric, nodes)
        assert proof.evaluate(made.expression) == made.value == total(nodes, metric)
    for node in nodes:
        for axis, made in zip((2, 3), proof.output_size(node)):
            assert proof.evaluate(made.expression) == node.out_shape[axis]
        if node.receptive_field is not None:
            assert proof.evaluate(proof.receptive_field(nodes, node.path).expression) == node.receptive_field


@QUICK
@given(specs(), specs())
def test_addresses_and_differences(base, other):
    assert comparison.parse(comparison.address(other)) == other
    found = comparison.layers(*(comparison.Side(spec, 33, 40) for spec in (base, other)))
    for metric in ("params", "macs"):
        change = total(trace(other, 33, 40), metric) - total(trace(base, 33, 40), metric)
        assert (
            metric == "macs"
            and any(layer.change == "changed" for layer in found)
            or (sum(getattr(layer, metric) for layer in found) == change)
        )


@QUICK
@given(specs())
def test_the_exported_code_has_the_same_state_dict(spec):
    names: dict = {"__name__": "exported"}
    exec(code(spec), names)
    with torch.device("meta"):
        copy = names["ResNet"]()
    assert [(key, value.shape) for key, value in copy.state_dict().items()] == [
        (key, value.shape) for key, value in build(spec, "meta").state_dict().items()
    ]


@pytest.mark.parametrize(
    "bad",
    [
        dict(stages=()),
        dict(stages=(0,)),
        dict(stages=(1,) * 5),
        dict(stages=(1001,)),
        dict(stages=("3",)),
        dict(width=0),
        dict(width=64.0),
        dict(block="dense"),
        dict(block="basic", groups=2),
        dict(num_classes=True),
        dict(in_channels=-3),
    ],
    ids=str,
)
def test_bad_specs_are_refused_by_field_value_and_choices(bad):
    field, value = next(reversed(bad.items()))
    shown = "stages=" if field == "stages" else f"{field}={value!r}"  # of a list, the element that is wrong is named
    with pytest.raises(ValueError) as error:
        ResNetSpec(**bad)
    said = str(error.value)
    assert said.startswith(shown) and ("choose" in said or "give" in said or "at most" in said or "takes" in said)
    assert "\n" not in said and len(said) < 250


def test_eight_threads_of_different_specs_give_no_wrong_figure():
    """Everything that a page computes, torchinfo included, at once; compared with the same one after another."""
    chosen = [
        ResNetSpec(
            stages=(1 + n % 3, 1 + n % 2),
            block=("basic", "bottleneck")[n % 2],
            width=4 * (1 + n // 8),
            shortcut="BAC"[n % 3],
            num_classes=3 + n,
        )
        for n in range(24)
    ]
    chosen += [preset("resnet18"), preset("resnet50")] * 4

    def figures(spec: ResNetSpec) -> tuple:
        fresh = _trace.__wrapped__(spec, 65, 64, 1)
        seen = agreement.__wrapped__(spec, 65, 64)
        assert seen.holds
        return (
            math.prod(fresh[-1].out_shape),
            total(fresh, "params"),
            total(fresh, "macs"),
            seen.totals,
            facts(spec, 65, 64)["buffers"],
            memory.saved_bytes(fresh),
            proof.prove("macs", fresh).text,
        )

    expected = [figures(spec) for spec in chosen]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(figures, chosen)) == expected
