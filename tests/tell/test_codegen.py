"""The exported file is the same net: keys, shapes, counts, and with the same weights the same outputs."""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from explorer.facts.rollup import blocks
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import CHOICES, ResNetSpec, preset, presets
from explorer.tell.codegen import code

AXES = ("block", "shortcut", "stride_on", "activation", "norm", "stem")
CHOSEN = CHOICES | {"norm": ("batch", "none"), "stem": ("imagenet", "cifar")}


def goes(values: tuple[str, ...]) -> bool:
    """Whether there is such a net: not each kind of block has each of the others' axes."""
    with contextlib.suppress(ValueError):
        return bool(ResNetSpec(stages=(1, 1), **dict(zip(AXES, values))))
    return False


COMBINATIONS = [values for values in itertools.product(*(CHOSEN[name] for name in AXES)) if goes(values)]
pytestmark = pytest.mark.usefixtures("one_thread")


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
    same(ResNetSpec(stages=(1, 2, 1), width=4, num_classes=5, **dict(zip(AXES, values))))


def drawn(count: int) -> list[ResNetSpec]:
    """Nets with every axis drawn at once, from a seed; what has no sense together is drawn again."""
    draw, found = random.Random(12), []
    while len(found) < count:
        chosen = {name: draw.choice(values) for name, values in CHOICES.items()}
        numbers = {"output_stride": draw.choice((32, 32, 16, 8)), "num_classes": draw.choice((0, 5))}
        widths = {"width": 32 if chosen["norm"] == "group" else draw.choice((2, 4))}
        widths |= {"groups": 2, "width_per_group": 32} if draw.random() < 0.2 else {}
        stages = tuple(draw.choice((1, 1, 2)) for _ in range(draw.choice((1, 2, 3, 4))))
        with contextlib.suppress(ValueError):
            found.append(ResNetSpec(stages=stages, **chosen, **numbers, **widths))
    return found


@pytest.mark.parametrize("spec", drawn(60), ids=str)
def test_all_axes_together_compute_the_same(spec):
    same(spec)


def test_the_draws_have_every_choice_of_every_axis():
    assert {(name, getattr(spec, name)) for spec in drawn(60) for name in CHOICES} == {
        (name, value) for name, values in CHOICES.items() for value in values
    }


def test_new_weights_are_drawn_as_the_models_are():
    """Constants alike, and the spread of what is random; zero_init and biases included."""
    for spec in (ResNetSpec(stages=(1, 1), width=16, conv_bias="all", zero_init="yes"), preset("resnet18")):
        model, copy = build(spec, seed=1), written(spec, "cpu")
        for (name, ours), theirs in zip(model.state_dict().items(), copy.state_dict().values()):
            if ours.numel() < 2 or ours.float().std() == 0:
                assert torch.equal(ours, theirs), name
            elif ours.numel() > 4000:
                assert float(theirs.std()) == pytest.approx(float(ours.std()), rel=0.1), name


def same(spec: ResNetSpec) -> None:
    """Keys and shapes, and with the same weights the same outputs."""
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
        kinds = {one.shortcut for one in blocks(trace(spec, 64, 64))}
        assert ("ZeroPad" in text) == ("pad" in kinds)
        assert bool(re.search(r"nn\.Conv2d\(c_in, c(_out)?, 1, stride=stride", text)) == ("projection" in kinds)
        assert ("IdentityShortcut" in text) == ("identity" in kinds and len(kinds) > 1)
        assert ("out += x" in text) == (kinds == {"identity"}) and ("out +=" in text) == (kinds != {"none"})
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
