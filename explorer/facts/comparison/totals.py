"""Totals and stages of two models under each other, each figure with its proof; and all presets for a chart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypedDict

from explorer.facts import memory
from explorer.facts.comparison.address import address, parse
from explorer.facts.comparison.side import Side
from explorer.facts.proof import Proof, counted, deciding_size, depth, difference, prove, ratio, receptive_field
from explorer.facts.published import throughput
from explorer.facts.rollup import SUMS, Row, Stage, headline, metric_columns, stages
from explorer.facts.shapes import total_stride
from explorer.net.node import Node
from explorer.net.shortcuts import SHORTCUTS
from explorer.spec import ResNetSpec, naming, presets

LINES = {"solid": "Solid shortcuts: x as it is", "dotted": "Dotted shortcuts: x reshaped"}


class Total(TypedDict):
    """A total of both nets. ratio: None where the baseline is 0."""

    key: str
    label: str
    unit: str
    base: int
    other: int
    delta: int
    ratio: float | None


class StagePair(TypedDict):
    """A stage of both nets, a column per figure; empty where a net has no such stage. changed: the columns that differ."""

    stage: str
    base: Row
    other: Row
    changed: list[str]


class PresetCost(TypedDict):
    """A net at its family's input size, one picture, fp32. activation_bytes: its layers' outputs, summed; peak_bytes: the
    activations alive at the peak of inference; images_per_s: as published, or None; spec: its address."""

    preset: str
    family: str
    net: str
    params: int
    macs: int
    activation_bytes: int
    peak_bytes: int
    images_per_s: float | None
    spec: str


def headlines(base: Side, other: Side) -> list[Total]:
    """Totals of both with difference and ratio. Raises `ValueError` where torch would refuse to train one of them."""
    return [
        {
            "key": key,
            "label": label,
            "unit": unit,
            "base": int(old.value),
            "other": int(new.value),
            "delta": int(new.value - old.value),
            "ratio": new.value / old.value if old.value else None,
        }
        for key, label, unit, old, new in _totals(base, other)
    ]


def headline_proofs(base: Side, other: Side) -> list[dict[str, Proof]]:
    """For each row of `headlines`, the proofs of its figures: base, other, delta, and ratio where there is one."""
    return [
        {"base": old, "other": new, "delta": difference(old, new), **({"ratio": ratio(old, new)} if old.value else {})}
        for *_, old, new in _totals(base, other)
    ]


def _totals(base: Side, other: Side) -> list[tuple[str, str, str, Proof, Proof]]:
    """(key, label, unit, proof of the baseline's, proof of the other's)."""
    old, new = base.nodes, other.nodes
    rows = [("depth", "Layers", "count", depth(base.spec, old), depth(other.spec, new))]
    rows += [
        (name, SUMS[name].label, SUMS[name].unit, prove(name, old, base.title), prove(name, new, other.title))
        for name in ("params", "macs")
    ]
    before, after = base.memory(), other.memory()
    purpose = "training" if base.optimizer and other.optimizer else "inference"
    rows += [
        ("activations", memory.BASIS[purpose], "bytes", before["activations"], after["activations"]),
        ("memory", f"Memory for {purpose}, estimated", "bytes", before["total"], after["total"]),
    ]
    return rows + [(key, words, "count", _shortcuts(old, key), _shortcuts(new, key)) for key, words in LINES.items()]


def _shortcuts(nodes: Sequence[Node], key: str) -> Proof:
    blocks = [(stage.name, block.shortcut) for stage in stages(nodes) for block in stage.blocks]
    return counted(
        key,
        f"{key} shortcuts, stage by stage",
        (name for name, kind in blocks if SHORTCUTS[kind].line == key),
        (name for name, _ in blocks),
    )


def stage_rows(base: Side, other: Side) -> list[StagePair]:
    """Both nets' stages under each other."""
    both = [{stage.name: stage for stage in stages(side.nodes)} for side in (base, other)]
    rows: list[StagePair] = []
    for name in dict.fromkeys([*both[0], *both[1]]):
        cells: list[Row] = [_stage_cells(side[name]) if name in side else {} for side in both]
        keys = dict.fromkeys([*cells[0], *cells[1]])
        rows.append(
            {
                "stage": name,
                "base": cells[0],
                "other": cells[1],
                "changed": [key for key in keys if cells[0].get(key) != cells[1].get(key)],
            }
        )
    return sorted(rows, key=lambda row: row["stage"] == "head")  # a stage that only one has stands before the head


def _stage_cells(stage: Stage) -> Row:
    return {
        "blocks": len(stage.blocks),
        "out_shape": list(stage.out_shape),
        "total_stride": stage.nodes[-1].jump,
        **metric_columns(stage.nodes),
    }


def stage_proofs(side: Side) -> dict[str, dict[str, Proof]]:
    """Stage → column of `stage_rows` → its proof, where it has one."""
    nodes = side.nodes
    return {
        stage.name: {name: prove(name, stage.nodes, stage.name) for name in SUMS}
        | _sizes(nodes, stage)
        | {"total_stride": total_stride(nodes, index)}
        for index, stage in enumerate(stages(nodes))
    }


def _sizes(nodes: Sequence[Node], stage: Stage) -> dict[str, Proof]:
    last = stage.nodes[-1]
    field = {"receptive_field": receptive_field(nodes, last.path)} if last.receptive_field is not None else {}
    side = deciding_size(stage.nodes)
    return field | ({"out_shape": side[0]} if side else {})


@lru_cache(maxsize=1)
def preset_rows() -> tuple[PresetCost, ...]:
    """Every preset. Costs a second at first; do not change what it returns: it is shared."""
    return tuple(cost_row(name, spec) for name, spec in presets().items())


def cost_row(name: str, spec: ResNetSpec) -> PresetCost:
    """One net's line of `preset_rows`; name: its preset's, or any other."""
    side = Side(spec, spec.default_input, spec.default_input)
    figures = headline(spec, side.height, side.width)
    speed = throughput()[0]["images_per_s"]
    return {
        "preset": name,
        "family": spec.family,
        "net": naming.title(spec),
        "params": figures["params"],
        "macs": figures["macs"],
        "activation_bytes": figures["activation_bytes"],
        "peak_bytes": max(memory.alive_bytes(side.nodes)),
        "images_per_s": speed.get(name),
        "spec": address(spec),
    }


def cost_proofs(rows: Sequence[PresetCost]) -> list[dict[str, Proof]]:
    """For each row of `preset_rows` or `cost_row`, the proofs of its figures."""
    found = []
    for row in rows:
        spec = parse(row["spec"])
        side = Side(spec, spec.default_input, spec.default_input)
        sums = {name: prove(name, side.nodes, row["net"]) for name in SUMS}
        found.append(sums | {"peak_bytes": side.memory()["activations"]})
    return found
