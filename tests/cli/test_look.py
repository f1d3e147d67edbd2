"""`python -m explorer look`: a picture through a net in the terminal, and every wrong word named in one line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file

from explorer.cli.main import main
from explorer.look import subject
from explorer.look.pictures import read
from explorer.net.resnet import build
from explorer.places import ASSETS
from explorer.spec import named, preset


def test_the_flags_of_a_net_are_those_of_every_command(capsys: pytest.CaptureFixture) -> None:
    words = ["resnet8_cifar", "--shortcut", "none", "--classes", "1000", "--input", "48", "--format", "json"]
    assert main(["look", str(ASSETS / "look" / "cat.jpg"), *words]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["input"] == [1, 3, 48, 48] and len(data["top"][0][0]) > 1
    assert [row["path"] for row in data["blocks"]] == ["layer1.0", "layer2.0", "layer3.0"]


@pytest.fixture
def seven(tmp_path: Path) -> str:
    path = tmp_path / "seven.png"
    Image.open(ASSETS / "look" / "digits.png").crop((28 * 7, 0, 28 * 8, 28)).save(path)
    return str(path)


def test_a_digit_through_a_net_that_ships(seven: str, capsys: pytest.CaptureFixture) -> None:
    assert main(["look", seven, "digits-residual-20", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["top"][0][0] == "7" and 0.5 < data["top"][0][1] <= 1 and data["input"] == [1, 1, 28, 28]
    assert [row["path"] for row in data["blocks"]][:2] == ["layer1.0", "layer1.1"] and len(data["blocks"]) == 9
    assert set(data["blocks"][0]) == {"path", "norm_shortcut", "norm_residual", "norm_sum", "mean", "std"}
    assert data["trained"] and "1.5 % wrong" in data["weights"]


@pytest.mark.parametrize("activation", ["post", "pre"])
def test_the_blocks_of_a_plain_net_are_there_without_a_shortcut(
    activation: str, tmp_path: Path, seven: str, capsys: pytest.CaptureFixture
) -> None:
    """Second source: a hook on each block's last convolution, and torch's own Batch Normalization of what it saw."""
    spec = replace(named("resnet8_cifar"), shortcut="none", activation=activation)
    net, seen = build(spec, seed=3).eval(), {}
    save_file(net.state_dict(), tmp_path / "plain.safetensors")
    words = ["--activation", activation, "--weights", str(tmp_path / "plain.safetensors")]
    words = ["look", seven, "resnet8_cifar", "--shortcut", "none", *words]
    assert main([*words, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["blocks"]

    def watched(block: str) -> None:
        def keep(_: object, __: object, out: torch.Tensor) -> None:
            bn = net.get_submodule(f"{block}.bn2")
            learned = (bn.running_mean, bn.running_var, bn.weight, bn.bias)
            seen[block] = F.batch_norm(out, *learned, eps=bn.eps) if activation == "post" else out.clone()

        net.get_submodule(f"{block}.conv2").register_forward_hook(keep)

    for row in rows:
        watched(row["path"])
    x = subject.chosen("resnet8_cifar", words[-1], read(Path(seven).read_bytes()), spec)[1]
    with torch.no_grad():
        net(x)
    for row in rows:
        out = seen[row["path"]][0]
        assert row["norm_shortcut"] is None and row["norm_residual"] == row["norm_sum"]
        assert row["norm_sum"] == pytest.approx(float(out.norm()), rel=1e-4)
        assert row["mean"] == pytest.approx(float(out.mean()), abs=1e-4)
        assert row["std"] == pytest.approx(float(out.std()), rel=1e-4)
    assert [row["path"] for row in rows] == ["layer1.0", "layer2.0", "layer3.0"]
    assert main(words) == 0
    assert re.search(r"layer1\.0 +– +\d", capsys.readouterr().out)


def test_a_photograph_through_an_untrained_net_is_told_as_such(capsys: pytest.CaptureFixture) -> None:
    assert main(["look", str(ASSETS / "look" / "cat.jpg"), "resnet18"]) == 0
    out = capsys.readouterr().out
    assert "untrained: random weights, BN calibrated on this picture" in out and "measured on this picture" in out


def test_the_weights_of_a_file_look(seven: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    state = {
        key: value.float() for key, value in load_file(ASSETS / "weights" / "digits-residual-20.safetensors").items()
    }
    save_file(build(preset("resnet20_cifar"), seed=0).state_dict(), tmp_path / "own.safetensors")
    assert (
        main(["look", seven, "resnet20_cifar", "--weights", str(tmp_path / "own.safetensors"), "--format", "json"]) == 0
    )
    data = json.loads(capsys.readouterr().out)
    assert (
        data["trained"]
        and data["input"] == [1, 3, 32, 32]
        and len(data["top"]) == 5
        and "own.safetensors" in data["weights"]
    )
    save_file(state, tmp_path / "grey.safetensors")
    with pytest.raises(SystemExit):
        main(["look", seven, "resnet20_cifar", "--weights", str(tmp_path / "grey.safetensors")])
    assert "does not fit ResNet-20" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.png", "resnet18"], "picture='nowhere.png': cannot be read"),
        (["SEVEN", "resnet9x"], "resnet9x"),
        (["SEVEN", "resnet18", "--weights", "mine"], "weights='mine'"),
        (["SEVEN", "digits-plain-20", "--weights", "published"], "has its own; leave --weights out"),
        (["SEVEN", "resnet50d", "--weights", "published"], "none are known for resnet50d"),
        (["SEVEN", "digits-plain-20", "--width", "8"], "width='8': digits-plain-20 ships as it is"),
        (["SEVEN", "resnet18", "--batch", "2"], "batch='2': look takes one picture"),
        (["SEVEN", "resnet18", "--input", "64x48"], "input='64x48': look crops a picture to a square"),
        (
            ["SEVEN", "resnet8_cifar", "--in-channels", "1", "--input", "64"],
            "input='64': a net of one channel looks at",
        ),
        (["SEVEN", "resnet18", "--format", "xml"], "format='xml': choose one of table, json"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(
    words: list[str], told: str, seven: str, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["look", *(seven if word == "SEVEN" else word for word in words)])
    line = capsys.readouterr().err
    assert ended.value.code == 2 and told in line and line.count("\n") == 1
