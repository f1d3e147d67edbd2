"""One forward pass, seen: what each operation of the trace made of a real picture.

The pass is the model's own forward. Each torch operation that it calls is the next node of the trace, in order, so
outputs carry the trace's paths and shapes; a pass that leaves the trace raises. Nothing is hooked or patched: the
watcher lives in this thread only, so one model may serve any number of visitors at once.

A pass that is kept for a visit holds each block's end and no terms (ResNet-50 at 224 px: 22 MB instead of 48). From a
block's end the net can go on: `lesioned` begins where a block is switched off, `terms_of` makes a block's terms again, and
of a pass that keeps only each stage's end (`slim`: 7 MB) `filled` makes blocks' ends again. The operations that are not wanted
then are passed by; those that are, get what they got before, to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
class BlockRow:
    """One block: ‖shortcut‖, ‖F(x)‖ and ‖sum‖ (Euclidean, over channels and positions of the first picture), and mean
    and standard deviation of the sum. residual_share: ‖F(x)‖ / ‖shortcut‖."""

    path: str
    norm_shortcut: float
    norm_residual: float
    norm_sum: float
    mean: float
    std: float

    @property
    def residual_share(self) -> float:
        return self.norm_residual / self.norm_shortcut if self.norm_shortcut else float("inf")


@dataclass(frozen=True)
class Passed:
    """A pass: the output of each node that was asked for, a row of numbers for each block with a shortcut, its terms where
    they were asked for, and the logits (N, classes); stds: the standard deviations of outputs that were asked for. off, cut:
    the blocks that were changed, as in `passed`."""

    spec: ResNetSpec
    outputs: dict[str, Tensor]
    sums: dict[str, Sum]
    logits: Tensor
    stds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, BlockRow] = field(default_factory=dict)
    off: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()

    @property
    def held(self) -> dict[int, int]:
        """Its tensors: place in memory → bytes. One that serves twice, here or in two passes, has one place."""
        terms = (term for one in self.sums.values() for term in (one.shortcut, one.residual))
        return {one.data_ptr(): one.nbytes for one in (*self.outputs.values(), *terms, self.logits)}

    @property
    def bytes(self) -> int:
        """What its tensors hold."""
        return sum(self.held.values())


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
        known: Mapping[str, Tensor] | None = None,
        run: Collection[str] | None = None,
    ) -> None:
        """known: outputs of an earlier pass; run: paths of the nodes that are computed, None for all. Of the others those
        that are known stand in, and of the rest memory that nobody reads."""
        super().__init__()
        self.off, self.cut, self.terms = off, cut, terms
        self.known, self.run = known or {}, run
        self.measured, self.stds = frozenset(measured), dict[str, float]()
        self.sources = {node.path: node.inputs[0] for node in nodes if is_silent(node) and node.inputs}
        self.coming: Iterator[Node] = (node for node in nodes if not is_silent(node))
        self.wanted = wanted
        self.outputs: dict[str, Tensor] = {}
        self.sums: dict[str, Sum] = {}
        self.rows: dict[str, BlockRow] = {}

    def __torch_function__(
        self, func: Callable[..., Any], types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        adds = func in ADDITIONS and isinstance(args[1], Tensor)
        scales = func in SCALES and isinstance(args[1], Tensor)
        if not adds and not scales and func not in RULES:
            return func(*args, **(kwargs or {}))
        node = next(self.coming, None)
        if self.run is not None and node is not None and node.path not in self.run:
            return self._stands_in(node, args[0])
        if adds and node is not None and node.block in self.off:
            args[0].zero_()
        if adds and node is not None and node.block in self.cut:
            args = (args[0], torch.zeros_like(args[1]), *args[2:])
        residual = args[0].clone() if adds and self.terms else None
        norms = tuple(float(term[0].norm()) for term in args[:2]) if adds else ()
        out = func(*args, **(kwargs or {}))
        if node is None or adds != ops.adds(node) or tuple(out.shape[1:]) != node.out_shape[1:]:
            place = "its end" if node is None else f"{node.path}, {node.kind} {node.out_shape}"
            raise RuntimeError(f"the pass left its trace at {place}: {getattr(func, '__name__', func)}")
        if adds and node.block:
            total = out[0]
            self.rows[node.block] = BlockRow(
                node.block, norms[1], norms[0], float(total.norm()), float(total.mean()), float(total.std())
            )
        if residual is not None and node.block:
            came = None if node.block in self.cut else self.outputs.get(self.sources.get(node.inputs[1], ""))
            self.sums[node.block] = Sum(node.block, args[1].clone() if came is None else came, residual)
        if node.path in self.wanted:
            self.outputs[node.path] = out.clone()
        if node.path in self.measured:
            self.stds[node.path] = float(out.std())
        return out

    def _stands_in(self, node: Node, like: Tensor) -> Tensor:
        """For the output of a node that is passed by."""
        known = self.known.get(node.path)
        if known is None:
            return like.new_empty((len(like), *node.out_shape[1:]))
        self.outputs[node.path] = known
        return known


def kept_bytes(nodes: tuple[Node, ...], terms: bool = True) -> int:
    """At most what a pass keeps by default, in bytes of fp32: each block's end and, with its terms, what it adds, and its
    shortcut where that is no identity."""
    by_path = {node.path: node for node in nodes}
    kept = [by_path[path] for path in ends(nodes)]
    for node in nodes:
        if terms and ops.adds(node):
            kept += [by_path[path] for path in node.inputs if not is_silent(by_path[path])]
    return 4 * sum(math.prod(node.out_shape) for node in kept)


def ends(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """Where a visitor looks: the stem's last layer, each block's end, and, behind pre-activation blocks, the last ReLU."""
    stem = [node.path for node in nodes if node.stage == "stem" and not is_silent(node)]
    blocks = {node.block: node.path for node in nodes if node.block}
    return tuple(dict.fromkeys((stem[-1], *blocks.values(), last_maps(nodes))))


def stage_ends(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """Of `ends`, those that the net can go on from stage by stage: the stem's, each stage's, and the maps that the head
    averages."""
    last = {node.stage: node.path for node in nodes if node.block}
    return tuple(dict.fromkeys((ends(nodes)[0], *last.values(), last_maps(nodes))))


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
    _check(nodes, off, cut)
    return _sent(model, spec, x, _Watcher(nodes, ends(nodes) if wanted is None else wanted, off, cut, stds, terms))


@torch.no_grad()
def lesioned(model: nn.Module, seen: Passed, nodes: tuple[Node, ...], off: Collection[str]) -> Passed:
    """What `passed(…, off=off, terms=False)` gives, to the bit, from `seen`, the pass of the same picture through the same
    net with nothing off, and its trace: the net goes on from the last end that is known before the first block that is off. What
    lies before is `seen`'s memory; of a slim pass that is the ends of the stages.

    Raises `ValueError` for a block that has no shortcut to be left with.
    """
    _check(nodes, off, ())
    run = _run(nodes, seen, off)
    first = next((place for place, node in enumerate(nodes) if node.path in run), len(nodes))
    run |= {node.path for node in nodes[first:]}
    watcher = _Watcher(nodes, ends(nodes), off, (), (), False, seen.outputs, run)
    found = _sent(model, seen.spec, _nothing(seen, nodes), watcher)
    return replace(found, rows=seen.rows | found.rows, logits=found.logits if run else seen.logits)


def slim(seen: Passed, nodes: tuple[Node, ...]) -> Passed:
    """A pass that keeps only the ends of its stages, and no terms: `filled` makes the rest again."""
    kept = {path: seen.outputs[path] for path in stage_ends(nodes) if path in seen.outputs}
    return replace(seen, outputs=kept, sums={})


@torch.no_grad()
def filled(model: nn.Module, seen: Passed, nodes: tuple[Node, ...], blocks: Collection[str]) -> Passed:
    """A pass, by its trace, with the ends of these blocks: kept, or made again, to the bit."""
    behind = _behind(nodes)
    missing = {block for block in blocks if behind[block] not in seen.outputs}
    if not missing:
        return seen
    run = _run(nodes, seen, missing)
    watcher = _Watcher(nodes, ends(nodes), seen.off, seen.cut, (), False, seen.outputs, run)
    return replace(seen, outputs=_sent(model, seen.spec, _nothing(seen, nodes), watcher).outputs)


def _behind(nodes: tuple[Node, ...]) -> dict[str, str]:
    """Each block's end, in order."""
    return {node.block: node.path for node in nodes if node.block}


def _run(nodes: tuple[Node, ...], seen: Passed, blocks: Collection[str]) -> set[str]:
    """The nodes of these blocks, and of those before them from which on the pass is not known.

    Raises `ValueError` for a pass that did not keep where the stem ends.
    """
    run: set[str] = set()
    behind, coming = _behind(nodes), False  # whether the block behind is run, and wants to know where this one ends
    for block, end in reversed(behind.items()):
        if block in blocks or (coming and end not in seen.outputs):
            run.add(block)
        coming = block in run
    if coming and ends(nodes)[0] not in seen.outputs:
        raise ValueError(
            f"outputs={', '.join(seen.outputs)[:60]!r}: a pass goes on from {ends(nodes)[0]} and later ends"
        )
    return {node.path for node in nodes if node.block in run}


@torch.no_grad()
def terms_of(model: nn.Module, seen: Passed, nodes: tuple[Node, ...], paths: Collection[str]) -> dict[str, Sum]:
    """The terms of the blocks at `paths` in a pass, by its trace: kept, or made again, to the bit, from what went into them.

    Raises `ValueError` for a block that has none.
    """
    _check(nodes, paths, ())
    if all(path in seen.sums for path in paths):
        return {path: seen.sums[path] for path in paths}
    run = _run(nodes, seen, paths)
    watcher = _Watcher(nodes, (), seen.off, seen.cut, (), True, seen.outputs, run)
    sums = _sent(model, seen.spec, _nothing(seen, nodes), watcher).sums
    return {path: one for path, one in sums.items() if path in paths}


def _nothing(seen: Passed, nodes: tuple[Node, ...]) -> Tensor:
    """In the picture's place, where its pass is known."""
    return seen.logits.new_empty((len(seen.logits), *nodes[0].out_shape[1:]))


def _check(nodes: tuple[Node, ...], off: Collection[str], cut: Collection[str]) -> None:
    known = {node.block for node in nodes if ops.adds(node) and node.block}
    for name, path in (*(("off", path) for path in off), *(("cut", path) for path in cut)):
        if path not in known:
            raise ValueError(
                f"{name}={path[:60]!r}: choose blocks with a shortcut: {', '.join(sorted(known)) or 'none here'}"
            )


def _sent(model: nn.Module, spec: ResNetSpec, x: Tensor, watcher: _Watcher) -> Passed:
    with watcher:
        logits: Tensor = model(x)
    if next(watcher.coming, None) is not None:
        raise RuntimeError("the pass ended before its trace did")
    off, cut = tuple(watcher.off), tuple(watcher.cut)
    return Passed(spec, watcher.outputs, watcher.sums, logits, watcher.stds, watcher.rows, off, cut)
