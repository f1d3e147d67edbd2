"""The grammar of ResNets' names: words before the depth, the depth, words behind it.

    "se resnet 50 d"         attention, kind, depth, letter
    "wrn 28 10"              kind, depth, factor
    "resnext 101 32 x 4 d"   kind, depth, cardinality

What they add up to is `explorer.spec.meant`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from explorer.spec.axes import ResNetSpec, changed
from explorer.spec.fields import ATTENTIONS, LISTS, NUMBERS, VARIANTS
from explorer.spec.meant import KUANGLIU, Heard, about_head, net_of
from explorer.spec.row import Value
from explorer.spec.spelling import Written, words


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
        return net_of(heard), (*about_head(heard), *heard.notes)
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
        if one.suffix
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
