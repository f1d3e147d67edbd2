"""Why five tools give five numbers for one net: each convention computed from the trace, each gap attributed.

All start from the multiply-adds (MACs) of convolutions and fc and differ in what else they count, in the unit, and in
where the stride of a bottleneck stands. Every value here is computed from the trace; tests run torchinfo and torch's
FlopCounterMode on the real model and compare. fvcore's rules: its `flop_count` handles BN in eval mode as two
operations per output, pooling only where it is adaptive, and no bias of a linear layer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from explorer.facts import published
from explorer.facts.proof import Proof, leaf, prove
from explorer.facts.proof.sums import subtotals
from explorer.facts.proof.terms import Term, times
from explorer.facts.rollup import total
from explorer.net.trace import Node, trace
from explorer.spec import ResNetSpec, preset

PLACES = {"1x1": "stride on the 1×1 (v1: the paper, Caffe)", "3x3": "stride on the 3×3 (v1.5: torchvision)"}


@dataclass(frozen=True)
class Gap:
    """One reason for a difference. unit: what is counted besides; expression: its arithmetic; of: what it is of."""

    unit: str
    value: int
    expression: str
    of: str = ""
    parts: tuple[Proof, ...] = ()

    @property
    def formula(self) -> str:
        """'2·26,560 channels of 53 BN layers'."""
        return f"{self.expression} {self.of}".strip()


@dataclass(frozen=True)
class Convention:
    """One way of counting: the plain MACs of `base` plus all gaps is `value`. source: who counts so."""

    key: str
    name: str
    value: int
    unit: str
    base_proof: Proof
    gaps: tuple[Gap, ...]
    says: str

    @property
    def base(self) -> int:
        return self.base_proof.value

    @property
    def proof(self) -> Proof:
        """The base and every gap, summed."""
        gaps = tuple(Proof(gap.unit, gap.expression, gap.value, gap.of, gap.parts) for gap in self.gaps)
        expression = " + ".join(one.shown for one in (self.base_proof, *gaps))
        return Proof(self.name, expression, self.value, self.says, (self.base_proof, *gaps))


def bn_params(nodes: Sequence[Node]) -> Gap:
    norms = [node for node in nodes if node.kind == "norm"]
    channels = sum(node.out_shape[1] for node in norms)
    return Gap(
        "BN: weights and biases, once each",
        2 * channels,
        f"2·{channels:,}",
        f"channels of {len(norms)} BN layers",
        _by_stage(norms, lambda node: times(2, node.out_shape[1])),
    )


def fc_biases(nodes: Sequence[Node]) -> Gap:
    classes = sum(node.out_shape[1] for node in nodes if node.kind == "linear")
    return Gap("fc: biases", classes, f"{classes:,}", "outputs")


def bn_outputs(nodes: Sequence[Node]) -> Gap:
    norms = [node for node in nodes if node.kind == "norm"]
    outputs = sum(math.prod(node.out_shape[1:]) for node in norms)
    return Gap(
        "BN: a multiplication and an addition per output",
        2 * outputs,
        f"2·{outputs:,}",
        "outputs",
        _by_stage(norms, lambda node: times(2, *node.out_shape[1:])),
    )


def average_pooling(nodes: Sequence[Node]) -> Gap:
    pooled = [node.in_shape[1:] for node in nodes if node.kind == "avgpool"]
    value = sum(map(math.prod, pooled))
    return Gap("average pooling: an addition per input", value, " + ".join("·".join(map(str, one)) for one in pooled))


def doubled(nodes: Sequence[Node]) -> Gap:
    macs = int(total(nodes, "macs"))
    return Gap("×2: a multiplication and an addition each", macs, f"2·{macs:,} − {macs:,}", "FLOPs beyond the MACs")


TOOLS: tuple[tuple[str, str, str, str, tuple[Callable[[Sequence[Node]], Gap], ...]], ...] = (
    (
        "torchinfo",
        "torchinfo, “total mult-adds”",
        "MACs",
        "Multiplies each parameter by the pixels it is used on, but a BN or fc parameter only once.",
        (bn_params, fc_biases),
    ),
    (
        "fvcore",
        "fvcore, timm",
        "“flops”",
        "Calls multiply-adds flops, and adds BN and the average pooling per element.",
        (bn_outputs, average_pooling),
    ),
    (
        "flop_counter",
        "torch.utils.flop_counter",
        "FLOPs",
        "Counts matrix products and convolutions, a multiply-add as two operations.",
        (doubled,),
    ),
)


def reconcile(spec: ResNetSpec, height: int, width: int) -> list[Convention]:
    """Every convention for one picture of height × width. The tools count this spec; the first two rows place its
    stride as the paper and as torchvision do."""
    nodes = trace(spec, height, width)
    rows = [*placements(spec, height, width)]
    base = prove("macs", nodes, "MACs of convolutions and fc")
    for key, name, unit, says, rules in TOOLS:
        gaps = tuple(rule(nodes) for rule in rules)
        rows.append(Convention(key, name, base.value + sum(gap.value for gap in gaps), unit, base, gaps, says))
    return rows


def placements(spec: ResNetSpec, height: int, width: int) -> list[Convention]:
    """Plain MACs with the stride in either place; the gap names the layers that run at another resolution."""
    by_place = {place: trace(replace(spec, stride_on=place), height, width) for place in PLACES}
    macs = {place: int(total(nodes, "macs")) for place, nodes in by_place.items()}
    base = prove("macs", by_place["1x1"], "MACs of convolutions and fc, stride on the 1×1")
    old = {node.path: node for node in by_place["1x1"]}
    moved = [node.path for node in by_place["3x3"] if node.macs != old[node.path].macs]
    gap = Gap(
        "stride place",
        macs["3x3"] - macs["1x1"],
        f"{macs['3x3']:,} − {macs['1x1']:,}",
        "as these now run before the stride: " + ", ".join(moved),
        _moved(moved, *by_place.values()),
    )
    says = {
        "1x1": "Multiply-adds of convolutions and fc; the paper calls them FLOPs." + _printed(spec, height, width),
        "3x3": "The same count; the strided 1×1 convolutions now see the full resolution.",
    }
    if not moved:
        says["3x3"] = "The same count and the same net: a basic block has no 1×1 to move the stride to."
    return [
        Convention(
            f"stride {place}",
            PLACES[place],
            macs[place],
            "MACs",
            base,
            (gap,) if place == "3x3" and moved else (),
            says[place],
        )
        for place in PLACES
    ]


def _by_stage(nodes: Sequence[Node], added: Callable[[Node], Term]) -> tuple[Proof, ...]:
    """What each of these nodes adds, its arithmetic written out, stage by stage."""
    found = []
    for stage, group in groupby(nodes, lambda node: node.stage):
        parts = [Proof(node.path, (term := added(node)).text, term.value, "") for node in group]
        found.append(Proof(stage, subtotals(parts), sum(part.value for part in parts), "", tuple(parts)))
    return tuple(found)


def _moved(paths: Sequence[str], old: Sequence[Node], new: Sequence[Node]) -> tuple[Proof, ...]:
    """What each layer that now runs before the stride has more than it had."""
    before, after = ({node.path: leaf("macs", node) for node in nodes if node.path in paths} for nodes in (old, new))
    return tuple(
        Proof(path, f"{after[path].expression} − {before[path].expression}", after[path].value - before[path].value, "")
        for path in paths
    )


def _printed(spec: ResNetSpec, height: int, width: int) -> str:
    """What Table 1 of the paper prints for this net, and what was done to the digits; '' for any other net."""
    same = [name for name in published.COLUMNS if replace(spec, stride_on="3x3") == preset(name)]
    if not same or (height, width) != (224, 224):
        return ""
    cell = next(cell for cell in published.flops_row()[1:] if cell.column == same[0])
    return f" Table 1 prints {cell.published}: this figure, {cell.note}."


def rows(conventions: Sequence[Convention]) -> list[dict[str, object]]:
    """Plain rows for the download: one per convention and gap."""
    return [
        {
            "convention": one.name,
            "unit": one.unit,
            "value": one.value,
            "base_macs": one.base,
            "gap": gap.unit if gap else "",
            "gap_value": gap.value if gap else 0,
            "formula": gap.formula if gap else "",
        }
        for one in conventions
        for gap in (one.gaps or (None,))
    ]
