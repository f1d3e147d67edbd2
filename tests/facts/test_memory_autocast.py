"""What mixed precision keeps, counted on real tensors while the real model runs under torch.autocast."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from explorer.facts import memory
from explorer.facts.memory import autocast
from explorer.facts.proof import evaluate
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from tests.facts.saved import saved_by_torch
from tests.facts.test_memory import SPECS, Alive, walked

GROUPED = ("group", "group pre")


def small(name: str) -> ResNetSpec:
    return ResNetSpec(**{"stages": (2, 2, 1), "width": 8, "num_classes": 5, **SPECS[name]})


def under_autocast(spec: ResNetSpec) -> int:
    return saved_by_torch(spec, torch.autocast("cpu", dtype=torch.bfloat16))


def alive_in_torch(spec: ResNetSpec) -> int:
    model, picture = build(spec, seed=0).eval(), torch.randn(2, 3, 65, 50)
    with torch.no_grad(), Alive() as alive, torch.autocast("cpu", dtype=torch.bfloat16):
        model(picture)
    return alive.peak


def as_on_a_gpu(patch: pytest.MonkeyPatch) -> None:
    """Group Normalization as a GPU's autocast runs it: in fp32, whatever it is given."""
    norm = F.group_norm

    def full(x: torch.Tensor, *more):
        with torch.autocast("cpu", enabled=False):
            return norm(x.float(), *more)

    patch.setattr(F, "group_norm", full)


@pytest.mark.parametrize("name", [name for name in SPECS if name not in GROUPED])
def test_autograd_saves_exactly_that(name):
    assert autocast.saved(trace(small(name), 65, 50, 3)).value == under_autocast(small(name))


@pytest.mark.parametrize("name", GROUPED)
def test_with_groupnorm_it_is_what_a_gpu_keeps_and_more_than_a_cpu(name, monkeypatch):
    said = autocast.saved(trace(small(name), 65, 50, 3)).value
    assert said > under_autocast(small(name))
    as_on_a_gpu(monkeypatch)
    over = said - under_autocast(small(name))
    # Without a norm before it, the pool keeps the stem's 16-bit output: told as fp32.
    assert over == (2 * 3 * 32 * 33 * 25 if name == "group pre" else 0)


@pytest.mark.parametrize("name", [name for name in SPECS if name not in GROUPED])
def test_the_peak_of_a_forward_pass_is_exactly_that(name):
    assert max(autocast.alive_bytes(trace(small(name), 65, 50, 2))) == alive_in_torch(small(name))


@pytest.mark.parametrize("name", GROUPED)
def test_the_peak_with_groupnorm_is_never_under(name, monkeypatch):
    said = max(autocast.alive_bytes(trace(small(name), 65, 50, 2)))
    assert said >= alive_in_torch(small(name))
    as_on_a_gpu(monkeypatch)
    assert alive_in_torch(small(name)) <= said <= 1.5 * alive_in_torch(small(name))


def test_parameters_gradients_and_state_stay_in_fp32_and_activations_halve():
    mixed, full, half = (
        memory.estimate(preset("resnet50"), 224, 224, 8, dtype, "SGD with momentum")
        for dtype in ("amp", "fp32", "bf16")
    )
    same = ("weights", "buffers", "picture", "gradients", "optimizer")
    assert all(getattr(mixed, part) == getattr(full, part) for part in same)
    model = build(preset("resnet50"), "meta")
    copied = [one.weight for one in model.modules() if isinstance(one, torch.nn.Conv2d | torch.nn.Linear)]
    copies = 2 * (sum(weight.numel() for weight in copied) + model.fc.bias.numel())
    assert mixed.activations == half.activations + half.picture + copies
    assert half.total < mixed.total < full.total


@pytest.mark.parametrize("optimizer", [None, "Adam, AdamW"])
@pytest.mark.parametrize("name", ["basic", "bottleneck", "group", "bias"])
def test_every_part_is_what_its_formula_says(name, optimizer):
    proved = memory.proofs(small(name), 65, 50, 3, "amp", optimizer)
    said = memory.estimate(small(name), 65, 50, 3, "amp", optimizer)
    assert {part: one.value for part, one in proved.items()} == vars(said) | {"total": said.total}
    for part in walked(proved["total"]):
        assert evaluate(part.expression) == part.value, part.text
        assert not part.parts or sum(one.value for one in part.parts) == part.value, part.label


def test_each_layers_output_is_in_the_format_that_autocast_gives_it():
    rows = {row["layer"]: row for row in memory.by_layer(preset("resnet18"), 64, 64, 1, "amp")}
    assert rows["conv1"]["bytes"] == math.prod(rows["conv1"]["out_shape"]) * 2
    grouped = {row["layer"]: row for row in memory.by_layer(small("group"), 64, 64, 1, "amp")}
    assert grouped["bn1"]["bytes"] == 2 * grouped["conv1"]["bytes"] > 0
