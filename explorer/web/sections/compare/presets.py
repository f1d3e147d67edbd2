"""Compare's last section: all presets, cost against cost, and against time where there is one. FLOPs are not time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from markupsafe import Markup

from explorer.facts import comparison, memory, published
from explorer.facts.comparison import Side
from explorer.facts.comparison.totals import PresetCost
from explorer.facts.proof import Proof, ratio
from explorer.facts.rollup import METRICS
from explorer.facts.told import Provable, Told
from explorer.spec import ResNetSpec, naming
from explorer.tell import questions
from explorer.tell.plots import cost as cost_plots
from explorer.timing.data.across import Across, across
from explorer.timing.said import sentences
from explorer.web import pieces, plain
from explorer.web.asked import asked
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.sections.timing import runs
from explorer.web.session import session

AXES = {  # option -> (key of comparison.preset_rows, title)
    "params": ("params", "parameters"),
    "MACs": ("macs", "MACs"),
    "memory": ("peak_bytes", "activation memory at the peak, bytes"),
    "time": ("ms_per_picture", "milliseconds per picture"),
    "pictures/s": ("images_per_s", "pictures per second"),
}


def timed() -> tuple[Across | None, str]:
    """Times that may be compared, and their mark: of this visit where it timed two nets alike, else the recorded ones."""
    mine = across(runs.measured())
    if mine:
        return mine, "measured earlier"
    return across(run.measurement for run in timing_pieces.recorded()), "recorded"


class Point(PresetCost):
    """A net on the chart. ms_per_picture: None where it was not timed."""

    ms_per_picture: float | None


def cost_against_cost(left: Side, right: Side) -> list[Point]:
    """All presets on one chart; the two that are compared are marked, and added where they are no presets."""
    base, other = left.spec, right.spec
    across, up = st.columns(2)
    with across:
        x = asked("What goes across?", questions.ACROSS, "x", "MACs")
    with up:
        y = asked("What goes up?", {key: words for key, words in questions.UP.items() if key != x}, "y")
    times, mark = timed()
    rows = _rows(base, other, times)
    marked = {naming.title(base): cost_plots.BASE, naming.title(other): cost_plots.OTHER}
    pieces.chart(
        cost_plots.scatter(rows, AXES[x], AXES[y], marked),
        f"All presets: {AXES[x][1]} against {AXES[y][1]}",
        "presets",
        lambda net: session().update({"picked_net": net}),
    )
    _picked(rows, (AXES[x][0], AXES[y][0]))
    if y == "time":
        _whose(times, mark, [naming.title(spec) for spec in (base, other) if not _ms(times, naming.slug(spec))])
    elif y == "pictures/s":
        _published()
    pieces.unfolding(
        "As a table, each number with its formula",
        "table",
        lambda: pieces.table(
            [
                {
                    "net": row["net"],
                    **{_label(key): Provable(proof.shown, proof) for key, proof in known.items()},
                }
                for row, known in zip(rows, comparison.cost_proofs(rows), strict=True)
            ]
        ),
    )
    pieces.note(
        "Parameters, MACs and activation memory (fp32, alive at the peak of inference) of one picture at each family’s own input "
        "size (224×224; CIFAR 32×32).",
        "computed",
    )
    return rows


def _picked(rows: Sequence[Point], keys: tuple[str, str]) -> None:
    """The formulas of the point that was clicked on, along both axes where they are counted."""
    row = next((row for row in rows if row["net"] == session().get("picked_net")), None)
    if row is None:
        return pieces.note("Click a point for its formulas.")
    known = comparison.cost_proofs([row])[0]
    for key in keys:
        if key in known:
            pieces.opened(f"{row['net']}, {_label(key)}", known[key])


def _label(key: str) -> str:
    return METRICS[key].label if key in METRICS else memory.BASIS["inference"]


def _rows(base: ResNetSpec, other: ResNetSpec, times: Across | None) -> list[Point]:
    """The presets of both families, and the two nets where they are none, each with its time where there is one."""
    rows = [row for row in comparison.preset_rows() if row["family"] in {base.family, other.family}]
    known = {row["net"] for row in rows}
    rows += [
        comparison.cost_row(naming.slug(spec), spec)
        for spec in dict.fromkeys((base, other))
        if naming.title(spec) not in known
    ]
    return [{**row, "ms_per_picture": _ms(times, row["preset"])} for row in rows]


def _ms(times: Across | None, name: str) -> float | None:
    return 1e3 * times.seconds[name] if times and name in times.seconds else None


def _whose(times: Across | None, mark: str, missing: list[str]) -> None:
    if times is None:
        pieces.lead("No times that could be compared: time two nets with the same settings on the Timing page.")
        return
    pieces.lead(
        f"{sentences.across(times, mark)} Time more nets with the same settings "
        "on the Timing page (its sweep over the depths is one click), and they stand here."
    )
    if missing:
        plain.info(f"No such time of {' and '.join(dict.fromkeys(missing))}: not drawn here.")
    timing_pieces.beside(times.first.settings, times.first.provenance, mark)


def _published() -> None:
    table = published.throughput()[0]
    pieces.lead(_not_time(table))
    pieces.html(
        Markup(
            '<div class="note">{}, {}, batch {:,}: <a href="{}">{}</a> {} Only the five depths have one.</div>'
        ).format(
            table["device"], table["dtype"], table["batch"], table["url"], table["source"], pieces.mark("published")
        )
    )


def _not_time(table: published.Throughput) -> Told:
    """ResNet-50 against ResNet-34: what it costs, and how many pictures it does."""
    known = comparison.cost_proofs(
        [row for row in comparison.preset_rows() if row["preset"] in ("resnet34", "resnet50")]
    )
    macs = ratio(*(proofs["macs"] for proofs in known))
    speeds = [
        Proof(
            name,
            f"{table['images_per_s'][name]:,}",
            table["images_per_s"][name],
            "pictures per second",
            source="published",
        )
        for name in ("resnet34", "resnet50")
    ]
    speed = replace(ratio(*speeds), rule="pictures per second: ResNet-50 ÷ ResNet-34", source="published")
    return Told(
        "FLOPs are not time: ResNet-50 has ",
        Provable(f"{macs.value:.2f}", macs),
        " times the MACs of ResNet-34 and ",
        Provable(f"{speed.value:.2f}", speed),
        " times its throughput.",
    )
