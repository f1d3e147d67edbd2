"""A pass that is watched: the same logits, the terms of each block to the bit, and the class map that sums to the logit."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from explorer.look.passed import ends, filled, kept_bytes, last_maps, lesioned, passed, slim, stage_ends, terms_of
from explorer.look.seen import (
    block_rows,
    brightest,
    class_map,
    followed,
    response_paths,
    strongest,
    strongest_and_brightest,
    top,
)
from explorer.model import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset

SPECS = {
    "basic": preset("resnet18"),
    "bottleneck": replace(preset("resnet50"), stages=(1, 2, 1, 1)),
    "plain": replace(preset("resnet18"), shortcut="none"),
    "option A": preset("resnet20_cifar"),
    "option C without BN": replace(preset("resnet18"), shortcut="C", norm="none"),
    "squeeze-and-excitation": replace(preset("resnet18"), attention="se"),
    "ECA, D": replace(preset("resnet50"), stages=(1, 2, 1, 1), attention="eca", stem="deep", shortcut_pool="avg"),
    "dilated, GroupNorm": replace(preset("resnet18"), output_stride=8, norm="group"),
    "pre-activation": replace(preset("resnet50"), stages=(1, 2, 1, 1), activation="pre"),
    "pixels left out": replace(preset("resnet50"), stages=(2, 2, 1, 1), stride_place="last"),
}


def real(spec: ResNetSpec, batch: int = 1, side: int = 32) -> tuple[nn.Module, torch.Tensor]:
    picture = torch.randn(batch, spec.in_channels, side, side, generator=torch.Generator().manual_seed(3))
    return build(spec, seed=1).eval(), picture


@pytest.mark.parametrize("name", SPECS)
def test_the_pass_is_the_models_own_and_each_sum_is_its_terms(name: str) -> None:
    spec = SPECS[name]
    model, x = real(spec, batch=2)
    seen = passed(model, spec, x)
    with torch.no_grad():
        assert torch.equal(seen.logits, model(x))
    assert len(seen.sums) == (0 if spec.shortcut == "none" else sum(spec.stages))
    added = [node for node in trace(spec, 32, 32, 2) if node.kind == "add"]
    real_sums = passed(model, spec, x, [node.path for node in added]).outputs
    for node in added:
        assert torch.equal(seen.sums[node.block].total, real_sums[node.path]), "the model's own sum, to the bit"
    for path, row in seen.rows.items():
        one = seen.sums[path]
        assert row.norm_shortcut == float(one.shortcut[0].norm()) and row.norm_residual == float(one.residual[0].norm())
        assert (row.norm_sum, row.std) == (float(one.total[0].norm()), float(one.total[0].std()))
    assert seen.bytes <= kept_bytes(trace(spec, 32, 32, 2)) + seen.logits.nbytes
    shapes = {node.path: node.out_shape for node in trace(spec, 32, 32, 2)}
    assert {path: tuple(out.shape) for path, out in seen.outputs.items()} == {
        path: shapes[path] for path in seen.outputs
    }


def test_the_terms_are_what_the_layers_make_one_by_one() -> None:
    """An independent second source: a block of ResNet-18 written out with torch's functions."""
    spec = SPECS["basic"]
    model, x = real(spec)
    seen = passed(model, spec, x, ["maxpool", "layer1.0.relu2"])
    block = model.layer1[0]

    def normed(value: torch.Tensor, bn: nn.BatchNorm2d) -> torch.Tensor:
        return F.batch_norm(value, bn.running_mean, bn.running_var, bn.weight, bn.bias, eps=bn.eps)

    with torch.no_grad():
        start = F.max_pool2d(F.relu(normed(F.conv2d(x, model.conv1.weight, None, 2, 3), model.bn1)), 3, 2, 1)
        inner = F.relu(normed(F.conv2d(start, block.conv1.weight, None, 1, 1), block.bn1))
        residual = normed(F.conv2d(inner, block.conv2.weight, None, 1, 1), block.bn2)
    assert torch.equal(seen.outputs["maxpool"], start)
    assert torch.equal(seen.sums["layer1.0"].shortcut, start)
    assert torch.equal(seen.sums["layer1.0"].residual, residual)
    assert torch.equal(seen.outputs["layer1.0.relu2"], F.relu(start + residual))


@pytest.mark.parametrize("name", ["basic", "bottleneck", "option A", "pre-activation", "dilated, GroupNorm"])
def test_the_mean_of_a_class_map_and_the_bias_are_the_logit(name: str) -> None:
    spec = SPECS[name]
    model, x = real(spec)
    last = last_maps(trace(spec, 32, 32))
    seen = passed(model, spec, x)
    for label in (0, 7):
        spoken = class_map(seen.outputs[last][0], model.fc, label)
        assert spoken.shape == seen.outputs[last].shape[2:]
        torch.testing.assert_close(spoken.mean() + model.fc.bias[label], seen.logits[0, label], rtol=1e-4, atol=1e-5)


def test_rows_answers_and_channels() -> None:
    spec = SPECS["basic"]
    model, x = real(spec)
    seen = passed(model, spec, x)
    first = block_rows(seen)[0]
    term = seen.sums["layer1.0"]
    assert first.path == "layer1.0" and first.residual_share == pytest.approx(first.norm_residual / first.norm_shortcut)
    assert first.norm_sum == pytest.approx(float(term.total.square().sum().sqrt()), rel=1e-5)
    answers = top(seen, tuple(map(str, range(1000))))
    assert len(answers) == 5 and answers[0][0] == str(int(seen.logits.argmax()))
    assert answers[0][1] == pytest.approx(float(seen.logits.softmax(1).max()), rel=1e-6)
    maps = torch.tensor([[[1.0]], [[-3.0]], [[2.0]]])
    assert strongest(maps, 2) == [1, 2]
    assert brightest(maps) == (2, 2.0)


def test_the_brightest_of_all_maps_is_among_the_strongest_that_are_shown() -> None:
    peaked = torch.tensor([[[1.0, 1.0]], [[0.0, 1.5]], [[0.9, 0.9]], [[0.0, 0.1]]])
    assert strongest(peaked, 2) == [0, 2] and strongest_and_brightest(peaked, 2) == [0, 1]
    assert strongest_and_brightest(peaked, 1) == [1]
    assert strongest_and_brightest(peaked, 4) == strongest(peaked, 4)


def test_responses_are_the_norms_outputs_and_their_deviations_the_papers() -> None:
    """Second source: hooks on the model's own BN layers; the shortcut's projection is none of the paper's layers."""
    spec = SPECS["basic"]
    model, x = real(spec)
    paths = response_paths(trace(spec, 32, 32))
    assert len(paths) == 17 and paths[:3] == ["bn1", "layer1.0.bn1", "layer1.0.bn2"]
    assert not [path for path in paths if "downsample" in path]
    found = passed(model, spec, x, (), stds=paths, terms=False)
    said: dict[str, float] = {}
    for path in paths:
        model.get_submodule(path).register_forward_hook(
            lambda _, __, out, path=path: said.__setitem__(path, float(out.std()))
        )
    with torch.no_grad():
        model(x)
    assert found.stds == said and not found.sums and not found.outputs


@pytest.mark.parametrize("name", ["option A", "zeros on both sides", "pixels left out", "bottleneck", "pre-activation"])
def test_a_followed_unit_is_the_nets_own_from_block_to_block(name: str) -> None:
    spec = SPECS["option A"] if "zeros" in name else SPECS[name]
    spec = replace(spec, zero_pad="both") if "zeros" in name else spec
    model, x = real(spec)
    seen, nodes = passed(model, spec, x), trace(spec, 32, 32)
    start = ends(nodes)[0]
    steps = followed(seen, nodes, model, start, 5, 3, 4)
    assert [one.path for one in steps] == list(seen.sums)
    before, place = float(seen.outputs[start][0, 5, 3, 4]), (5, 3, 4)
    for one in steps:
        channel, row, column = place
        at = (one.channel, one.row, one.column)
        if one.kind == "identity":
            assert at == place and one.shortcut == before, "an identity carries the very number on"
        elif one.kind == "pad":
            maps = seen.sums[one.path]
            zeros = (maps.shortcut.shape[1] - spec.in_stage(int(one.path[5]) - 1)) // 2 if "zeros" in name else 0
            assert at == (channel + zeros, row // 2, column // 2)
        elif one.kind == "subsample":
            assert at == (channel, row // 2, column // 2)
        else:
            conv = model.get_submodule(f"{one.path}.downsample")
            weight = next(part for part in conv.modules() if isinstance(part, nn.Conv2d)).weight
            assert weight[one.channel, channel].abs().max() > 0 and (one.row, one.column) in {
                (row, column),
                (row // 2, column // 2),
            }
        assert one.total == pytest.approx(one.shortcut + one.residual, abs=1e-5)
        assert one.after == pytest.approx(one.total if spec.activation == "pre" else max(one.total, 0), abs=1e-5)
        before, place = one.after, at
    tail = followed(seen, nodes, model, ends(nodes)[2], 1, 0, 0)
    assert [one.path for one in tail] == list(seen.sums)[2:]


def test_a_plain_net_carries_no_unit_on() -> None:
    model, x = real(SPECS["plain"])
    nodes = trace(SPECS["plain"], 32, 32)
    assert followed(passed(model, SPECS["plain"], x), nodes, model, ends(nodes)[0], 0, 0, 0) == []


def test_a_model_that_is_another_net_is_told() -> None:
    model, x = real(SPECS["basic"])
    for other in (
        replace(SPECS["basic"], stages=(3, 4, 6, 3)),
        replace(SPECS["basic"], shortcut="none"),
        preset("resnet50"),
    ):
        with pytest.raises(RuntimeError, match="trace"):
            passed(model, other, x)


def test_many_threads_may_look_at_one_model() -> None:
    spec = SPECS["option A"]
    model, _ = real(spec)
    inputs = [torch.full((1, 3, 32, 32), float(number)) for number in range(8)]
    found: dict[int, torch.Tensor] = {}

    def look(number: int) -> None:
        found[number] = passed(model, spec, inputs[number]).sums["layer3.2"].total

    threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, x in enumerate(inputs):
        torch.testing.assert_close(found[number], passed(model, spec, x).sums["layer3.2"].total)


@pytest.mark.parametrize("name", ["basic", "bottleneck", "pre-activation"])
def test_a_block_that_is_off_adds_nothing(name: str) -> None:
    spec = SPECS[name]
    model, x = real(spec)
    on, off = passed(model, spec, x), passed(model, spec, x, off=["layer2.0"])
    term = off.sums["layer2.0"]
    assert not term.residual.any() and torch.equal(term.total, term.shortcut)
    assert torch.equal(on.sums["layer2.0"].shortcut, term.shortcut), "what comes before it is untouched"
    assert not torch.equal(on.logits, off.logits)
    with pytest.raises(ValueError, match="off='layer9.0': choose blocks with a shortcut: layer1.0"):
        passed(model, spec, x, off=["layer9.0"])


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.shortcut != "none"])
def test_from_what_a_pass_keeps_a_lesion_and_each_term_come_out_to_the_bit(name: str) -> None:
    """Second source: the whole forward, done again with the block off."""
    spec = SPECS[name]
    model, x = real(spec, batch=2)
    nodes = trace(spec, 32, 32, 2)
    whole, seen = passed(model, spec, x), passed(model, spec, x, terms=False)
    assert not seen.sums and seen.bytes <= kept_bytes(nodes, terms=False) + seen.logits.nbytes
    before = {path: out.clone() for path, out in seen.outputs.items()}
    for off in ((), ("layer1.0",), ("layer3.0", "layer2.0")):
        real_one, found = passed(model, spec, x, off=off), lesioned(model, seen, nodes, off)
        assert torch.equal(found.logits, real_one.logits) and found.rows == real_one.rows
        assert list(found.outputs) == list(real_one.outputs)
        for path, out in real_one.outputs.items():
            assert torch.equal(found.outputs[path], out), path
        for path, one in terms_of(model, found, nodes, list(real_one.sums)).items():
            assert torch.equal(one.shortcut, real_one.sums[path].shortcut), path
            assert torch.equal(one.residual, real_one.sums[path].residual), path
    assert found.outputs[ends(nodes)[1]] is seen.outputs[ends(nodes)[1]], "what lies before is there once"
    alone = terms_of(model, seen, nodes, ["layer2.0"])
    assert list(alone) == ["layer2.0"] and torch.equal(alone["layer2.0"].total, whole.sums["layer2.0"].total)
    for path, out in before.items():
        assert torch.equal(seen.outputs[path], out), "no later look writes into what is kept"


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.shortcut != "none"])
def test_from_its_stages_ends_a_pass_is_made_again_to_the_bit(name: str) -> None:
    """Second source: the whole forward."""
    spec = replace(SPECS[name], stages=(3, 2, 2)[: len(SPECS[name].stages)])
    model, x = real(spec)
    nodes = trace(spec, 32, 32)
    whole = passed(model, spec, x)
    seen = slim(whole, nodes)
    assert tuple(seen.outputs) == stage_ends(nodes) and not seen.sums and seen.bytes < 0.7 * whole.bytes
    blocks = list(whole.sums)
    again = filled(model, seen, nodes, blocks)
    assert list(again.outputs) == list(ends(nodes)) and again.rows == whole.rows
    for path, out in whole.outputs.items():
        assert torch.equal(again.outputs[path], out), path
    assert filled(model, whole, nodes, blocks) is whole, "nothing to make"
    for path, one in terms_of(model, seen, nodes, blocks[1:2] + blocks[-1:]).items():
        assert torch.equal(one.shortcut, whole.sums[path].shortcut), path
        assert torch.equal(one.residual, whole.sums[path].residual), path
    off = [blocks[1], blocks[-1]]
    real_one, found = passed(model, spec, x, off=off), lesioned(model, seen, nodes, off)
    assert torch.equal(found.logits, real_one.logits) and found.rows == real_one.rows
    later = filled(model, slim(found, nodes), nodes, blocks)
    for path, out in real_one.outputs.items():
        assert torch.equal(later.outputs[path], out), path
    unit = (ends(nodes)[0], 1, 2, 3)
    assert followed(seen, nodes, model, *unit) == followed(whole, nodes, model, *unit)


def test_a_pass_goes_on_only_from_what_it_kept() -> None:
    spec = SPECS["basic"]
    model, x = real(spec)
    with pytest.raises(ValueError, match="a pass goes on from maxpool and later ends"):
        lesioned(model, passed(model, spec, x, ()), trace(spec, 32, 32), ["layer1.1"])


def test_a_lesion_computes_nothing_before_it() -> None:
    """The stem's weights are gone, and the block's before it: neither is asked."""
    spec = SPECS["basic"]
    model, x = real(spec)
    nodes = trace(spec, 32, 32)
    seen, real_one = passed(model, spec, x, terms=False), passed(model, spec, x, off=["layer2.1"])
    for name, value in model.named_parameters():
        if name.startswith(("conv1", "layer1", "layer2.0")):
            value.data.fill_(float("nan"))
    assert torch.equal(lesioned(model, seen, nodes, ["layer2.1"]).logits, real_one.logits)


def test_a_shortcut_that_is_cut_carries_nothing_and_only_there() -> None:
    spec = SPECS["basic"]
    model, x = real(spec)
    seen = passed(model, spec, x, cut=["layer1.1"])
    term, before = seen.sums["layer1.1"], seen.outputs["layer1.0.relu2"]
    assert not term.shortcut.any() and torch.equal(term.total, term.residual) and before.any()


def test_a_plain_block_cannot_be_switched_off() -> None:
    model, x = real(SPECS["plain"])
    with pytest.raises(ValueError, match="none here"):
        passed(model, SPECS["plain"], x, off=["layer1.0"])
