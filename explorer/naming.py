"""What a spec is called: the published name where it is a published net, a truthful one where it is not."""

from __future__ import annotations

from dataclasses import replace

from explorer.spec import ResNetSpec, preset, presets

_VARIANT = {  # field -> value -> (slug suffix, words)
    "shortcut": {"A": ("A", "option A"), "B": ("B", "option B"), "C": ("C", "option C"), "none": ("plain", "plain")},
    "stride_on": {"1x1": ("v1", "stride on the 1×1 (v1)")},
    "activation": {"pre": ("pre", "pre-activation")},
    "norm": {"none": ("nonorm", "without BN")},
}
_PRETTY = {
    "resnext50_32x4d": "ResNeXt-50 32×4d",
    "resnext101_32x8d": "ResNeXt-101 32×8d",
    "resnext101_64x4d": "ResNeXt-101 64×4d",
    "wide_resnet50_2": "Wide ResNet-50-2",
    "wide_resnet101_2": "Wide ResNet-101-2",
}
_FREE = ("in_channels", "num_classes")  # data set, not architecture


def base_name(spec: ResNetSpec) -> str:
    """The preset of the same layout, whatever its variant switches; else `resnet<depth>[_cifar]`."""
    default = "A" if spec.family == "cifar" else "B"
    plain = replace(spec, shortcut=default, stride_on="3x3", activation="post", norm="batch")
    for name, known in presets().items():
        if plain == replace(known, **{field: getattr(spec, field) for field in _FREE}):
            return name
    return f"resnet{spec.depth}" + ("_cifar" if spec.family == "cifar" else "")


def variants(spec: ResNetSpec) -> list[tuple[str, str]]:
    """The switches that are off their family's default: (slug, words) each."""
    default = {"shortcut": "A" if spec.family == "cifar" else "B", "stride_on": "3x3", "activation": "post", "norm": "batch"}
    if spec.block == "basic":
        default["stride_on"] = spec.stride_on  # a basic block has no 1×1 to carry the stride
    return [
        _VARIANT[field][getattr(spec, field)]
        for field, usual in default.items()
        if getattr(spec, field) != usual
    ]


def slug(spec: ResNetSpec) -> str:
    """A name for files and JSON: `resnet50`, `resnet50-plain-pre`, `resnet26`."""
    return "-".join([base_name(spec), *(short for short, _ in variants(spec))])


def title(spec: ResNetSpec) -> str:
    """A name for people: `ResNet-50`, `Plain-34`, `ResNet-18 · option C`."""
    base = base_name(spec)
    words = [text for _, text in variants(spec)]
    name = _PRETTY.get(base) if base in presets() else None
    name = name or f"ResNet-{spec.depth}"
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
