"""What a spec is called: the published name where it is a published net, a truthful one where it is not.

Every name here can be read back: `named(slug(spec))` is the net again, but for its classes and input channels.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from explorer.spec import BLOCKS, ResNetSpec, Value, catalogue, changed_fields, named, preset, presets, write_field
from explorer.spec.fields import NUMBERS, VARIANTS
from explorer.spec.row import Choice

_LAYOUT = ("family", "stages", "block", "groups", "width_per_group")  # what makes a net one of the presets
_SKELETON = ("family", "stages", "block")  # what a name's base has to share; all else is told as a variant
_HEAD = Choice(suffix="nofc", words="no classifier")


def base_name(spec: ResNetSpec) -> str:
    """The preset of the same layout, whatever its variant switches; else `resnet<depth>[_cifar]`, with the stages
    where that name belongs to another layout."""
    for name, known in presets().items():
        if all(getattr(spec, field) == getattr(known, field) for field in _LAYOUT):
            return name
    return _unlisted(spec)


@lru_cache(maxsize=4096)
def nearest(spec: ResNetSpec) -> tuple[str, ResNetSpec]:
    """(name, spec) of the net by whose name and the fewest changes a spec is told."""
    bases = _bases(spec)
    return min(bases, key=lambda base: len(changed_fields(spec, base[1])))


def shortest(spec: ResNetSpec) -> tuple[str, dict[str, Value]]:
    """The nearest net's name and the fields that have to be changed, as a command or a link writes them: a list that is
    as usual is spelled out, since an empty one says nothing there."""
    name, base = nearest(spec)
    later = (2,) * (len(spec.stages) - 1)
    usual = {
        "stem_widths": spec.stem_channels,
        "widths": tuple(map(spec.planes, range(len(spec.stages)))),
        "strides": (1, *later) if spec.stride_place == "first" else (*later, 1),
    }
    return name, {
        field: value if value != () else usual[field] for field, (_, value) in changed_fields(spec, base).items()
    }


@lru_cache(maxsize=4096)
def _base(spec: ResNetSpec) -> tuple[str, ResNetSpec]:
    """(name, spec) of the net that a spec is a variant of: the fewest words to add."""
    return min(_bases(spec), key=lambda base: len(_switches(spec, base[1])))


def _bases(spec: ResNetSpec) -> list[tuple[str, ResNetSpec]]:
    """The catalogue's nets of these stages and blocks, and the layout by its depth."""
    rows = [
        (row.name, row.spec)
        for row in catalogue.rows().values()
        if row.title and all(getattr(row.spec, field) == getattr(spec, field) for field in _SKELETON)
    ]
    return [*rows, (name := _unlisted(spec), named(name))]


def _unlisted(spec: ResNetSpec) -> str:
    """A layout's name by its depth; with its stages where that would not be read as this layout."""
    ending = "_cifar" if spec.family == "cifar" else ""
    name = f"resnet{spec.nominal_depth}"
    known = _layout_of(f"{name}{ending}")
    if known is not None and all(getattr(known, field) == getattr(spec, field) for field in _SKELETON):
        return f"{name}{ending}"
    return f"{name}_{'_'.join(map(str, spec.stages))}{ending}"


def _layout_of(name: str) -> ResNetSpec | None:
    try:
        return named(name)
    except ValueError:
        return None


def variants(spec: ResNetSpec) -> list[tuple[str, str]]:
    """The switches that are off the net's of that name: (slug suffix, words) each."""
    return _switches(spec, _base(spec)[1])


def _switches(spec: ResNetSpec, base: ResNetSpec) -> list[tuple[str, str]]:
    changed = {field: value for field, (_, value) in changed_fields(spec, base).items()}
    changed = {field: value for field, value in changed.items() if field not in BLOCKS[spec.block].idle}
    known = [VARIANTS[field][str(changed[field])] for field in VARIANTS if field in changed]
    found = [(one.suffix, one.words) for one in known if one.suffix]
    found += [_number(field, changed[field]) for field in NUMBERS if field in changed]
    if (spec.num_classes == 0) != (base.num_classes == 0):
        found.append((_HEAD.suffix, _HEAD.words) if spec.num_classes == 0 else ("fc", "classifier"))
    return found


def _number(field: str, value: Value) -> tuple[str, str]:
    known, written = NUMBERS[field], write_field(value) or "usual"
    short = (
        field if field == "width" and isinstance(value, int) and value < 8 else known.suffix
    )  # w2 is how others write twice as wide
    return f"{short}{written.replace(',', '.')}", f"{known.words} {written}"


def slug(spec: ResNetSpec) -> str:
    """A name for files and JSON: `resnet50`, `resnet50-plain-pre`, `resnet26`."""
    return "-".join([_base(spec)[0], *(short for short, _ in variants(spec))])


def title(spec: ResNetSpec) -> str:
    """A name for people: `ResNet-50`, `Plain-34`, `ResNet-18 · option C`."""
    base = _base(spec)[0]
    words = [text for _, text in variants(spec)]
    row = catalogue.rows().get(base)
    name = row.title if row and row.title else _plain_title(spec)
    if "plain" in words:
        words.remove("plain")
        name = name.replace("ResNet", "Plain", 1) if name.startswith("ResNet-") else f"{name} · plain"
    return " · ".join([name, *words])


def _plain_title(spec: ResNetSpec) -> str:
    """ResNet-68; with the stages where another net has that depth's name."""
    cifar = spec.family == "cifar"
    taken = _layout_of(f"resnet{spec.nominal_depth}{'_cifar' if cifar else ''}")
    other = taken is not None and any(getattr(taken, field) != getattr(spec, field) for field in _SKELETON)
    stages = f" [{','.join(map(str, spec.stages))}]" if other else ""
    return f"ResNet-{spec.nominal_depth}{stages}{' (CIFAR)' if cifar else ''}"


def layout(spec: ResNetSpec) -> str:
    """`bottleneck [3,4,6,3]`."""
    return f"{spec.block} [{','.join(map(str, spec.stages))}]"


def listed(spec: ResNetSpec) -> bool:
    """Whether a net of these stages and blocks stands in the catalogue."""
    return any(
        all(getattr(row.spec, field) == getattr(spec, field) for field in _SKELETON)
        for row in catalogue.rows().values()
    )


def remark(spec: ResNetSpec) -> str | None:
    """What a free choice of depth and block amounts to, in one sentence; None for a layout of the catalogue."""
    if listed(spec):
        return None
    return f"Not among the nets of this app’s catalogue: {layout(spec)} gives {spec.depth:,} layers."


def same_layout_as(chosen: str, spec: ResNetSpec) -> str | None:
    """When the layout chosen under one name is another net: 'ResNet-34's layout with bottlenecks is ResNet-50.'"""
    if base_name(spec) == chosen or chosen not in presets() or preset(chosen).block == spec.block:
        return None
    kind = BLOCKS[spec.block].many
    source = title(preset(chosen))
    if listed(spec):
        return f"{source}’s layout with {kind} is {title(replace(spec, shortcut=_base(spec)[1].shortcut))}."
    return f"{source}’s layout with {kind} has {spec.depth:,} layers."


def special(spec: ResNetSpec) -> list[str]:
    """What sets a net apart from the paper's, in one short sentence each: 'D: the pool takes the stride, …'."""
    plain = ResNetSpec(stages=spec.stages, block=spec.block)
    found = [
        VARIANTS[field][str(value)].special
        for field, (_, value) in changed_fields(spec, plain).items()
        if field in VARIANTS and not (field == "pool" and spec.stem == "cifar")
    ]
    if spec.output_stride != plain.output_stride:
        found.append(NUMBERS["output_stride"].special.format(value=spec.output_stride))
    return [one for one in found if one]
