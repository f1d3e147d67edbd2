"""The grammar of ResNets' names: words before the depth, the depth, words behind it; and what they add up to.

    "se resnet 50 d"         attention, kind, depth, letter
    "wrn 28 10"              kind, depth, factor
    "resnext 101 32 x 4 d"   kind, depth, cardinality

A depth alone decides nothing: the layouts here are published ones, and where two published layouts share a depth, the
one taken is named in a note beside the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from explorer.spec.axes import MAX_BLOCKS, ResNetSpec, changed
from explorer.spec.fields import ATTENTIONS, LISTS, NUMBERS, VARIANTS, Value
from explorer.spec.presets import cifar_stages, preset
from explorer.spec.spelling import Written, words

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


def understood(written: Written, strict: bool = True) -> tuple[ResNetSpec, tuple[str, ...]] | None:
    """The spec of a name and notes on what it leaves open; None where a word is not understood.

    strict: raise `ValueError` where the words are understood and there is no such net; else None there too.
    """
    heard = Heard()
    rest = re.sub(r"^(\d+) (layers? )?(plain )?(resnet|resnext)\b", r"\3\4 \1", written.words)  # 50-layer ResNet
    try:
        rest = _take(heard, rest, _BEFORE)
    except ValueError:
        if strict:
            raise
        return None
    head = re.match(r"(wrn|resnet|resnext|plain(?: ?net)?|rn|r|x)\b ?", rest)
    if not head:
        return None
    heard.kind, rest = _kind(heard, head[1]), rest[head.end() :]
    rest = _take(heard, rest, _BETWEEN)
    depth = re.match(r"([0-9]{1,5})(?: |$)", rest)
    if not depth:
        return None
    heard.depth, rest = int(depth[1]), rest[depth.end() :]
    times = re.match(r"(?:x ([2-4])|([2-4]) x)(?: |$)", rest)
    if times and heard.kind == "resnet" and heard.depth in KUANGLIU:  # SimCLR's ResNet-50 (2×)
        _wide_times(heard, times)
        rest = rest[times.end() :]
    if heard.kind == "wide" and (factor := re.match(r"(?:x )?([0-9]{1,2})(?: x)?(?: |$)", rest)):
        heard.factor, rest = int(factor[1]), rest[factor.end() :]
    try:
        if _take(heard, rest, _AFTER):
            return None
        return _spec(heard), (*_about_head(heard), *heard.notes)
    except ValueError:
        if strict:
            raise
        return None


def varied(spec: ResNetSpec, rest: str) -> ResNetSpec | None:
    """A known net with the switches that a name has behind it: `keras_resnet50-gn`; None where one isn't understood."""
    heard = Heard()
    if _take(heard, rest, [*_NUMBERED, *_SUFFIXES]):
        return None
    return changed(spec, heard.changes)


def _about_head(heard: Heard) -> list[str]:
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


def _kind(heard: Heard, head: str) -> str:
    if head.startswith("plain"):
        heard.changes["shortcut"] = "none"
        return "resnet"
    heard.head = head
    if head == "wrn" or heard.kind == "wide":
        return "wide"
    return "resnext" if head in ("resnext", "x") else "resnet"


Rule = tuple[str, Callable[[Heard, re.Match[str]], None]]


def _take(heard: Heard, rest: str, rules: list[Rule]) -> str:
    """Apply the rules to the beginning of the words, again and again; what is left."""
    while True:
        for pattern, effect in rules:
            if hit := re.match(rf"(?:{pattern})(?: |$)", rest, re.ASCII):
                effect(heard, hit)
                rest = rest[hit.end() :]
                break
        else:
            return rest


def _set(**fields: object) -> Callable[[Heard, re.Match[str]], None]:
    """A rule's effect: attributes of what is heard."""

    def effect(heard: Heard, _: re.Match[str]) -> None:
        for name, value in fields.items():
            setattr(heard, name, value)

    return effect


def _change(**fields: Value) -> Callable[[Heard, re.Match[str]], None]:
    """A rule's effect: fields of the spec."""
    return lambda heard, _: heard.changes.update(fields)


def _nothing(heard: Heard, hit: re.Match[str]) -> None:
    """Whose it is, which changes nothing here."""


def _training(heard: Heard, hit: re.Match[str]) -> None:
    note = f"“{hit[0].strip()}” is read as how weights were trained; the net is the same with any."
    heard.notes.append(note)


def _cifar(heard: Heard, hit: re.Match[str]) -> None:
    heard.dataset, heard.classes = "cifar", int(hit[1]) if hit[1] else heard.classes


def _hub(heard: Heard, hit: re.Match[str]) -> None:
    """cifar100_resnet20: a name of chenyaofo's hub, whose nets have option B."""
    _cifar(heard, hit)
    heard.changes["shortcut"] = "B"
    heard.notes.append(
        "A data set before the name is read as chenyaofo’s, whose nets have option B; the paper’s, option A, are "
        "resnet20_cifar and so on."
    )


def _gluon_cifar(heard: Heard, hit: re.Match[str]) -> None:
    """cifar_resnet20_v1: GluonCV's (gluoncv/model_zoo/cifarresnet.py)."""
    heard.dataset = "cifar"
    heard.changes["shortcut"] = "B"
    heard.notes.append(
        "cifar_resnet… with a version is GluonCV’s, whose nets have option B; that its v1 has no ReLU after the stem, and "
        "its v2 a norm without weights on the picture, is outside this app."
    )


def _gluon_v1(heard: Heard, hit: re.Match[str]) -> None:
    """mxnet's resnet50_v1 (mxnet/gluon/model_zoo/vision/resnet.py)."""
    heard.notes.append(
        "MXNet’s own v1 has biases on a bottleneck’s 1×1 convolutions besides, which the norm after them cancels; they are "
        "not in this net. Its v1b is torchvision’s."
    )


def _unsaid_dilation(heard: Heard, hit: re.Match[str]) -> None:
    raise ValueError(f"{hit[0].strip()}: say to which output stride, like resnet50-os8 or resnet50-os16")


def _six_stages(heard: Heard, hit: re.Match[str]) -> None:
    raise ValueError(
        f"{hit[0].strip()}: fastai's deep and deeper nets have six and more stages, which is outside this app"
    )


def _detector(heard: Heard, hit: re.Match[str]) -> None:
    part = hit[1].upper().replace(" ", "")
    heard.notes.append(f"{part} is the detector’s; taken is the ResNet inside it.")
    if hit[0].startswith("dc"):
        heard.changes["output_stride"] = 16


def _wide_times(heard: Heard, hit: re.Match[str]) -> None:
    """w2 is twice as wide (SwAV), w32 is 32 channels (this app)."""
    number, written = int(next(filter(None, hit.groups()))), hit[0].strip().replace(" ", "")
    if number < 8:
        heard.notes.append(f"{written} is read as {number} times as wide: {64 * number} channels.")
    heard.changes["width"] = 64 * number if number < 8 else number


def _number(name: str) -> Callable[[Heard, re.Match[str]], None]:
    def effect(heard: Heard, hit: re.Match[str]) -> None:
        numbers = tuple(map(int, hit[1].split()))
        heard.changes[name] = numbers if name in LISTS else numbers[0]

    return effect


_DATA: list[Rule] = [
    (r"cifar(?: ?(10|100))?", _cifar),
    (r"imagenet(?: 1 k)?|in 1 k|ilsvrc(?: 2012)?", _set(dataset="imagenet")),
]
_ATTENTION: list[Rule] = [
    (r"se|squeeze (?:and )?excitation", _change(attention="se")),
    *((key, _change(attention=key)) for key in ATTENTIONS if key != "se"),
]
_TRAININGS = r"stochastic depth|simclr|moco(?: v [123])?|swav|dino|byol|barlow ?twins|vicreg|sup ?con|deep ?cluster|mlperf|wsl(?: images)?"
_BEFORE: list[Rule] = [
    (r"cifar (10|100)(?= resnet \d+$)", _hub),
    (r"cifar(?= resnet \d+ v [12]$)", _gluon_cifar),
    *_DATA,
    (_TRAININGS, _training),
    (r"frozen ?(?:bn|batch ?norm)?", _change(norm="frozen")),
    (r"group ?norm|gn", _change(norm="group")),
    (r"dilated", _unsaid_dilation),
    (r"(?:gluon|mxnet)(?: cv)?(?= (?:resnet \d+ v 1$|resnet v 1 \d+$))", _gluon_v1),
    (r"x(?= (?:se )?resnet \d+ deep(?:er)?)", _six_stages),
    *_ATTENTION,
    (r"wide|wider", _set(kind="wide")),
    (r"legacy", _set(legacy=True)),
    (r"pre ?act(?:ivation|ivated)?|pre", _set(preact=True)),
    (r"x(?= resnet)", _set(letter="d")),  # fastai's xresnet
    (r"plain(?= (?:resnet|r) )", _change(shortcut="none")),
    (r"torchvision|tv|gluon|mxnet|ssl|swsl|ig|fb|hf|timm|nvidia|tf|fastai|pytorch|mm|paddle", _nothing),
]
_BETWEEN: list[Rule] = [
    (r"v 1 ([bcdest])", lambda heard, hit: setattr(heard, "letter", hit[1])),
    (r"v 1(?: 5)?(?= \d)", lambda heard, hit: setattr(heard, "version", "15" if hit[0].strip().endswith("5") else "1")),
    (r"v 2", _set(pre_timm=True)),
    (r"rs", _set(letter="rs")),
    (r"([bcdest])(?= \d)", lambda heard, hit: setattr(heard, "letter", hit[1])),
    *_ATTENTION,
]
_SUFFIXES: list[Rule] = sorted(
    (
        (words(one.suffix), _change(**{name: value}))
        for name, values in VARIANTS.items()
        for value, one in values.items()
    ),
    key=lambda rule: -len(rule[0]),
)
_NUMBERED: list[Rule] = [
    *((rf"{one.suffix}((?: \d+(?! x))+)", _number(name)) for name, one in NUMBERS.items() if name != "width"),
    *((rf"{one.suffix}usual", _change(**{name: ()})) for name, one in NUMBERS.items() if name in LISTS),
    (r"w (\d+)", _wide_times),
    (r"width (\d+)", _number("width")),
    (r"nofc|no classifier|without classifier", _change(num_classes=0)),
    (r"fc", _change(num_classes=1000)),
]
_AFTER: list[Rule] = [
    (r"(fpn|c 4|dc 5)(?: [1-9] x)?", _detector),
    (r"layers?|torch|pytorch|torchvision|timm|onnx|hf|model", _nothing),
    (_TRAININGS, _training),
    (r"output stride (\d+)", _number("output_stride")),
    (r"dilat(?:ed|ion)", _unsaid_dilation),
    (
        r"\d+ xb \d+|b \d+ x \d+|3 rdparty|(?:in|imagenet) 2[12] k|in 12 k|a 1|a 2|a 3|ra 2?|pretrained|fp 16|coslr|mixup|weights",
        _training,
    ),
    (r"(\d{1,4}) x (\d{1,4})(?: d)?", lambda heard, hit: setattr(heard, "groups", (int(hit[1]), int(hit[2])))),
    *_NUMBERED,
    (r"v 1 5|v 15", _set(version="15")),
    (r"v 1 ([bcdest])(?! \d)", lambda heard, hit: setattr(heard, "letter", hit[1])),
    (r"v 1", _set(version="1")),
    (r"v 2", _set(version="2")),
    (r"v([bcd])", lambda heard, hit: setattr(heard, "letter", hit[1])),  # PaddlePaddle
    (r"([cdest])", lambda heard, hit: setattr(heard, "letter", hit[1])),  # b is option B and v1b: the same
    *_DATA,
    *_ATTENTION,
    (r"group ?norm(?:alisation|alization)?", _change(norm="group")),
    (r"frozen ?(?:bn|batch ?norm)?", _change(norm="frozen")),
    (r"(?:no|without) ?(?:bn|norm|batch ?norm)", _change(norm="none")),
    (r"option ([ab])", lambda heard, hit: heard.changes.update(shortcut=hit[1].upper())),
    (r"option c", _change(shortcut="C")),
    (r"pre ?act(?:ivation)?", _change(activation="pre")),
    (r"basic|bottleneck", lambda heard, hit: setattr(heard, "block", hit[0].strip())),
    (r"((?:\d+ ){0,3}\d+)(?! xb)", lambda heard, hit: setattr(heard, "stages", tuple(map(int, hit[1].split())))),
    *_SUFFIXES,
]


def _spec(heard: Heard) -> ResNetSpec:
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
    block = heard.block or {2.0: "basic", 3.0: "bottleneck"}.get(convs, "")
    if {"basic": 2, "bottleneck": 3}.get(block) != convs:
        raise ValueError(
            f"depth={heard.depth}: {'+'.join(map(str, heard.stages))} blocks have {2 * sum(heard.stages) + 2} layers if "
            f"basic, {3 * sum(heard.stages) + 2} if bottlenecks"
        )
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
