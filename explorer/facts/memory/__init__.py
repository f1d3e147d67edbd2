"""How much memory a net takes: activations, the peak of inference, what training keeps, the optimizer's state.

Exact and tested against torch: the bytes that autograd saves, and the tensors alive at the peak of a forward pass.
An estimate: the total, which adds the working copies that convolution libraries make. Held on a CPU to what the
process's resident memory grows by, with an allocator that hands back what is freed: never under it, and in fp32 at most
1.6 times it above 100 MB (tests/benchmarks/bench_memory.py). An allocator that keeps freed blocks shows more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypedDict

from explorer.facts.memory import autocast
from explorer.facts.memory.tensors import alive_at, alive_bytes, saved, saved_bytes, saved_paths, storages, tensor
from explorer.facts.proof import Proof, together, worth
from explorer.facts.rollup import BYTES, activation_bytes, summed
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.net.trace import trace
from explorer.spec import MAX_BATCH, ResNetSpec, check_int, torchvisions
from explorer.spec.task import AMP, FORMATS
from explorer.terms import Term, bracketed, minus, number, parted, plain, plus, times

__all__ = [
    "AMP",
    "ASSUMPTIONS",
    "BASIS",
    "FORMATS",
    "OPTIMIZERS",
    "Memory",
    "alive_bytes",
    "assumptions",
    "by_layer",
    "estimate",
    "in_format",
    "proofs",
    "saved_bytes",
    "storages",
    "tested",
    "torchvisions_peak",
]

OPTIMIZERS = {"SGD": 0, "SGD with momentum": 1, "Adam, AdamW": 2}  # copies of the parameters in their state
BASIS = {  # what is called activation memory, wherever a page gives one number for a net
    "inference": "Activation memory, peak",
    "training": "Activation memory, kept",
}
ADDENDS = {  # part → what it is called in the total
    "weights": "weights",
    "buffers": "buffers",
    "picture": "input",
    "activations": "activation memory",
    "gradients": "gradients",
    "optimizer": "optimiser’s state",
    "working": "working space",
}
COUNTER_BYTES = 8  # num_batches_tracked is an int64 whatever the dtype
MARGIN_PERCENT = 15  # on all but the weights: rounding and bookkeeping of the allocator
KERNELS_BYTES = 24_000_000  # compiled kernels and their scratch space
KERNELS_16_BIT_BYTES = {  # on a CPU: what a CIFAR net's process grows by, whatever its batch (bench_memory bf16, fp16, amp)
    "training": 150_000_000,  # measured 139 MB
    "inference": 60_000_000,  # measured 54 MB
}
IN_16_BIT = " and ".join(f"{each / 1e6:.0f} MB in {what}" for what, each in KERNELS_16_BIT_BYTES.items())
RETURNED = "with an allocator that hands back what is freed; another may keep more"
ASSUMPTIONS = (
    "PyTorch alone, one device, every tensor of one dtype (no autocast), gradients set to None between steps",
    "working copies of a convolution's input, output and weights: in training two of the largest; in inference one, where it and "
    "what is alive take most",
    f"{MARGIN_PERCENT} % on all but the weights, and {KERNELS_BYTES / 1e6:.0f} MB for compiled code; not the program itself",
    f"tested on a CPU in fp32: never under what the process grew by, at most 1.6 times it above 100 MB, {RETURNED}",
)
ASSUMPTIONS_16_BIT = (
    *ASSUMPTIONS[:3],
    f"never below what a CPU's kernels in 16 bit take for the smallest net, {IN_16_BIT}",
    f"tested on a CPU in bf16, on ten runs: never under what the process grew by, at most 1.5 times it, {RETURNED}",
)
AMP_ASSUMPTIONS = (
    "PyTorch alone, one device, torch.autocast, gradients set to None between steps",
    "parameters, gradients and the optimiser’s state in fp32; convolutions and linear layers in 16 bit, on 16-bit copies "
    "of their weights; GroupNorm in fp32, as on a GPU, where the peak is an upper bound; working copies counted in fp32",
    ASSUMPTIONS[1],
    f"{MARGIN_PERCENT} % on all but the weights, and for compiled code {IN_16_BIT}, as a CPU needs them; not the program itself",
    f"tensors tested on a CPU under autocast; the total, on ten runs there, never under, {RETURNED}",
)


@dataclass(frozen=True)
class Memory:
    """Bytes, part by part. activations: alive at the peak (inference) or saved for backward (training)."""

    weights: int
    buffers: int
    picture: int
    activations: int
    gradients: int
    optimizer: int
    working: int

    @property
    def total(self) -> int:
        return sum(vars(self).values())


def estimate(
    spec: ResNetSpec, height: int, width: int, batch: int = 1, dtype: str = "fp32", optimizer: str | None = None
) -> Memory:
    """Memory of one forward pass (optimizer=None) or one training step. Raises `ValueError` by field."""
    parts = proofs(spec, height, width, batch, dtype, optimizer)
    return Memory(**{name: int(part.value) for name, part in parts.items() if name != "total"})


def check(dtype: str, optimizer: str | None) -> None:
    """Raises `ValueError` naming field, value and choices."""
    for name, value, choices in (("dtype", dtype, FORMATS), ("optimizer", optimizer, (None, *OPTIMIZERS))):
        if value not in choices:
            raise ValueError(
                f"{name}={str(value)[:60]!r}: choose one of {', '.join(str(one) for one in choices if one)}"
            )


def proofs(
    spec: ResNetSpec, height: int, width: int, batch: int = 1, dtype: str = "fp32", optimizer: str | None = None
) -> dict[str, Proof]:
    """The same, each part with how it comes about, and their total."""
    check_int("batch", batch, 1, MAX_BATCH)
    check(dtype, optimizer)
    stored = _stored(dtype)
    nodes, size = trace(spec, height, width, batch), BYTES[stored]
    params = summed(nodes)
    activations, copied = (_training if optimizer else _inference)(nodes, dtype)
    in_16_bit = KERNELS_16_BIT_BYTES["training" if optimizer else "inference"]
    states = OPTIMIZERS.get(optimizer or "", 0)
    weights = Proof("weights", times(number(params), size), "parameters·bytes")
    parts = {
        "weights": weights,
        "buffers": _buffers(nodes, size),
        "picture": tensor(nodes[0], stored),
        "activations": activations,
        "gradients": replace(weights, label="gradients", rule="one number a weight: parameters·bytes")
        if optimizer
        else Proof("gradients", plain(0), "only in training"),
        "optimizer": Proof(
            "optimizer",
            times(states, number(params), size) if states else plain(0),
            "copies that the optimiser keeps·parameters·bytes",
        ),
    }
    held = [parts[name].value for name in ("activations", "gradients", "optimizer")]
    parts["working"] = _working(held, copied, in_16_bit if dtype == AMP else KERNELS_BYTES)
    short = in_16_bit - sum(one.value for one in parts.values())
    if dtype not in ("fp32", AMP) and short > 0:  # whose kernels take their room before a net needs it
        parts["working"] = _working(held, copied, KERNELS_BYTES + int(short))
    return parts | {"total": _total(parts)}


def _total(parts: Mapping[str, Proof]) -> Proof:
    """The sum with a name for each addend. Of what a pass holds only the sum: its own figure opens its steps."""
    named = {name: replace(one, label=ADDENDS[name]) for name, one in parts.items()}
    named["activations"] = replace(named["activations"], parts=())
    rule = " + ".join(one.label for one in named.values() if one.value)
    return Proof("total", together([*named.values()]), rule, tuple(named.values()), "estimated")


def torchvisions_peak(spec: ResNetSpec, height: int, width: int, batch: int = 1, dtype: str = "fp32") -> Proof | None:
    """The activations at their peak in torchvision's own code, where it has this net and another peak: it gives each result a line,
    and so lets go of a convolution's input before its BN runs. None else, and under autocast."""
    if dtype == AMP or not torchvisions(spec):
        return None
    nodes = trace(spec, height, width, batch)
    ours, theirs = (alive_bytes(nodes, dtype, named) for named in (False, True))
    place = max(range(len(theirs)), key=theirs.__getitem__)
    return None if max(ours) == theirs[place] else alive_at(nodes, place, dtype, named=True)


def assumptions(dtype: str) -> tuple[str, ...]:
    """What an estimate in this format takes for granted."""
    return AMP_ASSUMPTIONS if dtype == AMP else ASSUMPTIONS if dtype == "fp32" else ASSUMPTIONS_16_BIT


def tested(spec: ResNetSpec, dtype: str) -> str:
    """What of a memory table tests hold to torch, and how closely (tests/facts/test_memory*.py); the rest of it."""
    kept, peak = "what autograd keeps in training", "what is alive at the peak of inference"
    if dtype == AMP and spec.norm == "group":
        held = (
            f"{kept} is never under torch’s under autocast, {peak} neither, and at most 1.5 times it (small nets, CPU)"
        )
    elif dtype == AMP:
        held = f"{kept} and {peak} equal torch’s under autocast, byte for byte (small nets, CPU)"
    else:
        held = f"{kept} and {peak} equal torch’s, byte for byte (small nets of every axis, CPU, fp32)"
        held += "" if dtype == "fp32" else f"; in {dtype} the same tensors are counted at another size"
    return (
        f"Held to torch in tests: {held}. Weights, buffers, gradients and the optimiser’s state are counts times bytes; "
        "the working space is an estimate, and with it the total."
    )


@lru_cache(maxsize=64)
def in_format(nodes: tuple[Node, ...], dtype: str) -> tuple[Node, ...]:
    """The same nodes with outputs in `dtype`, of `FORMATS`."""
    if dtype == "fp32":
        return nodes
    return tuple(replace(node, element_bytes=BYTES[_output_in(nodes, node, dtype)]) for node in nodes)


def _output_in(nodes: Sequence[Node], node: Node, dtype: str) -> str:
    return autocast.format_of(nodes, node) if dtype == AMP else dtype


class LayerMemory(TypedDict):
    """A layer's output in bytes, 0 where it writes over its input, and whether backward keeps it."""

    layer: str
    kind: str
    stage: str
    out_shape: list[int]
    bytes: int
    formula: str
    kept_for_backward: bool


def by_layer(spec: ResNetSpec, height: int, width: int, batch: int = 1, dtype: str = "fp32") -> list[LayerMemory]:
    """Each layer's output, in bytes of `dtype`."""
    nodes = trace(spec, height, width, batch)
    kept = saved_paths(nodes)
    formats = [_output_in(nodes, node, dtype) for node in nodes]
    return [
        {
            "layer": node.path,
            "kind": node.kind,
            "stage": node.stage,
            "out_shape": list(node.out_shape),
            "bytes": activation_bytes(node, one),
            "formula": tensor(node, one).text if activation_bytes(node, one) else "0",
            "kept_for_backward": node.path in kept,
        }
        for node, one in zip(nodes, formats, strict=True)
    ]


def working_bytes(node: Node, dtype: str) -> int:
    """Copies that a convolution library makes of its input, output and weights in its own layout."""
    elements = math.prod(node.in_shape) + math.prod(node.out_shape) + node.params
    return elements * BYTES[_stored(dtype)] if op(node.kind).reorders else 0


def _stored(dtype: str) -> str:
    """The format of parameters, the picture and working copies: with AMP fp32."""
    return "fp32" if dtype == AMP else dtype


def _buffers(nodes: Sequence[Node], size: int) -> Proof:
    """Each by its own element size: BN counts its batches in an int64."""
    counters = sum(node.counters for node in nodes)
    statistics = sum(node.buffers for node in nodes) - counters
    counted = [times(counters, COUNTER_BYTES)] if counters else []
    rule = "running statistics·bytes + counters·8 bytes"
    return Proof("buffers", plus(times(number(statistics), size), *counted), rule)


def _copies(node: Node, copies: int, dtype: str) -> Term:
    elements = plus(*map(number, (math.prod(node.in_shape), math.prod(node.out_shape), node.params)))
    return times(copies, elements, BYTES[_stored(dtype)])


def _inference(nodes: Sequence[Node], dtype: str) -> tuple[Proof, Proof]:
    """(activations at their peak, what working copies add to it: the largest need of any operation, less the peak)."""
    held = autocast.alive_bytes(nodes) if dtype == AMP else alive_bytes(nodes, dtype)
    needs = [one + working_bytes(node, dtype) for node, one in zip(nodes[1:], held)]
    peak, busiest = (max(range(len(one)), key=one.__getitem__) for one in (held, needs))
    busy = nodes[1 + busiest]
    label = f"{busy.path}: what is alive, and its input, output and weights copied, less the peak"
    copies = [_copies(busy, 1, dtype)] if working_bytes(busy, dtype) else []
    more = minus(plus(number(held[busiest]), *copies), number(held[peak]))
    alive = autocast.alive_at(nodes, peak) if dtype == AMP else alive_at(nodes, peak, dtype)
    return alive, Proof(label, more, "alive + copies − peak")


def _training(nodes: Sequence[Node], dtype: str) -> tuple[Proof, Proof]:
    """(activations saved for backward, two working copies of the convolution with the largest ones).

    Raises `ValueError` where a norm over the batch would have one value per channel: torch refuses to train there."""
    for node in nodes:
        batch, channels, *size = node.out_shape
        if "batch statistics" in op(node.kind).saves and batch * math.prod(size) == 1:
            raise ValueError(
                f"input={nodes[0].out_shape[2]}x{nodes[0].out_shape[3]}: at {node.path} BN has one value per channel "
                "with batch=1, and torch refuses to train; choose a larger input or batch"
            )
    kept = _kept_by_autocast(nodes) if dtype == AMP else _kept(nodes, dtype)
    busy = max(nodes[1:], key=lambda node: working_bytes(node, dtype))
    copied = Proof(
        f"{busy.path}: input, output, weights",
        _copies(busy, 2, dtype),
        "copies·elements·bytes",
    )
    return kept, copied


def _kept(nodes: Sequence[Node], dtype: str) -> Proof:
    everything, picture = saved(nodes, dtype), tensor(nodes[0], dtype)
    return Proof(
        "saved for backward, without the picture",
        minus(worth(everything), worth(picture)),
        "what each operation needs of the pass: inputs of layers, norms and pools, outputs of ReLU",
        everything.parts,
    )


def _kept_by_autocast(nodes: Sequence[Node]) -> Proof:
    parts = (autocast.saved(nodes), autocast.biases(nodes))
    return Proof(
        "kept by autograd and autocast",
        plus(*map(worth, parts)),
        "what each operation needs of the pass, and the 16-bit copies of the picture and of parameters",
        parts,
    )


def _working(held: Sequence[float], copied: Proof, kernels: int) -> Proof:
    everything = plus(*(number(int(value)) for value in (*held, copied.value) if value))
    extra = parted(times(MARGIN_PERCENT, bracketed(everything)), 100)
    parts = (
        copied,
        Proof(f"{MARGIN_PERCENT} % on all but the weights", extra, "the allocator's rounding"),
        Proof("kernels", number(kernels), "code and scratch space"),
    )
    return Proof("working", together(parts), "working copies + a margin + kernels", parts, "estimated")
