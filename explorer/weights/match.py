"""A file's tensors beside those of a net: missing, unexpected, misshapen; grouped by block; and why, most likely."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from explorer.net.resnet import build
from explorer.spec import BLOCKS, ResNetSpec, naming
from explorer.weights.layouts import split
from explorer.weights.limits import Tensor
from explorer.weights.recognise import Recognised

COUNTER = "num_batches_tracked"  # PyTorch has it since 0.4.1; a file without it lacks nothing
MOST_PARTS = 12  # of a name, between dots
HEADS = re.compile(r"(?:^|\.)(fc|head|classifier|linear|last_linear|logits|projection_head|predictor)\b")
SIGNS = (  # what a tensor's name says of a net that is none of this family
    (re.compile(r"\.convs\.\d|\.bns\.\d"), "Res2Net"),
    (re.compile(r"\.conv2\.(fc1|fc2|bn0|conv)\b"), "ResNeSt"),
    (re.compile(r"\.conv2\.(attn|paths)\b"), "SKNet"),
    (re.compile(r"denselayer|denseblock"), "DenseNet"),
    (re.compile(r"\.gamma$|dwconv"), "ConvNeXt"),
    (re.compile(r"attn|mlp|pos_embed"), "a transformer"),
)


@dataclass(frozen=True)
class Matched:
    """Our names of what does not fit, in the net's order; `unknown` are the file's own names. strange: the file's tensors that
    the net has no place for: unknown ones, and those that would be of another net of the family (`layer1.0.conv9.weight`)."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]
    misshapen: tuple[str, ...]
    unknown: tuple[Tensor, ...]
    strange: tuple[Tensor, ...]
    wanted: Mapping[str, tuple[int, ...]]

    @property
    def fits(self) -> bool:
        return not (self.missing or self.extra or self.misshapen or self.unknown)


@lru_cache(maxsize=16)
def wanted(spec: ResNetSpec) -> dict[str, tuple[int, ...]]:
    """Every tensor of the net's state dict by name: its shape."""
    return {name: tuple(value.shape) for name, value in build(spec, "meta").state_dict().items()}


def match(found: Recognised, spec: ResNetSpec) -> Matched:
    """What of a file does not fit a net."""
    names = wanted(spec)
    counted = any(split(name)[1] == COUNTER for name in found.ours)
    extra = tuple(name for name in found.ours if name not in names)
    return Matched(
        tuple(name for name in names if name not in found.ours and (counted or split(name)[1] != COUNTER)),
        extra,
        tuple(name for name in names if name in found.ours and not same_shape(found.ours[name].shape, names[name])),
        found.unknown,
        (*found.unknown, *(found.ours[name] for name in extra)),
        names,
    )


def same_shape(theirs: tuple[int, ...], ours: tuple[int, ...]) -> bool:
    """Equal, or a classifier that is written as a 1×1 convolution (timm's ResNetV2)."""
    return theirs == ours or (len(ours) == 2 and theirs == (*ours, 1, 1))


def grouped(names: Iterable[str]) -> dict[str, list[str]]:
    """Our names by block (`layer1.0`), or by module in stem and head."""
    groups: dict[str, list[str]] = {}
    for name in names:
        parts = name.split(".")
        groups.setdefault(".".join(parts[:2]) if parts[0].startswith("layer") else parts[0], []).append(name)
    return groups


def causes(found: Recognised, spec: ResNetSpec, derived: ResNetSpec | None, matched: Matched) -> list[str]:
    """The most likely reasons for what does not fit, in sentences. derived: the net that the file's own shapes say."""
    if matched.fits:
        return []
    other = _other_net(spec, derived)
    said = [*([] if other else _misshapen(found, spec, matched)), *other, *_head(found, spec, matched)]
    said += _renamed_prefix(found, matched) or _renamed_ones(found, matched)
    return [*said, *_outside(found, matched)] or [_partial(matched)]


def _other_net(spec: ResNetSpec, derived: ResNetSpec | None) -> list[str]:
    if derived is None or derived == spec:
        return []
    said = []
    if derived.block != spec.block:
        convs = BLOCKS[derived.block].convs
        said.append(
            f"Another block: the file’s have {convs} convolutions ({derived.block}), the net’s are {spec.block}."
        )
    if derived.stages != spec.stages:
        said.append(
            f"Another depth: the file has {_blocks(derived)} blocks, which is {naming.title(derived)}; "
            f"{naming.title(spec)} has {_blocks(spec)}."
        )
    for field, words in (
        ("widths", "Another width"),
        ("width", "Another width"),
        ("width_per_group", "Another width per group"),
        ("groups", "Other groups"),
        ("stem", "Another stem"),
        ("activation", "Another order"),
        ("norm", "Another norm"),
        ("attention", "Another attention"),
        ("in_channels", "Another picture"),
    ):
        old, new = getattr(spec, field), getattr(derived, field)
        if old != new:
            said.append(f"{words}: {field}={_value(new)} in the file, {_value(old)} in the net.")
    return said


def _value(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _blocks(spec: ResNetSpec) -> str:
    return ", ".join(map(str, spec.stages))


def _misshapen(found: Recognised, spec: ResNetSpec, matched: Matched) -> list[str]:
    """Which tensors have another shape than in the net that all others say; of the classifier's `_head` speaks."""
    names = [name for name in matched.misshapen if name.split(".")[0] != "fc"]
    if not names:
        return []
    said = [
        f"{found.name_of(name)[:160]} is {dims(found.ours[name].shape)} in the file, {dims(matched.wanted[name])} in "
        f"{naming.title(spec)}"
        for name in names
    ]
    head = "A tensor has another shape" if len(said) == 1 else f"{len(said):,} tensors have other shapes"
    return [f"{head}: {_some(said, joint='; ', longest=300)}."]


def _head(found: Recognised, spec: ResNetSpec, matched: Matched) -> list[str]:
    """The classifier has other outputs, is another module, or is not there."""
    weight = found.ours.get("fc.weight")
    if "fc.weight" in matched.misshapen and weight is not None and weight.shape:
        return [f"The classifier is replaced: it has {weight.shape[0]:,} outputs, the net {spec.num_classes:,}."]
    if "fc.weight" in matched.extra and weight is not None:
        return [f"The net has no classifier, the file has one of {weight.shape[0]:,} outputs."]
    others = [one for one in matched.unknown if HEADS.search(one.name)]
    if others and "fc.weight" not in found.ours:
        last = next((one for one in reversed(others) if len(one.shape) == 2), others[-1])
        outputs = f" with {last.shape[0]:,} outputs" if last.shape else ""
        return [f"The classifier is replaced by another head{outputs}: {_some([one.name for one in others])}."]
    return ["The file has no classifier."] if "fc.weight" in matched.missing else []


def renamed(found: Recognised, matched: Matched) -> dict[str, Tensor]:
    """Our missing tensor → the file's strange one that it is under another name: another beginning, or another part."""
    missing = {found.name_of(name): name for name in matched.missing}
    prefixes = _prefixes(found, matched)
    if not prefixes:
        fitting = {one.name: one for one in matched.strange}
        return {missing[was]: fitting[now] for was, now, _ in _single(found, matched)}
    pairs: dict[str, Tensor] = {}
    for theirs, was in prefixes:
        for one in matched.strange:
            name = missing.get(was + one.name.removeprefix(theirs)) if one.name.startswith(f"{theirs}.") else None
            if name is not None and matched.wanted[name] == one.shape:
                pairs.setdefault(name, one)
    return pairs


def _renamed_prefix(found: Recognised, matched: Matched) -> list[str]:
    return [
        f"A renamed prefix: {count:,} tensors begin with {theirs[:60]!r} and fit where {ours!r} is missing."
        for (theirs, ours), count in _prefixes(found, matched).items()
    ]


def _prefixes(found: Recognised, matched: Matched) -> dict[tuple[str, str], int]:
    """Strange tensors that are missing ones but for the beginning of their names: (theirs, the usual one) → how many."""
    ends: dict[tuple[str, tuple[int, ...]], str] = {}
    for name in matched.missing:
        theirs = found.name_of(name)
        for cut in range(1, 4):
            ends.setdefault(
                (".".join(theirs.split(".")[cut:]), matched.wanted[name]), ".".join(theirs.split(".")[:cut])
            )
    pairs: Counter[tuple[str, str]] = Counter()
    for one in matched.strange:
        parts = one.name.split(".")
        for cut in range(1, len(parts)):
            if old := ends.get((".".join(parts[cut:]), one.shape)):
                pairs[".".join(parts[:cut]), old] += 1
                break
    return {pair: count for pair, count in pairs.most_common(3) if count > 1 and pair[0] != pair[1]}


def _renamed_ones(found: Recognised, matched: Matched) -> list[str]:
    single = _single(found, matched)
    if not single:
        return []
    said = [f"{was[:60]} → {now[:60]} ({dims(shape)})" for was, now, shape in single]
    head = "A tensor is renamed" if len(said) == 1 else f"{len(said):,} tensors are renamed"
    return [f"{head}, of the same shape: {_some(said, 6)}."]


def _single(found: Recognised, matched: Matched) -> list[tuple[str, str, tuple[int, ...]]]:
    """Strange tensors of a missing one's shape whose names differ in one part: 'conv2' in 'layer2.0.conv2.weight'. Where
    several would do, none. (The usual name, theirs, the shape)."""
    fitting: dict[tuple[tuple[str, ...], tuple[int, ...]], list[str]] = {}
    for name in matched.missing:
        was = found.name_of(name)
        for gap in _with_a_gap(was):
            fitting.setdefault((gap, matched.wanted[name]), []).append(was)
    pairs = [
        (was, one.name, one.shape)
        for one in matched.strange
        for gap in _with_a_gap(one.name)
        for was in fitting.get((gap, one.shape), ())
    ]
    old, new = (Counter(pair[place] for pair in pairs) for place in (0, 1))
    return [pair for pair in pairs if old[pair[0]] == new[pair[1]] == 1]


def _with_a_gap(name: str) -> list[tuple[str, ...]]:
    """A name's parts with each of them left out in turn; of a name with more parts than any net's, none."""
    parts = name.split(".", MOST_PARTS)
    return [(*parts[:at], "", *parts[at + 1 :]) for at in range(len(parts))] if len(parts) <= MOST_PARTS else []


def dims(shape: Sequence[int]) -> str:
    """'128×128×3×3'; a number alone is a scalar."""
    return "×".join(map(str, shape)) if shape else "a number"


def _outside(found: Recognised, matched: Matched) -> list[str]:
    """Whose the names are that no renaming explains."""
    explained = {one.name for one in renamed(found, matched).values()}
    for sign, net in SIGNS:
        if any(sign.search(one.name) for one in matched.unknown if one.name not in explained):
            return [f"Some names are those of {net}, which is no net of this family."]
    return []


def _partial(matched: Matched) -> str:
    if matched.missing and not matched.strange and not matched.misshapen:
        return f"Only a part of a net was saved: tensors of {_some(list(grouped(matched.missing)))} are missing."
    return "No single cause explains what does not fit."


def _some(names: Sequence[str], most: int = 4, joint: str = ", ", longest: int = 160) -> str:
    shown = joint.join(name[:longest] for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
