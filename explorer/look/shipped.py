"""The trained nets that ship with the project: what they are, their weights, and the record of their training."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

import torch
from safetensors.torch import load
from torch import nn

from explorer.net.resnet import build
from explorer.places import ASSETS
from explorer.spec import ResNetSpec, cifar_stages, preset

FOLDER = ASSETS / "weights"
_USUAL = replace(preset("resnet20_cifar"), in_channels=1)
NETS: dict[str, ResNetSpec] = {
    f"digits-{kind}-{depth}": replace(_USUAL, stages=cifar_stages(depth), shortcut=shortcut)
    for depth in (20, 56)
    for kind, shortcut in (("residual", "A"), ("plain", "none"))
}


class Record(TypedDict):
    """What is asked of a net's record in digits.json, which holds the recipe and the protocol besides."""

    sha256: str
    test_error_percent: float


def record_file() -> Path:
    """Recipe, accuracy, protocol and hash of each net."""
    return FOLDER / "digits.json"


def responses_file() -> Path:
    """How large each layer's responses are, net by net: recorded with the weights that ship, and with 110 layers."""
    return FOLDER / "responses.json"


@lru_cache(maxsize=1)
def recorded_responses() -> dict[str, list[float]]:
    """Net → standard deviation of each layer's responses, in order of depth. Treat as read-only."""
    held = json.loads(responses_file().read_text(encoding="utf-8"))
    return {name: one["std"] for name, one in held["nets"].items()}


@lru_cache(maxsize=1)
def records() -> dict[str, Record]:
    """Net → its record. Treat as read-only."""
    found: dict[str, Record] = json.loads(record_file().read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=len(NETS))
def shipped(name: str) -> nn.Module:
    """The trained net in eval mode, fp32. It is shared: never train or change it.

    Raises `ValueError` for an unknown name, or when the file is not the one that was trained (its hash differs).
    """
    if name not in NETS:
        raise ValueError(f"weights={name[:60]!r}: choose one of {', '.join(NETS)}")
    held = (FOLDER / f"{name}.safetensors").read_bytes()
    if hashlib.sha256(held).hexdigest() != records()[name]["sha256"]:
        raise ValueError(f"weights={name!r}: the file in assets/weights is not the one that was trained (SHA-256)")
    model = build(NETS[name])
    weights = load(held)
    model.load_state_dict(
        {key: value.float() if value.is_floating_point() else value for key, value in weights.items()}
    )
    return model.eval().requires_grad_(False)


def answer(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Class probabilities (N, 10) of standardised pictures (N, 1, 28, 28)."""
    with torch.no_grad():
        probabilities: torch.Tensor = model(x).softmax(1)
    return probabilities
