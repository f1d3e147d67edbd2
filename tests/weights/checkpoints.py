"""Checkpoints as other projects would write them: our net's state dict under their names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from explorer.net.resnet import build
from explorer.spec import ResNetSpec
from explorer.weights.layouts import LAYOUTS, split


def filled(spec: ResNetSpec, seed: int = 0) -> nn.Module:
    """A net in which no two numbers of a norm are the same, in eval mode."""
    torch.manual_seed(seed)
    return restless(build(spec, seed=seed))


def restless(net: nn.Module) -> nn.Module:
    """Norms with other values than 0 and 1, so that one tensor in another's place is seen in the outputs."""
    for name, value in net.state_dict().items():
        if value.is_floating_point() and value.dim() == 1:
            low, high = (0.5, 1.5) if name.endswith(("weight", "running_var")) else (-0.2, 0.2)
            value.uniform_(low, high)
    return net.eval()


def named_as(layout: str, state: dict[str, Tensor], prefix: str = "") -> dict[str, Tensor]:
    """The state dict under a layout's names."""
    found = {}
    for name, value in state.items():
        path, part = split(name)
        theirs = LAYOUTS[layout].to_theirs(path)
        assert theirs is not None, path
        found[f"{prefix}{theirs}.{part}"] = value.contiguous()
    return found


def saved(state: dict[str, Tensor], path: Path) -> Path:
    """A safetensors file."""
    save_file(dict(state), str(path))
    return path


FORMS: dict[str, Callable[[dict[str, Tensor], Path], None]] = {  # how torch.save has written files over the years
    "zip": lambda state, path: torch.save(state, path),
    "legacy": lambda state, path: torch.save(state, path, _use_new_zipfile_serialization=False),
    "protocol 5": lambda state, path: torch.save(state, path, pickle_protocol=5),
    "protocol 3": lambda state, path: torch.save(state, path, pickle_protocol=3),
}
