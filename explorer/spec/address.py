"""A net as the parameters of a link: the shortest name that is known, and what differs from it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from explorer.spec import ResNetSpec, catalogue, changed_fields, naming, preset, write_field
from explorer.spec.chosen import of_params
from explorer.spec.controls import AXES

_KEYS = {one.field: one.slug for one in AXES} | {"block": "block", "shortcut": "shortcut"}


def params_of(spec: ResNetSpec) -> dict[str, str]:
    """The parameters whose net this is: `chosen.of_params` reads them back.

    Raises `ValueError` for a net that no link can say.
    """
    for params, base in _bases(spec):
        changed = changed_fields(spec, base)
        if set(changed) <= set(_KEYS):
            found = params | {_KEYS[field]: write_field(value) for field, (_, value) in changed.items()}
            if all(found.values()) and _is(found, spec):
                return found
    raise ValueError("there is no link to this net: its choices have no short form")


@lru_cache(maxsize=256)
def _bases(spec: ResNetSpec) -> list[tuple[dict[str, str], ResNetSpec]]:
    """(parameters, their net) of what a net may be told from, the nearest first."""
    named = [
        ({"net": name}, row.spec)
        for name, row in catalogue.rows().items()
        if replace(spec, num_classes=row.spec.num_classes, in_channels=row.spec.in_channels) == row.spec
    ][:1]
    name, base = naming.nearest(spec)
    custom = {"depth": "other", "model": "custom", "stages": write_field(spec.stages)}
    if spec.family == "cifar":
        own = replace(preset("resnet20_cifar"), stages=spec.stages, width=64)
        return [*named, ({"net": name}, base), (custom | {"family": "cifar"}, own)]
    return [*named, ({"net": name}, base), (custom, replace(preset("resnet50"), stages=spec.stages))]


def _is(params: dict[str, str], spec: ResNetSpec) -> bool:
    try:
        return of_params(params).spec == spec
    except ValueError:
        return False
