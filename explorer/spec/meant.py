"""The net that a name means: what its parts, once heard, add up to.

A depth alone decides nothing: the layouts here are published ones, and where two published layouts share a depth, the
one taken is named in a note beside the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from explorer.spec.axes import MAX_BLOCKS, ResNetSpec, changed
from explorer.spec.fields import BLOCKS
from explorer.spec.presets import cifar_stages, preset
from explorer.spec.row import Value

BASIC: dict[int, tuple[int, ...]] = {10: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}
BOTTLENECK: dict[int, tuple[int, ...]] = {
    14: (1, 1, 1, 1),
    26: (2, 2, 2, 2),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
    269: (3, 30, 48, 8),
}
RS = {270: (4, 29, 53, 4), 350: (4, 36, 72, 4), 420: (4, 44, 87, 4)}  # ResNet-RS has these besides
CIFAR = (8, 20, 32, 44, 56, 110, 1202)  # 6n+2 depths that mean CIFAR's net by themselves
CIFAR_BOTTLENECK = {164: (18, 18, 18), 1001: (111, 111, 111)}  # He et al. 2016
KUANGLIU = (18, 34, 50, 101, 152)  # ImageNet's depths, which CIFAR re-implementations take over
DEEP: dict[str, Value] = {"stem": "deep"}
LETTERS: dict[str, dict[str, Value]] = {  # timm's, MXNet's and PaddlePaddle's letters
    "b": {},
    "c": DEEP,
    "d": DEEP | {"shortcut_pool": "avg"},
    "e": DEEP | {"stem_widths": (64, 64, 128), "shortcut_pool": "avg"},
    "s": DEEP | {"stem_widths": (64, 64, 128)},
    "t": DEEP | {"stem_widths": (24, 32, 64), "shortcut_pool": "avg"},
}
PRE: dict[str, Value] = {"activation": "pre", "preact_first": "block"}
KERAS_V2: dict[str, Value] = PRE | {"stride_place": "last", "conv_bias": "ends"}


@dataclass
class Heard:
    """What a name says, part by part. changes: fields over the layout; deep: the letter's, which come before them."""

    kind: str = "resnet"
    head: str = ""  # the word before the depth, as it is written
    depth: int = 0
    factor: int | None = None  # of a wide net
    stages: tuple[int, ...] = ()
    block: str = ""
    groups: tuple[int, int] | None = None  # cardinality, width of a group
    letter: str = ""
    version: str = ""  # "1", "15", "2" as Keras writes it
    pre_timm: bool = False  # resnetv2_50, as timm writes it
    preact: bool = False  # said before the depth, as kuangliu does
    legacy: bool = False
    dataset: str = ""  # imagenet | cifar
    classes: int | None = None
    changes: dict[str, Value] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def net_of(heard: Heard) -> ResNetSpec:
    """What the parts add up to. Raises `ValueError` where there is no such net."""
    if heard.kind == "wide":
        spec = _wide(heard)
    elif heard.kind == "resnext":
        spec = _resnext(heard)
    else:
        spec = _resnet(heard)
    changes = _letter(heard)
    if heard.pre_timm:
        changes |= {"activation": "pre"} if spec.family == "cifar" else PRE
    if heard.version in ("1", "2"):
        changes |= _version(heard, spec)
    if heard.legacy:
        changes |= {"pool": "ceil"} | ({"stride_on": "1x1"} if heard.kind == "resnet" else {})
    if heard.groups and heard.kind == "resnet":
        changes |= {"groups": heard.groups[0], "width_per_group": heard.groups[1]}
    if heard.classes is not None:
        changes["num_classes"] = heard.classes
    return changed(spec, changes | heard.changes)


def _letter(heard: Heard) -> dict[str, Value]:
    """What the letter before or behind the depth changes."""
    if heard.letter == "rs":
        return LETTERS["d"] | {"pool": "conv", "attention": "se", "attention_reduction": 4}
    if heard.letter == "c" and heard.depth == 34:
        heard.notes.append("C is read as the deep stem’s letter; the paper’s ResNet-34 C is resnet34-optC.")
    return dict(LETTERS.get(heard.letter, {}))


def _version(heard: Heard, spec: ResNetSpec) -> dict[str, Value]:
    if heard.version == "1":
        if spec.block == "bottleneck":
            heard.notes.append("v1 is the paper’s: the 1×1 has the stride. v1.5, torchvision’s, has it on the 3×3.")
        return {"stride_on": "1x1"} if spec.block == "bottleneck" else {}
    if spec.family == "cifar" or spec.block == "basic":
        return {"activation": "pre"} if spec.family == "cifar" else dict(PRE)
    heard.notes.append(
        "V2 behind the depth is Keras’ net: stride at a stage’s end, some biases. timm’s is resnetv2_50."
    )
    return dict(KERAS_V2)


def _imagenet(heard: Heard, known: dict[int, tuple[int, ...]]) -> ResNetSpec:
    return ResNetSpec(stages=known[heard.depth], block="basic" if known is BASIC else "bottleneck")


def _cifar_net(stages: tuple[int, ...], **changes: Value) -> ResNetSpec:
    """The paper's CIFAR net, with changes."""
    return changed(preset("resnet20_cifar"), {"stages": stages} | changes)


def _resnet(heard: Heard) -> ResNetSpec:
    depth = heard.depth
    if heard.stages:
        return _explicit(heard)
    if heard.letter == "rs" and depth in RS:
        return ResNetSpec(stages=RS[depth])
    if heard.preact:
        return _preact(heard)
    if heard.dataset == "cifar" or (depth in (*CIFAR, *CIFAR_BOTTLENECK) and heard.dataset != "imagenet"):
        return _cifar_depth(heard)
    for known in (BASIC, BOTTLENECK):
        if depth in known and heard.block in ("", "basic" if known is BASIC else "bottleneck"):
            if depth == 14:
                heard.notes.append("ResNet-14 is timm’s, of one bottleneck a stage; CIFAR’s of 6n+2 is resnet14_cifar.")
            return _imagenet(heard, known)
    raise ValueError(_no_depth(heard))


def _no_depth(heard: Heard) -> str:
    depths = ", ".join(map(str, sorted({*BASIC, *BOTTLENECK})))
    said = f"depth={heard.depth}: no published ResNet of that depth and block is known here; ImageNet's have {depths}"
    if heard.depth >= 8 and (heard.depth - 2) % 6 == 0:
        return f"{said}; CIFAR's net of 6n+2 is resnet{heard.depth}_cifar"
    return f"{said}; CIFAR's 6n+2 are resnet20_cifar and so on"


def _explicit(heard: Heard) -> ResNetSpec:
    """Stages are written out: the depth has to fit one kind of block."""
    convs = (heard.depth - 2) / max(1, sum(heard.stages))
    fits = [name for name, kind in BLOCKS.items() if kind.convs == convs and heard.block in ("", name)]
    if not fits:
        layers = (f"{kind.convs * sum(heard.stages) + 2} layers as {kind.many}" for kind in BLOCKS.values())
        raise ValueError(
            f"depth={heard.depth}: {'+'.join(map(str, heard.stages))} blocks have {', '.join(dict.fromkeys(layers))}"
        )
    block = fits[0]
    if heard.dataset == "cifar":
        return _cifar_net(heard.stages, block=block)
    return ResNetSpec(stages=heard.stages, block=block)


def _preact(heard: Heard) -> ResNetSpec:
    """Pre-activation, said before the depth: He et al. 2016, or the CIFAR nets of that name."""
    depth = heard.depth
    if depth in KUANGLIU and heard.dataset != "imagenet":
        heard.notes.append(
            f"PreActResNet{depth} is taken as the CIFAR net of that name (kuangliu): 3×3 stem, 10 classes, no norm at the "
            f"end. ImageNet’s is resnetv2_{depth} in timm."
        )
        known = BASIC if depth in BASIC else BOTTLENECK
        small: dict[str, Value] = {"family": "cifar", "stem": "cifar", "num_classes": 10}
        return changed(_imagenet(heard, known), small | PRE | {"last_norm": "no"})
    if depth in BOTTLENECK or depth in BASIC:
        return replace(_imagenet(heard, BASIC if depth in BASIC else BOTTLENECK), activation="pre")
    return replace(_cifar_depth(heard), activation="pre")


def _cifar_depth(heard: Heard) -> ResNetSpec:
    """CIFAR nets by depth: the published layout; where another of that depth is possible, both are named."""
    depth, block = heard.depth, heard.block
    if depth in KUANGLIU and not block:
        heard.notes.append(_small_note(depth))
        known = BASIC if depth in BASIC else BOTTLENECK
        return replace(_imagenet(heard, known), family="cifar", stem="cifar", num_classes=10)
    if depth in CIFAR_BOTTLENECK and block != "basic":
        n = (depth - 2) // 9
        more = f"; with basic blocks, 6n+2, it would be resnet{depth}_basic_cifar" if (depth - 2) % 6 == 0 else ""
        heard.notes.append(
            f"ResNet-{depth} is the pre-activation bottleneck net of He et al. 2016, 9n+2 with n = {n}{more}."
        )
        return _cifar_net(CIFAR_BOTTLENECK[depth], block="bottleneck", shortcut="B", activation="pre")
    if block == "bottleneck":
        if depth < 11 or (depth - 2) % 9 or (depth - 2) // 3 > MAX_BLOCKS:
            raise ValueError(f"depth={depth}: CIFAR nets of bottlenecks have 9n+2 layers: 11, 20, 29, …, 164, …, 1001")
        return _cifar_net(((depth - 2) // 9,) * 3, block="bottleneck", shortcut="B")
    spec = _cifar_net(cifar_stages(depth))
    if (depth - 2) % 18 == 0 and depth > 20 and not block:
        heard.notes.append(
            f"ResNet-{depth} is taken with basic blocks, 6n+2, as published; with bottlenecks, 9n+2, it is "
            f"resnet{depth}_bottleneck_cifar."
        )
    return spec


def _small_note(depth: int) -> str:
    said = f"ResNet-{depth} on CIFAR is ImageNet’s layout with a 3×3 stem and 10 classes (kuangliu, mmpretrain)"
    if (depth - 2) % 6:
        return f"{said}."
    n = (depth - 2) // 6
    return f"{said}; the paper’s 6n+2 of that depth would be resnet{depth}_{n}_{n}_{n}_cifar."


def _resnext(heard: Heard) -> ResNetSpec:
    if heard.depth == 29:
        if not heard.groups:
            heard.notes.append("ResNeXt-29 is taken with 8 groups of 64; the paper has 16×64d too.")
        groups, width = heard.groups or (8, 64)
        stages = (3, 3, 3)
        return _cifar_net(stages, block="bottleneck", shortcut="B", width=64, groups=groups, width_per_group=width)
    if heard.depth not in BOTTLENECK:
        raise ValueError(f"depth={heard.depth}: ResNeXt has {', '.join(map(str, BOTTLENECK))} layers, or 29 for CIFAR")
    if not heard.groups:
        usual = (32, 8) if heard.depth == 101 else (32, 4)
        others = {50: "", 101: "; 32×4d and 64×4d are published too"}.get(heard.depth, "")
        heard.notes.append(f"ResNeXt-{heard.depth} is taken as {usual[0]}×{usual[1]}d{others}.")
        heard.groups = usual
    return ResNetSpec(stages=BOTTLENECK[heard.depth], groups=heard.groups[0], width_per_group=heard.groups[1])


def _wide(heard: Heard) -> ResNetSpec:
    depth, factor = heard.depth, heard.factor
    if factor is None and depth in (50, 101):
        heard.notes.append(f"Wide ResNet-{depth} is taken twice as wide, as torchvision has it.")
        factor = 2
    if factor is None:
        raise ValueError(f"name=wide, {depth} layers: say how many times as wide, like WRN-28-10 or wide_resnet50_2")
    on_cifar = depth >= 10 and (depth - 4) % 6 == 0
    if depth in BOTTLENECK and heard.dataset != "cifar" and depth >= 50:
        return ResNetSpec(stages=BOTTLENECK[depth], width_per_group=64 * factor)
    if depth in BASIC and (heard.dataset == "imagenet" or not on_cifar):
        return ResNetSpec(stages=BASIC[depth], block="basic", width=64 * factor)
    if not on_cifar:
        below = depth - (depth - 4) % 6
        raise ValueError(
            f"depth={depth}: wide nets have 6n+4 layers for CIFAR, nearest {below} and {below + 6}; 18, 34, 50 or 101 for "
            "ImageNet"
        )
    if depth in BASIC:
        heard.notes.append(
            f"WRN-{depth}-{factor} is taken as CIFAR’s of 6n+4; ImageNet’s is wrn_{depth}_{factor}_imagenet."
        )
    stages = ((depth - 4) // 6,) * 3
    return _cifar_net(stages, shortcut="B", width=16 * factor, stem_widths=(16,), **PRE)


def about_head(heard: Heard) -> list[str]:
    """What short names are short for, where another project means another net by them."""
    if heard.head == "r" and heard.depth in (50, 101) and heard.changes.get("norm") != "frozen":
        own = f"detectron2_r{heard.depth}"
        return [f"R-… is taken as torchvision’s net; detectron2’s own, with frozen BN and no classifier, is {own}."]
    if heard.head == "rn" and heard.depth in (50, 101):
        name = f"RN{heard.depth}"
        return [
            f"{name} is read as ResNet-{heard.depth}; CLIP’s net of that name is another one, and outside this app."
        ]
    return []
