"""Who looks: published, a file's, untrained and mispadded nets; what each says of itself and what it shares."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn

from explorer.look import published, subject
from explorer.look.published import SOURCES
from explorer.look.subject import check_size, digits, of_file, other_zeros, published_name, source_spec, untrained
from explorer.net.resnet import build
from explorer.spec import named, preset
from tests.weights.checkpoints import filled, named_as, saved
from tests.weights.test_loading import SHARED

SMALL = replace(preset("resnet20_cifar"), stages=(1, 1, 1))
PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8))


def test_an_untrained_nets_normalization_is_the_pictures() -> None:
    """After calibration each BN gives mean 0 and variance 1 on the picture and its mirror image; weights are shared."""
    x = subject.preparing(SMALL)(PICTURE).x
    born = build(SMALL, seed=0)
    before = {name: value.clone() for name, value in born.state_dict().items()}
    who = untrained(SMALL, x, born)
    said: list[torch.Tensor] = []
    for module in who.model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.register_forward_hook(lambda _, __, out: said.append(out.clone()))
    with torch.no_grad():
        who.model(torch.cat([x, x.flip(3)]))
    assert len(said) == 7 and not who.trained and "untrained" in who.told
    for out in said:
        torch.testing.assert_close(out.mean((0, 2, 3)), torch.zeros(out.shape[1]), rtol=0, atol=1e-2)
        torch.testing.assert_close(out.var((0, 2, 3)), torch.ones(out.shape[1]), rtol=0, atol=5e-2)
    assert who.model.conv1.weight.data_ptr() == born.conv1.weight.data_ptr()
    assert all(torch.equal(value, before[name]) for name, value in born.state_dict().items())


def test_zeros_on_the_other_side_load_strictly_share_every_weight_and_answer_otherwise() -> None:
    who = digits("digits-residual-20")
    other = other_zeros(who)
    x = torch.randn(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert other.spec == replace(who.spec, zero_pad="both") and other.key != who.key
    assert {one.data_ptr() for one in other.model.parameters()} == {one.data_ptr() for one in who.model.parameters()}
    with torch.no_grad():
        assert not torch.allclose(who.model(x), other.model(x), atol=0.1)
        assert torch.equal(who.model(x), other_zeros(other).model(x))
    with pytest.raises(ValueError, match="zeros: only option A pads with zeros"):
        other_zeros(digits("digits-plain-20"))


@pytest.mark.parametrize("name", SOURCES)
def test_published_weights_are_found_by_their_net(name: str) -> None:
    assert published_name(named(name)) == name == published_name(source_spec(name))
    assert (source_spec(name).zero_pad == "both") == name.endswith("_cifar")


def test_a_net_without_published_weights_is_told_which_have_some() -> None:
    with pytest.raises(ValueError, match=r"none are known for ResNet-50 .*; there are for resnet18, resnet34"):
        published_name(replace(preset("resnet50"), stride_on="1x1"))


@pytest.mark.parametrize("depth", [20, 56])
def test_akamasters_weights_look_with_zeros_on_both_sides(
    depth: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file, and in the manner in which they are published (a pickle, from nn.DataParallel): his own logits."""
    path = SHARED / f"resnet{depth}-cifar10-akamaster.safetensors"
    if not path.exists():
        pytest.skip("the published weights are not here")
    reference = load_file(path.with_name(f"{path.stem}-reference.safetensors"))
    pickled = tmp_path / "net.th"
    torch.save({"state_dict": load_file(path)}, pickled)
    monkeypatch.setattr(subject, "fetched", lambda source, progress: pickled)
    for who in (of_file(path, own=True), subject.published(f"resnet{depth}_cifar")):
        assert who.spec.zero_pad == "both" and who.trained and who.names[3] == "cat"
        with torch.no_grad():
            assert (who.model(reference["input"]) - reference["logits"]).abs().max() < 1e-5


def test_a_visitors_file_of_any_layout_looks_and_a_pickle_never_does(tmp_path: Path) -> None:
    net = filled(SMALL)
    who = of_file(
        saved(named_as("timm", net.state_dict(), ""), tmp_path / "a.safetensors"), "mine.safetensors", own=True
    )
    x = who.prepare(PICTURE).x
    assert "mine.safetensors" in who.told and torch.equal(who.model(x), net(x))
    pickled = tmp_path / "b.safetensors"
    torch.save(net.state_dict(), pickled)
    with pytest.raises(ValueError, match=r"file='mine.pt': only .safetensors is taken here"):
        of_file(pickled, "mine.pt", own=True)


def test_a_file_of_ones_own_is_not_given_names_that_it_may_not_have(tmp_path: Path) -> None:
    """An ImageNet net of ten classes is somebody's own: it was said to know a cat (CIFAR-10's fourth class)."""
    for classes, family, first, said in (
        (10, "imagenet", "class 0", "they are numbered from 0"),
        (10, "cifar", "airplane", "shown are CIFAR-10’s in their usual order"),
        (1000, "imagenet", "tench", "shown are ImageNet’s in their usual order"),
    ):
        net = filled(replace(preset("resnet20_cifar" if family == "cifar" else "resnet18"), num_classes=classes))
        who = of_file(
            saved(net.state_dict(), tmp_path / f"{family}{classes}.safetensors"), "mine.safetensors", own=True
        )
        assert who.names[0].startswith(first) and len(who.names) == classes
        assert who.told.endswith(f"no file names its classes: {said}")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda state: state["fc.bias"].fill_(float("nan")), "fc.bias: some of its numbers are not finite"),
        (lambda state: state.update({"fc.bias": state["fc.bias"].long()}), "fc.bias: its numbers are int64"),
        (lambda state: state.pop("layer1.0.conv1.weight"), "does not fit|1 missing|is no net|conv1"),
    ],
)
def test_a_file_with_wrong_numbers_is_refused_by_the_name_that_its_owner_gave_it(
    spoil, told: str, tmp_path: Path
) -> None:
    state = {name: value.clone() for name, value in filled(SMALL).state_dict().items()}
    spoil(state)
    save_file(state, tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match=rf"^file='mine.safetensors': .*({told})") as refused:
        of_file(tmp_path / "x.safetensors", "mine.safetensors", own=True)
    assert "\n" not in str(refused.value) and str(tmp_path) not in str(refused.value)


def test_a_file_that_takes_no_picture_is_said(tmp_path: Path) -> None:
    path = saved(filled(replace(SMALL, in_channels=4)).state_dict(), tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="in_channels=4: a picture has 1 or 3"):
        of_file(path, own=True)


@pytest.mark.parametrize(
    ("spec", "side", "told"),
    [
        (replace(preset("resnet50"), width=512), 224, "parameters; at most 150"),
        (preset("resnet152"), 700, "multiply-adds a picture"),
        (replace(preset("resnet1202_cifar"), stem="cifar"), 160, "bytes of feature maps|multiply-adds"),
    ],
)
def test_a_net_that_is_too_large_is_told_before_it_is_built(spec, side: int, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_size(spec, side, side)
    check_size(preset("wide_resnet101_2"), 224, 224)


def test_what_is_on_this_machine_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path))
    assert not published.on_this_machine(SOURCES["resnet18"])
    (tmp_path / SOURCES["resnet18"].file).write_bytes(b"")
    assert published.on_this_machine(SOURCES["resnet18"])
