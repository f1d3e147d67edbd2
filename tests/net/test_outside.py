"""torchvision's and timm's own nets: the same state dict, and with the same weights the same outputs, bit for bit.

BN's statistics are random too. Parameters and MACs are the field's figures for 224×224.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from explorer.facts.rollup import total
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from tests import outside

R18, R50, X50 = preset("resnet18"), preset("resnet50"), preset("resnext50_32x4d")
D = {"stem": "deep", "shortcut_pool": "avg"}
T = {**D, "stem_widths": (24, 32, 64)}
TIMM = {  # name -> (spec, parameters, MACs at 224×224)
    "resnet18": (R18, 11_689_512, 1_814_073_344),
    "resnet50_gn": (replace(R50, norm="group"), 25_557_032, 4_089_184_256),
    "resnet50c": (replace(R50, stem="deep"), 25_576_264, 4_328_824_832),
    "resnet50d": (replace(R50, **D), 25_576_264, 4_328_824_832),
    "resnet50t": (replace(R50, **T), 25_573_728, 4_297_213_952),
    "resnet50s": (replace(R50, stem="deep", stem_widths=(64, 64, 128)), 25_680_808, 5_444_337_664),
    "resnet10t": (replace(R18, stages=(1, 1, 1, 1), **T), 5_435_488, 1_097_259_008),
    "resnet26d": (replace(R50, stages=(2, 2, 2, 2), **D), 16_014_408, 2_581_897_216),
    "resnet101d": (replace(R50, stages=(3, 4, 23, 3), **D), 44_568_392, 8_041_046_016),
    "resnet200d": (replace(R50, stages=(3, 24, 36, 3), **D), 64_693_064, 15_247_122_432),
    "seresnet18": (replace(R18, attention="se"), 11_779_624, 1_814_161_408),
    "seresnet50": (replace(R50, attention="se"), 28_088_024, 4_091_699_200),
    "seresnext50_32x4d": (replace(X50, attention="se"), 27_559_896, 4_232_994_816),
    "ecaresnet50d": (replace(R50, attention="eca", **D), 25_576_350, 4_328_912_640),
    "resnext50d_32x4d": (replace(X50, **D), 25_048_136, 4_470_120_448),
    "resnetrs50": (replace(R50, pool="conv", attention="se", attention_reduction=4, **D), 35_691_912, None),
}
DILATED = {  # (name, output stride) -> spec
    ("resnet50", 16): replace(R50, output_stride=16),
    ("resnet18", 8): replace(R18, output_stride=8),
    ("resnet26d", 8): replace(R50, stages=(2, 2, 2, 2), output_stride=8, **D),
}
V2 = {  # timm's pre-activation nets have names of their own for the same layers, in the same order
    "resnetv2_50": (R50, 25_549_352, 4_089_184_256),
    "resnetv2_18": (R18, None, None),
    "resnetv2_50d": (replace(R50, **D), None, None),
    "resnetv2_101": (preset("resnet101"), 44_541_480, 7_801_405_440),
}
TORCHVISION = {
    "resnet34": preset("resnet34"),
    "resnext50_32x4d": X50,
    "wide_resnet50_2": preset("wide_resnet50_2"),
}


def filled(model: torch.nn.Module) -> torch.nn.Module:
    """Every number of the state dict drawn anew, small enough that nothing overflows; variances positive."""
    model = model.to_empty(device="cpu").eval()
    generator = torch.Generator().manual_seed(0)
    for name, value in model.state_dict().items():
        if not value.is_floating_point():
            value.zero_()
        elif "running_var" in name or value.dim() == 1 and name.endswith("weight"):
            value.uniform_(0.5, 1.5, generator=generator)
        else:
            value.normal_(0, 1 / max(1, value[0].numel()) ** 0.5 if value.dim() > 1 else 0.1, generator=generator)
    return model


def same_outputs(theirs: torch.nn.Module, spec: ResNetSpec, renamed: bool = False) -> None:
    theirs, ours = filled(theirs), build(spec, "meta").to_empty(device="cpu").eval()
    state = theirs.state_dict()
    if renamed:
        state = in_our_order(theirs, ours)
    assert renamed or [*state] == [*ours.state_dict()]
    ours.load_state_dict(state)
    picture = torch.randn(2, 3, 65, 50, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        if renamed:  # their classifier is a 1×1 convolution, which adds up in another order: the features it gets
            ours.fc = torch.nn.Identity()
            wanted = theirs.head.global_pool(theirs.forward_features(picture)).flatten(1)
        else:
            wanted = theirs(picture)
        found = ours(picture)
    assert found.isfinite().all() and found.std() > 0
    assert torch.equal(found, wanted)


def in_our_order(theirs: torch.nn.Module, ours: torch.nn.Module) -> dict[str, torch.Tensor]:
    """timm's pre-activation weights under our names: stem.conv → conv1, stages.0.blocks.0.norm1 → layer1.0.bn1."""
    found = {}
    for name, value in theirs.state_dict().items():
        name = name.replace("stem.conv.", "conv1.").replace("head.fc.", "fc.")
        for number, place in ((1, 0), (2, 3), (3, 6)):
            name = name.replace(f"stem.conv{number}.", f"conv1.{place}.")
            name = name.replace(f"stem.norm{number}.", f"conv1.{place + 1}.")
        if name.startswith("stages."):
            _, stage, _, block, rest = name.split(".", 4)
            pooled = isinstance(ours.layer2[0].downsample[0], torch.nn.AvgPool2d)
            rest = rest.replace("norm", "bn").replace("downsample.conv", f"downsample.{int(pooled)}")
            name = f"layer{int(stage) + 1}.{block}.{rest}"
        elif name.startswith("norm."):
            name = name.replace("norm.", "bn_last.")
        found[name] = value.flatten(1) if name == "fc.weight" else value
    return found


@pytest.mark.parametrize("name", TIMM)
def test_timms_nets(name):
    spec, params, macs = TIMM[name]
    nodes = trace(spec)
    assert total(nodes, "params") == params and macs in (None, total(nodes, "macs"))
    with torch.device("meta"):
        theirs = outside.timm().create_model(name)
    same_outputs(theirs, spec)


@pytest.mark.parametrize("name,stride", DILATED)
def test_timms_output_stride(name, stride):
    with torch.device("meta"):
        theirs = outside.timm().create_model(name, output_stride=stride)
    same_outputs(theirs, DILATED[name, stride])


@pytest.mark.parametrize("name", V2)
def test_timms_pre_activation_nets(name):
    base, params, macs = V2[name]
    spec = replace(base, activation="pre", preact_first="block")
    nodes = trace(spec)
    assert params in (None, total(nodes, "params")) and macs in (None, total(nodes, "macs"))
    with torch.device("meta"):
        theirs = outside.timm().create_model(name)
    same_outputs(theirs, spec, renamed=True)


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvisions_nets(name):
    with torch.device("meta"):
        theirs = getattr(outside.torchvision().models, name)()
    same_outputs(theirs, TORCHVISION[name])


@pytest.mark.parametrize("dilate,stride", [((False, False, True), 16), ((False, True, True), 8)])
def test_torchvisions_dilation(dilate, stride):
    with torch.device("meta"):
        theirs = outside.torchvision().models.resnet50(replace_stride_with_dilation=list(dilate))
    same_outputs(theirs, replace(R50, output_stride=stride))


def test_frozen_bn_is_torchvisions():
    """Its buffers under the same names; its arithmetic is written out, so the last bits differ."""
    from explorer.net.layers import FrozenBatchNorm2d

    theirs = outside.torchvision().ops.FrozenBatchNorm2d(7)
    ours = FrozenBatchNorm2d(7).to_empty(device="cpu")
    for name, value in theirs.state_dict().items():
        value.copy_(torch.rand(7, generator=torch.Generator().manual_seed(len(name))) + 0.5)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 7, 3, 3, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ours(x), theirs(x))
    assert not list(ours.parameters())
