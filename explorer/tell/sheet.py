"""One sheet: every number of exactly this configuration, each with its proof. `sheet_forms` writes it.

Counts and tensors are computed from the trace. What a process needs is estimated, as `facts.memory` says. A time is what
the visitor has measured of this very configuration, else a recorded run's, else it is carried over by multiply-adds from
the nearest recorded one and says "about".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TypedDict

from explorer import units
from explorer.facts import memory
from explorer.facts.proof import Proof, depth, prove, receptive_field, together
from explorer.facts.published import throughput
from explorer.facts.rollup import blocks
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import BLOCKS, ResNetSpec, naming
from explorer.spec.chosen import Chosen
from explorer.spec.controls import worded
from explorer.spec.task import OPTIMIZERS, PURPOSES, SHORT, USUAL_OPTIMIZER
from explorer.tell.questions import TIMING
from explorer.terms import number, over, times
from explorer.timing.data import records
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import WORDS, Settings
from explorer.timing.said.sentences import device_name, slower, stamp

ABOUT = 2.0  # the most that a carried-over time misses a recorded one by, either way; a test holds it
NEAR = 4.001  # by how much a run may differ, in batch and in multiply-adds, to be carried over
EAGER = "eager"
TRAINING = {
    name: PURPOSES[slug] for slug, name in OPTIMIZERS.items()
}  # optimiser of an estimate → what is done with it


class Row(TypedDict):
    """A line as plain data. value: not rounded, in `unit`; None where there is none, and `note` says why."""

    figure: str
    value: float | None
    unit: str
    short: str
    source: str
    formula: str
    note: str


@dataclass(frozen=True)
class Line:
    """One number. label: in words; short: as people say it; source: a key of units.PROVENANCE, "" of a number that is not
    known; proof: None where there is no number; note: what to know of it."""

    label: str
    short: str
    unit: str
    source: str
    proof: Proof | None
    note: str = ""

    @property
    def in_full(self) -> str:
        """'25,557,032', '–'."""
        return self.proof.shown if self.proof else "–"

    @property
    def row(self) -> Row:
        proof = self.proof
        return Row(
            figure=self.label,
            value=proof.value if proof else None,
            unit=self.unit,
            short=self.short,
            source=self.source,
            formula=proof.text if proof else "",
            note=self.note,
        )


@dataclass(frozen=True)
class Sheet:
    """The lines of one configuration. title: the net and its task in one line; assumed: what its estimates of memory take for
    granted."""

    title: str
    lines: tuple[Line, ...]
    assumed: tuple[str, ...] = ()

    @property
    def rows(self) -> list[Row]:
        return [line.row for line in self.lines]


def sheet(
    spec: ResNetSpec, height: int, width: int, batch: int = 1, dtype: str = "fp32", optimizer: str = "SGD with momentum"
) -> Sheet:
    """dtype: of `memory.FORMATS`; optimizer: of `memory.OPTIMIZERS`. Raises `ValueError` by field."""
    memory.check(dtype, optimizer)
    nodes = trace(spec, height, width, batch)
    inference = memory.proofs(spec, height, width, batch, dtype)
    macs = prove("macs", nodes)
    theirs = memory.torchvisions_peak(spec, height, width, batch, dtype)
    pictures = f"batch {batch:,}"
    lines = (
        _count("Parameters", prove("params", nodes), units.count, "parameters"),
        _count("Multiply-adds (MACs), one picture", macs, units.macs, "MACs", _of_macs(spec)),
        _count("Depth: layers with weights, one after another", depth(spec, nodes), units.exact, "layers"),
        _field(nodes),
        _bytes("Weights and buffers", _together(inference["weights"], inference["buffers"])),
        _bytes(f"{memory.BASIS['inference']} of inference, {pictures}", inference["activations"], note=_peak(theirs)),
        _bytes(f"Memory for inference, {pictures}", inference["total"], "estimated"),
        *_training(spec, (height, width), batch, dtype, optimizer),
        _time(spec, (height, width), batch, dtype, macs),
    )
    return Sheet(
        f"{naming.title(spec)} · {spec.num_classes:,} classes · {batch:,}×{spec.in_channels}×{height}×{width} · {SHORT[dtype]}",
        lines,
        memory.assumptions(dtype),
    )


def _peak(theirs: Proof | None) -> str:
    """What torchvision's own code has at its peak, where that is another."""
    return (
        f"in torchvision's own code {theirs.shown}: it lets go of a convolution's input before its BN" if theirs else ""
    )


def _of_macs(spec: ResNetSpec) -> str:
    """What a sum of MACs means; and of a bottleneck, on which of its convolutions the stride is: v1 and v1.5 share a name."""
    note = "2 FLOPs each, where FLOPs are asked for"
    if "stride_on" in BLOCKS[spec.block].idle:
        return note
    return f"{note}; stride on the {worded('stride_on')[spec.stride_on]}"


def _count(label: str, proof: Proof, short: Callable[[float], str], unit: str, note: str = "") -> Line:
    return Line(label, short(proof.value), unit, "computed", proof, note)


def _bytes(label: str, proof: Proof, source: str = "computed", note: str = "") -> Line:
    about = "≈ " if source == "estimated" else ""
    return Line(label, about + units.size(proof.value), "bytes", source, proof, note)


def _together(one: Proof, other: Proof) -> Proof:
    parts = (one, other)
    return Proof("weights and buffers", together(parts), "weights + buffers", parts)


def _field(nodes: Sequence[Node]) -> Line:
    """At the end of the last block."""
    label = "Receptive field of the last block, a side"
    last = blocks(nodes)[-1].nodes[-1]
    if last.receptive_field is None:
        return Line(label, units.pixels(None), "px", "computed", None, "every unit sees the whole picture")
    proof = receptive_field(nodes, last.path)
    size = nodes[0].out_shape[2:]
    beyond = f"more than the picture of {size[0]}×{size[1]}" if proof.value > max(size) else ""
    return Line(label, units.pixels(proof.value), "px", "computed", proof, beyond)


def _training(spec: ResNetSpec, size: tuple[int, int], batch: int, dtype: str, optimizer: str) -> list[Line]:
    """What backward keeps, and all of it: with the optimiser in the line itself, which is copied without the page around it."""
    kept = f"{memory.BASIS['training']} for training, batch {batch:,}"
    total = f"Memory for {TRAINING[optimizer]}, batch {batch:,}"
    try:
        found = memory.proofs(spec, *size, batch, dtype, optimizer)
    except ValueError as error:  # torch would refuse too
        return [
            Line(kept, "–", "bytes", "", None, str(error)),
            Line(total, "–", "bytes", "", None, str(error)),
        ]
    return [
        _bytes(kept, found["activations"]),
        _bytes(total, found["total"], "estimated"),
    ]


@cache
def _shipped() -> tuple[Measurement, ...]:
    return tuple(run.measurement for run in records.recorded() if run.measurement.settings.compile == EAGER)


def _time(spec: ResNetSpec, size: tuple[int, int], batch: int, dtype: str, macs: Proof) -> Line:
    """A recorded pass of this configuration as Timing measures without a further choice, the fastest of them, beside it the
    fastest in whatever layout; or about what it would take."""
    label, runs = f"Time of one forward pass (inference), batch {batch:,}", _shipped()
    same = [run for run in runs if _is_of(run, spec, size, batch, dtype)]
    if same:
        run, fastest = min(same, key=_usual_first), min(same, key=lambda one: one.summary.median_s)
        proof = _median(run, "recorded")
        other = f"; {units.seconds(fastest.summary.median_s)} with {WORDS[fastest.settings.memory_format]}"
        return Line(
            label, units.seconds(proof.value), "s", "recorded", proof, _where(run) + other * (fastest is not run)
        )
    carried = about(runs, int(macs.value), batch, dtype, spec)
    if carried is None:
        return Line(
            label,
            "–",
            "s",
            "",
            None,
            f"not known: {_too_far(runs, spec, int(macs.value), batch, dtype)}. {_elsewhere(spec, dtype)}",
        )
    run, proof = carried
    note = f"within a factor of {ABOUT:g} where it was tested, on the five depths; from {run.title} at batch {run.settings.batch:,}, {_where(run)}"
    return Line(label, f"about {units.seconds(proof.value)}", "s", "estimated", proof, note)


def _elsewhere(spec: ResNetSpec, dtype: str) -> str:
    """Where a time can be had that no record gives."""
    published = any(naming.slug(spec) in table["images_per_s"] for table in throughput())
    cards = f"; under “{TIMING['machines']}” it has what graphics cards do" if published else ""
    slow = f"; {warned}" if (warned := slower("cpu", dtype)) else ""
    return f"Timing measures it, forward passes only{cards}{slow}"


def _too_far(runs: Sequence[Measurement], spec: ResNetSpec, macs: int, batch: int, dtype: str) -> str:
    """Why none is carried over; of the nearest run of this very net, which Timing shows, by what."""
    own = [run for run in runs if run.spec == spec and run.settings.dtype == dtype]
    if not own:
        known = {run.settings.dtype for run in runs}
        return f"no run near it is recorded in {memory.FORMATS[dtype]}, only in {' and '.join(memory.FORMATS[one] for one in memory.FORMATS if one in known)}"
    run = min(own, key=lambda one: (_apart(batch, one.settings.batch), _usual_first(one)))
    there = run.settings
    pairs = (("the batch", batch, there.batch), ("a picture’s work", macs, _macs(run)))
    what, here, theirs = next(one for one in pairs if _apart(*one[1:]) > math.log(NEAR))
    much = f"more than {NEAR:.0f} times as large" if here > theirs else f"less than 1/{NEAR:.0f} of that"
    return (
        f"a run at {there.height}×{there.width} and batch {there.batch:,} is recorded ({units.seconds(run.summary.median_s)}), and not "
        f"carried over as {what} here is {much}"
    )


def _is_of(run: Measurement, spec: ResNetSpec, size: tuple[int, int], batch: int, dtype: str) -> bool:
    ran = run.settings
    return (run.spec, (ran.height, ran.width), ran.batch, ran.dtype) == (spec, size, batch, dtype)


def _median(run: Measurement, source: str) -> Proof:
    return Proof("time", number(run.summary.median_s), f"median of {run.summary.n:,} passes, in s", source=source)


def _usual_first(run: Measurement) -> tuple[bool, float]:
    """In the layout that Timing measures without a further choice; then the fastest."""
    return run.settings.memory_format != Settings.memory_format, run.summary.median_s


def about(
    runs: Sequence[Measurement], macs: int, batch: int, dtype: str, spec: ResNetSpec | None = None
) -> tuple[Measurement, Proof] | None:
    """The nearest run in this format: of the same net before another's, then by batch, by multiply-adds, in the usual layout, and
    the fastest; and its median seconds times the ratio of the multiply-adds. None where no run in this format is within
    `NEAR` of it."""
    near: list[tuple[bool, float, float, tuple[bool, float], Measurement]] = []
    for run in runs:
        if run.settings.dtype == dtype and macs:
            batches, work = (_apart(*pair) for pair in ((batch, run.settings.batch), (macs, _macs(run))))
            if max(batches, work) <= math.log(NEAR):
                near.append((run.spec != spec, batches, work, _usual_first(run), run))
    if not near:
        return None
    *_, run = min(near, key=lambda one: one[:4])
    here = times(number(batch), number(macs))
    there = times(number(run.settings.batch), number(_macs(run)))
    carried = over(times(number(run.summary.median_s), here), there)
    rule = "recorded seconds · batch·MACs here ÷ batch·MACs there"
    return run, Proof("time, carried over", carried, rule, source="estimated")


def _apart(one: int, other: int) -> float:
    """How many times one number is the other, either way, as a logarithm."""
    return round(abs(math.log(one / other)), 9)


def _macs(run: Measurement) -> int:
    return _macs_of(run.spec, run.settings.height, run.settings.width)


@lru_cache(maxsize=256)  # each recorded run is asked again by every rerun
def _macs_of(spec: ResNetSpec, height: int, width: int) -> int:
    return int(prove("macs", trace(spec, height, width)).value)


def _where(run: Measurement) -> str:
    return f"{device_name(run.provenance)}: {run.settings.words}"


@lru_cache(maxsize=8)  # with all proofs: for who makes several things of it
def of(chosen: Chosen) -> Sheet:
    """The sheet of this configuration; where the net only infers, what it would take to train it as usual stands too."""
    size = (chosen.height, chosen.width, chosen.batch)
    return sheet(chosen.spec, *size, chosen.dtype, chosen.training or OPTIMIZERS[USUAL_OPTIMIZER])


def own(chosen: Chosen, mine: Sequence[Measurement]) -> Measurement | None:
    """A pass of this configuration among those that a visitor has timed, the oldest first: as Timing measures without a
    further choice, the latest. One that its own spread doubts only where there is no other time."""
    size = (chosen.height, chosen.width)
    same = [run for run in reversed(mine) if _is_of(run, chosen.spec, size, chosen.batch, chosen.dtype)]
    if not same:  # nearly every visitor: what all share is asked for once
        return None
    sound = [run for run in same if not run.warnings] or ([] if of(chosen).lines[-1].proof else same)
    return min(sound, key=lambda run: (run.settings.compile != EAGER, _usual_first(run)[0]), default=None)


def timed(chosen: Chosen, run: Measurement) -> Sheet:
    """`of` with a visitor's own time in the recorded one's place. run: of this configuration."""
    made = of(chosen)
    note = ". ".join((stamp(run.settings, run.provenance), *run.warnings[:1]))
    line = Line(
        made.lines[-1].label,
        units.seconds(run.summary.median_s),
        "s",
        "measured earlier",
        _median(run, "measured earlier"),
        note,
    )
    return replace(made, lines=(*made.lines[:-1], line))
