"""What the timings say, in a sentence each, from the rows of `explorer.timing.said.rows`; numbers open their proofs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from explorer.facts.told import Provable, Told
from explorer.timing.data.across import Across
from explorer.timing.data.measurement import Facts, Measurement
from explorer.timing.data.settings import WORDS, Settings
from explorer.timing.measure.against_limit import Limit
from explorer.timing.measure.parts import Parts
from explorer.timing.said import ratio_rows, timed_proofs
from explorer.timing.said.ratio_rows import Ratio
from explorer.timing.said.rows import Raced, Swept, Timed, TimedLayer
from explorer.units import percent, rate, seconds

VARIED = {  # sweep -> the setting in which its points differ
    "depths": None,
    "batch": "batch",
    "modes": "dtype",
    "blocks": None,
    "stride": None,
}


NEAR = 0.1  # two ratios that differ by less say the same
FIELDS = {
    "kind": "device",
    "dtype": "number format",
    "memory_format": "memory format",
    "compile": "compile",
    "batch": "batch",
    "threads": "threads",
    "cuda_graph": "CUDA graph",
    "fresh": "each pass gets",
}


def device_name(facts: Facts) -> str:
    """'Intel Xeon Processor': without the marks of registration that a CPU's name carries."""
    return re.sub(r"\((R|TM)\)", "", str(facts.get("device", "device not said")))


def version(facts: Facts) -> str:
    """'NVIDIA H100 · driver 550.54.15 · torch 2.13.0': on what, from the provenance."""
    device = device_name(facts)
    driver = f" · driver {facts['driver']}" if facts.get("driver") else ""
    node = f" · node {facts['node']}" if facts.get("node") else ""
    return f"{device}{node}{driver} · torch {facts.get('torch', 'not said')}"


def stamp(settings: Settings, facts: Facts, varied: str | None = None) -> str:
    """All that stands beside a figure, in one line, on the page and in the terminal. varied: the setting in which
    several figures differ."""
    at = str(facts.get("measured_at", ""))[:16].replace("T", " ")
    return f"{version(facts)} · {settings.words_without(varied)}" + (f" · {at} UTC" if at else "")


def slower(kind: str, dtype: str) -> str:
    """What a 16-bit format may cost where it was not timed yet: a CPU that has no instructions for it converts each number. On
    one with AVX2 alone fp16 and bf16 took 39 and 27 times as long as fp32 (ResNet-50, one picture)."""
    if kind != "cpu" or dtype not in ("fp16", "bf16"):
        return ""
    return f"a CPU without instructions for {dtype} can take tens of times as long as in fp32"


def not_yours(theirs: Settings, asked: Settings, varied: str | None = None) -> str:
    """In what a recorded run differs from what is asked: 'Not your settings: batch 16, you asked for 65,536.'; ''
    where it does not. varied: a setting in which the run's points differ anyway ("dtype" stands for all modes)."""
    skipped = {"dtype", "memory_format", "compile"} if varied == "dtype" else {varied}
    told = differing(theirs, asked, *skipped)
    return f"Recorded with other settings than yours: {told}." if told else ""


def differing(theirs: Settings, asked: Settings, *skipped: str | None) -> str:
    """'batch 1 (you asked for 8)': each setting of a recorded run that is not as asked for."""
    names = [name for name in FIELDS if name not in skipped and getattr(theirs, name) != getattr(asked, name)]
    return ", ".join(
        f"{FIELDS[name]} {_said(name, getattr(theirs, name))} (you asked for {_said(name, getattr(asked, name))})"
        for name in names
    )


def _said(name: str, value: object) -> str:
    if name == "fresh":
        return "another picture" if value else "the same picture"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else WORDS.get(str(value), str(value))


def processor(seen: Measurement) -> str:
    """Processor time against wall time, where the processor is what is timed: a busy host shows here first."""
    if seen.settings.kind != "cpu" or not seen.wall_s or seen.cpu_s is None:
        return ""
    share = seen.cpu_s / (seen.wall_s * (seen.settings.threads or 1))
    return f" · processor time {percent(share)} of wall time × threads"


def cut(seen: Parts) -> str:
    """How the parts were measured; of a file that does not keep it, only what it keeps."""
    noise = percent(seen.noise, 1)
    cost = percent(seen.overhead, 1) + f" ± {noise}" * bool(seen.noise)
    added = f"at most {noise}" if seen.noise and seen.overhead < 0 else cost
    marks = f"taking the time after each {seen.level} adds {added}"  # short: beside the button, on a projector
    if not seen.n:
        return f"{marks}; the file keeps no other check"
    return f"{seen.n} passes; {marks}; parts: {percent(seen.sum_over_whole, 1)} of it"


def pair_doubts(seen: Sequence[Measurement]) -> list[str]:
    """The doubts of a race, each with its model's name."""
    return [f"{one.title}: {text}" for one in seen for text in one.warnings]


def where(rows: Sequence[Timed], source: str, doubts: Sequence[str] = ()) -> Told:
    """The stage that takes most of the time, against its share of the MACs. source: measured or recorded; doubts: of the
    run, with which nothing is concluded from it."""
    if doubts:
        return Told(f"Where the time goes is {undecided(source)}: {ratio_rows.DOUBTED}.")
    stages: dict[str, dict[str, float]] = {}
    for row in rows:
        mine = stages.setdefault(row["stage"], {"seconds": 0.0, "macs": 0})
        mine["seconds"] += row["seconds"]
        mine["macs"] += row["macs"]
    sums = {"seconds": sum(row["seconds"] for row in rows), "macs": sum(row["macs"] for row in rows)}
    shares = {
        stage: {key: timed_proofs.share(mine[key], sums[key] or 1, key, source) for key in sums}
        for stage, mine in stages.items()
    }

    def beyond(stage: str) -> float:
        return shares[stage]["seconds"].value - shares[stage]["macs"].value

    def shown(stage: str, key: str) -> Provable:
        return Provable(percent(shares[stage][key].value / 100), shares[stage][key])

    name = max(shares, key=lambda stage: shares[stage]["seconds"].value)
    odd = max(shares, key=beyond)
    first = Told(f"{name} takes ", shown(name, "seconds"), " of the time with ", shown(name, "macs"), " of the MACs.")
    if odd == name:
        return first
    return Told(
        first,
        f" {odd} costs most beyond its MACs: ",
        shown(odd, "seconds"),
        " of the time, ",
        shown(odd, "macs"),
        " of them.",
    )


def layers(rows: Sequence[TimedLayer], source: str) -> list[Provable]:
    """Each layer's share of the time of all, for rows of `rows.layers`."""
    whole = sum(row["seconds"] for row in rows)
    proofs = (timed_proofs.share(row["seconds"], whole, "seconds", source) for row in rows)
    return [Provable(percent(row["share"], 1), proof) for row, proof in zip(rows, proofs)]


def undecided(source: str) -> str:
    """What is said in place of a conclusion that a run's own spread rejects."""
    return "not decided by this recorded run" if source == "recorded" else "not decided by this run"


def contrast(ratios: Sequence[Ratio], one: str, other: str) -> Told:
    """MACs against time, of whichever pair: the first that there is of measured, recorded and published."""
    by = {ratio.what: ratio for ratio in ratios}
    if one == other:
        return Told(f"{one} against itself: where the times differ, that is the doubt of the measurement.")
    macs, outputs = by["MACs"], by["Convolution outputs"]
    told = Told(f"{other} has ", macs.shown, f" the MACs of {one}")
    timed = next((ratio for ratio in ratios if ratio.unit == "s"), None)
    if timed is None:
        return Told(told, " and ", outputs.shown, " its convolution outputs.")
    if timed.undecided:
        where = f" on {device_name({'device': timed.device})}"
        return Told(told, f". How their times compare{where} is {undecided(timed.source)}: {timed.undecided}.")
    took = f" the time on {device_name({'device': timed.device})} ({timed.source})"
    return Told(told, " and takes ", timed.shown, took, _why(macs, outputs, timed))


def _why(macs: Ratio, outputs: Ratio, time: Ratio) -> Told:
    """What the counts can say of the time: no more than the three ratios show, nor than the quartiles allow."""

    def verdict(value: float) -> str:
        if abs(value / macs.ratio - 1) <= NEAR:
            return "follows"
        return "outputs" if (value - macs.ratio) * (outputs.ratio - macs.ratio) > 0 else "neither"

    said = verdict(time.ratio)
    if time.span and {verdict(end) for end in time.span} != {said}:
        low, high = time.span
        return Told(
            f"; whether it follows the MACs is {undecided(time.source)}, whose quartiles allow {low:.2f}× to {high:.2f}×."
        )
    if said == "follows":
        return Told(": here the time follows the MACs.")
    if said == "outputs":  # outputs lie on the same side of the MACs as the time
        return Told(
            ". Its convolutions write ",
            outputs.shown,
            " as many numbers, and moving them costs time that the MACs do not count: FLOPs are not time.",
        )
    return Told(
        ": neither the MACs nor the ", outputs.shown, " as many numbers that its convolutions write tell the time."
    )


def across(times: Across, source: str) -> Told:
    """Many nets' times against their MACs: the pair of nearly the same MACs whose times lie furthest apart, where these
    measurements tell the two apart."""
    if times.doubted:
        which = ", ".join(times.doubted)
        return Told(
            f"Whether the time follows what is counted is {undecided(source)}: the passes of {which} spread too widely."
        )
    pairs = ratio_rows.near_pairs(times.of, source, NEAR)
    telling = [pair for pair in pairs if not pair.time.undecided and pair.apart(NEAR)]
    if not telling:
        return Told(
            "No two of these nets of nearly the same MACs differ in time by more than these measurements can tell."
            if pairs
            else "No two of these nets have nearly the same MACs: whether the time follows them is not seen here."
        )
    best = max(telling, key=lambda pair: pair.time.ratio)
    quick, slow = (one.title for one in best.time.of)
    return Told(
        f"FLOPs are not time: {slow} has ",
        best.macs.shown,
        f" the MACs of {quick} and takes ",
        best.time.shown,
        f" the time ({source}).",
    )


def race(rows: Sequence[Raced], source: str, doubt: str = "") -> str:
    """Where the slower one is when the faster has finished, in few words. doubt: why this run does not tell them apart."""
    if doubt:
        return f"Who is ahead is {undecided(source)}: {doubt}."
    first, second = sorted(rows, key=lambda row: row["done_s"][-1])[:2]
    if first["title"] == second["title"]:
        return f"both bars are {first['title']}"
    end_s = first["done_s"][-1]
    behind = max(count for count, at_s in zip(second["pictures"], second["done_s"]) if at_s <= end_s)
    return f"{first['title']} done: {second['title']} at {behind:,} of {second['pictures'][-1]:,}"


def sweep(which: str, rows: Sequence[Swept], source: str) -> Told:
    """Fastest and slowest, or where the knee is; nothing that the points' own spread rejects."""
    done = [row for row in rows if row.get("median_s")]
    if len(done) < 2:
        return Told("" if done else "Nothing could be measured.")
    why = sweep_doubt(which, rows)
    if which == "batch":
        return Told(_knee(done, source, why))
    if why:
        return Told(f"Which is the fastest is {undecided(source)}: {why}.")
    fast, slow = _ends(done)
    rule = "median seconds: the slowest ÷ the fastest"
    time = timed_proofs.ratio(slow["median_s"], fast["median_s"], rule, source)
    told = Told(f"{slow['label']} takes ", Provable(f"{time.value:.2f}×", time), f" the time of {fast['label']}")
    if fast["macs"] != slow["macs"]:
        macs = timed_proofs.ratio(slow["macs"], fast["macs"], "MACs: of the slowest ÷ of the fastest", "computed")
        told = Told(told, ", with ", Provable(f"{macs.value:.2f}×", macs), " its MACs")
    return Told(told, f": {seconds(slow['median_s'])} against {seconds(fast['median_s'])}.")


def sweep_doubt(which: str, rows: Sequence[Swept]) -> str:
    """Why a sweep decides nothing; '' where it does, or where there is nothing to decide."""
    done = [row for row in rows if row.get("median_s")]
    if len(done) < 2:
        return ""
    if which == "batch":
        return ratio_rows.DOUBTED if any(row.get("warnings") for row in _turns(done)) else ""
    fast, slow = _ends(done)
    if fast.get("warnings") or slow.get("warnings"):
        return ratio_rows.DOUBTED
    both = [(row["q1_s"], row["q3_s"]) for row in (fast, slow)]
    return ratio_rows.OVERLAP if ratio_rows.overlap(*both) else ""


def _ends(done: Sequence[Swept]) -> tuple[Swept, Swept]:
    """The fastest and the slowest."""
    return min(done, key=lambda row: row["median_s"]), max(done, key=lambda row: row["median_s"])


def _turns(done: Sequence[Swept]) -> list[Swept]:
    """Of a sweep of batches: the knee, the best, and the worst after the knee; none without a knee."""
    bend = next((row for row in done if row["knee"]), None)
    if bend is None:
        return []
    later = [row for row in done if row["batch"] > bend["batch"]]
    return [
        bend,
        max(done, key=lambda row: row["images_per_s"]),
        min(later, key=lambda row: row["images_per_s"], default=bend),
    ]


def _knee(done: Sequence[Swept], source: str, why: str) -> str:
    """Where a larger batch stops to pay, and whether it comes to cost."""
    turns = _turns(done)
    if not turns:
        return ""
    if why:
        return f"From which batch on throughput gains little is {undecided(source)}: {why}."
    bend, best, worst = turns
    later = [row for row in done if row["batch"] > bend["batch"]]
    peak = f"the best seen ({rate(best['images_per_s'])} img/s at batch {best['batch']:,})"
    if worst["images_per_s"] < (1 - NEAR) * best["images_per_s"]:
        return (
            f"Batch {bend['batch']:,} comes within 10 % of {peak}; at batch {worst['batch']:,} it is "
            f"{percent(worst['images_per_s'] / best['images_per_s'])} of that."
        )
    more = ": a larger batch costs latency and gains little" if later else ""
    return f"From batch {bend['batch']:,} on, throughput is within 10 % of {peak}{more}."


def reached(seen: Limit) -> str:
    """The share of the limit, and what binds the time, of a run just made; nothing of a run that is doubted."""
    if limit_doubts(seen):
        return f"What share of the device’s limit this pass reaches, and what binds it, is {undecided('measured')}: {ratio_rows.DOUBTED}."
    return (
        f"This forward pass reaches {percent(seen.roofline.share)} of what the device can do. {limit(seen, 'measured')}"
    )


def limit(seen: Limit, source: str) -> str:
    """What binds the time, unless the run is doubted."""
    doubts = limit_doubts(seen)
    return f"What binds the time is {undecided(source)}: {ratio_rows.DOUBTED}." if doubts else seen.roofline.binding


def limit_doubts(seen: Limit) -> list[str]:
    """Of the whole pass and of its parts."""
    return [*seen.measurement.warnings, *(seen.parts.warnings if seen.parts else ())]


def sweep_doubts(rows: Sequence[Swept]) -> list[str]:
    """One line for all points whose figure is doubtful."""
    doubtful = [str(row["label"]) for row in rows if row.get("warnings")]
    if not doubtful:
        return []
    return [
        f"The host was busy: the passes of {', '.join(doubtful)} spread by more than 10 %, or had to share the "
        "processor. Run again before you quote them."
    ]
