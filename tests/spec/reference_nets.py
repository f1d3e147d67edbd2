"""Writes tests/golden/reference_nets.json anew: parameters and MACs of the nets that torchvision and timm build.

    python -m tests.spec.reference_nets

Needs both libraries. MACs are counted twice, by hooks on every convolution and linear layer and by torch's own flop
counter, and have to agree. Everything runs on the `meta` device: no weights are made or loaded.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

PLACE = Path(__file__).parent.parent / "golden" / "reference_nets.json"
SIDE = 224
TIMM_MODULES = ("resnet", "resnetv2", "senet")
LEFT_OUT = re.compile(r"_pruned$|^test_|_evos$|_frn$|_bit$|blur")  # pruned, test nets, other normalisations, filters


def counted(net: nn.Module, shape: tuple[int, ...]) -> dict[str, object]:
    """Parameters, MACs of convolutions and linear layers, and the shape (N, C, H, W) at which they were counted."""
    macs = []

    def hook(layer: nn.Module, _: object, out: torch.Tensor) -> None:
        reads = layer.weight[0].numel()  # weights that each output element reads
        macs.append(reads * out.numel())

    for layer in net.modules():
        if isinstance(layer, (nn.Conv1d, nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(hook)
    with FlopCounterMode(display=False) as flops, torch.no_grad():
        net.eval()(torch.empty(shape, device="meta"))
    if flops.get_total_flops() != 2 * sum(macs):
        raise ValueError(f"hooks count {sum(macs):,} MACs, torch {flops.get_total_flops():,} FLOPs")
    return {"params": sum(p.numel() for p in net.parameters()), "macs": sum(macs), "input": list(shape)}


def torchvision_nets() -> dict[str, dict[str, object]]:
    """torchvision's eleven, with the accuracies that it writes beside each of its weights: top-1 and top-5 in %."""
    from torchvision.models import get_model_weights, list_models, resnet

    found = {}
    for name in sorted(name for name in list_models() if name in vars(resnet)):
        with torch.device("meta"):
            facts = counted(getattr(resnet, name)(), (1, 3, SIDE, SIDE))
        weights = {one.name: list(one.meta["_metrics"]["ImageNet-1K"].values()) for one in get_model_weights(name)}
        found[name] = facts | {"accuracy": weights}
    return found


def timm_nets() -> dict[str, dict[str, object]]:
    """All of timm's that its modules `resnet` and `resnetv2` build without a recipe of pruning."""
    import timm

    names = [name for module in TIMM_MODULES for name in timm.list_models(module=module) if not LEFT_OUT.search(name)]
    with torch.device("meta"):
        return {name: counted(timm.create_model(name), (1, 3, SIDE, SIDE)) for name in sorted(names)}


def made() -> dict[str, object]:
    """What the file holds: each library's version, and its nets."""
    import timm
    import torchvision

    return {
        "torchvision": {"version": torchvision.__version__.split("+")[0], "nets": torchvision_nets()},
        "timm": {"version": timm.__version__, "nets": timm_nets()},
    }


if __name__ == "__main__":
    found = made()
    lines = [
        f' "{library}": {{"version": "{known["version"]}", "nets": {{\n'
        + ",\n".join(f'  "{name}": {json.dumps(facts)}' for name, facts in known["nets"].items())
        + "\n }}"
        for library, known in found.items()
    ]
    PLACE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
