"""Receptive fields: theory per block, v1 against v1.5, and a live check by the gradient of one output unit.

The extent of a gradient depends on kernels and strides alone, so the check runs on the same net with few channels.
Theory: Araujo et al. 2019 (Distill). Effective size: Luo et al. 2016 (1701.04128), the pixels whose gradient is at
least 1 − 95.45 % of the largest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypedDict

import torch
from torch import Tensor, nn

from explorer.facts.proof import Proof, receptive_field
from explorer.facts.rollup import activation_bytes, blocks
from explorer.facts.told import Provable, Told
from explorer.net import called
from explorer.net.node import Node
from explorer.net.resnet import ResNet, build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, Value, varied
from explorer.spec.fields import DEFAULTS, GATES

CHANNELS = 4  # of the narrow copy
BUDGET_BYTES = 300e6  # activations of the check, fp64, forward and backward
DRAWS = 4  # nets and pictures over which the effective field is averaged
THRESHOLD = 1 - 0.9545


@dataclass(frozen=True)
class Check:
    """What the gradient says. path: the block whose output unit was asked; sides in pixels.

    extent: (height, width) of the box of non-zero gradient; moved: (down, right) of where theory puts it; effective: side of a square of as many pixels as have
    a gradient above the threshold; note: on what it was asked; at: when.
    gradient: its mean magnitude per pixel, rows of floats, for a picture of it.
    """

    path: str
    theory: int
    extent: tuple[int, int]
    moved: tuple[int, int]
    effective: float
    note: str
    at: str
    gradient: list[list[float]]

    @property
    def agrees(self) -> bool:
        return self.extent == (self.theory, self.theory) and self.moved == (0, 0)


class BlockField(TypedDict):
    """Theoretical field at the end of a block, with the stride on the 1×1 (v1) and on the 3×3 (v1.5), in pixels."""

    block: str
    stage: str
    v1_px: int | None
    v15_px: int | None
    jump_px: int


def fields(row: BlockField) -> dict[str, int | None]:
    """Both fields, by their column."""
    return {"v1_px": row["v1_px"], "v15_px": row["v15_px"]}


def by_block(spec: ResNetSpec) -> list[BlockField]:
    """Theoretical field at the end of each block, with the stride on the 1×1 (v1) and on the 3×3 (v1.5)."""
    side = spec.default_input
    versions = {
        name: blocks(trace(replace(spec, stride_on=place), side, side))
        for name, place in (("v1", "1x1"), ("v15", "3x3"))
    }
    return [
        {
            "block": old.path,
            "stage": old.stage,
            "v1_px": old.nodes[-1].receptive_field,
            "v15_px": new.nodes[-1].receptive_field,
            "jump_px": new.nodes[-1].jump,
        }
        for old, new in zip(versions["v1"], versions["v15"], strict=True)
    ]


def lesson(rows: Sequence[BlockField], proofs: Sequence[dict[str, Proof]]) -> Told:
    """What the last block sees, in one or two sentences."""
    last = rows[-1]
    old, new = (
        Provable(f"{last['v1_px']:,}", proofs[-1]["v1_px"]),
        Provable(f"{last['v15_px']:,}", proofs[-1]["v15_px"]),
    )
    if last["v1_px"] == last["v15_px"]:
        rest = Told(" pixels a side; a basic block has no 1×1 to move the stride to")
    else:
        rest = Told(" pixels a side with the stride on the 3×3 (v1.5) and ", old, " with it on the 1×1 (v1)")
    return Told(
        f"After {called.block(last['block'])} one unit sees ",
        new,
        rest,
        ". That is the extent; most of what it sees counts for little.",
    )


def proofs(spec: ResNetSpec) -> list[dict[str, Proof]]:
    """For each row of `by_block`, how both fields come about."""
    side, found = spec.default_input, []
    for place in ("1x1", "3x3"):
        nodes = trace(replace(spec, stride_on=place), side, side)
        found.append([receptive_field(nodes, block.nodes[-1].path) for block in blocks(nodes)])
    return [{"v1_px": old, "v15_px": new} for old, new in zip(*found, strict=True)]


def check(spec: ResNetSpec, path: str | None = None) -> Check:
    """Ask the gradient at the end of the block `path` (the last by default), or, where its input would be too large
    for the budget, at the deepest block that fits. Raises `ValueError` for an unknown block."""
    narrow = _narrow(spec)
    side = spec.default_input
    nodes = trace(narrow, side, side)
    ends = {block.path: block.nodes[-1] for block in blocks(nodes)}
    if path is not None and path not in ends:
        raise ValueError(f"path={path[:60]!r}: choose a block from {next(iter(ends))} to {list(ends)[-1]}")
    wanted = list(ends)[: list(ends).index(path) + 1 if path else None]
    bytes_at = _bytes_per_pixel(nodes)
    asked = next((one for one in reversed(wanted) if bytes_at[one] * _side(ends[one]) ** 2 <= BUDGET_BYTES), wanted[0])
    end, side, unit = ends[asked], _side(ends[asked]), _inside(ends[asked])
    note = f"a copy of this net with {CHANNELS} channels on a {side}×{side} picture"
    if asked != wanted[-1]:
        note += (
            f"; {wanted[-1]} would need {_side(ends[wanted[-1]]):,} pixels a side, so this is the deepest that is quick"
        )
    box = _gradient(_prefix(_linear(narrow), asked), side, unit)
    (top, bottom), (left, right) = _touched(box, 0), _touched(box, 1)
    first, *draws = (_gradient(_prefix(_random(narrow, draw), asked), side, unit, draw) for draw in range(DRAWS))
    random = sum(draws, first) / DRAWS
    start = end.field.span(unit, side)[0]
    return Check(
        asked,
        _extent(end),
        (bottom - top, right - left),
        (top - start, left - start),
        _effective(random),
        note,
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        _small(random),
    )


def _narrow(spec: ResNetSpec) -> ResNetSpec:
    """The same kernels, strides and dilation with few channels, and without what makes every unit see the whole
    picture: a gate's mean, and a group's."""
    few: dict[str, Value] = {"width": CHANNELS, "widths": (), "stem_widths": (), "groups": 1, "width_per_group": 64}
    flat: dict[str, Value] = {
        **{gate: DEFAULTS[gate] for gate in GATES},
        "zero_init": "no",
        "norm": "batch" if spec.norm == "group" else spec.norm,
    }
    return varied(spec, **few, **flat, num_classes=1, in_channels=1)


def _extent(end: Node) -> int:
    """Its receptive field. Raises `ValueError` where that is the whole picture: the narrow copy has no such block."""
    if end.receptive_field is None:
        raise ValueError(f"path={end.path!r}: sees the whole picture")
    return end.receptive_field


def _inside(end: Node) -> int:
    """The first unit whose field lies inside the picture, with a pixel before it that it must not see."""
    return math.ceil((1 - end.field.first) / end.jump)


def _side(end: Node) -> int:
    """Input side, a multiple of the jump, at which there is such a pixel behind it, too."""
    behind = end.field.first + _inside(end) * end.jump + _extent(end)
    return math.ceil((behind + 1) / end.jump) * end.jump


def _bytes_per_pixel(nodes: Sequence[Node]) -> dict[str, float]:
    """Block → bytes of all activations up to its end per pixel of the picture, fp64, forward and backward."""
    pixels, so_far, found = math.prod(nodes[0].out_shape[2:]), 0, {}
    for node in nodes:
        so_far += 2 * activation_bytes(node, "fp64")
        found[node.block] = so_far / pixels
    return found


def _linear(spec: ResNetSpec) -> ResNet:
    """All weights alike and positive, so that no path cancels or dies; max pooling, which passes a gradient to one
    pixel only, becomes average pooling of the same window."""
    model = build(spec, seed=0).double().eval()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    if isinstance(pool := model.maxpool, nn.MaxPool2d):
        model.maxpool = nn.AvgPool2d(3, stride=2, padding=pool.padding, ceil_mode=pool.ceil_mode)
    return model


def _random(spec: ResNetSpec, seed: int) -> ResNet:
    return build(spec, seed=seed).double().eval()


def _prefix(model: ResNet, path: str) -> nn.Module:
    """The net up to and including the block `path`."""
    stage, index = int(path[5]), int(path.split(".")[1])
    front = [model.conv1, model.bn1, model.relu, model.maxpool]
    whole = [model.get_submodule(f"layer{number}") for number in range(1, stage)]
    blocks_there = [*model.get_submodule(f"layer{stage}").children()]
    return nn.Sequential(*front, *whole, *blocks_there[: index + 1])


def _gradient(model: nn.Module, side: int, unit: int, seed: int | None = None) -> Tensor:
    """|∂ output unit (unit, unit) / ∂ picture|, (side, side). The picture is ones, or noise from `seed`."""
    shape = (1, 1, side, side)
    noise = (
        None if seed is None else torch.randn(shape, dtype=torch.double, generator=torch.Generator().manual_seed(seed))
    )
    picture = (torch.ones(shape, dtype=torch.double) if noise is None else noise).requires_grad_()
    (gradient,) = torch.autograd.grad(model(picture)[0, :, unit, unit].sum(), picture)
    return gradient[0, 0].abs()


def _touched(gradient: Tensor, axis: int) -> tuple[int, int]:
    """(first, one past the last) row or column where it is not zero."""
    touched = gradient.amax(1 - axis).nonzero().flatten()
    return int(touched[0]), int(touched[-1]) + 1


def _effective(gradient: Tensor) -> float:
    return round(math.sqrt(int((gradient >= THRESHOLD * gradient.max()).sum())), 1)


def _small(gradient: Tensor, most: int = 96) -> list[list[float]]:
    """At most 96×96 values from 0 to 1, each the largest of its patch."""
    factor = math.ceil(gradient.shape[0] / most)
    small = nn.functional.max_pool2d(gradient[None, None], factor, ceil_mode=True)[0, 0]
    return (small / small.max()).tolist() if small.max() > 0 else small.tolist()
