"""The real module: torchvision's keys, an independent forward pass, and the shortcut options."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from explorer.net.resnet import IdentityShortcut, ZeroPad, build
from explorer.spec import ResNetSpec, preset
from tests.known import CIFAR_PARAMS_A, IMAGENET, OTHERS, PARAMS, PARTS
from tests.net.reference import forward

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "torchvision_state_dicts.json").read_text())["models"]


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("name", GOLDEN)
def test_the_state_dict_is_torchvisions_in_keys_order_and_shapes(name: str) -> None:
    entries = [(key, list(value.shape)) for key, value in build(preset(name), "meta").state_dict().items()]
    assert len(entries) == GOLDEN[name]["entries"]
    assert hashlib.sha256(json.dumps(entries).encode()).hexdigest() == GOLDEN[name]["sha256"]
    assert count(build(preset(name), "meta")) == GOLDEN[name]["params"]


@pytest.mark.parametrize("option", PARAMS)
def test_parameters_of_the_five_depths_are_the_published_ones(option: str) -> None:
    counted = tuple(count(build(replace(preset(name), shortcut=option), "meta")) for name in IMAGENET)
    assert counted == PARAMS[option]


@pytest.mark.parametrize(("name", "parts"), [*zip(IMAGENET, PARTS, strict=True)])
def test_parameters_split_into_convolutions_bn_and_classifier(name: str, parts: tuple[int, ...]) -> None:
    model = build(preset(name), "meta")
    kinds = (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
    assert tuple(sum(count(m) for m in model.modules() if isinstance(m, kind)) for kind in kinds) == parts


def test_other_published_counts() -> None:
    for name, (params, _) in OTHERS.items():
        assert count(build(preset(name), "meta")) == params, name
    for depth, params in CIFAR_PARAMS_A.items():
        spec = preset(f"resnet{depth}_cifar")
        assert count(build(spec, "meta")) == params
        assert count(build(replace(spec, shortcut="B"), "meta")) == params + 2_752


@pytest.mark.parametrize(
    "changes",
    [
        {"stages": (2, 2, 2, 2), "block": "basic"},
        {"stages": (2, 1, 1, 2), "block": "basic", "shortcut": "A"},
        {"stages": (1, 2, 1, 1), "block": "basic", "shortcut": "none"},
        {"stages": (2, 1, 1, 1), "block": "basic", "shortcut": "C"},
        {"stages": (3, 2, 1, 1)},
        {"stages": (2, 1, 2, 1), "stride_on": "1x1"},
        {"stages": (1, 1, 1, 1), "groups": 4, "width_per_group": 16},
        {"stages": (1, 2, 1, 1), "width_per_group": 128, "shortcut": "A"},
    ],
    ids=str,
)
def test_the_forward_pass_equals_an_independent_one(changes: dict) -> None:
    spec = ResNetSpec(**{"width": 16, "num_classes": 7, **changes})
    model = build(spec, seed=3).eval()
    for module in model.modules():  # statistics that are not the initial ones
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
    x = torch.randn(2, 3, 65, 49, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        assert torch.equal(model(x), forward(model.state_dict(), x, spec))


def test_stride_places_share_weights_but_not_outputs() -> None:
    later = build(replace(preset("resnet50"), width=16), seed=0).eval()
    first = build(replace(preset("resnet50"), width=16, stride_on="1x1"), seed=0).eval()
    first.load_state_dict(later.state_dict())
    x = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert not torch.allclose(first(x), later(x))


def test_preactivation_blocks_add_before_any_activation() -> None:
    """He et al. 2016, eq. 3: out = x + F(BN-ReLU(x)); the last BN + ReLU stands before the pooling."""
    spec = ResNetSpec(family="cifar", stages=(2, 2), block="bottleneck", activation="pre", width=8, stem="cifar")
    model = build(spec, seed=0).eval()
    block = model.layer1[1]
    x = torch.randn(1, 32, 5, 5, generator=torch.Generator().manual_seed(0))
    out = block.conv1(block.bn1(x).relu())
    out = block.conv3(block.bn3(block.conv2(block.bn2(out).relu())).relu())
    assert torch.equal(block(x.clone()), out + x)
    block = model.layer2[
        0
    ]  # where the shape changes, the shortcut too takes the activated x, as the authors' code does
    activated = block.bn1(x).relu()
    out = block.conv3(block.bn3(block.conv2(block.bn2(block.conv1(activated)).relu())).relu())
    assert torch.equal(block(x.clone()), out + block.downsample(activated))
    assert [len(module.downsample) for module in (model.layer1[0], model.layer2[0])] == [1, 1]  # no BN there
    assert not hasattr(model.layer1[0], "bn1")  # the stem's activation serves the first block
    assert model.bn_last.num_features == 64


@pytest.mark.parametrize("block", ["basic", "bottleneck"])
@pytest.mark.parametrize("norm", ["batch", "none"])
@pytest.mark.parametrize("shortcut", ["B", "A", "C", "none"])
def test_preactivation_does_not_overwrite_what_the_shortcut_needs(block: str, norm: str, shortcut: str) -> None:
    spec = ResNetSpec(
        family="cifar",
        stages=(2, 2),
        block=block,
        activation="pre",
        norm=norm,
        shortcut=shortcut,
        width=4,
        stem="cifar",
    )
    model = build(spec, seed=0).eval()
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        quick = model(x)
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = False
        assert torch.equal(model(x), quick)
    model(x).sum().backward()  # and autograd finds everything it saved


def test_shortcuts_are_decided_by_shape() -> None:
    kinds = {nn.Sequential: "projection", IdentityShortcut: "identity", ZeroPad: "pad", type(None): "none"}
    drawn = {
        option: [
            kinds[type(block.downsample)]
            for stage in (1, 2)
            for block in build(replace(preset("resnet50"), shortcut=option), "meta").get_submodule(f"layer{stage}")
        ]
        for option in "ABC"
    }
    assert drawn["B"] == ["projection", "identity", "identity", "projection", *["identity"] * 3]
    assert drawn["A"] == ["pad", "identity", "identity", "pad", *["identity"] * 3]
    assert drawn["C"] == ["projection"] * 7


def test_zero_padding_subsamples_and_adds_empty_channels() -> None:
    x = torch.arange(50.0).reshape(1, 2, 5, 5)
    out = ZeroPad(2, 3, 2)(x)
    assert torch.equal(out[:, :2], x[:, :, ::2, ::2]) and out.shape == (1, 3, 3, 3) and not out[:, 2].any()


def test_a_seed_fixes_the_weights_and_leaves_the_global_generator_alone() -> None:
    spec = ResNetSpec(stages=(1, 1), block="basic", width=4)
    before = torch.get_rng_state()
    first, second, other = (build(spec, seed=seed).state_dict() for seed in (5, 5, 6))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert not torch.equal(first["conv1.weight"], other["conv1.weight"])
    assert all(torch.isfinite(value).all() for value in first.values())


def test_initialisation_is_he_et_al_with_fan_out() -> None:
    model = build(ResNetSpec(stages=(1, 1), block="basic"), seed=0)
    for weight, fan_out in ((model.layer1[0].conv1.weight, 64 * 9), (model.layer2[0].conv1.weight, 128 * 9)):
        assert weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.02)
