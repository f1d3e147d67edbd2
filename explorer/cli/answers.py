"""What the pages answer, as sections of plain rows: for the terminal, which has no page to look at.

Each answer takes the parsed arguments (of `explorer.cli.ask`) and calls the very functions that the pages call.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.cli.flags import one_of
from explorer.facts import comparison, conventions, cost, memory, published, receptive
from explorer.facts.agreement import agreement
from explorer.facts.conventions.counting import Convention
from explorer.facts.proof import Proof, depth, prove, receptive_field
from explorer.facts.rollup import METRICS, SUMS
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, naming, presets, resolve
from explorer.tell import compare_parts, sheet, sheet_forms


@dataclass(frozen=True)
class Section:
    """A table under its title. source: what its figures are (a key of units.PROVENANCE); note: what to know of it."""

    title: str
    rows: Sequence[Mapping[str, object]]
    source: str = "computed"
    note: str = ""


def proofs(spec: ResNetSpec, asked: argparse.Namespace) -> list[Section]:
    """Where the numbers of a part come from, step by step. Raises `ValueError` for a part that the net does not have."""
    nodes = trace(spec, asked.height, asked.width, asked.batch)
    part = _part(nodes, asked.part)
    path, group = part.path, part.group
    found = [prove(metric, group, f"{METRICS[metric].label} of {path}") for metric in SUMS]
    if path == cost.WHOLE:
        found.append(depth(spec, nodes))
    elif group[-1].receptive_field is not None:
        found.append(receptive_field(nodes, group[-1].path))
    names = [*SUMS, "depth" if path == cost.WHOLE else "receptive_field"]
    return [
        Section(f"{METRICS[name].label if name in METRICS else 'Layers'} of {path}", _steps(one), note=one.rule)
        for name, one in zip(names, found)
    ]


def _steps(proof: Proof, level: int = 0, above: str = "") -> list[dict[str, Any]]:
    """A proof and all its parts as rows, equal parts in a run once."""
    name = proof.label.removeprefix(f"{above}.")
    rows = [{"part": "  " * level + name, "value": proof.value, "formula": proof.text, "latex": proof.latex}]
    for first, last, times in proof.runs():
        some = _steps(first, level + 1, proof.label)
        if times > 1:
            some[0] = some[0] | {"part": f"{some[0]['part']} … {last.label}, {times} times"}
        rows += some
    return rows


def costs(spec: ResNetSpec, asked: argparse.Namespace) -> list[Section]:
    """Every metric of what a part is made of, with each sum's share of the whole net."""
    nodes = trace(spec, asked.height, asked.width, asked.batch)
    part = _part(nodes, asked.part)
    return [Section(f"{naming.title(spec)}: {part.path}", part.rows(), note=str(cost.lesson(nodes)))]


def flops(spec: ResNetSpec, asked: argparse.Namespace) -> list[Section]:
    """The conventions of counting, and what makes each differ."""
    found = conventions.reconcile(spec, asked.height, asked.width)
    weights = conventions.parameters(spec, asked.height, asked.width)
    return [
        Section("Who counts what", [_counted(one, asked.batch) for one in found]),
        Section("How many parameters", [_counted(one, 1) for one in weights]),
        Section("The gaps", conventions.rows([*found, *weights])),
    ]


def _counted(one: Convention, batch: int) -> dict[str, object]:
    """A convention's result, for the batch where the tool multiplies by it."""
    proof = one.of_batch(batch)
    return {
        "convention": one.name,
        "result": proof.value,
        "unit": one.unit,
        "counts": one.counts,
        "mode": one.mode,
        "per": one.per,
        "formula": proof.text,
        "why": one.says,
    }


def memories(spec: ResNetSpec, asked: argparse.Namespace) -> list[Section]:
    """Memory of a pass and of a training step, part by part."""
    both = {
        "inference": memory.proofs(spec, asked.height, asked.width, asked.batch, asked.dtype),
        "training": memory.proofs(spec, asked.height, asked.width, asked.batch, asked.dtype, asked.optimizer),
    }
    rows = [
        {
            "part": part,
            **{what: one[part].value for what, one in both.items()},
            **{f"{what}: how": one[part].expression for what, one in both.items()},
        }
        for part in both["inference"]
    ]
    layers = memory.by_layer(spec, asked.height, asked.width, asked.batch, asked.dtype)
    return [
        Section(
            f"Bytes at batch {asked.batch:,} in {memory.FORMATS[asked.dtype]}, training with {asked.optimizer}",
            rows,
            "estimated",
            "; ".join(memory.assumptions(asked.dtype)),
        ),
        Section("Outputs by layer, bytes", layers),
    ]


def sheets(spec: ResNetSpec, asked: argparse.Namespace) -> list[Section]:
    """One configuration's numbers; what each is stands in its row."""
    made = _sheet(spec, asked)
    return [Section(made.title, made.rows, "", note="; ".join(memory.assumptions(asked.dtype)))]


def sheet_as(written: str, spec: ResNetSpec, asked: argparse.Namespace) -> str:
    """The same as the Numbers page has it to be copied. written: of `sheet_forms.COPIES`."""
    return sheet_forms.COPIES[written](_sheet(spec, asked))


def _sheet(spec: ResNetSpec, asked: argparse.Namespace) -> sheet.Sheet:
    return sheet.sheet(spec, asked.height, asked.width, asked.batch, asked.dtype, asked.optimizer)


def fields(spec: ResNetSpec, asked: argparse.Namespace) -> list[Section]:
    """Receptive fields, v1 and v1.5; and, if asked, what the gradient of one unit says."""
    rows = [
        {**row, "v1: how": one["v1_px"].expression, "v15: how": one["v15_px"].expression}
        for row, one in zip(receptive.by_block(spec), receptive.proofs(spec), strict=True)
    ]
    sections = [Section("After each block, pixels a side", rows)]
    if asked.check is not None:
        seen = receptive.check(spec, asked.check or None)
        sections.append(
            Section(
                "The gradient of one output unit",
                [
                    {
                        "block": seen.path,
                        "theory_px": seen.theory,
                        "extent_px": "×".join(map(str, seen.extent)),
                        "effective_px": seen.effective,
                        "agrees": seen.agrees,
                    }
                ],
                "measured",
                seen.note,
            )
        )
    return sections


def torchinfos(spec: ResNetSpec, asked: argparse.Namespace) -> list[Section]:
    """torchinfo's totals beside ours, and its text."""
    seen = agreement(spec, asked.height, asked.width, batch=asked.batch)
    return [
        Section(
            "Totals",
            [
                {"total": what, "torchinfo": theirs, "trace": ours.value, "agree": theirs == ours.value}
                for what, theirs, ours in seen.totals
            ],
            note=seen.text,
        )
    ]


def compared(spec: ResNetSpec, asked: argparse.Namespace) -> list[Section]:
    """From the baseline to the model: totals, stages that differ, layers added, removed and changed."""
    text = asked.baseline
    base = comparison.parse(text) if "~" in text or text in presets() else resolve(text).spec
    task = (asked.height, asked.width, asked.batch, one_of("dtype", asked.dtype, tuple(memory.FORMATS)))
    optimizer = asked.optimizer and one_of("optimizer", asked.optimizer, tuple(memory.OPTIMIZERS))
    both = comparison.Side(base, *task, optimizer), comparison.Side(spec, *task, optimizer)
    heads = [
        {
            "total": row["label"],
            "baseline": row["base"],
            "model": row["other"],
            "difference": row["delta"],
            "ratio": row["ratio"],
            "how": known["delta"].text,
        }
        for row, known in zip(comparison.headlines(*both), comparison.headline_proofs(*both), strict=True)
    ]
    stages = [
        {"stage": row["stage"], "of": side, **cells}
        for row in comparison.stage_rows(*both)
        if row["changed"]
        for side, cells in (("baseline", row["base"]), ("model", row["other"]))
        if cells
    ]
    found = comparison.layers(*both)
    return [
        Section(
            f"From {naming.title(base)} (baseline) to {naming.title(spec)} (model), {compare_parts.task(*both)}",
            heads,
            note=str(comparison.summary(*both, found)),
        ),
        *([Section("Stages that differ", stages)] if stages else []),
        *([Section("Layers that differ", [vars(layer) for layer in found], note=compare_parts.WHICH)] if found else []),
    ]


def paper(asked: argparse.Namespace) -> list[Section]:
    """A table of the paper beside what the models say. Raises `ValueError` for a table that is not here."""
    loaded = published.load(asked.table)
    about = f"{loaded['source']}, {loaded['url']}. {loaded['protocol']}"
    rows: list[Mapping[str, object]]
    if asked.table == "table1":
        rows = [cell.plain for row in published.table1(asked.stride_on or "1x1") for cell in row if cell.published]
    else:
        rows = [
            row | {"params_formula": known["params"].text, "macs_formula": known["macs"].text}
            for row, known in zip(published.errors(asked.table), published.error_proofs(asked.table), strict=True)
        ]
    return [Section(loaded["source"], rows, "published", about)]


def nets(asked: argparse.Namespace) -> list[Section]:
    """Every preset's parameters, MACs and activation memory, each at its family's input size."""
    return [
        Section(
            "Presets at their families' input sizes, batch 1, fp32",
            [
                {"images_per_s_published" if key == "images_per_s" else key: value for key, value in row.items()}
                for row in comparison.preset_rows()
            ],
            note="images_per_s_published: of the five depths, on an RTX 4090, AMP, batch 1,024 (timm)",
        )
    ]


def _part(nodes: Sequence[Node], path: str) -> cost.Part:
    found = cost.part(nodes, path)
    if found.path == cost.WHOLE and path != cost.WHOLE:
        raise ValueError(
            f"part={path[:60]!r}: choose net, a stage (conv3_x), a block (layer2.0) or a layer (layer2.0.conv1)"
        )
    return found
