"""What the sidebar's controls, or a URL's parameters, stand for: a validated model and its input.

Every control has its key in the URL (`?depth=101&shortcut=A`); values at their default are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from explorer import spec as axes
from explorer.spec import (
    ResNetSpec,
    Resolved,
    Value,
    changed_fields,
    check_int,
    cifar_stages,
    naming,
    parse_input,
    parse_stages,
    preset,
    presets,
    resolve,
)
from explorer.spec.checks import shortened
from explorer.spec.controls import BY_KEY, USUAL, varied
from explorer.spec.fields import write_field
from explorer.spec.parse import check_size
from explorer.spec.sense import fixed
from explorer.spec.task import FORMATS, INFERENCE, OPTIMIZERS, PURPOSES

Raw: TypeAlias = Mapping[str, str | int]  # a control's key → its value, as it was drawn, linked or typed
Given = TypeVar("Given")
Read = TypeVar("Read")
DEPTHS = ("18", "34", "50", "101", "152", "other")
OTHERS = (*(name for name in presets() if not name.endswith("_cifar") and name[6:] not in DEPTHS), "cifar", "custom")
PAPER = "paper"  # block's and shortcut's "as published for this net"
CHOICES = {
    "depth": DEPTHS,
    "model": OTHERS,
    "block": (PAPER, *axes.BLOCKS),
    "shortcut": (PAPER, *axes.CHOICES["shortcut"]),
    **{key: one.options for key, one in BY_KEY.items() if one.values},
    "dtype": tuple(FORMATS),
    "optimizer": tuple(PURPOSES),
}
DEFAULTS: dict[str, str | int] = {  # every control and its default; never change what one means: links leave it out
    "net": "",
    "depth": "50",
    "model": OTHERS[0],
    "layers": 20,
    "stages": "2,3,4,2",
    "block": PAPER,
    "shortcut": PAPER,
    "input": "",
    "batch": 1,
    "dtype": "fp32",
    "optimizer": INFERENCE,
    **{key: USUAL if one.values else "" for key, one in BY_KEY.items()},
}
OF_TASK = ("input", "batch", "dtype", "optimizer")  # the keys that say nothing of the net
DEPTH_OF = {f"resnet{depth}": depth for depth in DEPTHS[:-1]}
FIELDS = {"block": "block", "shortcut": "shortcut", **{key: one.field for key, one in BY_KEY.items()}}
NAMING = ("net", "depth", "model", "layers", "stages")  # the keys that say which net it is, before any variant
MOST_NAME = 100  # characters of a net's name


@dataclass(frozen=True)
class Chosen:
    """What the controls say: the model, its input, what it is to do, and the name of the layout that it was chosen by.

    notes: what was taken where a typed name leaves something open. dtype: of `task.FORMATS`; optimizer: of
    `task.PURPOSES`, "none" for inference.
    """

    spec: ResNetSpec
    height: int
    width: int
    batch: int
    layout_of: str
    notes: tuple[str, ...] = ()
    dtype: str = "fp32"
    optimizer: str = INFERENCE

    @property
    def training(self) -> str | None:
        """The optimiser by which the net learns, as `facts.memory` calls it; None for inference."""
        return OPTIMIZERS.get(self.optimizer)

    @property
    def task(self) -> str:
        """'fp32 · inference', in words."""
        return f"{FORMATS[self.dtype]} · {PURPOSES[self.optimizer]}"


DEFAULT = Chosen(preset("resnet50"), 224, 224, 1, "resnet50")


def of_params(params: Mapping[str, str]) -> Chosen:
    """The model that a URL's parameters ask for; other parameters are left alone.

    Raises `ValueError` naming field, value and choices: the first fault; `query.read` names all of them.
    """
    for key, value in params.items():
        if key in DEFAULTS:
            check(key, value)
    if said := strays(params):
        raise ValueError(said[0])
    return of_controls({key: value for key, value in params.items() if key in DEFAULTS})


def check(key: str, text: str) -> None:
    """Raises `ValueError` when a control cannot have this value, whatever the others say."""
    if key in CHOICES:
        usual = BY_KEY[key].values if key in BY_KEY else ()
        if text not in CHOICES[key] and text not in usual:
            raise ValueError(f"{key}={shortened(text)}: choose one of {', '.join(CHOICES[key])}")
    elif text != "" or key in ("layers", "batch"):
        TYPED[key](text)


def faults(picked: Raw) -> list[str]:
    """What is wrong with each control on its own, all of them and not the first only."""
    found = []
    for key, value in picked.items():
        try:
            if value != DEFAULTS[key]:
                check(key, str(value))
        except ValueError as error:
            found.append(str(error))
    return found


def strays(given: Mapping[str, str]) -> list[str]:
    """Keys that name a net beside another one, or a part of a net that is not asked for: what to say of each."""
    if given.get("net"):
        return [
            f"{key}={shortened(given[key])} beside net={shortened(given['net'])}: name one net"
            for key in NAMING[1:]
            if key in given
        ]
    needs = {"model": ("depth", "other"), "layers": ("model", "cifar"), "stages": ("model", "custom")}
    return [
        f"{key}={shortened(given[key])} has no effect without {other}={value}"
        for key, (other, value) in needs.items()
        if key in given and given.get(other, DEFAULTS[other]) != value
    ]


def of_controls(picked: Raw) -> Chosen:
    """Raw control values → a validated model; what is left out is at its default.

    Raises `ValueError` naming field, value and choices.
    """
    picked = DEFAULTS | dict(picked)
    found = _layout(picked)
    spec, changes = found.spec, variants(picked)
    block = changes.get("block", spec.block)
    spec = varied(spec, (fixed(block) if block != spec.block else {}) | changes)
    own = found.input if spec.family == found.spec.family else None
    batch = _whole("batch", picked["batch"], 1, axes.MAX_BATCH)
    height, width = own or (spec.default_input,) * 2
    if picked["input"]:
        height, width = parse_input(str(picked["input"]), spec.in_channels, batch)
    dtype, optimizer = (_listed(key, str(picked[key])) for key in ("dtype", "optimizer"))
    return Chosen(spec, height, width, batch, found.name, found.notes, dtype, optimizer)


def controls_of(spec: ResNetSpec, name: str = "") -> dict[str, str | int]:
    """What the controls of a net say for this one: of all of `DEFAULTS` but input, batch and task. name: by which it is to
    be found, if it has one.

    Raises `ValueError` where no choice of theirs gives it.
    """
    nearest, _ = naming.shortest(spec)
    stages = write_field(spec.stages)
    starts: list[dict[str, str | int]] = [
        {"depth": DEPTH_OF[one]} if one in DEPTH_OF else {"net": one} for one in (name, nearest) if one
    ]
    starts += [
        {"depth": "other", "model": "custom", "stages": stages},
        {"depth": "other", "model": "custom", "stages": stages, "family": spec.family},
    ]
    for start in starts:
        differ = changed_fields(spec, of_controls(start).spec)
        picked: dict[str, str | int] = {
            key: write_field(differ[field][1]) for key, field in FIELDS.items() if field in differ
        }
        try:
            if of_controls(start | picked).spec == spec:
                return {key: (start | picked).get(key, usual) for key, usual in DEFAULTS.items() if key not in OF_TASK}
        except ValueError:
            continue
    raise ValueError(f"net={shortened(str(spec))}: the controls have no choice that gives it")


def variants(picked: Raw) -> dict[str, Value]:
    """The fields that the controls change: field → value."""
    given = ((key, str(picked.get(key, PAPER))) for key in ("block", "shortcut"))
    changes: dict[str, Value] = {key: text for key, text in given if text != PAPER}
    for key, one in BY_KEY.items():
        text = str(picked.get(key, DEFAULTS[key]))
        if text not in ("", USUAL):
            changes[one.field] = one.read(text)
    return changes


def _listed(key: str, text: str) -> str:
    """A value of a list of choices."""
    check(key, text)
    return text


def _layout(picked: Raw) -> Resolved:
    """The net that name, depth and model stand for, before the variants."""
    if picked["net"]:
        return _named(str(picked["net"]))
    if picked["depth"] != "other":
        return Resolved(preset(name := f"resnet{picked['depth']}"), name)
    if picked["model"] == "cifar":
        spec = replace(preset("resnet20_cifar"), stages=_layers(picked["layers"]))
        return Resolved(spec, f"resnet{picked['layers']}_cifar")
    if picked["model"] != "custom":
        return Resolved(preset(str(picked["model"])), str(picked["model"]))
    if picked["family"] == "cifar":  # as wide as a custom net was from the first link on
        spec = replace(preset("resnet20_cifar"), stages=parse_stages(str(picked["stages"])), width=64)
        return Resolved(spec, "custom")
    return Resolved(replace(preset("resnet50"), stages=parse_stages(str(picked["stages"]))), "custom")


def _named(text: str) -> Resolved:
    if len(text) > MOST_NAME:
        raise ValueError(f"net={shortened(text)}: a name has at most {MOST_NAME} characters")
    return _under("net", text, resolve)


def _layers(value: object) -> tuple[int, ...]:
    return _under("layers", value, lambda given: cifar_stages(_whole("layers", given, 0, 10**6)))


def _under(key: str, value: Given, reader: Callable[[Given], Read]) -> Read:
    """What a reader makes of a value; its complaint under the name that the control has."""
    try:
        return reader(value)
    except ValueError as error:
        raise ValueError(f"{key}={shortened(value)}: {str(error).partition(': ')[2] or error}") from None


def _whole(name: str, value: object, low: int, high: int) -> int:
    """A typed whole number in [low, high]."""
    text = str(value).strip()
    digits = text.removeprefix("-")
    number = int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 13 else value
    return check_int(name, number, low, high)


TYPED: dict[str, Callable[[str], object]] = {  # free text → what reads it
    "net": _named,
    "layers": _layers,
    "stages": parse_stages,
    "input": check_size,
    "batch": lambda text: _whole("batch", text, 1, axes.MAX_BATCH),
    **{key: one.read for key, one in BY_KEY.items() if not one.values},
}
