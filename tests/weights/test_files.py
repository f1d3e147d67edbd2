"""The readers against the libraries that write the files: names, shapes, number formats, in order."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from explorer.spec import preset
from explorer.weights import files
from tests.weights.checkpoints import FORMS, filled

STATE = filled(preset("resnet20_cifar")).state_dict()
DTYPES = (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.bool)


def seen(path: Path, section: str = "") -> list[tuple]:
    return [(one.name, one.shape, one.dtype) for one in files.read(path).tensors if one.section == section]


def truth(state: dict) -> list[tuple]:
    return [(name, tuple(one.shape), str(one.dtype).removeprefix("torch.")) for name, one in state.items()]


@pytest.mark.parametrize("form", FORMS)
def test_what_torch_saves_is_listed_as_it_is(form: str, tmp_path: Path) -> None:
    FORMS[form](STATE, path := tmp_path / "net.pth")
    assert seen(path) == truth(STATE)


def test_safetensors_are_listed_as_they_are(tmp_path: Path) -> None:
    save_file(dict(STATE), str(path := tmp_path / "net.safetensors"), metadata={"format": "pt"})
    assert sorted(seen(path)) == sorted(truth(STATE))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_number_formats(dtype: torch.dtype, tmp_path: Path) -> None:
    state = {
        "a": torch.zeros(3, 2, dtype=dtype),
        "empty": torch.zeros(0, 4, dtype=dtype),
        "one": torch.ones((), dtype=dtype),
    }
    for form in FORMS:
        FORMS[form](state, tmp_path / "x.pt")
        assert seen(tmp_path / "x.pt") == truth(state)
    save_file(state, str(tmp_path / "x.safetensors"))
    assert sorted(seen(tmp_path / "x.safetensors")) == sorted(truth(state))


@pytest.mark.parametrize("form", FORMS)
def test_training_checkpoints_keep_their_dictionaries_apart(form: str, tmp_path: Path) -> None:
    net = filled(preset("resnet20_cifar"))
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.zeros(1, 3, 32, 32)).sum().backward()
    optimizer.step()
    whole = {"epoch": 3, "state_dict": net.state_dict(), "optimizer": optimizer.state_dict(), "best": 0.5, "args": None}
    FORMS[form](whole, path := tmp_path / "net.pth")
    assert seen(path, "state_dict") == truth(net.state_dict())
    assert {one.section.split(".")[0] for one in files.read(path).tensors} == {"state_dict", "optimizer"}


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_module_is_its_state_dict(form: str, tmp_path: Path) -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Sequential(nn.Linear(8, 2)))
    FORMS[form](net, path := tmp_path / "net.pt")
    assert sorted(seen(path)) == sorted(truth(net.state_dict()))


def test_views_and_shared_storages(tmp_path: Path) -> None:
    base = torch.arange(24.0).reshape(4, 6)
    state = {"base": base, "view": base[1:3, ::2], "turned": base.t()}
    for form in FORMS:
        FORMS[form](state, tmp_path / "x.pt")
        assert seen(tmp_path / "x.pt") == truth(state)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_of_arrays(protocol: int, tmp_path: Path) -> None:
    """Detectron's model zoo: {'model': {name: array}, '__author__': …}."""
    arrays = {"stem.conv1.weight": np.zeros((64, 3, 7, 7), "f4"), "stem.conv1.norm.weight": np.ones(64, "f4")}
    path = tmp_path / "R-50.pkl"
    path.write_bytes(pickle.dumps({"model": arrays, "__author__": "x"}, protocol))
    assert seen(path, "model") == [(name, one.shape, "float32") for name, one in arrays.items()]


def test_a_tensor_alone_has_a_name(tmp_path: Path) -> None:
    torch.save(torch.zeros(2), tmp_path / "x.pt")
    assert seen(tmp_path / "x.pt") == [("tensor", (2,), "float32")]
