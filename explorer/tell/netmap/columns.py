"""The numbers on the tiles: every METRICS row, and measured ones, as text, shade and legend per tile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer import units
from explorer.facts.rollup import METRICS, Sum, total
from explorer.spec.task import FORMATS
from explorer.tell import palette
from explorer.tell.netmap.groups import Part
from explorer.tell.netmap.sent import Shades

_STEPS = {  # unit -> (least value, factor, suffix): as few characters as a value can be read by
    "count": ((999.5e6, 1e9, "G"), (999.5e3, 1e6, "M"), (999.5, 1e3, "K"), (0, 1, "")),
    "bytes": ((999.5e6, 1e9, "GB"), (999.5e3, 1e6, "MB"), (999.5, 1e3, "KB"), (0, 1, "B")),
    "s": ((0.9995, 1, "s"), (0.9995e-3, 1e-3, "ms"), (0, 1e-6, "µs")),
    "px": ((0, 1, ""),),
}
_STEPS["MACs"] = _STEPS["count"]
LEGEND_STOPS = 5


@dataclass(frozen=True)
class MetricColumn:
    """A metric that does not come from the trace, such as measured time.

    values: path of a block or layer, or a stage's name (stem, conv2_x …, head) → number; a group's value is the sum
    of its members'. provenance: a key of units.PROVENANCE.
    """

    label: str
    unit: str
    values: Mapping[str, float]
    counts: str = ""
    provenance: str = "measured"


def metric_label(name: str, dtype: str) -> str:
    """What a row of METRICS is called where outputs are in `dtype`, of `memory.FORMATS`."""
    return f"Layer outputs, {FORMATS[dtype]}" if name == "activation_bytes" else METRICS[name].label


def columns(
    parts: Sequence[Part], extra: Mapping[str, MetricColumn] | None = None, dtype: str = "fp32"
) -> dict[str, Shades]:
    """name → label, unit, what it counts, provenance, and per part: value, text and colour; None where unknown."""
    made = {
        name: _column(
            metric_label(name, dtype),
            rule.unit,
            rule.counts,
            "computed",
            isinstance(rule, Sum),
            [total(part.nodes, name) for part in parts],
        )
        for name, rule in METRICS.items()
    }
    for name, column in (extra or {}).items():
        values = [_looked_up(part, column.values) for part in parts]
        made[name] = _column(column.label, column.unit, column.counts, column.provenance, True, values)
    return made


def on_tile(value: float | None, unit: str) -> str:
    """A value in as few characters as it can be read by, three digits: '1.12M', '280K'; the legend says the unit."""
    if value is None:
        return "all" if unit == "px" else "–"
    if unit not in _STEPS:
        return units.short(value, unit)
    factor, suffix = next((factor, suffix) for least, factor, suffix in _STEPS[unit] if abs(value) >= least)
    scaled = value / factor
    digits = 0 if unit == "px" or factor == 1 and suffix == "" or scaled >= 99.95 else 1 if scaled >= 9.995 else 2
    text = f"{scaled:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + suffix


def shade(share: float) -> str:
    """0 … 1 → a colour of palette.RAMP, in between two stops."""
    place = min(max(share, 0.0), 1.0) * (len(palette.RAMP) - 1)
    low = min(int(place), len(palette.RAMP) - 2)
    pair = (palette.rgb(palette.RAMP[low]), palette.rgb(palette.RAMP[low + 1]))
    return "#" + "".join(f"{round(a + (b - a) * (place - low)):02x}" for a, b in zip(*pair))


def _column(label: str, unit: str, counts: str, provenance: str, summed: bool, values: list[float | None]) -> Shades:
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    shares = [
        1.0
        if value is None and unit == "px"
        else None
        if value is None
        else (value - low) / (high - low)
        if high > low
        else 0.5
        for value in values
    ]
    steps = [low + (high - low) * index / (LEGEND_STOPS - 1) for index in range(LEGEND_STOPS if high > low else 1)]
    return {
        "label": label,
        "unit": unit,
        "legend_label": f"{label}, px" if unit == "px" else label,
        "counts": counts,
        "provenance": provenance,
        "total": sum(known) if summed and len(known) == len(values) else None,
        "values": values,
        "texts": [on_tile(value, unit) for value in values],
        "words": [units.short(value, unit) for value in values],
        "shades": [None if share is None else shade(share) for share in shares],
        "inks": [None if share is None else palette.ink(shade(share)) for share in shares],
        "legend": [
            [shade((step - low) / (high - low)) if high > low else shade(0.5), on_tile(step, unit)] for step in steps
        ],
    }


def _looked_up(part: Part, values: Mapping[str, float]) -> float | None:
    """The stage's value, else the sum over its nodes, else its own, else the sum over its blocks; None where unknown.

    The nodes come before its own: a tile of stem and head is known by its first layer's path, and is more than that."""
    if part.whole and part.stage in values:
        return values[part.stage]
    for members in (
        [node.path for node in part.nodes],
        [part.id][: len(part.blocks) <= 1],
        [block.path for block in part.blocks],
    ):
        found = [values[path] for path in members if path in values]
        if members and len(found) == len(members):
            return sum(found)
    return None
