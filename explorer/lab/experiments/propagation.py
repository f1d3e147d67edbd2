"""Experiment 1: the signal on its way in and the gradient on its way out, in untrained nets.

{plain, residual} × {with BN, without} at the depths of the paper, on two photographs. Forward: standard deviation of
each block's output. Backward: norm of each main-path convolution's weight gradient, for a random direction in the
logits (a softmax would saturate where activations explode). Sources: He et al. 2015 (§4.1), Yang et al. 2019 (arXiv
1902.08129: BN makes gradients of plain nets explode with depth at initialisation), Balduzzi et al. 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log10
from types import MappingProxyType

import torch
from torch import Tensor, nn

from explorer.jobs import Job
from explorer.lab.config import KINDS, Config
from explorer.lab.experiment import (
    Claim,
    Experiment,
    Preset,
    Quote,
    above,
    below,
    between,
    least,
    of_net,
    on_gpu,
    power,
)
from explorer.lab.experiments import taken
from explorer.lab.experiments.compute import checked_device, generator, one_thread
from explorer.lab.experiments.data import PHOTOGRAPHS, photographs
from explorer.lab.experiments.nets import blocks, built, head, imagenet_spec, stem
from explorer.lab.outcome import Outcome, Row, number, outcome, ratio, state
from explorer.net.resnet import ResNet

NORMS = ("batch", "none")


@dataclass(frozen=True)
class Propagation(Config):
    """imagenet_depths: 18 … 152. picture_side: pixels. init: he, or PyTorch's default for convolutions."""

    imagenet_depths: tuple[int, ...] = (18, 50, 152)
    picture_side: int = 112
    init: str = "he"


def run(config: Propagation, job: Job) -> Outcome:
    """Rows: net, kind, norm, depth, quantity (activation_std | gradient_norm), index, path, value, state."""
    with one_thread():
        device = checked_device(config.device)
        x = photographs(config.picture_side, device)
        cases = [(depth, kind, norm) for depth in config.imagenet_depths for norm in NORMS for kind in KINDS]
        rows: list[Row] = []
        whole, done = sum(depth for depth, _, _ in cases), 0
        for depth, kind, norm in cases:
            net = f"{kind}-{depth}{'' if norm == 'batch' else ' without BN'}"
            job.checkpoint(done / whole, f"building {net}")
            model = built(imagenet_spec(depth, kind, norm), config.seed, device, config.init)
            name = {"net": net, "kind": kind, "norm": norm, "depth": depth}
            rows += probe(model, x, config.seed, job, name)
            del model
            done += depth
            job.checkpoint(done / whole, net)
        summary = {"nets": [summarise(rows, net) for net in dict.fromkeys(row["net"] for row in rows)]}
        return outcome("signal", config, rows, summary, answer(summary, max(config.imagenet_depths)))


def takes(config: Propagation) -> int:
    """Bytes: one net at a time, all that its pass keeps, and of each block's input a copy."""
    specs = (imagenet_spec(depth, kind, norm) for depth in config.imagenet_depths for norm in NORMS for kind in KINDS)
    side, pictures = config.picture_side, len(PHOTOGRAPHS)
    return max(
        taken.nets([one]) + taken.step([one], side, pictures) + taken.between_blocks(one, side, pictures)
        for one in specs
    )


def probe(
    model: ResNet, x: Tensor, seed: int, job: Job, name: Mapping[str, object] = MappingProxyType({})
) -> list[Row]:
    """One pass in and one out, block by block, so that each block's memory is freed and a cancelled run stops soon.
    Published as it goes; name: what every row is labelled with."""
    stages: list[tuple[str, Tensor, Tensor]] = []  # path, input (a leaf), output
    signal: list[Row] = []
    parts: list[tuple[str, Callable[[Tensor], Tensor]]] = [
        ("stem", lambda value: stem(model, value)),
        *blocks(model),
        ("head", lambda value: head(model, value)),
    ]
    for path, part in parts:
        job.checkpoint()
        leaf = x.detach().requires_grad_(path != "stem")
        x = part(leaf.clone() if path != "stem" else leaf)  # a copy: blocks write in place, leaves must not change
        stages.append((path, leaf, x))
        if path != "head":
            signal.append(_row(name, "activation_std", path, len(signal), x.detach().std().item()))
            job.checkpoint(partial=signal[-1:])
    direction = torch.randn(x.shape, generator=generator(seed, stream=3)).to(x.device) / x.shape[0]
    return signal + _backward(model, stages, direction, job, name)


def _row(name: Mapping[str, object], quantity: str, path: str, index: int, value: float) -> Row:
    return {
        **name,
        "quantity": quantity,
        "path": path,
        "value": number(value),
        "index": index,
        "state": state(value),
    }


def _main_convolutions(module: nn.Module) -> list[tuple[str, Tensor]]:
    """(name in the module, weight) of each convolution of the main path, in order."""
    return [
        (name, weight) for name, weight in module.named_parameters() if weight.dim() == 4 and "downsample" not in name
    ]


def _backward(
    model: ResNet, stages: list[tuple[str, Tensor, Tensor]], gradient: Tensor, job: Job, name: Mapping[str, object]
) -> list[Row]:
    rows: list[Row] = []
    modules = dict(blocks(model)) | {"stem": model.conv1, "head": model.fc}
    index = sum(len(_main_convolutions(modules[path])) for path, _, _ in stages if path != "head")
    while stages:
        job.checkpoint()
        path, leaf, output = stages.pop()
        torch.autograd.backward(output, gradient)
        if leaf.grad is not None:  # the picture, where it ends, has none
            gradient = leaf.grad
        if path != "head":
            fresh = []
            for of, weight in reversed(_main_convolutions(modules[path])):
                index -= 1
                assert weight.grad is not None  # it lies on the main path
                where = path if of == "weight" else f"{path}.{of[:-7]}"
                fresh.append(_row(name, "gradient_norm", where, index, weight.grad.norm().item()))
            rows += fresh
            job.checkpoint(partial=fresh)
        for weight in modules[path].parameters():
            weight.grad = None
    return rows[::-1]


def summarise(rows: list[Row], net: str) -> Row:
    """How far apart the ends of a net are: last/first signal, first/last gradient, and how many values are exactly 0."""
    mine = [row for row in rows if row["net"] == net]
    signal = [row["value"] for row in mine if row["quantity"] == "activation_std"]
    gradient = [row["value"] for row in mine if row["quantity"] == "gradient_norm"]
    return {
        **{key: mine[0][key] for key in ("net", "kind", "norm", "depth")},
        "signal_last_over_first": ratio(signal[-1], signal[0]),
        "gradient_first_over_last": ratio(gradient[0], gradient[-1]),
        "zeros": sum(row["state"] == "zero" for row in mine),
        "not_finite": sum(row["state"] in ("nan", "overflow") for row in mine),
    }


def answer(summary: Row, depth: int) -> str:
    """Of the deepest nets: the one whose gradients at the two ends are furthest apart (plain-bn, …); a gradient that
    vanished to exactly 0 or overflowed is further apart than any ratio."""

    def spread(net: Row) -> float:
        value = net["gradient_first_over_last"]
        return abs(log10(value)) if value else float("inf")

    worst = max((net for net in summary["nets"] if net["depth"] == depth), key=spread)
    return f"{worst['kind']}-{'bn' if worst['norm'] == 'batch' else 'none'}"


def quotes(summary: Row) -> list[Quote]:
    """The figures of a run that the page prints large."""
    deepest = max(net["depth"] for net in summary["nets"])
    names = {"batch": "with BN", "none": "without BN"}
    return [
        Quote(
            "0 / 0"
            if net["zeros"] and net["gradient_first_over_last"] is None
            else power(net["gradient_first_over_last"]),
            f"{net['kind']}-{deepest} {names[net['norm']]}, gradient first/last",
            "norm of the first convolution’s weight gradient ÷ norm of the last one’s",
            net["gradient_first_over_last"],
        )
        for net in summary["nets"]
        if net["depth"] == deepest
    ]


DEEP = (18, 34, 50, 101, 152)


def furthest_signal(summary: Row) -> float | None:
    """Of the two nets with BN: the larger factor, up or down, between the last and the first block's signal."""
    ratios = [
        one["signal_last_over_first"] for one in summary["nets"] if one["depth"] == 152 and one["norm"] == "batch"
    ]
    return None if None in ratios or 0 in ratios else max(max(ratio, 1 / ratio) for ratio in ratios)


CLAIMS = {
    "bn_explodes": Claim(
        "signal",
        "he",
        "Untrained plain-152 with BN: the first layer’s gradient exceeds the last one’s a billion times.",
        "first/last",
        of_net("plain-152", "gradient_first_over_last"),
        above(1e9),
    ),
    "shortcut_tames": Claim(
        "signal",
        "he",
        "Untrained ResNet-152 with BN: the same ratio stays below a hundred thousand.",
        "first/last",
        of_net("residual-152", "gradient_first_over_last"),
        below(1e5),
    ),
    "bn_holds_signal": Claim(
        "signal",
        "he",
        "Untrained nets of 152 layers with BN, plain or residual: the last block’s signal is within three times the first one’s.",
        "last/first",
        furthest_signal,
        below(3),
    ),
    "he_is_healthy": Claim(
        "signal",
        "he",
        "Untrained plain-152 without BN, He initialisation: the ratio is between 1/1000 and 1000.",
        "first/last",
        of_net("plain-152 without BN", "gradient_first_over_last"),
        between(1e-3, 1e3),
    ),
    "residual_grows": Claim(
        "signal",
        "he",
        "Untrained ResNet-152 without BN: the signal grows more than a million times.",
        "last/first",
        of_net("residual-152 without BN", "signal_last_over_first"),
        above(1e6),
    ),
    "default_vanishes": Claim(
        "signal",
        "default",
        "Untrained plain-152 without BN, PyTorch’s default initialisation: the signal is exactly 0 at the end.",
        "last/first",
        of_net("plain-152 without BN", "signal_last_over_first"),
        lambda value: value == 0,
    ),
}

EXPERIMENT = Experiment(
    run,
    takes,
    {
        "he": Preset("He initialisation, 18, 50 and 152 layers", Propagation(), recorded=True),
        "default": Preset("PyTorch’s default initialisation", Propagation(init="default"), recorded=True),
        "all": Preset("all five depths at 224 px", Propagation(imagenet_depths=DEEP, picture_side=224), True),
        "gpu": on_gpu(Propagation(), imagenet_depths=DEEP, picture_side=224),
    },
    quotes,
    least("depth"),
    CLAIMS,
)
