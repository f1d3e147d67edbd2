"""Weights in our module: bit for bit, strictly, each number checked; published files by their hash, no other pickle."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from explorer.places import ASSETS
from explorer.spec import preset
from explorer.weights import identify_file, load, loading
from tests.weights.checkpoints import FORMS, filled, named_as, saved
from tests.weights.test_identify import FITS, SPECS

SHARED = Path(__file__).parents[3] / "shared" / "data"
R18, SMALL = preset("resnet18"), preset("resnet20_cifar")
PICTURE = torch.randn(2, 3, 40, 40, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("layout", "kind"), [(layout, kinds[0]) for layout, kinds in FITS.items()])
def test_every_layout_loads_bit_for_bit(layout: str, kind: str, tmp_path: Path) -> None:
    net = filled(spec := SPECS[kind])
    path = saved(named_as(layout, net.state_dict(), "module."), tmp_path / "net.safetensors")
    loaded = load(path, spec)
    assert not loaded.training and torch.equal(loaded(PICTURE), net(PICTURE))
    assert all(
        torch.equal(ours, theirs) for ours, theirs in zip(loaded.state_dict().values(), net.state_dict().values())
    )


def test_without_a_spec_it_is_the_net_that_the_file_is_of(tmp_path: Path) -> None:
    net = filled(SMALL)
    assert load(saved(net.state_dict(), tmp_path / "x.safetensors")).spec == SMALL


@pytest.mark.parametrize("depth", [20, 56])
def test_akamasters_nets_give_his_answers(depth: int) -> None:
    """Weights and logits by Yerlan Idelbayev (github.com/akamaster/pytorch_resnet_cifar10)."""
    path = SHARED / f"resnet{depth}-cifar10-akamaster.safetensors"
    if not path.exists():
        pytest.skip("the published weights are not here")
    spec = replace(preset(f"resnet{depth}_cifar"), zero_pad="both")
    assert identify_file(path).spec == spec
    reference = load_file(path.with_name(f"resnet{depth}-cifar10-akamaster-reference.safetensors"))
    with torch.no_grad():
        assert (load(path, spec)(reference["input"]) - reference["logits"]).abs().max() < 1e-5
    with pytest.warns(UserWarning, match="both sides"), torch.no_grad():
        behind = load(path, replace(spec, zero_pad="behind"))
        assert (behind(reference["input"]) - reference["logits"]).abs().max() > 1


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64], ids=str)
def test_other_precisions_become_float32(dtype: torch.dtype, tmp_path: Path) -> None:
    state = {
        name: one.to(dtype) if one.is_floating_point() else one for name, one in filled(SMALL).state_dict().items()
    }
    loaded = load(saved(state, tmp_path / "x.safetensors"), SMALL)
    assert torch.equal(loaded.conv1.weight, state["conv1.weight"].float())
    assert any(
        str(dtype).removeprefix("torch.") in said for said in identify_file(tmp_path / "x.safetensors").differences
    )


def spoilt(name: str, value: object) -> dict:
    state = dict(filled(SMALL).state_dict())
    state[name] = value(state[name].clone()) if callable(value) else value
    return state


def with_number(number: float) -> object:
    def put(tensor: torch.Tensor) -> torch.Tensor:
        tensor.view(-1)[-1] = number
        return tensor

    return put


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("layer1.0.conv1.weight", with_number(math.nan), "not finite"),
        ("fc.weight", with_number(math.inf), "not finite"),
        ("layer2.0.bn1.running_var", with_number(-1.0), "variance is negative"),
        ("layer1.0.conv1.weight", lambda one: one.to(torch.int8), "its numbers are int8"),
        ("layer1.0.bn1.num_batches_tracked", lambda one: one.float(), "its numbers are float32"),
        ("fc.weight", lambda one: one.to(torch.complex64), "its numbers are complex64"),
        ("layer1.0.conv1.weight", lambda one: one[:, :, :1].contiguous(), "1 misshapen tensors"),
        ("layer2.0.conv1.weight", lambda one: one.transpose(0, 1).contiguous(), "1 misshapen tensors"),
        ("extra.weight", torch.zeros(1), "1 unexpected tensors"),
        ("fc.weight", lambda one: torch.zeros(7, 64), "classifier is replaced: it has 7 outputs, the net 10"),
    ],
)
def test_what_does_not_fit_is_named(name: str, value: object, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        load(saved(spoilt(name, value), tmp_path / "x.safetensors"), SMALL)


def test_another_nets_weights_name_both_nets(tmp_path: Path) -> None:
    path = saved(filled(replace(R18, stages=(2, 2, 3, 2))).state_dict(), tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="does not fit ResNet-18: 12 unexpected tensors.*layer3.2.*Another depth"):
        load(path, R18)


def test_counters_of_batches_may_be_missing(tmp_path: Path) -> None:
    net = filled(SMALL)
    old = {name: one for name, one in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    loaded = load(saved(old, tmp_path / "x.safetensors"), SMALL)
    assert torch.equal(loaded(PICTURE), net(PICTURE)) and loaded.bn1.num_batches_tracked == 0


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_pickle_is_never_loaded(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FORMS[form](filled(SMALL).state_dict(), path := tmp_path / "net.pth")
    monkeypatch.setattr(torch, "load", lambda *args, **kwargs: pytest.fail("it was unpickled"))
    with pytest.raises(ValueError, match="no published file that we know.*save_file"):
        load(path, SMALL)
    assert identify_file(path).spec == SMALL


@pytest.mark.parametrize("form", ["zip", "legacy"])
def test_a_published_pickle_is_known_by_its_bytes(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = filled(spec := replace(SMALL, zero_pad="both"))
    FORMS[form]({"state_dict": named_as("kuangliu", net.state_dict(), "module.")}, path := tmp_path / "net.th")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(loading, "published", lambda: {digest: "here"})
    assert torch.equal(load(path, spec)(PICTURE), net(PICTURE))
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ValueError):
        load(path, spec)


def test_the_published_files_are_named_by_their_hash() -> None:
    """torchvision and akamaster write the first eight digits of a file's SHA-256 into its name."""
    listed = json.loads((ASSETS / "weights" / "published.json").read_text(encoding="utf-8"))["files"]
    assert len(listed) == len(loading.published()) >= 10
    for one in listed:
        assert re.fullmatch(r"[0-9a-f]{64}", one["sha256"]) and one["source"].endswith(one["file"])
        assert f"-{one['sha256'][:8]}." in one["file"]
