"""What must hold, each as a function from what was measured to what is found. Nothing here measures.

Every bound is stated here and nowhere else. tests/gpu/test_faults.py plants a fault for each and sees it found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from explorer.net.trace import trace
from explorer.timing.data.limits import Ceilings
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.roofline import moved_bytes
from explorer.timing.measure.parts import Parts
from explorer.units import percent, seconds, size
from tests.gpu.card import Clocks, Peak, Refused, Stopped
from tests.gpu.found import Found, judged, skipped
from tests.gpu.readings import Reading

CLOCKS_AGREE = 0.05
LAUNCH_BOUND = 0.9  # as in the roofline: a pass whose launch takes this share of it waits for the host
UNIT = {"tf32": 2.0**-11, "fp16": 2.0**-11, "bf16": 2.0**-8}  # unit roundoff: half of the last bit's place
MOST_ERROR = {"fp32": 1e-4} | {dtype: 10 * unit for dtype, unit in UNIT.items()}  # of ResNet-18's logits, relative
SAME = 1e-3  # two ways to run the same net in the same format may choose other kernels
PARTS_GAP, MARKS_COST = 0.02, 0.03
MOST_OVER, LARGE_BYTES = 1.3, 500e6
CANCEL_S, LEFT_BYTES = 1.0, 64 * 2**20
STEADY = 0.05  # the same pass at the beginning and at the end
BUSY_PERCENT, OTHERS_BYTES = 10, 3 * 2**30  # the driver and our own context hold about 1 GiB


def clocks(seen: Clocks) -> Found:
    """Events, the host's clock, torch.utils.benchmark and Triton's do_bench tell the same time within 5 %."""
    others = {
        "wall clock": seen.wall_s,
        "torch.utils.benchmark": seen.benchmark_s,
        "Triton's do_bench": seen.do_bench_s,
    }
    ratios = {name: seen.events_s / value for name, value in others.items() if value is not None}
    off = [
        f"events / {name} = {ratio:.3f}{_why(seen)}" for name, ratio in ratios.items() if abs(ratio - 1) > CLOCKS_AGREE
    ]
    well = f"{seconds(seen.events_s)} by events; against " + ", ".join(f"{n} {r:.3f}" for n, r in ratios.items())
    told = [f"not compared with do_bench: {seen.no_do_bench}"] if seen.do_bench_s is None else []
    return judged(off, well, told, **vars(seen), ratios=ratios)


def _why(seen: Clocks) -> str:
    """What may explain a gap, from the same run."""
    reasons = []
    if seen.enqueue_s is not None and seen.enqueue_s > LAUNCH_BOUND * seen.events_s:
        reasons.append(f"the host needs {seconds(seen.enqueue_s)} to launch it, so its pace is what is timed")
    if seen.spread > 0.1:
        reasons.append(f"the passes spread by {percent(seen.spread)}")
    return f" ({'; '.join(reasons)})" if reasons else " (neither launches nor spread explain it)"


def graph(pairs: Sequence[tuple[Tensor, Tensor]]) -> Found:
    """A replay gives the eager output, for each input that is loaded, and not that of the one it was recorded with."""
    if len(pairs) < 2:
        return skipped("only one input in rotation: a stale output could not be told")
    apart = min(difference(one, other) for (one, _), (other, _) in zip(pairs, pairs[1:]))
    if apart <= 10 * SAME:
        return skipped(f"the inputs' outputs differ by {apart:.1e} only: a stale output could not be told")
    gaps = [difference(eager, replayed) for eager, replayed in pairs]
    off = [f"input {place}: the replay differs by {gap:.1e}" for place, gap in enumerate(gaps, 1) if not gap <= SAME]
    return judged(off, f"{len(pairs)} inputs, largest difference {max(gaps):.1e}", gaps=gaps, inputs_differ_by=apart)


def difference(one: Tensor, other: Tensor) -> float:
    """‖a − b‖ ÷ ‖a‖; infinite where a number is none."""
    if not (torch.isfinite(one).all() and torch.isfinite(other).all()):
        return float("inf")
    return float((one.double() - other.double()).norm() / one.double().norm())


def precision(errors: Mapping[str, float]) -> Found:
    """Within the stated bounds against fp64; and fp32 is fp32: TF32's error would be seven times its bound."""
    off = [
        f"{dtype}: relative error {error:.1e}, at most {MOST_ERROR[dtype]:.0e}"
        for dtype, error in errors.items()
        if not error <= MOST_ERROR[dtype]
    ]
    said = ", ".join(f"{dtype} {error:.1e} (≤ {MOST_ERROR[dtype]:.0e})" for dtype, error in errors.items())
    return judged(off, said, errors=dict(errors), bounds={dtype: MOST_ERROR[dtype] for dtype in errors})


def parts(seen: Parts) -> Found:
    """Parts sum to the whole within 2 %; what the marks cost is told, and is not certainly above 3 %."""
    gap, cost = seen.sum_over_whole - 1, seen.overhead - seen.noise
    off = [f"the parts sum to {seen.sum_over_whole:.3f} of the whole"] * (abs(gap) > PARTS_GAP)
    off += [f"the marks cost {percent(seen.overhead, 1)}"] * (cost > MARKS_COST)
    well = (
        f"sum / whole {seen.sum_over_whole:.4f} by {seen.level}, overhead of the marks {percent(seen.overhead, 1)} "
        f"± {percent(seen.noise, 1)}"
    )
    return judged(
        off, well, sum_over_whole=seen.sum_over_whole, overhead=seen.overhead, noise=seen.noise, level=seen.level
    )


def rotation(seen: Sequence[Measurement]) -> Found:
    """The inputs in rotation exceed the last-level cache, so that no pass finds its picture there."""
    off, said = [], []
    for one in seen:
        facts = one.provenance
        held, cache = int(facts["inputs_bytes"]), int(facts["cache_bytes"])
        words = f"batch {one.settings.batch}: {size(held)} of inputs, {size(cache)} of cache"
        said.append(words)
        off += [words] * (held <= cache)
    return judged(off, "; ".join(said), inputs=said)


def peaks(seen: Sequence[Peak]) -> Found:
    """The estimate is never under what the allocator saw, and at most 1.3 times it above 500 MB."""
    off, rows = [], []
    for one in seen:
        ratio = one.estimated / one.seen
        rows.append(vars(one) | {"ratio": ratio})
        said = f"{one.what}: estimated {size(one.estimated)}, seen {size(one.seen)}"
        if one.estimated < one.seen:
            off.append(f"{said}: too low")
        elif one.seen > LARGE_BYTES and ratio > MOST_OVER:
            off.append(f"{said}: {ratio:.2f} times too much")
    ratios = [row["ratio"] for row in rows]
    return judged(off, f"{len(rows)} cases, estimate / seen {min(ratios):.2f} … {max(ratios):.2f}", cases=rows)


def refused(seen: Refused) -> Found:
    """Too much is refused beforehand, survived when tried all the same, told, and given back."""
    off = ["the guard let it through"] * (not seen.guard_said)
    off += ["it ran: memory did not run out"] * (not seen.said)
    off += [f"{size(seen.after - seen.before)} were not given back"] * (seen.after - seen.before > LEFT_BYTES)
    off += ["the next pass failed"] * (not seen.next_works)
    return judged(off, f"told: {seen.said}", **vars(seen))


def stopped(seen: Stopped) -> Found:
    """A cancelled pass has ended within a second, and its memory is free again."""
    missing = seen.free_before - seen.free_after
    off = [f"it took {seen.ended_s:.2f} s to end"] * (seen.ended_s > CANCEL_S)
    off += [f"{size(missing)} were not given back"] * (missing > LEFT_BYTES)
    return judged(off, f"ended after {seen.ended_s:.2f} s, memory returned", **vars(seen))


def alike(base: Sequence[Tensor], other: Sequence[Tensor], what: str, bound: float = SAME) -> Found:
    """Another way to run the same net gives the same logits."""
    gaps = [difference(one, two) for one, two in zip(base, other)]
    off = [f"{what}: logits differ by {max(gaps):.1e}"] * (not max(gaps) <= bound)
    return judged(off, f"{what}: logits differ by {max(gaps):.1e} (≤ {bound:.0e})", gaps=gaps)


def named(seen: Mapping[str, tuple[str, str]], true: Mapping[str, str]) -> Found:
    """Each of several GPUs has its own name, and a pass asked of it runs on it."""
    off = [
        f"{device} is called {name}, it is {true[device]}" for device, (name, _) in seen.items() if name != true[device]
    ]
    off += [f"{device} was asked, {ran} computed" for device, (_, ran) in seen.items() if ran != device]
    if not off and len(seen) < 2:
        return skipped(f"one GPU here: {', '.join(name for name, _ in seen.values())}")
    return judged(off, ", ".join(f"{device}: {name}" for device, (name, _) in seen.items()), devices=dict(seen))


def ceilings(by_dtype: Mapping[str, tuple[Ceilings, Measurement, Parts]]) -> Found:
    """No pass and no stage does more per second than the best kernel of the same run; copies count both ways."""
    off, rows = [], {}
    for dtype, (limits, seen, cut) in by_dtype.items():
        shares = shares_of(limits, seen, cut)
        rows[dtype] = {
            "flops_per_s": limits.flops_per_s,
            "from": limits.best("matmul", "conv").name,
            "memory_bytes_per_s": limits.memory_bytes_per_s,
            "shares": shares,
        }
        off += [
            f"{dtype}: {name} reaches {percent(share, 1)} of the ceiling" for name, share in shares.items() if share > 1
        ]
        off += [
            f"{dtype}: {one.name} counts {one.work:,.0f} bytes"
            for one in limits.kernels
            if one.kind == "copy" and not _both(one)
        ]
    well = ", ".join(
        f"{dtype} {row['flops_per_s'] / 1e12:.1f} TFLOP/s ({percent(row['shares']['whole pass'])} reached)"
        for dtype, row in rows.items()
    )
    bandwidth = max(row["memory_bytes_per_s"] for row in rows.values())
    return judged(off, f"{well}; copies {bandwidth / 1e12:.2f} TB/s, read and written", ceilings=rows)


def shares_of(limits: Ceilings, seen: Measurement, cut: Parts) -> dict[str, float]:
    """Arithmetic of the whole pass, and of each stage, against the best kernel; bytes of the whole pass against the best
    copy. From the raw times: nothing is scaled to fit under the roof."""
    nodes = trace(seen.spec, seen.settings.height, seen.settings.width, 1)
    batch, whole_s = seen.settings.batch, seen.summary.median_s
    moved = sum(moved_bytes(node, seen.settings.dtype, batch) for node in nodes)
    found = {
        "whole pass": 2 * sum(node.macs for node in nodes) * batch / whole_s / limits.flops_per_s,
        "traffic of the whole pass": moved / whole_s / limits.bytes_per_s,
    }
    for stage in dict.fromkeys(part.stage for part in cut.parts):
        macs = sum(node.macs for node in nodes if node.stage == stage)
        stage_s = sum(part.seconds for part in cut.parts if part.stage == stage)
        found[stage] = 2 * macs * batch / stage_s / limits.flops_per_s
    return found


def _both(copy) -> bool:  # noqa: ANN001
    """Its name says how much is copied; as much is read as is written."""
    mib = float(copy.name.split()[2].replace(",", ""))
    return abs(copy.work / (2 * mib * 2**20) - 1) < 0.05


def steady(first_s: float, last_s: float, readings: Sequence[Reading | None], no_readings: str = "") -> Found:
    """The same pass takes as long at the end as at the beginning, and the card says that nothing holds it back."""
    drift = last_s / first_s - 1
    off = [f"the same pass took {percent(abs(drift), 1)} {'longer' if drift > 0 else 'shorter'} at the end"] * (
        abs(drift) > STEADY
    )
    known = [one for one in readings if one is not None]
    held = dict.fromkeys(reason for one in known for reason in one.held_back)
    off += [f"the card was held back: {', '.join(held)}"] * bool(held)
    told = ["its power limit lowered the clock at times, as is usual under full load"] * any(
        "power limit" in (one.reasons or ()) for one in known
    )
    told += [f"clocks not read: {no_readings}"] * (not known)
    clocks = [one.clock_mhz for one in known]
    said = f", {min(clocks)}–{max(clocks)} MHz" if clocks else ""
    return judged(
        off,
        f"the same pass at the end / at the beginning {1 + drift:.3f}{said}",
        told,
        first_s=first_s,
        last_s=last_s,
        readings=[one.as_row() for one in known],
    )


def idle(reading: Reading | None, own_bytes: int, no_readings: str = "") -> Found:
    """Nobody else works on the card when we begin."""
    if reading is None:
        return skipped(no_readings or "the card could not be read")
    off = [f"the card is {reading.busy_percent} % busy before anything has begun"] * (
        (reading.busy_percent or 0) > BUSY_PERCENT
    )
    others = (reading.used_bytes or 0) - own_bytes
    off += [f"others hold {size(others)} of its memory"] * (others > OTHERS_BYTES)
    off += [f"it is held back already: {', '.join(reading.held_back)}"] * bool(reading.held_back)
    return judged(
        off,
        f"{reading.busy_percent} % busy, {reading.clock_mhz} MHz of {reading.most_mhz}, {reading.celsius} °C",
        reading=reading.as_row(),
    )
