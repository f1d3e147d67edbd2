"""What the sidebar's controls, or a URL's parameters, stand for: a validated model and its input.

Every control has its key in the URL (`?depth=101&shortcut=A`); values at their default are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from explorer import spec as axes
from explorer.spec import ResNetSpec, check_int, cifar_stages, parse_input, parse_stages, preset, presets

DEPTHS = ("18", "34", "50", "101", "152", "other")
OTHERS = (*(name for name in presets() if not name.endswith("_cifar") and name[6:] not in DEPTHS), "cifar", "custom")
PAPER = "paper"  # a control's "as published for this net"
CHOICES = {
    "depth": DEPTHS,
    "model": OTHERS,
    "block": (PAPER, *axes.BLOCKS),
    "shortcut": (PAPER, *axes.CHOICES["shortcut"]),
    **{key: axes.CHOICES[key] for key in ("stride_on", "activation", "norm", "family")},
}
USUAL: dict[str, str | int] = {  # every control of the sidebar and its default; never change one: links leave it out
    "depth": "50",
    "model": OTHERS[0],
    "layers": 20,
    "stages": "2,3,4,2",
    "block": PAPER,
    "shortcut": PAPER,
    "stride_on": "3x3",
    "activation": "post",
    "norm": "batch",
    "input": "",
    "batch": 1,
    "classes": "",
    "family": "imagenet",
    "width": 64,
    "groups": 1,
    "width_per_group": 64,
    "in_channels": 3,
}


@dataclass(frozen=True)
class Chosen:
    """What the sidebar says: the model, its input, and the name of the layout that it was chosen by."""

    spec: ResNetSpec
    height: int
    width: int
    batch: int
    layout_of: str


DEFAULT = Chosen(preset("resnet50"), 224, 224, 1, "resnet50")


def of_params(params: Mapping[str, str]) -> Chosen:
    """The model that a URL's parameters ask for; other parameters are left alone.

    Raises `ValueError` naming field, value and choices.
    """
    picked = dict(USUAL)
    for key, value in params.items():
        if key in CHOICES and value not in CHOICES[key]:
            raise ValueError(f"{key}={value!r}: choose one of {', '.join(CHOICES[key])}")
        if key in USUAL:
            picked[key] = _number(key, value) if isinstance(USUAL[key], int) else value
    return of_controls(picked)


def of_controls(picked: Mapping[str, object]) -> Chosen:
    """Raw control values → a validated model. Raises `ValueError` naming field, value and choices."""
    spec, name = _layout(picked)
    changes: dict[str, object] = {key: picked[key] for key in ("stride_on", "activation", "norm")}
    changes |= {key: picked[key] for key in ("block", "shortcut") if picked[key] != PAPER}
    if picked["classes"]:
        changes["num_classes"] = whole("classes", picked["classes"])
    if changes.get("block") == "basic" and spec.block != "basic":
        changes |= {"groups": 1, "width_per_group": 64} if picked.get("model") != "custom" else {}
    spec = replace(spec, **changes)
    height, width = parse_input(picked["input"] or str(spec.default_input))
    batch = check_int("batch", picked["batch"], 1, axes.MAX_BATCH)
    return Chosen(spec, height, width, batch, name)


def _layout(picked: Mapping[str, object]) -> tuple[ResNetSpec, str]:
    """The net that depth and model name stand for, before the variants; and its name."""
    if picked["depth"] != "other":
        return preset(name := f"resnet{picked['depth']}"), name
    if picked["model"] == "cifar":
        stages = cifar_stages(picked["layers"])
        return replace(preset("resnet20_cifar"), stages=stages), f"resnet{picked['layers']}_cifar"
    if picked["model"] != "custom":
        return preset(picked["model"]), picked["model"]
    family = picked["family"]
    numbers = {key: picked[key] for key in ("width", "groups", "width_per_group", "in_channels")}
    usual = preset("resnet20_cifar" if family == "cifar" else "resnet50")
    return replace(usual, stages=parse_stages(picked["stages"]), **numbers), "custom"


def whole(name: str, text: str) -> int:
    """A typed whole number; `ValueError` naming the field and the value."""
    low, high = axes.LIMITS["num_classes"]
    if not str(text).strip().isdecimal():
        raise ValueError(f"{name}={text!r}: choose a whole number from {low:,} to {high:,}")
    return check_int(name, int(text), low, high)


def _number(key: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{key}={text!r}: choose a whole number") from None
