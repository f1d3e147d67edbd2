"""The stages of a net as rows: sizes, strides, receptive fields; and the page's point in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from explorer import units
from explorer.facts import proof
from explorer.facts.proof import Proof
from explorer.facts.rollup import Row, Stage, stages
from explorer.facts.told import Provable, Told
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.terms import plain, times
from explorer.terms import steps as one_by_one


def stage_rows(nodes: Sequence[Node]) -> list[Row]:
    """One row per stage, ready to show."""
    return [
        {
            "stage": stage.name,
            "module": stage.module,
            "what": what(stage),
            "output": units.shape(stage.out_shape),
            "stride": stage.stride,
            "total stride": stage.nodes[-1].jump,
            "receptive field": units.pixels(stage.nodes[-1].receptive_field),
        }
        for stage in stages(nodes)
    ]


def proofs_by_row(nodes: Sequence[Node]) -> list[dict[str, Proof]]:
    """For each row of `stage_rows`, the proofs of its figures by column."""
    return [
        _proofs(nodes, stage)
        | ({"total stride": total_stride(nodes, index)} if stage.nodes[-1].receptive_field else {})
        for index, stage in enumerate(stages(nodes))
    ]


def _proofs(nodes: Sequence[Node], stage: Stage) -> dict[str, Proof]:
    """The steps behind a stage's row: how its output size and its receptive field come about. Empty for the head."""
    if len(stage.out_shape) < 4:
        return {}
    changing = [node for node in stage.nodes if node.in_shape[2:] != node.out_shape[2:] and node.on_main]
    steps = tuple(step for node in changing for step in proof.output_size(node))
    size = stage.out_shape[2]
    last = steps[-1] if steps else Proof("side", plain(size), "every stride is 1: nothing changes")
    return {
        "output": Proof("side", one_by_one((*(step.line for step in steps[:-1]), last.term)), last.rule, steps),
        "receptive field": proof.receptive_field(nodes, stage.nodes[-1].path),
    }


def drawn_proofs(nodes: Sequence[Node]) -> dict[str, Proof]:
    """The numbers in the drawings (drawing.volumes): by layer how its output's side comes about, by stage its field."""
    found = {
        node.path: proof.output_size(node)[0]
        for node in nodes[1:]
        if node.stage in ("stem", "head") and proof.output_size(node)
    }
    for stage, row in zip(stages(nodes), proofs_by_row(nodes)):
        if stage.blocks:
            found[stage.nodes[-1].path] = row["output"]
        if "receptive field" in row:
            found[stage.name] = row["receptive field"]
    return found


def what(stage: Stage) -> str:
    """'7×7, 64, stride 2 → 3×3 max pool' or '[1×1, 64 → 3×3, 64 → 1×1, 256] × 3'."""
    if stage.blocks:
        inside = " → ".join(f"{conv.kernel}×{conv.kernel}, {conv.out_shape[1]}" for conv in stage.blocks[0].convs)
        return f"[{inside}] × {len(stage.blocks)}"
    return " → ".join(op(node.kind).row(node) for node in stage.nodes if op(node.kind).starts)


def lesson(nodes: Sequence[Node]) -> Told:
    """From the picture to the last map, in the net's own numbers."""
    last = stages(nodes)[-2].nodes[-1]
    size, channels, colours = nodes[0].out_shape[2:], last.out_shape[1], nodes[0].out_shape[1]
    smaller = (
        Told(", ", Provable(f"{last.jump}", total_stride(nodes)), " times fewer on each side")
        if min(size) >= last.jump
        else ""
    )
    proofs = proofs_by_row(nodes)[-2]
    return Told(
        f"From {size[0]}×{size[1]} pixels with {_channels(colours)} to ",
        Provable(f"{last.out_shape[2]}×{last.out_shape[3]}", proofs["output"]),
        f" positions with {channels:,} channels",
        smaller,
        ". Where a stage halves height and width it doubles the channels, which keeps the cost of a layer the "
        "same (He et al. 2015, §3.3).",
    )


def _channels(count: int) -> str:
    """'3 colours', '1 channel', '12 channels'."""
    return "3 colours" if count == 3 else f"{count:,} channel{'s' if count > 1 else ''}"


def total_stride(nodes: Sequence[Node], until: int | None = None) -> Proof:
    """The product of the strides up to the stage of that index, by default all before the head."""
    found = stages(nodes)[: -1 if until is None else until + 1]
    parts = tuple(Proof(stage.name, plain(stage.stride), "the stage's own stride") for stage in found)
    return Proof(
        "total stride",
        times(*(part.term for part in parts)),
        "the product of the strides",
        parts,
    )
