"""The exported file is the same net: keys, shapes, counts, and with the same weights the same outputs."""

from __future__ import annotations

import itertools
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from explorer.net.resnet import build
from explorer.spec import CHOICES, ResNetSpec, preset, presets
from explorer.tell.codegen import code

AXES = ("block", "shortcut", "stride_on", "activation", "norm", "stem")
CHOSEN = CHOICES | {"norm": ("batch", "none"), "stem": ("imagenet", "cifar")}
COMBINATIONS = list(itertools.product(*(CHOSEN[name] for name in AXES)))


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny convolutions on several threads wait for each other more than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def written(spec: ResNetSpec, device: str) -> torch.nn.Module:
    names: dict = {"__name__": "exported"}
    exec(compile(code(spec), "exported.py", "exec"), names)
    with torch.device(device):
        return names["ResNet"]()


def shapes(model: torch.nn.Module) -> list[tuple[str, torch.Size]]:
    return [(name, value.shape) for name, value in model.state_dict().items()]


@pytest.mark.parametrize("name", [name for name in presets() if "1202" not in name])
def test_presets_have_the_same_state_dict(name):
    assert shapes(written(preset(name), "meta")) == shapes(build(preset(name), "meta"))


@pytest.mark.parametrize("values", COMBINATIONS, ids="-".join)
def test_every_combination_computes_the_same(values):
    spec = ResNetSpec(stages=(1, 2, 1), width=4, num_classes=5, **dict(zip(AXES, values)))
    model, copy = build(spec, seed=1).eval(), written(spec, "cpu").eval()
    assert shapes(copy) == shapes(model)
    for name, value in model.state_dict().items():  # BN that does something
        if "running_var" in name:
            value.copy_(torch.rand(value.shape, generator=torch.Generator().manual_seed(2)) + 0.5)
    copy.load_state_dict(model.state_dict())
    picture = torch.randn(2, 3, 33, 18, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(copy(picture), model(picture), rtol=0, atol=1e-5)


@pytest.mark.parametrize("stages", [(1,), (1, 1), (2, 1, 1, 1)])
@pytest.mark.parametrize("shortcut", CHOICES["shortcut"])
def test_it_holds_only_the_shortcuts_that_occur(stages, shortcut):
    for block in CHOICES["block"]:
        spec = ResNetSpec(stages=stages, shortcut=shortcut, block=block, width=4)
        text = code(spec)
        kinds = {"A": ("zero_pad",), "B": ("downsample",), "C": ("downsample",), "none": ()}[shortcut]
        changes = block == "bottleneck" or len(stages) > 1 or shortcut == "C"
        for word in ("zero_pad", "downsample"):
            assert (word in text) == (word in kinds and changes)
        assert shapes(written(spec, "meta")) == shapes(build(spec, "meta"))


def test_resnext_and_other_numbers():
    spec = replace(preset("resnext50_32x4d"), in_channels=5, num_classes=3)
    assert shapes(written(spec, "meta")) == shapes(build(spec, "meta"))
    assert "groups=32" in code(spec)


def test_lines_are_short_enough_to_read():
    for values in COMBINATIONS:
        text = code(ResNetSpec(stages=(1, 1, 1, 1), **dict(zip(AXES, values))))
        assert max(map(len, text.splitlines())) <= 120


def test_the_file_runs_on_its_own(tmp_path):
    path = tmp_path / "resnet18.py"
    path.write_text(code(preset("resnet18"), 64, 64), encoding="utf-8")
    done = subprocess.run([sys.executable, path], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout == "11,689,512 parameters\n(1, 1000)\n" and done.stderr == ""
