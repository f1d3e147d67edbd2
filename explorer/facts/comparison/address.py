"""Which two models: the usual pairs, and a spec as a short text for the URL."""

from __future__ import annotations

import re
from dataclasses import fields

from explorer.spec import (
    LIMITS,
    LISTS,
    Changes,
    ResNetSpec,
    Value,
    changed,
    named,
    naming,
    parse_stages,
    preset,
    read_field,
)

QUICK: dict[
    str, tuple[tuple[str, Changes], tuple[str, Changes]]
] = {  # label -> (preset, changes) of baseline and other
    "18 or 34 layers": (("resnet18", {}), ("resnet34", {})),
    "34 or 50 layers": (("resnet34", {}), ("resnet50", {})),
    "v1 or v1.5: stride on 1×1 or 3×3": (("resnet50", {"stride_on": "1x1"}), ("resnet50", {})),
    "plain or residual": (("resnet34", {"shortcut": "none"}), ("resnet34", {})),
    "zeros or projections": (("resnet34", {"shortcut": "A"}), ("resnet34", {})),
    "zeros or all projections": (("resnet34", {"shortcut": "A"}), ("resnet34", {"shortcut": "C"})),
    "few or all projections": (("resnet34", {}), ("resnet34", {"shortcut": "C"})),
    "ReLU after or before": (("resnet50", {}), ("resnet50", {"activation": "pre"})),
}


def quick(label: str) -> tuple[ResNetSpec, ResNetSpec]:
    """The two specs of a quick pair."""
    if label not in QUICK:
        raise ValueError(f"pair={label[:60]!r}: choose one of {', '.join(QUICK)}")
    (base, base_changes), (other, changes) = QUICK[label]
    return changed(preset(base), base_changes), changed(preset(other), changes)


def same_task(base: ResNetSpec, other: ResNetSpec) -> ResNetSpec:
    """The baseline with the other's classes and input channels, so that what differs is the net."""
    return changed(base, {"num_classes": other.num_classes, "in_channels": other.in_channels})


def address(spec: ResNetSpec) -> str:
    """A spec as a short text for the URL: the nearest preset and what differs: 'resnet34~shortcut=none'."""
    name, changes = naming.shortest(spec)
    return "~".join([name, *(f"{field}={listed(value)}" for field, value in changes.items())])


def parse(text: str) -> ResNetSpec:
    """The spec of an address. Raises `ValueError` naming the field, the value and what is allowed."""
    name, *pairs = text.strip().split("~")
    spec = named(name)
    changes: dict[str, Value] = {}
    known = [field.name for field in fields(spec)]
    for pair in pairs:
        field, _, value = pair.partition("=")
        if field not in known:
            raise ValueError(f"vs={text[:60]!r}: {field[:20]!r} is none of {', '.join(known)}")
        if field == "stages":
            changes[field] = parse_stages(value)
        else:
            changes[field] = read_field(field, value) if field in LISTS or _number(field, value) else value
    return changed(spec, changes)


def _number(field: str, value: str) -> bool:
    return field in LIMITS and re.fullmatch(r"\d{1,9}", value) is not None


def listed(value: Value) -> str:
    """(3, 4) → '[3,4]'."""
    return f"[{','.join(map(str, value))}]" if isinstance(value, tuple) else str(value)
