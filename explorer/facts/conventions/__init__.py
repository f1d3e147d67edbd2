"""Why ten tools give ten numbers for one net: each convention computed from the trace, each gap attributed.

All start from the multiply-adds (MACs) of convolutions and fc and differ in what else they count, in the factor, in the
mode that they count in, in whether they multiply by the batch, and in where the stride of a bottleneck stands. Every
value here is computed from the trace; tests run the tools themselves on the real model, at batch 1 and 8, and compare.
Figures that a library prints (timm, mmpretrain, Keras) are compared with what it printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.facts import published
from explorer.facts.conventions.counting import Convention, Gap, by_stage
from explorer.facts.conventions.tools import TOOLS, WHERE_THERE, Tool, keras_biases, norms_of
from explorer.facts.proof import Proof, leaf, prove
from explorer.facts.rollup import Row, summed
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, changed, preset
from explorer.spec.fields import DEFAULTS, GATES
from explorer.terms import minus, number, times

PLACES = {"1x1": "stride on the 1×1 (v1: the paper, Caffe)", "3x3": "stride on the 3×3 (v1.5: torchvision)"}
TESTED: dict[str, tuple[object, ...]] = {  # axis -> its values in the nets whose figures mmpretrain and Keras print
    "norm": ("batch", "none"),
    **{gate: (DEFAULTS[gate],) for gate in GATES},
    "shortcut_pool": ("none",),
    "conv_bias": ("none",),
}


def reconcile(spec: ResNetSpec, height: int, width: int) -> list[Convention]:
    """Every convention for one picture of height × width. The tools count this spec; the first two rows place its
    stride as the paper and as torchvision do. mmpretrain's row, which stands on what it prints, is left out for nets
    with an axis that none of its printed nets has (`untested` names it)."""
    nodes = trace(spec, height, width)
    rows = [*placements(spec, height, width)]
    base = prove("macs", nodes, "MACs of convolutions and fc")
    norm, _ = norms_of(nodes)
    for tool in TOOLS:
        if tool.key != "mmpretrain" or not untested(spec):
            gaps = [(rule, rule(nodes)) for rule in tool.rules]
            rows.append(
                Convention(
                    tool.key,
                    tool.name,
                    tool.unit,
                    base,
                    tool.says.replace("BN", norm) + _prints(tool.key, spec, height, width),
                    tuple(gap for rule, gap in gaps if gap.value or rule not in WHERE_THERE),
                    _counts(tool, nodes),
                    tool.factor,
                    tool.mode,
                    tool.per,
                )
            )
    return rows


def _counts(tool: Tool, nodes: Sequence[Node]) -> str:
    """What a tool counts in this net, with the norm that it has; without, where the tool has no rule for it."""
    norm, found = norms_of(nodes)
    return tool.counts.replace("BN", norm) if tool.norms(found) else tool.counts.replace(", BN", "")


def untested(spec: ResNetSpec) -> list[str]:
    """The axes of a spec that no net has whose figures are printed: 'norm=group'."""
    values = {axis: getattr(spec, axis, allowed[0]) for axis, allowed in TESTED.items()}
    return [f"{axis}={value}" for axis, value in values.items() if value not in TESTED[axis]]


def placements(spec: ResNetSpec, height: int, width: int) -> list[Convention]:
    """Plain MACs with the stride in either place; `apart` names the layers that run at another resolution."""
    by_place = {place: trace(replace(spec, stride_on=place), height, width) for place in PLACES}
    macs = {place: summed(nodes, "macs") for place, nodes in by_place.items()}
    old = {node.path: node for node in by_place["1x1"]}
    moved = [node.path for node in by_place["3x3"] if node.macs != old[node.path].macs]
    gap = Gap(
        "more than with the stride on the 1×1",
        minus(number(macs["3x3"]), number(macs["1x1"])),
        "as these now run before the stride: " + ", ".join(moved),
        _moved(moved, *by_place.values()),
    )
    says = {
        "1x1": "Multiply-adds of convolutions and fc; the paper calls them FLOPs." + _table1(spec, height, width),
        "3x3": "The same count; the strided 1×1 convolutions now see the full resolution.",
    }
    if not moved:
        says["3x3"] = "The same count and the same net: a basic block has no 1×1 to move the stride to."
    return [
        Convention(
            f"stride {place}",
            PLACES[place],
            "MACs",
            prove("macs", by_place[place], f"MACs of convolutions and fc, stride on the {place.replace('x', '×')}"),
            says[place],
            per="picture",
            apart=gap if place == "3x3" and moved else None,
        )
        for place in PLACES
    ]


def parameters(spec: ResNetSpec, height: int, width: int) -> list[Convention]:
    """How many parameters: PyTorch's count, which every tool here shares, and Keras' two totals."""
    nodes = trace(spec, height, width)
    ours = prove("params", nodes, "parameters")
    norm, norms = norms_of(nodes)
    first = Convention(
        "params",
        "PyTorch and its tools",
        "parameters",
        ours,
        "What an optimiser may change; "
        + ("frozen BN’s four vectors" if norm == "frozen BN" else "BN’s running statistics")
        + " are buffers.",
        counts=("weights" if norm == "frozen BN" else f"weights, {norm}’s weight and bias") + ", fc’s biases",
        per="net",
    )
    if untested(spec) not in ([], ["conv_bias=all"], ["conv_bias=ends"]):
        return [first]
    biases = keras_biases(spec, nodes)
    channels = sum(node.out_shape[1] for node in norms)
    moving = Gap(
        "BN: running mean and variance",
        times(2, number(channels)),
        f"channels of {len(norms)} BN layers",
        by_stage(norms, lambda node: times(2, node.out_shape[1])),
    )
    return [
        first,
        Convention(
            "keras_trainable",
            "Keras, “trainable params”",
            "parameters",
            ours,
            "Keras’ ResNets have biases on their convolutions too.",
            (biases,),
            "as above, and biases of convolutions",
            per="net",
        ),
        Convention(
            "keras_total",
            "Keras, “total params”",
            "parameters",
            ours,
            "Counts the running statistics with the rest.",
            (biases, moving),
            "as above, and BN’s running statistics",
            per="net",
        ),
    ]


def _moved(paths: Sequence[str], old: Sequence[Node], new: Sequence[Node]) -> tuple[Proof, ...]:
    """What each layer that now runs before the stride has more than it had."""
    before, after = ({node.path: leaf("macs", node) for node in nodes if node.path in paths} for nodes in (old, new))
    return tuple(Proof(path, minus(after[path].term, before[path].term), "") for path in paths)


def _table1(spec: ResNetSpec, height: int, width: int) -> str:
    """What Table 1 of the paper prints for this net, and what was done to the digits; '' for any other net."""
    same = [name for name in published.COLUMNS if replace(spec, stride_on="3x3") == preset(name)]
    if not same or (height, width) != (224, 224):
        return ""
    cell = next(cell for cell in published.flops_row()[1:] if cell.column == same[0])
    return f" Table 1 prints {cell.published}: this figure, {cell.note}."


def _prints(key: str, spec: ResNetSpec, height: int, width: int) -> str:
    """What a library's own table prints for this very net; '' for any other."""
    for (side, changes), nets in published.printed_counts(key):
        same = [name for name in nets if changed(preset(name), changes) == spec]
        if same and (height, width) == (side, side):
            return f" It prints {nets[same[0]]}."
    return ""


def rows(conventions: Sequence[Convention]) -> list[Row]:
    """Plain rows for the download: one per convention and gap."""
    return [
        {
            "convention": one.name,
            "unit": one.unit,
            "value": one.value,
            "counts": one.counts,
            "factor": one.factor,
            "mode": one.mode,
            "per": one.per,
            "base_macs": one.base,
            "gap": gap.unit if gap else "",
            "gap_value": gap.value if gap else 0,
            "formula": gap.formula if gap else "",
        }
        for one in conventions
        for gap in (one.gaps or (None,))
    ]
