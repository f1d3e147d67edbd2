"""What a spec is called: the published name where it is a published net, a truthful one where it is not."""

from __future__ import annotations

from dataclasses import replace

from explorer.spec import ResNetSpec, named, preset, presets, write_field

_VARIANT = {  # field -> value -> (slug suffix, words)
    "shortcut": {"A": ("A", "option A"), "B": ("B", "option B"), "C": ("C", "option C"), "none": ("plain", "plain")},
    "stride_on": {"1x1": ("v1", "stride on the 1×1 (v1)"), "3x3": ("v1.5", "stride on the 3×3")},
    "activation": {"pre": ("pre", "pre-activation")},
    "norm": {
        "none": ("nonorm", "without BN"),
        "group": ("gn", "GroupNorm"),
        "frozen": ("frozen", "frozen BN"),
    },
    "stem": {
        "cifar": ("cifarstem", "CIFAR stem"),
        "imagenet": ("imagenetstem", "ImageNet stem"),
        "deep": ("deep", "deep stem"),
    },
    "pool": {
        "max": ("maxpool", "max pool"),
        "ceil": ("ceilpool", "pool rounded up"),
        "conv": ("convpool", "pool by convolution"),
        "none": ("nopool", "no pool"),
    },
    "stride_place": {"last": ("stridelast", "stride in the last block")},
    "shortcut_pool": {"avg": ("avgdown", "pooled shortcut (D)")},
    "shortcut_norm": {"none": ("barepr", "projection without norm")},
    "conv_bias": {
        "all": ("bias", "convolutions with bias"),
        "projection": ("prbias", "projections with bias"),
        "ends": ("endbias", "bias at the ends"),
    },
    "attention": {"se": ("se", "SE"), "eca": ("eca", "ECA")},
    "zero_pad": {"both": ("bothsides", "zeros on both sides")},
    "preact_first": {"block": ("preblock", "first norm in the block")},
    "last_norm": {"no": ("nolast", "without last norm")},
    "zero_init": {"yes": ("zeroinit", "last γ starts at 0")},
}
_NUMBERS = {
    "width": ("w", "width"),
    "groups": ("g", "groups"),
    "width_per_group": ("d", "width per group"),
    "stem_widths": ("stem", "stem widths"),
    "widths": ("ws", "widths"),
    "strides": ("s", "strides"),
    "output_stride": ("os", "output stride"),
    "attention_reduction": ("rd", "SE reduction"),
}
_LAYOUT = ("family", "stages", "block", "groups", "width_per_group")  # what makes a net one of the published ones
_PRETTY = {
    "resnext50_32x4d": "ResNeXt-50 32×4d",
    "resnext101_32x8d": "ResNeXt-101 32×8d",
    "resnext101_64x4d": "ResNeXt-101 64×4d",
    "wide_resnet50_2": "Wide ResNet-50-2",
    "wide_resnet101_2": "Wide ResNet-101-2",
}


def base_name(spec: ResNetSpec) -> str:
    """The preset of the same layout, whatever its variant switches; else `resnet<depth>[_cifar]`, with the stages
    where that name belongs to another layout."""
    for name, known in presets().items():
        if all(getattr(spec, field) == getattr(known, field) for field in _LAYOUT):
            return name
    name = _by_depth(spec)
    return f"{name}_{'_'.join(map(str, spec.stages))}" if name in presets() else name


def nearest(spec: ResNetSpec) -> tuple[str, ResNetSpec]:
    """(name, spec) of the net by whose name and a few changes a spec is told shortest: a preset, or a CIFAR depth."""
    name = base_name(spec)
    try:
        return name, named(name)
    except ValueError:
        return "resnet50", preset("resnet50")


def _by_depth(spec: ResNetSpec) -> str:
    return f"resnet{spec.nominal_depth}" + ("_cifar" if spec.family == "cifar" else "")


def _usual(spec: ResNetSpec) -> ResNetSpec:
    """The net that a spec is a variant of."""
    known = presets().get(base_name(spec))
    return known or (preset("resnet20_cifar") if spec.family == "cifar" else ResNetSpec())


def variants(spec: ResNetSpec) -> list[tuple[str, str]]:
    """The switches that are off the usual: (slug suffix, words) each."""
    usual = _usual(spec)
    found = [
        _VARIANT[field].get(getattr(spec, field)) or _plainly(field, getattr(spec, field))
        for field in _VARIANT
        if getattr(spec, field) != getattr(usual, field) and not (field == "stride_on" and spec.block == "basic")
    ]  # no 1×1 there to carry the stride
    return found + [
        (
            f"{short}{write_field(getattr(spec, field)).replace(',', '.') or 'usual'}",
            f"{words} {write_field(getattr(spec, field)) or 'usual'}",
        )
        for field, (short, words) in _NUMBERS.items()
        if getattr(spec, field) != getattr(usual, field)
    ]


def _plainly(field: str, value: str) -> tuple[str, str]:
    """A switch that is at its default where the published net has it elsewhere."""
    return f"{field.replace('_', '')}{value}", f"{field.replace('_', ' ')}: {value}"


def slug(spec: ResNetSpec) -> str:
    """A name for files and JSON: `resnet50`, `resnet50-plain-pre`, `resnet26`."""
    return "-".join([base_name(spec), *(short for short, _ in variants(spec))])


def title(spec: ResNetSpec) -> str:
    """A name for people: `ResNet-50`, `Plain-34`, `ResNet-18 · option C`."""
    base = base_name(spec)
    words = [text for _, text in variants(spec)]
    name = _PRETTY.get(base, f"ResNet-{spec.nominal_depth}")
    if base not in presets() and base != _by_depth(spec):
        name += f" [{','.join(map(str, spec.stages))}]"
    if "plain" in words:
        words.remove("plain")
        name = name.replace("ResNet", "Plain", 1) if name.startswith("ResNet-") else f"{name} · plain"
    if spec.family == "cifar":
        name += " (CIFAR)"
    return " · ".join([name, *words])


def layout(spec: ResNetSpec) -> str:
    """`bottleneck [3,4,6,3]`."""
    return f"{spec.block} [{','.join(map(str, spec.stages))}]"


def remark(spec: ResNetSpec) -> str | None:
    """What a free choice of depth and block amounts to, in one sentence; None for a published net as it is."""
    base = base_name(spec)
    if base in presets():
        return None
    return f"No paper has this one: {layout(spec)} gives {spec.depth:,} layers."


def same_layout_as(chosen: str, spec: ResNetSpec) -> str | None:
    """When the layout chosen under one name is another net: 'ResNet-34's layout with bottlenecks is ResNet-50.'"""
    if base_name(spec) == chosen or chosen not in presets():
        return None
    kind = {"basic": "basic blocks", "bottleneck": "bottlenecks"}[spec.block]
    source = title(preset(chosen))
    if base_name(spec) in presets():
        return f"{source}’s layout with {kind} is {title(replace(spec, shortcut=preset(base_name(spec)).shortcut))}."
    return f"{source}’s layout with {kind} has {spec.depth:,} layers."
