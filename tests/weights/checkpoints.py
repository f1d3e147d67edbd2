"""Checkpoints as other projects would write them: our net's state dict under their names."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from explorer.net.resnet import build
from explorer.spec import ResNetSpec
from explorer.weights.layouts import LAYOUTS, split
from explorer.weights.slices import FIRST


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


class Browser:
    """What a browser does with a chosen file: it sends its ends, then what it is asked for."""

    def __init__(self, content: bytes) -> None:
        self.content, self.rounds = content, 0
        ends = (0, FIRST), (max(0, len(content) - FIRST), FIRST)
        self.asked: Sequence[tuple[int, int]] = ends
        self.parts: list[tuple[int, bytes]] = []

    def send(self) -> list[tuple[int, bytes]]:
        self.rounds += 1
        self.parts += [(offset, self.content[offset : offset + length]) for offset, length in self.asked]
        return self.parts

    def given(self, name: str) -> dict[str, object]:
        parts = [[offset, base64.b64encode(text).decode()] for offset, text in self.send()]
        return {"id": "1", "name": name, "size": len(self.content), "parts": parts}


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
