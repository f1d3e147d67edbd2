"""One forward pass, seen: what each operation of the trace made of a real picture.

The pass is the model's own forward. Each torch operation that it calls is the next node of the trace, in order, so
outputs carry the trace's paths and shapes; a pass that leaves the trace raises. Nothing is hooked or patched: the
watcher lives in this thread only, so one model may serve any number of visitors at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer.net import ops
from explorer.net.node import Node
from explorer.net.ops import is_silent
from explorer.net.trace import RULES, trace
from explorer.spec import ResNetSpec

ADDITIONS = (Tensor.add_, Tensor.add, torch.add)
SCALES = (Tensor.mul, torch.mul)  # attention: a map times its gate


@dataclass(frozen=True)
class Sum:
    """Two of the three terms of one block, (N, C, H, W) each: what the shortcut carries and what the block adds. Their sum
    before the last ReLU is what the model's own addition made, to the bit, and is made again rather than kept."""

    path: str
    shortcut: Tensor
    residual: Tensor

    @property
    def total(self) -> Tensor:
        """shortcut + residual; a new tensor at each call."""
        return self.residual + self.shortcut


@dataclass(frozen=True)
class Passed:
    """A pass: the output of each node that was asked for, the terms of each block, and the logits (N, classes); stds: the
    standard deviations of outputs that were asked for."""

    spec: ResNetSpec
    outputs: dict[str, Tensor]
    sums: dict[str, Sum]
    logits: Tensor
    stds: dict[str, float] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """What its tensors hold; one that serves as an output and as a shortcut counts once."""
        terms = (term for one in self.sums.values() for term in (one.shortcut, one.residual))
        held = {one.data_ptr(): one.nbytes for one in (*self.outputs.values(), *terms, self.logits)}
        return sum(held.values())


class _Watcher(TorchFunctionMode):
    """Keeps copies as the pass goes by: later operations write in place. An identity shortcut carries what the block
    before put out; where that is kept already, no second copy is."""

    def __init__(
        self,
        nodes: tuple[Node, ...],
        wanted: Collection[str],
        off: Collection[str],
        cut: Collection[str],
        measured: Collection[str],
        terms: bool,
    ) -> None:
        super().__init__()
        self.off, self.cut, self.terms = off, cut, terms
        self.measured, self.stds = frozenset(measured), dict[str, float]()
        self.sources = {node.path: node.inputs[0] for node in nodes if is_silent(node) and node.inputs}
        self.coming: Iterator[Node] = (node for node in nodes if not is_silent(node))
        self.wanted = wanted
        self.outputs: dict[str, Tensor] = {}
        self.sums: dict[str, Sum] = {}

    def __torch_function__(
        self, func: Callable[..., Any], types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        adds = func in ADDITIONS and isinstance(args[1], Tensor)
        scales = func in SCALES and isinstance(args[1], Tensor)
        if not adds and not scales and func not in RULES:
            return func(*args, **(kwargs or {}))
        node = next(self.coming, None)
        if adds and node is not None and node.block in self.off:
            args[0].zero_()
        if adds and node is not None and node.block in self.cut:
            args = (args[0], torch.zeros_like(args[1]), *args[2:])
        residual = args[0].clone() if adds and self.terms else None
        out = func(*args, **(kwargs or {}))
        if node is None or adds != ops.adds(node) or tuple(out.shape[1:]) != node.out_shape[1:]:
            place = "its end" if node is None else f"{node.path}, {node.kind} {node.out_shape}"
            raise RuntimeError(f"the pass left its trace at {place}: {getattr(func, '__name__', func)}")
        if residual is not None and node.block:
            came = None if node.block in self.cut else self.outputs.get(self.sources.get(node.inputs[1], ""))
            self.sums[node.block] = Sum(node.block, args[1].clone() if came is None else came, residual)
        if node.path in self.wanted:
            self.outputs[node.path] = out.clone()
        if node.path in self.measured:
            self.stds[node.path] = float(out.std())
        return out


def kept_bytes(nodes: tuple[Node, ...]) -> int:
    """At most what a pass keeps by default, in bytes of fp32: each block's end, what it adds, and its shortcut where that is
    no identity."""
    by_path = {node.path: node for node in nodes}
    kept = [by_path[path] for path in ends(nodes)]
    for node in nodes:
        if ops.adds(node):
            kept += [by_path[path] for path in node.inputs if not is_silent(by_path[path])]
    return 4 * sum(math.prod(node.out_shape) for node in kept)


def ends(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """Where a visitor looks: the stem's last layer, each block's end, and, behind pre-activation blocks, the last ReLU."""
    stem = [node.path for node in nodes if node.stage == "stem" and not is_silent(node)]
    blocks = {node.block: node.path for node in nodes if node.block}
    return tuple(dict.fromkeys((stem[-1], *blocks.values(), last_maps(nodes))))


def last_maps(nodes: tuple[Node, ...]) -> str:
    """The node whose maps the head averages."""
    return next(node.inputs[0] for node in nodes if node.path == "avgpool")


@torch.no_grad()
def passed(
    model: nn.Module,
    spec: ResNetSpec,
    x: Tensor,
    wanted: Collection[str] | None = None,
    off: Collection[str] = (),
    cut: Collection[str] = (),
    stds: Collection[str] = (),
    terms: bool = True,
) -> Passed:
    """Send x (N, C, H, W) through a model in eval mode. wanted: paths of nodes whose output is kept (default: `ends`).
    off: blocks whose F(x) is replaced by 0, so that only their shortcut is left (Veit et al. 2016, §4); cut: blocks whose
    shortcut carries 0, so that only F(x) is left. stds: paths of nodes whose output's standard deviation is measured,
    without keeping the output. terms: whether the blocks' are kept.

    Raises `ValueError` for a block that has no shortcut to be left with, `RuntimeError` when the model is not the one
    that `spec` says.
    """
    nodes = trace(spec, x.shape[2], x.shape[3], x.shape[0])
    known = {node.block for node in nodes if ops.adds(node) and node.block}
    for name, path in (*(("off", path) for path in off), *(("cut", path) for path in cut)):
        if path not in known:
            raise ValueError(
                f"{name}={path[:60]!r}: choose blocks with a shortcut: {', '.join(sorted(known)) or 'none here'}"
            )
    watcher = _Watcher(nodes, ends(nodes) if wanted is None else wanted, off, cut, stds, terms)
    with watcher:
        logits: Tensor = model(x)
    if next(watcher.coming, None) is not None:
        raise RuntimeError("the pass ended before its trace did")
    return Passed(spec, watcher.outputs, watcher.sums, logits, watcher.stds)
