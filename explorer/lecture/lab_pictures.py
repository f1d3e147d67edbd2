"""The experiments' pictures for paper and slides: one each, drawn from a recorded run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from explorer.lab.claims import story
from explorer.lab.experiment import TEXTS
from explorer.lab.outcome import Row, Run
from explorer.lab.record import recorded
from explorer.tell import palette
from explorer.tell.drawing import Drawing, bars_drawing, lines_drawing

GREY, BLUE = "#6f7f8f", "#2484c1"
COLOURS = palette.NET_COLOURS
FIRST = {"degradation": "pair", "learning-rate": "residual"}  # experiment → which of its recorded runs; else the first
Shown = tuple[Drawing, str]  # and what it shows
Series = dict[str, tuple[str, tuple[float, ...], list[tuple[float, float]]]]


def picture(name: str, revealed: bool = True) -> list[Shown]:
    """Of the recorded run; before the reveal what gives nothing away. Nothing for what has no recorded run."""
    if name not in LAB and "lines" not in TEXTS.get(name, {}):
        return []
    rows = _run(name)["rows"] if revealed else story.teaser(name)
    return [LAB[name](rows) if name in LAB else _as_told(name, rows)]


def _run(name: str) -> Run:
    known = recorded(name)
    return known[FIRST.get(name, next(iter(known)))]


def made(name: str) -> str:
    """Where, when and with which seed the run was recorded."""
    run = _run(name)
    by = run["provenance"]
    return f"recorded {by['date']}, torch {by['torch']}, {by['device']}, seed {run['config']['seed']}"


def _lines(rows: Iterable[Row], x: str, y: str) -> Series:
    """A line a net; what is no number is left out, as on the page."""
    series: Series = {}
    for row in rows:
        kind, value = row.get("kind") or row["net"].partition("-")[0], row[y]
        if value is None or not math.isfinite(value):
            continue
        dash = (7, 5) if row.get("depth") == 20 or "without BN" in row["net"] else ()
        series.setdefault(row["net"], (COLOURS[kind], dash, []))[2].append((row[x], value))
    return series


def _as_told(name: str, rows: list[Row]) -> Shown:
    """What needs no more than to be said which columns are drawn."""
    told = TEXTS[name]["lines"]
    mine = [row for row in rows if all(row.get(column) == value for column, value in told.get("of", {}).items())]
    across, up = told["axes"]
    return lines_drawing(_lines(mine, told["x"], told["y"]), told["title"], (across, up), made(name)), told["title"]


def _identity(rows: list[Row]) -> Shown:
    title = "Training loss of a net, and of deeper ones"
    series: Series = {}
    for row in rows:
        colour = GREY if row["net"] == "plain-20" else BLUE  # no shortcut in either
        series.setdefault(row["net"], (colour, (7, 5) if row["depth"] == 20 else (), []))[2].append(
            (row["step"], row["loss"])
        )
    return lines_drawing(series, title, ("step", "training loss"), made("identity")), title


def _signal(rows: list[Row]) -> Shown:
    """The deepest nets of the run: the signal is measured before any training."""
    deepest = max(row["depth"] for row in rows)
    seen = [row for row in rows if row["depth"] == deepest and row["quantity"] == "activation_std" and row["value"]]
    title = f"The signal on its way through {deepest} layers"
    axes = ("layer", "standard deviation of its output")
    return lines_drawing(_lines(seen, "index", "value"), title, axes, made("signal"), orders=True), title


def _rates(rows: list[Row]) -> Shown:
    look = {norm: (said, palette.BN_COLOURS[norm]) for norm, said in (("batch", "with BN"), ("none", "without BN"))}
    series: Series = {
        look[norm][0]: (look[norm][1], (), found)
        for norm in look
        if (found := [(row["lr"], row["loss"]) for row in rows if row["part"] == "final" and row["norm"] == norm])
    }
    title = "Final training loss over the learning rate"
    axes = ("learning rate", "training loss")
    return lines_drawing(series, title, axes, made("learning-rate"), logarithmic=True), title


def _lesion(rows: list[Row]) -> Shown:
    """Whole, and with one block of the middle taken out at a time: the median over those whose shortcut is solid."""
    title = "Test error, whole and with one block taken out"
    bars = []
    for net in dict.fromkeys(row["net"] for row in rows if row["part"] == "intact"):
        mine = [row for row in rows if row["net"] == net]
        whole = next(row["error_percent"] for row in mine if row["part"] == "intact")
        cut = sorted(row["error_percent"] for row in mine if row["part"] == "single" and not row["dotted"])
        colour = COLOURS[net.partition("-")[0]]
        middle = (cut[(len(cut) - 1) // 2] + cut[len(cut) // 2]) / 2
        bars += [
            (net, whole, f"{whole:.1f} %", colour),
            (f"{net}, one out", middle, f"{middle:.1f} % (median)", colour),
        ]
    return bars_drawing(bars, title, made("lesion")), title


# what is more than a line a net of two columns (`Text.lines`)
LAB: dict[str, Callable[[list[Row]], Shown]] = {
    "identity": _identity,
    "signal": _signal,
    "learning-rate": _rates,
    "lesion": _lesion,
}
