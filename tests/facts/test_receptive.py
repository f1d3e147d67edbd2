"""The gradient of a unit is as wide as theory says, block type by block type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.facts import receptive
from explorer.spec import ResNetSpec, preset

NETS = {
    "basic": dict(block="basic"),
    "v1": dict(stride_on="1x1"),
    "v1.5": {},
    "plain": dict(shortcut="none", block="basic"),
    "A pre": dict(shortcut="A", activation="pre", block="basic"),
    "C no BN": dict(shortcut="C", norm="none"),
    "cifar": dict(stem="cifar", family="cifar"),
}


@pytest.mark.parametrize("name", NETS)
def test_extent_is_theory_and_effective_is_smaller(name):
    seen = receptive.check(ResNetSpec(**{"stages": (2, 1, 1), **NETS[name]}))
    assert seen.agrees and seen.path == "layer3.0"
    assert 1 <= seen.effective < seen.theory
    assert max(max(row) for row in seen.gradient) == pytest.approx(1)


def test_a_block_can_be_named_and_a_wrong_one_is_refused():
    assert receptive.check(preset("resnet18"), "layer1.1").theory == 43
    with pytest.raises(ValueError, match=r"path='layer9.0': choose a block from layer1.0 to layer4.1"):
        receptive.check(preset("resnet18"), "layer9.0")


def test_what_would_be_slow_is_asked_at_a_shallower_block_and_said(monkeypatch):
    monkeypatch.setattr(receptive, "BUDGET_BYTES", 2e6)
    seen = receptive.check(preset("resnet34"))
    assert seen.agrees and seen.path != "layer4.2" and "layer4.2 would need 960 pixels" in seen.note


def test_v1_and_v15_at_conv5_x():
    last = receptive.by_block(preset("resnet50"))[-1]
    assert (last["v1_px"], last["v15_px"]) == (483, 427)
    assert receptive.by_block(replace(preset("resnet34"), shortcut="A"))[-1]["v1_px"] == 899
