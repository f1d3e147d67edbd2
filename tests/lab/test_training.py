"""Data, training loop, and the experiments that are about training, checked by arithmetic and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.lab.experiments import degradation, insertion, rates
from explorer.lab.experiments.data import PHOTOGRAPHS, TRAINING, Split, _shipped, digits, photographs
from explorer.lab.experiments.nets import around, blocks, built, digit_spec, stem
from explorer.lab.experiments.train import Trainer, batches, error_percent
from explorer.lab.outcome import mean, number, ratio, state
from explorer.places import ASSETS
from tests.lab.tiny import ran


def test_not_a_number_is_a_result() -> None:
    assert [state(value) for value in (1.0, 0.0, math.inf, -math.inf, math.nan)] == [
        "ok",
        "zero",
        "overflow",
        "overflow",
        "nan",
    ]
    assert [number(value) for value in (1.5, 0.0, math.inf, math.nan)] == [1.5, 0.0, None, None]
    assert ratio(1.0, 0.0) is None and ratio(None, 1.0) is None and ratio(1.0, 4.0) == 0.25
    assert mean([]) is None and mean([1.0, None]) is None and mean([1.0, 2.0]) == 1.5


def test_the_data() -> None:
    training, test = digits()
    assert training.x.shape == (TRAINING, 1, 8, 8) and test.x.shape == (297, 1, 8, 8)
    assert abs(training.x.mean().item()) < 1e-5 and abs(training.x.std().item() - 1) < 1e-4
    assert set(training.y.tolist()) == set(range(10))
    assert digits(side=16)[0].x.shape == (TRAINING, 1, 16, 16)
    assert photographs(32).shape == (2, 3, 32, 32)


def test_the_pictures_are_scikit_learn_s() -> None:
    from sklearn.datasets import load_digits, load_sample_image

    for name in PHOTOGRAPHS:
        with Image.open(_shipped(name)) as file:
            assert np.array_equal(np.asarray(file.convert("RGB")), load_sample_image(name))
    pixels, classes = load_digits(return_X_y=True)
    with np.load(ASSETS / "lab" / "digits.npz") as file:
        assert np.array_equal(file["pixels"], pixels.reshape(-1, 64)) and np.array_equal(file["classes"], classes)


def test_an_epoch_shows_each_picture_once_in_the_seeds_order() -> None:
    order = batches(8, 2, seed=1)
    epoch = torch.cat([next(order) for _ in range(4)]).tolist()
    assert sorted(epoch) == list(range(8))
    again = batches(8, 2, seed=1)
    assert torch.cat([next(again) for _ in range(4)]).tolist() == epoch


def test_a_diverged_training_is_shown_as_such() -> None:
    found = ran("degradation", degradation.Degradation(depths=(8, 14), steps=12, width=2, batch=16, lr=100.0))
    assert found.state == "done" and all("loss" in row for row in found.result["rows"])
    x = torch.full((4, 1, 8, 8), float("inf"))
    trainer = Trainer(built(digit_spec(8, "plain", 2), 0), Split(x, torch.zeros(4, dtype=torch.long)), 0.1, 0)
    trainer.step(), trainer.step()
    assert trainer.diverged and math.isnan(trainer.final_loss) and len(trainer.losses) == 1


def finals(*losses: float | None) -> list[dict]:
    kinds = ("plain", "plain", "residual", "residual")
    return [{"kind": kind, "final_loss": loss} for kind, loss in zip(kinds, losses)]


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ((0.3, 1.8, 0.03, 0.01), "plain"),
        ((0.3, 0.3, 0.03, 0.5), "residual"),
        ((0.3, 1.8, 0.1, 0.9), "both"),
        ((0.3, 0.2, 0.1, 0.1), "neither"),
        ((0.3, None, 0.1, 0.1), "plain"),
        ((None, None, 0.1, 0.1), "neither"),
    ],
)
def test_the_degradation_verdict(losses: tuple, expected: str) -> None:
    assert degradation.verdict(degradation.compare(finals(*losses))) == expected


@pytest.mark.parametrize(("seed", "width", "depths"), [(0, 8, (20, 56)), (7, 3, (8, 26))])
def test_inserted_identities_change_nothing_at_all(seed: int, width: int, depths: tuple[int, int]) -> None:
    training, test = digits()
    shallow = built(digit_spec(depths[0], "plain", width), seed)
    trainer = Trainer(shallow, training, 0.01, seed)
    for _ in range(4):
        trainer.step()
    deep = built(digit_spec(depths[1], "plain", width), seed + 1)
    assert insertion.insert_identities(shallow, deep) == (depths[1] - depths[0]) // 2
    assert insertion.largest_difference(shallow, deep, training, test) == 0.0
    with torch.no_grad():
        deep.layer1[-1].conv2.weight[0, 0, 1, 1] += 0.5  # and the measure does see a difference
    assert insertion.largest_difference(shallow, deep, test) > 0


def test_with_the_last_gamma_at_0_a_residual_net_starts_as_its_shortcuts() -> None:
    """Goyal et al. 2017, §5.1; a plain net, which would let nothing through, stays as it is."""
    model = built(digit_spec(8, "residual", zero_init="yes"), 0)
    x = stem(model, torch.randn(4, 1, 8, 8))
    for _, block in blocks(model):
        assert torch.equal(out := block(x), around(block, x))
        x = out
    assert digit_spec(8, "plain", zero_init="yes") == digit_spec(8, "plain")


def test_a_rate_that_diverges_is_reported_with_its_step() -> None:
    found = ran("learning-rate", rates.Rates(depth=8, lrs=(0.01, 100.0), steps=30, width=2)).result
    wild = next(row for row in found["rows"] if row["part"] == "final" and row["lr"] == 100.0 and row["norm"] == "none")
    assert wild["loss"] is None and wild["state"] in ("nan", "overflow") and 1 < wild["diverged_at"] <= 30
    assert found["summary"]["none"]["diverged"] == [100.0]


@pytest.mark.parametrize(
    ("batch", "none", "expected"),
    [
        ((0.1,), (0.1,), "same"),
        ((0.3,), (0.1,), "few"),
        ((0.3,), (0.03,), "many"),
        ((1.0,), (0.03,), "many"),
        ((0.1,), (), "many"),
        ((), (), "same"),
    ],
)
def test_the_answer_on_rates(batch: tuple, none: tuple, expected: str) -> None:
    rows = [
        {"norm": norm, "lr": lr, "loss": 0.1 if lr in works else None, "diverged_at": None}
        for norm, works in (("batch", batch), ("none", none))
        for lr in (0.01, 0.03, 0.1, 0.3, 1.0)
    ]
    assert rates.answer(rates.summarise(rows)) == expected


def test_an_output_that_is_no_number_is_wrong() -> None:
    outputs = torch.tensor([[1.0, 0.0], [float("nan"), 0.0], [0.0, float("inf")], [0.0, 1.0]])
    assert error_percent(outputs, torch.tensor([0, 0, 1, 1])) == 50.0
