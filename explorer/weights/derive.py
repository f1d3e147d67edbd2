"""Shapes by our names → the spec that has them. What shapes cannot tell is filled with the usual."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from explorer.spec import BLOCKS, ResNetSpec

Fields = dict[str, Any]  # fields of the spec that are known so far, each of its own type; the spec judges them

Shapes = Mapping[str, tuple[int, ...]]
_BLOCK = re.compile(r"layer([0-9]+)\.([0-9]+)\.(.+)")


class Seen:
    """A file's tensors by stage and block, with the questions that the derivation asks."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.blocks: dict[tuple[int, int], dict[str, tuple[int, ...]]] = {}
        for name, shape in shapes.items():
            if found := _BLOCK.fullmatch(name):
                self.blocks.setdefault((int(found[1]), int(found[2])), {})[found[3]] = shape

    def stages(self) -> tuple[int, ...]:
        """Blocks per stage, by the highest number of each."""
        last = max(stage for stage, _ in self.blocks)
        counts = Counter(stage for stage, _ in self.blocks)
        highest = {stage: max(block for one, block in self.blocks if one == stage) + 1 for stage in counts}
        return tuple(highest.get(stage, 1) for stage in range(1, last + 1)) if last <= 64 else (1,) * 65

    def any(self, tensor: str) -> bool:
        return any(tensor in block for block in self.blocks.values())

    def each(self, stage: int | None = None) -> Iterable[dict[str, tuple[int, ...]]]:
        return (block for (one, _), block in self.blocks.items() if stage in (None, one))

    def sides(self, tensor: str, axis: int, stage: int | None = None, dims: int = 4) -> int | None:
        """The side that most of the blocks' tensors of this name have; None where none has one."""
        found = Counter(
            block[tensor][axis] for block in self.each(stage) if tensor in block and len(block[tensor]) == dims
        )
        return found.most_common(1)[0][0] if found else None

    def conv(self, name: str) -> tuple[int, ...] | None:
        """(outputs, inputs of a group, kernel, kernel) of a convolution of stem or head."""
        shape = self.shapes.get(f"{name}.weight")
        return shape if shape is not None and len(shape) == 4 else None

    def downsample(self) -> dict[tuple[int, int], int]:
        """The blocks that have a projection → the place of its convolution in it."""
        return {
            where: index
            for where, block in self.blocks.items()
            for index in (0, 1)
            if len(block.get(f"downsample.{index}.weight", ())) == 4
        }


def derive(shapes: Shapes) -> ResNetSpec:
    """The spec whose net has these shapes, or most of them. Raises `ValueError` for what is no net of this family."""
    seen = Seen(shapes)
    if not seen.blocks:
        raise ValueError("there is no block in it")
    found: Fields = {"stages": seen.stages()}
    for rule in RULES:
        found |= rule(seen, found)
    return ResNetSpec(**found)


def _block(seen: Seen, found: Fields) -> Fields:
    deep = sum("conv3.weight" in block for block in seen.each())
    return {"block": "bottleneck" if deep * 2 > len(seen.blocks) else "basic"}


def _widths(seen: Seen, found: Fields) -> Fields:
    """Planes of each stage by what leaves its blocks; a stage without any doubles the one before."""
    kind = BLOCKS[found["block"]]
    planes: list[int] = []
    for stage in range(1, len(found["stages"]) + 1):
        out = seen.sides(f"conv{kind.convs}.weight", 0, stage)
        if out is not None and out % kind.expansion:
            raise ValueError(
                f"layer{stage}: {out} channels are no multiple of a bottleneck's expansion, {kind.expansion}"
            )
        planes.append(out // kind.expansion if out else 2 * planes[-1] if planes else 64)
    return stage_widths(planes)


def stage_widths(planes: Sequence[int]) -> Fields:
    """The spec's fields for inner channels of each stage: one number where each doubles the one before."""
    doubled = list(planes) == [planes[0] << stage for stage in range(len(planes))]
    return {"width": planes[0] if doubled else 64, "widths": tuple(planes)}


def _groups(seen: Seen, found: Fields) -> Fields:
    """Groups and width per group, by what most stages say."""
    if found["block"] != "bottleneck":
        return {}
    said: Counter[tuple[int, int]] = Counter()
    for stage, planes in enumerate(found["widths"], start=1):
        inner, of_group = seen.sides("conv2.weight", 0, stage), seen.sides("conv2.weight", 1, stage)
        if inner and of_group and inner % of_group == 0:
            groups = inner // of_group
            said[groups, max(1, -(-inner * 64 // (planes * groups)))] += 1
    groups, per_group = said.most_common(1)[0][0] if said else (1, 64)
    return {"groups": groups, "width_per_group": per_group}


def _stem(seen: Seen, found: Fields) -> Fields:
    deep = [seen.conv(f"conv1.{index}") for index in (0, 3, 6)]
    single = seen.conv("conv1")
    if all(deep):
        stem: Fields = {"stem": "deep", "stem_widths": tuple(conv[0] for conv in deep if conv)}
        stem["in_channels"] = deep[0][1] if deep[0] else 3
    elif single:
        small = single[2] <= 3
        stem = {"stem": "cifar" if small else "imagenet", "stem_widths": (single[0],), "in_channels": single[1]}
    else:
        stem = {"stem": "cifar" if len(found["stages"]) == 3 else "imagenet"}
    stem["family"] = "cifar" if stem["stem"] == "cifar" else "imagenet"
    return stem | ({"pool": "conv"} if seen.conv("maxpool.0") else {})


def _head(seen: Seen, found: Fields) -> Fields:
    shape = seen.shapes.get("fc.weight", ())
    return {"num_classes": shape[0] if shape else 0}


def _norm(seen: Seen, found: Fields) -> Fields:
    if not seen.any("bn1.weight") and not seen.any("bn2.weight"):
        return {"norm": "none"}
    return {"norm": "batch" if seen.any("bn1.running_mean") or seen.any("bn2.running_mean") else "group"}


def _activation(seen: Seen, found: Fields) -> Fields:
    """Before the first convolution stands a norm as wide as what enters, after it one as wide as what leaves."""
    before = after = 0
    for block in seen.each():
        conv, norm = block.get("conv1.weight", ()), block.get("bn1.weight", ())
        if len(conv) == 4 and norm and conv[0] != conv[1]:
            before += norm[0] == conv[1]
            after += norm[0] == conv[0]
    if before <= after and "bn_last.weight" not in seen.shapes:
        return {}
    first = seen.blocks.get((1, 0), {})
    return {
        "activation": "pre",
        "preact_first": "block" if "bn1.weight" in first else "stem",
        "last_norm": "yes" if "bn_last.weight" in seen.shapes else "no",
    }


def _shortcut(seen: Seen, found: Fields) -> Fields:
    """No projection: option A (or a plain net). One where the shape changes: B. In every block: C."""
    places = seen.downsample()
    if not places:
        return {"shortcut": "A"}
    later = [where for where in seen.blocks if where[1] > 0]
    everywhere = later and 2 * sum(where in places for where in later) > len(later)
    made: Fields = {"shortcut": "C" if everywhere else "B"}
    average = 2 * sum(places.values()) > len(places)
    if average:
        made["shortcut_pool"] = "avg"
    behind = f"downsample.{int(average) + 1}.weight"
    if found["norm"] != "none" and found.get("activation") != "pre" and not seen.any(behind):
        made["shortcut_norm"] = "none"
    return made | _early_stride(places, found, everywhere=bool(everywhere))


def _early_stride(places: Mapping[tuple[int, int], int], found: Fields, everywhere: bool) -> Fields:
    """A projection in the first block although the channels agree: there the first stage has a stride, too."""
    enters = (found.get("stem_widths") or found["widths"])[-1 if "stem_widths" in found else 0]
    agree = enters == found["widths"][0] * BLOCKS[found["block"]].expansion
    return {"strides": (2,) * len(found["stages"])} if agree and (1, 0) in places and not everywhere else {}


def _bias(seen: Seen, found: Fields) -> Fields:
    last = f"conv{BLOCKS[found['block']].convs}.bias"
    projection = any(seen.any(f"downsample.{index}.bias") for index in set(seen.downsample().values()))
    if seen.any("conv1.bias"):
        return {"conv_bias": "all"}
    if seen.any(last):
        return {"conv_bias": "ends"}
    return {"conv_bias": "projection"} if projection else {}


def _attention(seen: Seen, found: Fields) -> Fields:
    if seen.any("se.conv.weight"):
        return {"attention": "eca"}
    if not seen.any("se.fc1.weight"):
        return {}
    ratios = Counter(
        block["se.fc1.weight"][1] // block["se.fc1.weight"][0]
        for block in seen.each(len(found["stages"]))
        if len(block.get("se.fc1.weight", ())) == 4 and block["se.fc1.weight"][0]
    )
    return {"attention": "se", "attention_reduction": ratios.most_common(1)[0][0] if ratios else 16}


RULES: tuple[Callable[[Seen, Fields], Fields], ...] = (
    _block,
    _widths,
    _groups,
    _stem,
    _head,
    _norm,
    _activation,
    _shortcut,
    _bias,
    _attention,
)
