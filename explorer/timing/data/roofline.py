"""Measured times against the device's ceilings: the floor, per cent of the limit, and what a pass is bound by.

Williams et al. 2009 (the roofline model). Work is 2 FLOPs per multiply-add of convolutions and fc; bytes are what
eager execution moves: each operation reads its inputs and weights and writes its output. Pure; no torch call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.facts.rollup import BYTES
from explorer.net.node import Node
from explorer.net.ops import op, reads
from explorer.timing.data.limits import Ceilings
from explorer.units import percent

WORDS = {"arithmetic": "arithmetic", "memory": "memory traffic", "launches": "the start of operations"}
TIE = 0.1  # of the time: two shares that are nearer than this change places from run to run


def moved_bytes(node: Node, dtype: str, batch: int) -> int:
    """Bytes that one operation reads and writes for a batch; `node` traced at batch 1."""
    if not op(node.kind).runs:
        return 0
    return BYTES[dtype] * (batch * (reads(node) + math.prod(node.out_shape)) + node.params)


def least_bytes(nodes: Sequence[Node], dtype: str, batch: int) -> int:
    """What no execution can avoid: every weight and the picture read once, the logits written."""
    ends = math.prod(nodes[0].out_shape) + math.prod(nodes[-1].out_shape)
    return BYTES[dtype] * (batch * ends + sum(node.params for node in nodes))


@dataclass(frozen=True)
class Point:
    """One stage (or the whole pass) under the roof. intensity: FLOPs per byte moved; share: of its own limit, ≤ 1."""

    name: str
    macs: int
    bytes: int
    seconds: float
    limit_flops_per_s: float

    @property
    def flops_per_s(self) -> float:
        return 2 * self.macs / self.seconds

    @property
    def intensity(self) -> float:
        return 2 * self.macs / self.bytes

    @property
    def share(self) -> float:
        return self.flops_per_s / self.limit_flops_per_s


@dataclass(frozen=True)
class Roofline:
    """peak: (FLOP/s, where it was reached); band: (byte/s, where). They are at least what any point reached.

    bound: seconds by what binds the operations. by_layer: whether they were timed, or only reckoned at the ceilings.
    """

    points: tuple[Point, ...]
    whole: Point
    peak_flops_per_s: float
    peak_from: str
    band_bytes_per_s: float
    band_from: str
    memory_bytes_per_s: float
    floor_arithmetic_s: float
    floor_memory_s: float
    bound: dict[str, float]
    by_layer: bool = True

    @property
    def floor_s(self) -> float:
        """No execution on this device can be faster than this."""
        return max(self.floor_arithmetic_s, self.floor_memory_s)

    @property
    def share(self) -> float:
        """Of what the device can do: the floor against the measured time."""
        return self.floor_s / self.whole.seconds

    @property
    def bound_shares(self) -> dict[str, float]:
        """Shares of the time by what binds the operations, the largest first."""
        total = sum(self.bound.values()) or 1.0
        return {name: self.bound[name] / total for name in sorted(self.bound, key=self.bound.__getitem__, reverse=True)}

    @property
    def verdict(self) -> str:
        """arithmetic | memory | launches: where most of the measured time is spent."""
        return next(iter(self.bound_shares))

    @property
    def tied(self) -> bool:
        """Whether the second is so near that another run may turn the verdict."""
        first, second, *_ = self.bound_shares.values()
        return first - second < TIE

    @property
    def verdict_words(self) -> str:
        """'memory', or 'arithmetic and memory alike'."""
        first, second, *_ = self.bound_shares
        return f"{first} and {second} alike" if self.tied else first

    @property
    def binding(self) -> str:
        """All three shares of what binds the time."""
        shares = [f"{percent(share)} by {WORDS[name]}" for name, share in self.bound_shares.items()]
        how = (
            "The time of its layers is bound"
            if self.by_layer
            else "Its layers were not timed; their least times at the ceilings are bound"
        )
        tie = " The first two are nearly a tie." if self.tied else ""
        return f"{how} {shares[0]}, {shares[1]} and {shares[2]}.{tie}"


def roofline(
    nodes: Sequence[Node],
    dtype: str,
    batch: int,
    stage_s: Mapping[str, float],
    whole_s: float,
    limits: Ceilings,
    layer_s: Mapping[str, float] | None = None,
    enqueue_s: float | None = None,
    replayed: bool = False,
) -> Roofline:
    """`nodes`: traced at batch 1. stage_s, layer_s: measured seconds by stage and by node path; enqueue_s: host
    seconds to launch a pass (GPU): when it is nearly the whole pass, the device waits for launches. replayed: as a
    graph, whose operations are not launched one by one."""
    work = {name: _work([node for node in nodes if node.stage == name], dtype, batch) for name in stage_s}
    whole = _work(nodes, dtype, batch)
    peak, peak_from = limits.flops_per_s, limits.best("matmul", "conv").name
    band, band_from = limits.bytes_per_s, limits.best("copy").name
    for name, (macs, amount) in [*work.items(), ("the whole pass", whole)]:
        seconds = stage_s.get(name, whole_s)
        if 2 * macs / seconds > peak:
            peak, peak_from = 2 * macs / seconds, f"this net's own {name}"
        if amount / seconds > band:
            band, band_from = amount / seconds, f"this net's own {name}"
    points = tuple(_point(name, *work[name], stage_s[name], peak, band) for name in stage_s if work[name][0])
    return Roofline(
        points,
        _point("whole pass", *whole, whole_s, peak, band),
        peak,
        peak_from,
        band,
        band_from,
        limits.memory_bytes_per_s,
        2 * whole[0] / peak,
        least_bytes(nodes, dtype, batch) / band,
        bound_by(nodes, dtype, batch, limits, whole_s, layer_s, enqueue_s, 0.0 if replayed else limits.launch_s),
        layer_s is not None,
    )


def bound_by(
    nodes: Sequence[Node],
    dtype: str,
    batch: int,
    limits: Ceilings,
    whole_s: float,
    layer_s: Mapping[str, float] | None,
    enqueue_s: float | None,
    launch_s: float,
) -> dict[str, float]:
    """Seconds by what binds each operation: the largest of its arithmetic, its traffic and its launch at the ceilings.

    With measured times per layer these are summed; without, the times at the ceilings are.
    """
    if enqueue_s is not None and enqueue_s > 0.9 * whole_s:
        return {"arithmetic": 0.0, "memory": 0.0, "launches": whole_s}
    spent = dict.fromkeys(WORDS, 0.0)
    for node in nodes:
        if not op(node.kind).runs:
            continue
        amount = moved_bytes(node, dtype, batch)
        at_best = {
            "arithmetic": 2 * node.macs * batch / limits.flops_per_s,
            "memory": amount / limits.bandwidth(amount),
            "launches": launch_s,
        }
        name = max(at_best, key=at_best.__getitem__)
        spent[name] += at_best[name] if layer_s is None else layer_s.get(node.path, 0.0)
    return spent


def _work(nodes: Sequence[Node], dtype: str, batch: int) -> tuple[int, int]:
    return sum(node.macs for node in nodes) * batch, sum(moved_bytes(node, dtype, batch) for node in nodes)


def _point(name: str, macs: int, amount: int, seconds: float, peak: float, band: float) -> Point:
    return Point(name, macs, amount, seconds, min(peak, band * 2 * macs / amount))
