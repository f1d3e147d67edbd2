"""Compare's answers as HTML: in total, stage by stage, layer by layer, and all known nets against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from markupsafe import Markup

from explorer import units
from explorer.facts import comparison, memory, published
from explorer.facts.comparison import Layer, Side
from explorer.facts.comparison.totals import PresetCost, StagePair, Total
from explorer.facts.proof import Proof, ratio
from explorer.facts.rollup import METRICS, Row, blocks
from explorer.facts.told import Provable, Told
from explorer.net.ops import op
from explorer.spec import ResNetSpec, naming
from explorer.spec.parse import parse_input
from explorer.spec.task import FORMATS
from explorer.tell import fragments, markup, palette
from explorer.tell.fragments import Figure
from explorer.tell.markup import joined
from explorer.tell.sheet_forms import WHERE_ASSUMED
from explorer.terms import said
from explorer.timing.data.across import Across
from explorer.timing.said import sentences

Proofs = Mapping[str, Mapping[str, Proof]]  # stage → column → proof
MARKS = {"added": "+ added", "removed": "− removed", "changed": "~ changed"}
WHICH = (
    "Added, removed or changed from left to right; matched by path. Parameters: how many more (+) or fewer (−) the right net has "
    "by this layer; all of them add up to the difference in total."
)
NONE_DIFFERS = "No such layer differs."
AXES = {  # option -> (key of comparison.preset_rows, title)
    "params": ("params", "parameters"),
    "MACs": ("macs", "MACs"),
    "memory": ("peak_bytes", "activation memory at the peak, bytes"),
    "time": ("ms_per_picture", "milliseconds per picture"),
    "pictures/s": ("images_per_s", "pictures per second"),
}
NO_TIMES = "No times that could be compared: time two nets with the same settings on the Timing page."
AS_TABLE = "As a table, each number with its formula"
COUNTED = (
    "Every net on one picture of its family’s own size (224×224; CIFAR 32×32), inference in fp32; a task of your own holds in "
    "the other views."
)


def names(sides: Sequence[Side]) -> tuple[str, str]:
    """Both titles; by their switches where the titles would be the same, and by their tasks where these differ."""
    base, other = sides
    pair = base.title, other.title
    if pair[0] == pair[1] and base.spec != other.spec:
        pair = comparison.told_apart(base.spec, other.spec), comparison.told_apart(other.spec, base.spec)
    if (base.shape, base.dtype) != (other.shape, other.dtype):
        pair = f"{pair[0]} ({base.shape}, {FORMATS[base.dtype]})", f"{pair[1]} ({other.shape}, {FORMATS[other.dtype]})"
    return pair


def with_task(side: Side, size: str, batch: int, dtype: str) -> Side:
    """The same net at a task of its own. size: as in "197x211", its usual one where empty. Raises `ValueError` by field."""
    usual = str(side.spec.default_input)
    height, width = parse_input(size or usual, side.spec.in_channels, batch)
    found = replace(side, height=height, width=width, batch=batch, dtype=dtype)
    found.memory()
    return found


@dataclass(frozen=True)
class Totals:
    """The deltas, large, and as a table. problem: why torch would refuse to train one of them, else ""."""

    problem: str
    figures: Markup
    table: Markup
    rows: tuple[Total, ...]


@lru_cache(maxsize=64)
def totals(base: Side, other: Side) -> Totals:
    """The deltas; where torch would refuse to train, with the memory of inference. Made once for all who compare the two: do
    not change its rows."""
    problem = ""
    try:
        rows = comparison.headlines(base, other)
    except ValueError as error:  # torch would refuse to train one of them too
        problem = f"{error}. Shown: the memory of inference."
        base, other = (replace(one, optimizer=None) for one in (base, other))
        rows = comparison.headlines(base, other)
    proofs = comparison.headline_proofs(base, other)
    before, after = names((base, other))
    figures = [
        Figure(_ratio(row), row["label"], f"{_short(row, 'base')} → {_short(row, 'other')}", proof=known.get("ratio"))
        for row, known in zip(rows, proofs, strict=True)
        if row["key"] not in ("memory", "solid", "dotted")
    ]
    words = {"base": before, "other": f"{after} ", "delta": "difference", "ratio": "ratio"}
    lines = [
        {
            "": f"{row['label']}, bytes" if row["unit"] == "bytes" else row["label"],
            **{
                words[key]: Provable(text, known[key]) if key in known else text
                for key, text in (
                    ("base", f"{_about(row)}{row['base']:,}"),
                    ("other", f"{_about(row)}{row['other']:,}"),
                    ("delta", f"{_about(row) if row['delta'] else ''}{signed(row['delta'])}"),
                    ("ratio", f"{_about(row) if row['delta'] else ''}{_ratio(row)}"),
                )
            },
        }
        for row, known in zip(rows, proofs, strict=True)
    ]
    caption = f"{_task(base, other)} Click a number for its formula. MACs are of one picture. {WHERE_ASSUMED} All but this estimate:"
    return Totals(problem, fragments.figures(figures), fragments.table(lines, caption), tuple(rows))


def _task(base: Side, other: Side) -> str:
    """'Both: 1×3×224×224, 1,000 classes, fp32.'"""
    both = f"{'Both' if len(_tasks(base, other)) == 1 else 'Left and right'}"
    return f"{both}: {'; '.join(_tasks(base, other))}."


def _tasks(base: Side, other: Side) -> list[str]:
    return list(dict.fromkeys(f"{one.shape}, {_classes(one.spec)}, {FORMATS[one.dtype]}" for one in (base, other)))


def task(base: Side, other: Side) -> str:
    """'1×3×224×224, 1,000 classes, fp32, training with Adam': on what both are counted, in the terminal."""
    purpose = f"training with {other.optimizer}" if other.optimizer else "inference"
    return ", ".join(("; ".join(_tasks(base, other)), purpose))


def _classes(spec: ResNetSpec) -> str:
    return f"{spec.num_classes:,} classes" if spec.num_classes else "no classifier"


def given(own: ResNetSpec, other: Side) -> str:
    """What the left net is given, where one task is for both and another than its own: a CIFAR net beside an ImageNet one has
    its classes and its pictures, and counts that no table of it has. own: the left net as it is by itself."""
    kinds = [(one.num_classes, one.in_channels, one.default_input) for one in (own, other.spec)]
    if kinds[0] == kinds[1]:
        return ""
    by_itself = f"{own.in_channels}×{own.default_input}×{own.default_input}"
    return (
        f"Both are given {_classes(other.spec)} and pictures of {other.spec.in_channels}×{other.height}×{other.width}; "
        f"{naming.title(own)} by itself has {_classes(own)} and {by_itself}."
    )


def _about(row: Total) -> str:
    """What stands before an estimate, as everywhere."""
    return "≈ " if row["key"] == "memory" else ""


def _short(row: Total, side: Literal["base", "other"]) -> str:
    return f"{row[side]:,}" if row["key"] == "depth" else units.short(row[side], row["unit"])


def _ratio(row: Total) -> str:
    if row["delta"] == 0:
        return "same"
    if not row["ratio"]:
        return signed(row["delta"])
    return (
        f"×{row['ratio']:,.2f}" if row["ratio"] >= 0.1 else f"×{row['ratio']:.3g}"
    )  # three digits, as every other ratio


def signed(value: int) -> str:
    """'+1,000', '−1,000', '0'."""
    return f"{value:+,}".replace("-", "−") if value else "0"


def stages(base: Side, other: Side) -> Markup:
    """Stage by stage, the differing values marked."""
    rows = comparison.stage_rows(base, other)
    formats = " / ".join(dict.fromkeys(FORMATS[one.dtype] for one in (base, other)))
    columns = {
        "blocks": "blocks",
        "out_shape": "output",
        "total_stride": "total stride",
        **{name: metric.named(formats) for name, metric in METRICS.items()},
    }
    proofs = [comparison.stage_proofs(one) for one in (base, other)]
    cards, lines = markup.Cards("stages"), []
    for row in rows:
        cells = joined(Markup("<td>{}</td>").format(_pair(row, key, proofs, cards)) for key in columns)
        lines.append(Markup("<tr><td><b>{}</b></td>{}</tr>").format(row["stage"], cells))
    head = joined(Markup("<th>{}</th>").format(label) for label in ("stage", *columns.values()))
    before, after = names((base, other))
    return Markup(
        '{}<div class="note">Where they differ: {} above, <b>{}</b> below, tinted. {} '
        "Click a number for its formula. {}</div>{}"
    ).format(
        markup.framed(head, joined(lines)), before, after, _task(base, other), markup.mark("computed"), cards.html()
    )


def _pair(row: StagePair, key: str, proofs: Sequence[Proofs], cards: markup.Cards) -> str:
    sides = zip((row["base"], row["other"]), proofs)
    old, new = (_stated(cells, key, known.get(row["stage"], {}), cards) for cells, known in sides)
    both = Markup('<span class="soft">{}</span><br><b class="tinted">{}</b>')
    return both.format(old, new) if key in row["changed"] else new


def _stated(cells: Row, key: str, known: Mapping[str, Proof], cards: markup.Cards) -> str:
    """One side's cell, with its proof where it has one."""
    if not cells:
        return "–"
    text = _text(key, cells.get(key))
    return cards.number(known[key], text) if key in known else text


def _text(key: str, value: object) -> str:
    if key in METRICS:
        return units.short(value if isinstance(value, (int, float)) else None, METRICS[key].unit)
    return units.shape(value) if isinstance(value, list) else f"{value:,}"


def drawn_alike(base: Side, other: Side) -> str:
    """Where both maps look the same and the nets are not: that what differs is inside the blocks; else ""."""
    before, after = (
        [(one.path, one.shortcut, one.stride, one.out_shape[1:]) for one in blocks(side.nodes)]
        for side in (base, other)
    )
    found = comparison.layers(base, other)
    if before != after or not found:
        return ""
    inside = sorted({layer.path.rpartition(".")[2] for layer in found if op(layer.kind).params})
    return (
        f"Both maps look alike: {len(found):,} modules differ, but inside of what a tile stands for"
        f"{f' ({_some(inside)})' if inside else ''}. Layer by layer lists them."
    )


def _some(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (" and more" if len(names) > most else "")


def with_weights(found: Sequence[Layer]) -> list[Layer]:
    """Those of the layers that have weights."""
    return [layer for layer in found if op(layer.kind).params]


def layer_rows(shown: Sequence[Layer]) -> list[dict[str, str]]:
    """Layers that differ, as a table has them."""
    return [
        {
            "change": MARKS[layer.change],
            "layer": layer.path,
            "kind": palette.KIND_LABELS[layer.kind],
            "parameters": signed(layer.params),
            "what": layer.what,
        }
        for layer in shown
    ]


class Point(PresetCost):
    """A net on the chart. ms_per_picture: None where it was not timed."""

    ms_per_picture: float | None


def points(base: ResNetSpec, other: ResNetSpec, times: Across | None) -> list[Point]:
    """The presets of both families, and the two nets where they are none, each with its time where there is one."""
    rows = [row for row in comparison.preset_rows() if row["family"] in {base.family, other.family}]
    known = {row["net"] for row in rows}
    rows += [
        comparison.cost_row(naming.slug(spec), spec)
        for spec in dict.fromkeys((base, other))
        if naming.title(spec) not in known
    ]
    return [{**row, "ms_per_picture": ms(times, row["preset"])} for row in rows]


def ms(times: Across | None, name: str) -> float | None:
    """A picture's time by its net's name, in milliseconds."""
    return 1e3 * times.seconds[name] if times and name in times.seconds else None


def costs(rows: Sequence[Point]) -> Markup:
    """The points as a table, each number with its formula."""
    return fragments.table(
        [
            {"net": row["net"], **{counted(key): Provable(proof.shown, proof) for key, proof in known.items()}}
            for row, known in zip(rows, comparison.cost_proofs(rows), strict=True)
        ]
    )


def counted(key: str) -> str:
    """What a key of `comparison.cost_proofs` counts, in words."""
    return METRICS[key].label if key in METRICS else memory.BASIS["inference"]


def timed(times: Across, mark: str) -> Told:
    """Whose times stand there. mark: a key of units.PROVENANCE."""
    return Told(
        sentences.across(times, "recorded" if mark == "recorded" else "measured"),
        " Time more nets with the same settings on the Timing page (its sweep over the depths is one click), and they "
        "stand here.",
    )


def untimed(missing: Sequence[str]) -> str:
    """The compared nets that have no place on the chart."""
    return f"No such time of {' and '.join(dict.fromkeys(missing))}: not drawn here."


def throughput() -> tuple[Markup, Markup]:
    """What published pictures per second say, and where they are from."""
    table = published.throughput()[0]
    said = Markup('<div class="note">{}, {}, batch {:,}: <a href="{}">{}</a> {} Only the five depths have one.</div>')
    return fragments.lead(_not_time(table)), said.format(
        table["device"], table["dtype"], table["batch"], table["url"], table["source"], markup.mark("published")
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
            said(f"{table['images_per_s'][name]:,}", table["images_per_s"][name]),
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
