"""What the timings say, in a sentence each, from the rows of `explorer.timing.rows`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import WORDS, Settings
from explorer.timing.measure.parts import Parts
from explorer.units import percent, seconds

Rows = Sequence[dict[str, object]]


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
    "fresh": "fresh inputs",
}


def device_name(facts: Mapping[str, object]) -> str:
    """'Intel Xeon Processor': without the marks of registration that a CPU's name carries."""
    return re.sub(r"\((R|TM)\)", "", str(facts.get("device", "device not said")))


def version(facts: Mapping[str, object]) -> str:
    """'NVIDIA H100 · driver 550.54.15 · torch 2.13.0': on what, from the provenance."""
    device = device_name(facts)
    driver = f" · driver {facts['driver']}" if facts.get("driver") else ""
    return f"{device}{driver} · torch {facts.get('torch', 'not said')}"


def stamp(settings: Settings, facts: Mapping[str, object], varied: str | None = None) -> str:
    """All that stands beside a figure, in one line, on the page and in the terminal. varied: the setting in which
    several figures differ."""
    at = str(facts.get("measured_at", ""))[:16].replace("T", " ")
    return f"{version(facts)} · {settings.words_without(varied)}" + (f" · {at} UTC" if at else "")


def not_yours(theirs: Settings, asked: Settings, varied: str | None = None) -> str:
    """In what a recorded run differs from what is asked: 'Not your settings: batch 16, you asked for 65,536.'; ''
    where it does not. varied: a setting in which the run's points differ anyway ("dtype" stands for all modes)."""
    skipped = {"dtype", "memory_format", "compile"} if varied == "dtype" else {varied}
    names = [name for name in FIELDS if name not in skipped and getattr(theirs, name) != getattr(asked, name)]
    told = [
        f"{FIELDS[name]} {_said(getattr(theirs, name))} (you asked for {_said(getattr(asked, name))})" for name in names
    ]
    return f"Recorded with other settings than yours: {', '.join(told)}." if told else ""


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else WORDS.get(str(value), str(value))


def processor(seen: Measurement) -> str:
    """Processor time against wall time, where the processor is what is timed: a busy host shows here first."""
    if seen.settings.kind != "cpu" or not seen.wall_s or seen.cpu_s is None:
        return ""
    share = seen.cpu_s / (seen.wall_s * (seen.settings.threads or 1))
    return f" · processor time {percent(share)} of wall time × threads"


def rate(per_s: float) -> str:
    """Pictures per second: whole ones from 100 on, else three digits. 13730.4 → '13,730', 8.412 → '8.41'."""
    places = 2 if per_s < 9.995 else 1 if per_s < 99.95 else 0
    return f"{per_s:,.{places}f}"


def cut(seen: Parts) -> str:
    """How the parts were measured; of a file that does not keep it, only what it keeps."""
    noise = percent(seen.noise, 1)
    cost = percent(seen.overhead, 1) + f" ± {noise}" * bool(seen.noise)
    overhead = f"overhead of the marks {f'≤ {noise}' if seen.noise and seen.overhead < 0 else cost}"
    if not seen.n:
        return f"by {seen.level} · {overhead} · the file keeps no other check"
    return f"n {seen.n} · {overhead} · sum of parts / whole {seen.sum_over_whole:.3f} · by {seen.level}"


def pair_doubts(seen: Sequence[Measurement]) -> list[str]:
    """The doubts of a race, each with its model's name."""
    return [f"{one.title}: {text}" for one in seen for text in one.warnings]


def where(rows: Rows) -> str:
    """The stage that takes most of the time, against its share of the MACs."""
    stages = {row["stage"]: [0.0, 0.0] for row in rows}
    for row in rows:
        stages[row["stage"]][0] += row["seconds_share"]
        stages[row["stage"]][1] += row["macs_share"]
    name = max(stages, key=lambda stage: stages[stage][0])
    odd = max(stages, key=lambda stage: stages[stage][0] - stages[stage][1])
    text = f"{name} takes {percent(stages[name][0])} of the time with {percent(stages[name][1])} of the MACs."
    if odd != name:
        text += f" {odd} costs most beyond its MACs: {percent(stages[odd][0])} of the time, {percent(stages[odd][1])} of them."
    return text


def contrast(rows: Rows, one: str, other: str) -> str:
    """MACs against time, of whichever pair: measured or recorded here when there is one, else published."""
    ratios = {row["what"]: row["ratio"] for row in rows}
    if one == other:
        return f"{one} against itself: where the times differ, that is the doubt of the measurement."
    text = f"{other} has {ratios['MACs']:.2f}× the MACs of {one}"
    timed = next((row for row in rows if row["unit"] == "s"), None)
    if timed is None:
        return f"{text} and {ratios['Convolution outputs']:.2f}× its convolution outputs."
    text += f" and takes {timed['ratio']:.2f}× the time on {device_name(timed)} ({timed['source']})"
    return f"{text}{_why(ratios['MACs'], ratios['Convolution outputs'], timed['ratio'])}"


def _why(macs: float, outputs: float, time: float) -> str:
    """What the counts can say of the time: no more than the three ratios show."""
    if abs(time / macs - 1) <= NEAR:
        return ": here the time follows the MACs."
    if (time - macs) * (outputs - macs) > 0:  # outputs lie on the same side of the MACs as the time
        return (
            f". Its convolutions write {outputs:.2f}× as many numbers, and moving them costs time that the MACs do "
            "not count: FLOPs are not time."
        )
    return f": neither the MACs nor the {outputs:.2f}× as many numbers that its convolutions write tell the time."


def race(rows: Sequence[dict[str, object]]) -> str:
    """Where the slower one is when the faster has finished, in few words."""
    first, second = sorted(rows, key=lambda row: row["done_s"][-1])[:2]
    if first["title"] == second["title"]:
        return f"both lines are {first['title']}"
    end_s = first["done_s"][-1]
    behind = max(count for count, at_s in zip(second["pictures"], second["done_s"]) if at_s <= end_s)
    return f"{first['title']} done: {second['title']} at {behind:,} of {second['pictures'][-1]:,}"


def sweep(which: str, rows: Rows) -> str:
    """Fastest and slowest, or where the knee is."""
    done = [row for row in rows if row.get("median_s")]
    if len(done) < 2:
        return "" if done else "Nothing could be measured."
    if which == "batch":
        return _knee(done)
    fast, slow = min(done, key=lambda row: row["median_s"]), max(done, key=lambda row: row["median_s"])
    text = f"{slow['label']} takes {slow['median_s'] / fast['median_s']:.2f}× the time of {fast['label']}"
    if fast["macs"] != slow["macs"]:
        text += f", with {slow['macs'] / fast['macs']:.2f}× its MACs"
    return f"{text}: {seconds(slow['median_s'])} against {seconds(fast['median_s'])}."


def _knee(done: Rows) -> str:
    """Where a larger batch stops to pay, and whether it comes to cost."""
    bend = next((row for row in done if row["knee"]), None)
    if bend is None:
        return ""
    best = max(done, key=lambda row: row["images_per_s"])
    peak = f"the best seen ({rate(best['images_per_s'])} img/s at batch {best['batch']:,})"
    later = [row for row in done if row["batch"] > bend["batch"]]
    worst = min(later, key=lambda row: row["images_per_s"], default=bend)
    if worst["images_per_s"] < (1 - NEAR) * best["images_per_s"]:
        return (
            f"Batch {bend['batch']:,} comes within 10 % of {peak}; at batch {worst['batch']:,} it is "
            f"{percent(worst['images_per_s'] / best['images_per_s'])} of that."
        )
    more = ": a larger batch costs latency and gains little" if later else ""
    return f"From batch {bend['batch']:,} on, throughput is within 10 % of {peak}{more}."


def sweep_doubts(rows: Rows) -> list[str]:
    """One line for all points whose figure is doubtful."""
    doubtful = [str(row["label"]) for row in rows if row.get("warnings")]
    if not doubtful:
        return []
    return [
        f"The host was busy: the passes of {', '.join(doubtful)} spread by more than 10 %, or had to share the "
        "processor. Run again before you quote them."
    ]
