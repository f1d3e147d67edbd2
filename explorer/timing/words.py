"""What the timings say, in a sentence each, from the rows of `explorer.timing.rows`."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.palette import seconds
from explorer.timing.measurement import Measurement
from explorer.timing.parts import Parts

Rows = Sequence[dict[str, object]]


VARIED = {  # sweep -> the setting in which its points differ
    "depths": None, "batch": "batch", "modes": "dtype", "blocks": None, "stride": None,
}


def processor(seen: Measurement) -> str:
    """Processor time against wall time, where the processor is what is timed: a busy host shows here first."""
    if seen.settings.kind != "cpu" or not seen.wall_s:
        return ""
    share = seen.cpu_s / (seen.wall_s * (seen.settings.threads or 1))
    return f"processor time {share:.0%} of wall time × threads · "


def rate(per_s: float) -> str:
    """Pictures per second: whole ones from 100 on, else three digits. 13730.4 → '13,730', 8.412 → '8.41'."""
    return f"{per_s:,.0f}" if per_s >= 100 else f"{per_s:.3g}"


def cut(seen: Parts) -> str:
    """How the parts were measured."""
    overhead = f"{seen.overhead:+.1%}".replace("-", "−")
    return (f"n {seen.n} · overhead of the marks {overhead} · sum of parts / whole "
            f"{seen.sum_over_whole:.3f} · by {seen.level}")


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
    text = f"{name} takes {stages[name][0]:.0%} of the time with {stages[name][1]:.0%} of the MACs."
    if odd != name:
        text += f" {odd} costs most beyond its MACs: {stages[odd][0]:.0%} of the time, {stages[odd][1]:.0%} of them."
    return text


def contrast(rows: Rows, one: str, other: str) -> str:
    """MACs against time: measured or recorded here when there is one, else published."""
    macs = next(row for row in rows if row["what"] == "MACs")
    outputs = next(row for row in rows if row["what"] == "Convolution outputs")
    timed = next((row for row in rows if row["unit"] == "s"), None)
    if timed is None:
        return (f"{other} has {macs['ratio']:.2f}× the MACs of {one} and {outputs['ratio']:.2f}× its convolution "
                "outputs.")
    return (f"{other} has {macs['ratio']:.2f}× the MACs of {one}, but takes {timed['ratio']:.2f}× the time: its "
            f"convolutions write {outputs['ratio']:.2f}× as many numbers, and each has to go through memory. "
            "FLOPs are not time.")


def race(rows: Sequence[dict[str, object]]) -> str:
    """Where the slower one is when the faster has finished."""
    first, second = sorted(rows, key=lambda row: row["done_s"][-1])[:2]
    end_s = first["done_s"][-1]
    behind = max(count for count, at_s in zip(second["pictures"], second["done_s"]) if at_s <= end_s)
    return (f"When {first['title']} has finished its {first['pictures'][-1]:,} pictures, {second['title']} has "
            f"finished {behind:,}.")


def sweep(which: str, rows: Rows) -> str:
    """Fastest and slowest, or where the knee is."""
    done = [row for row in rows if row.get("median_s")]
    if len(done) < 2:
        return "" if done else "Nothing could be measured."
    if which == "batch":
        bend = next((row for row in done if row["knee"]), None)
        return "" if bend is None else (
            f"From batch {bend['batch']} on, throughput is within 10 % of the best seen: a larger batch costs "
            "latency and gains little.")
    fast, slow = min(done, key=lambda row: row["median_s"]), max(done, key=lambda row: row["median_s"])
    text = f"{slow['label']} takes {slow['median_s'] / fast['median_s']:.2f}× the time of {fast['label']}"
    if fast["macs"] != slow["macs"]:
        text += f", with {slow['macs'] / fast['macs']:.2f}× its MACs"
    return f"{text}: {seconds(slow['median_s'])} against {seconds(fast['median_s'])}."


def sweep_doubts(rows: Rows) -> list[str]:
    """One line for all points whose figure is doubtful."""
    doubtful = [str(row["label"]) for row in rows if row.get("warnings")]
    if not doubtful:
        return []
    return [f"The host was busy: the passes of {', '.join(doubtful)} spread by more than 10 %, or had to share the "
            "processor. Run again before you quote them."]
