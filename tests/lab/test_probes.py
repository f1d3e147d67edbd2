"""The experiments that look into nets, each against a second source: autograd, differences, sums, hand counts."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import pytest
import torch

from explorer.jobs import Job
from explorer.lab.experiments import landscape, lesion, propagation, shattered
from explorer.lab.experiments.compute import generator
from explorer.lab.experiments.data import Split, digits, photographs
from explorer.lab.experiments.nets import (
    blocks,
    built,
    changes_shape,
    digit_spec,
    forward_without,
    head,
    imagenet_spec,
    stem,
)
from explorer.lab.experiments.paths import path_gradient
from tests.lab.tiny import ran

QUIET = Job(lambda job: None, "")


@pytest.mark.parametrize(("kind", "norm"), list(product(("plain", "residual"), ("batch", "none"))))
def test_the_blockwise_gradients_are_autograds(kind: str, norm: str) -> None:
    """The second source: one ordinary backward pass through the whole net."""
    spec, x = imagenet_spec(18, kind, norm), photographs(64)
    rows = propagation.probe(built(spec, 5), x, 5, QUIET)
    model = built(spec, 5)
    output = model(x)
    output.backward(torch.randn(output.shape, generator=generator(5, stream=3)) / 2)
    expected = {
        name.removesuffix(".weight"): weight.grad.norm().item()
        for name, weight in model.named_parameters()
        if weight.dim() == 4 and "downsample" not in name
    }
    found = {
        ("conv1" if row["path"] == "stem" else row["path"]): row["value"]
        for row in rows
        if row["quantity"] == "gradient_norm"
    }
    assert list(found) == list(expected) and len(found) == 17
    for path, value in expected.items():
        assert found[path] == pytest.approx(value, rel=1e-3), path


def test_a_vanished_signal_is_marked_zero_and_wins_the_answer() -> None:
    rows = [
        row | {"net": "plain-152 without BN", "kind": "plain", "norm": "none", "depth": 152}
        for row in propagation.probe(
            built(replace(imagenet_spec(152, "plain", "none"), width=8), 0, init="default"), photographs(32), 0, QUIET
        )
    ]
    last = [row for row in rows if row["quantity"] == "activation_std"][-1]
    assert last["value"] == 0.0 and last["state"] == "zero"
    summary = propagation.summarise(rows, "plain-152 without BN")
    assert summary["gradient_first_over_last"] is None and summary["zeros"] > 0
    other = {"net": "x", "kind": "plain", "norm": "batch", "depth": 152, "gradient_first_over_last": 1e12}
    assert propagation.answer({"nets": [other, summary]}, 152) == "plain-none"


def test_autocorrelation_of_known_series() -> None:
    alternating = torch.tensor([1.0, -1.0] * 32, dtype=torch.float64)
    assert shattered.autocorrelation(alternating)[:3] == pytest.approx([1, -63 / 64, 62 / 64])
    wave = torch.sin(torch.linspace(0, 2 * math.pi, 400, dtype=torch.float64))
    assert shattered.autocorrelation(wave)[1] > 0.99


def test_the_slope_is_a_difference_quotient() -> None:
    """All points together: moving every input by h along the line moves the summed logit by h · Σ slope."""
    model = built(digit_spec(8, "residual", 2), 0).double()
    start, end = (torch.randn(1, 8, 8, generator=torch.Generator().manual_seed(i), dtype=torch.float64) for i in (0, 1))
    slope = shattered.slope_along(model, start, end, 16)
    x = start + torch.linspace(0, 1, 16, dtype=torch.float64).view(-1, 1, 1, 1) * (end - start)
    h = 1e-6
    with torch.no_grad():
        quotient = (model(x + h * (end - start))[:, 0].sum() - model(x - h * (end - start))[:, 0].sum()) / (2 * h)
    assert slope.sum().item() == pytest.approx(quotient.item(), rel=1e-4)


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_deleting_nothing_is_the_net_and_deleting_is_not(kind: str) -> None:
    model, x = built(digit_spec(14, kind, 2), 0).eval(), digits()[1].x[:16]
    with torch.no_grad():
        assert torch.equal(forward_without(model, x), model(x))
        assert not torch.equal(forward_without(model, x, ("layer1.1",)), model(x))


def test_deleting_a_block_is_zeroing_its_branch() -> None:
    model, x = built(digit_spec(14, "residual", 2), 0).eval(), digits()[1].x[:16]
    with torch.no_grad():
        deleted = forward_without(model, x, ("layer2.0",))  # a dotted one: its shortcut stays
        model.layer2[0].bn2.weight.zero_()
        assert torch.equal(deleted, model(x))


def test_which_blocks_can_go() -> None:
    dotted = {path for path, block in blocks(built(digit_spec(20, "residual", 2), 0)) if changes_shape(block)}
    assert dotted == {"layer2.0", "layer3.0"}
    rows = ran("lesion").result["rows"]
    single = [row for row in rows if row["part"] == "single"]
    assert len([row for row in single if row["kind"] == "plain"]) == 4  # six blocks, two of them dotted
    assert len([row for row in single if row["kind"] == "residual"]) == 6


def test_paths_add_up_to_the_gradient() -> None:
    """The paths' gradients are its summands: a net of one block a stage has 2³; their vectors sum to the whole."""
    model, (training, _) = built(digit_spec(8, "residual", 2), 0).eval().double(), digits()
    x, y = training.x[:4].double(), training.y[:4]
    paths = [{f"layer{i + 1}.0" for i in range(3) if chosen[i]} for chosen in product((False, True), repeat=3)]
    vectors = [path_gradient(model, x, y, path) for path in paths]
    start = stem(model, x).detach().requires_grad_()
    value = start
    for _, block in blocks(model):
        value = block(value)
    (whole,) = torch.autograd.grad(torch.nn.functional.cross_entropy(head(model, value), y), start)
    assert torch.allclose(sum(vectors), whole, rtol=1e-9, atol=1e-12)


def test_shares_of_paths_and_gradient_sum_to_one() -> None:
    rows = [row for row in ran("lesion").result["rows"] if row["part"] == "paths"]
    assert [row["length"] for row in rows] == list(range(7))
    assert sum(row["share_of_paths"] for row in rows) == pytest.approx(1)
    assert sum(row["share_of_gradient"] for row in rows) == pytest.approx(1)


def test_the_centre_is_the_net_and_filters_keep_their_norm() -> None:
    model = built(digit_spec(8, "residual", 2), 0)
    weights = {key: weight.detach().clone() for key, weight in model.named_parameters()}
    drawn = landscape.direction(weights, 0, 6)
    for key, weight in weights.items():
        if weight.dim() == 4:
            assert torch.allclose(drawn[key].flatten(1).norm(dim=1), weight.flatten(1).norm(dim=1), rtol=1e-5)
        if weight.dim() == 1:
            assert not drawn[key].any()
    training = digits()[0]
    batch = Split(training.x[:16], training.y[:16])
    with torch.no_grad():
        expected = torch.nn.functional.cross_entropy(model.train()(batch.x), batch.y).item()
    assert landscape.loss_at(model, weights, [drawn, drawn], 0.0, 0.0, batch) == expected


def test_uphill_in_a_bowl_on_a_plain_and_with_gaps() -> None:
    def grid(loss) -> list[dict]:
        return [{"a": a, "b": b, "loss": loss(a, b)} for a in range(-2, 3) for b in range(-2, 3)]

    assert landscape.uphill(grid(lambda a, b: a * a + b * b)) == 1.0
    assert landscape.uphill(grid(lambda a, b: 1.0)) == 0.0
    assert landscape.uphill(grid(lambda a, b: None if (a, b) == (2, 2) else -a * a - b * b)) == 1 / 24  # the gap is up


def test_lesion_summary_by_hand() -> None:
    name = {"net": "residual-14", "kind": "residual", "depth": 14}
    rows = [{"part": "intact", "error_percent": 3.0}] + [
        {"part": "single", "path": f"layer{number}.1", "dotted": dotted, "error_percent": error}
        for number, (dotted, error) in enumerate(
            ((False, 4.0), (False, 10.0), (True, 50.0), (False, 5.0), (False, 7.0))
        )
    ]
    found = lesion.summarise(rows, name)
    assert (found["median_error_percent"], found["least_error_percent"], found["most_error_percent"]) == (
        6.0,
        4.0,
        10.0,
    )
    assert found["worst_block"] == "layer1.1" and found["solid_blocks"] == 4 and found["dotted_error_percent"] == [50.0]
