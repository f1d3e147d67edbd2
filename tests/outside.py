"""Tools from outside that the tests compare with: imported if they can be, else the test is skipped and says why."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from types import ModuleType

import pytest
import torch
from torch import nn

from explorer.model import build
from explorer.spec import ResNetSpec

TORCHS = (nn.Conv2d, nn.Conv1d, nn.BatchNorm2d, nn.Linear, nn.ReLU, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)


def counter(name: str) -> ModuleType:
    """A counting tool. Some look for torchvision and use it where it is there; its binary part does not load beside
    every build of torch, so it is hidden while they are imported."""
    hidden = sys.modules.pop("torchvision", None)
    sys.modules["torchvision"] = None  # type: ignore[assignment]  (Python's own way to say: not there)
    try:
        return importlib.import_module(name)
    except Exception as error:  # noqa: BLE001  (whatever a foreign package raises, the reason stands in the report)
        pytest.skip(f"{name} cannot be imported: {type(error).__name__}: {error}")
    finally:
        del sys.modules["torchvision"]
        if hidden is not None:
            sys.modules["torchvision"] = hidden


def with_torchs_classes(spec: ResNetSpec) -> nn.Module:
    """Our net with torch's own layer classes: tools that look a layer up by its exact class know no subclass."""
    model = build(spec).eval()
    for module in model.modules():
        for kind in TORCHS:
            if isinstance(module, kind):
                module.__class__ = kind
    return model


def ptflops_count(spec: ResNetSpec, size: tuple[int, int], batch: int) -> tuple[int, int]:
    """(MACs, parameters) as ptflops says. For a process of its own: it puts its functions into torch while it counts, and
    whatever another thread computes then is counted too."""
    return counter("ptflops").get_model_complexity_info(
        with_torchs_classes(spec),
        (spec.in_channels, *size),
        as_strings=False,
        print_per_layer_stat=False,
        backend="pytorch",
        input_constructor=None if batch == 1 else lambda shape: {"x": torch.zeros(batch, *shape)},
    )


def with_idle_norms(net: nn.Module) -> nn.Module:
    """A net on the meta device whose BN does nothing when it runs: it makes no multiply-add and no other shape there, all its
    parameters are counted, and to run it is most of a pass without data."""
    for norm in (one for one in net.modules() if isinstance(one, nn.BatchNorm2d)):
        norm.forward = lambda maps: maps
    return net


@cache
def _declared() -> torch.library.Library:
    """torchvision registers shape rules for two operations at import, which its missing binary part would declare."""
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


def torchvision() -> ModuleType:
    """torchvision's own nets, for which its binary part isn't needed."""
    if "torchvision" not in sys.modules and not hasattr(torch.ops.torchvision, "nms"):
        _declared()
    return pytest.importorskip("torchvision")


def timm() -> ModuleType:
    torchvision()
    return pytest.importorskip("timm")
