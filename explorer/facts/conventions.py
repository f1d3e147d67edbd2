"""Why ten tools give ten numbers for one net: each convention computed from the trace, each gap attributed.

All start from the multiply-adds (MACs) of convolutions and fc and differ in what else they count, in the factor, in the
mode that they count in, in whether they multiply by the batch, and in where the stride of a bottleneck stands. Every
value here is computed from the trace; tests run the tools themselves on the real model, at batch 1 and 8, and compare.
Figures that a library prints (timm, mmpretrain, Keras) are compared with what it printed.
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
from explorer.facts.rollup import Row, blocks, summed
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, changed, preset

PLACES = {"1x1": "stride on the 1×1 (v1: the paper, Caffe)", "3x3": "stride on the 3×3 (v1.5: torchvision)"}
TESTED: dict[str, tuple[object, ...]] = {  # axis -> its values in the nets whose figures mmpretrain and Keras print
    "norm": ("batch", "none"),
    "attention": ("none",),
    "shortcut_pool": ("none",),
    "conv_bias": ("none",),
}


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

    @property
    def proof(self) -> Proof:
        return Proof(self.unit, self.expression, self.value, self.of, self.parts)


@dataclass(frozen=True)
class Convention:
    """One way of counting: the plain count of `base` plus all gaps is `value`, for one picture.

    unit: as the tool calls it. counts: what it counts; factor: 2 where a multiply-add is two operations; mode: eval,
    train or either; per: "batch" where the tool multiplies by the batch, else
    "picture", and "net" for parameters. apart: a difference from the
    row before that is not counted besides, but comes of another net (the stride's place).
    """

    key: str
    name: str
    unit: str
    base_proof: Proof
    says: str
    gaps: tuple[Gap, ...] = ()
    counts: str = "convolutions, fc"
    factor: int = 1
    mode: str = "either"
    per: str = "batch"
    apart: Gap | None = None

    @property
    def base(self) -> int:
        return int(self.base_proof.value)

    @property
    def value(self) -> int:
        return self.base + sum(gap.value for gap in self.gaps)

    @property
    def proof(self) -> Proof:
        """The base and every gap, summed."""
        if not self.gaps:
            return self.base_proof
        parts = (self.base_proof, *(gap.proof for gap in self.gaps))
        return Proof(self.name, " + ".join(one.shown for one in parts), self.value, self.says, parts)

    def of_batch(self, batch: int) -> Proof:
        """What the tool says for a batch: as often as it has pictures, where it multiplies by them."""
        if batch == 1 or self.per != "batch":
            return self.proof
        one = self.proof
        return Proof(self.name, f"{batch:,}·{one.shown}", batch * self.value, "pictures · count of one", (one,))


@dataclass(frozen=True)
class Tool:
    """How a tool counts; rules: what it counts besides the MACs."""

    key: str
    name: str
    unit: str
    says: str
    counts: str
    rules: tuple[Callable[[Sequence[Node]], Gap], ...]
    factor: int = 1
    mode: str = "either"
    per: str = "batch"


def norm_params(nodes: Sequence[Node]) -> Gap:
    norms = [node for node in nodes if node.kind in ("norm", "groupnorm")]
    name = "GroupNorm" if norms and norms[0].kind == "groupnorm" else "BN"
    channels = sum(node.out_shape[1] for node in norms)
    return Gap(
        f"{name}: weights and biases, once each",
        2 * channels,
        f"2·{channels:,}",
        f"channels of {len(norms)} {name} layers",
        _by_stage(norms, lambda node: times(2, node.out_shape[1])),
    )


def fc_biases(nodes: Sequence[Node]) -> Gap:
    classes = sum(node.out_shape[1] for node in _of_kind(nodes, "linear"))
    return Gap("fc: biases", classes, f"{classes:,}", "outputs")


def conv_biases(nodes: Sequence[Node]) -> Gap:
    convs = [node for node in _of_kind(nodes, "conv") if len(node.weights) > 1]
    outputs = sum(math.prod(node.out_shape[1:]) for node in convs)
    parts = _by_stage(convs, lambda node: times(*node.out_shape[1:]))
    return Gap("convolutions: biases, at each output", outputs, f"{outputs:,}", "outputs", parts)


def group_norm_outputs(nodes: Sequence[Node]) -> Gap:
    return _outputs(nodes, "groupnorm", 5, "GroupNorm: five operations per output")


def frozen_outputs(nodes: Sequence[Node]) -> Gap:
    return _outputs(nodes, "frozennorm", 2, "frozen BN: a multiplication and an addition per output")


def shortcut_pool_outputs(nodes: Sequence[Node]) -> Gap:
    return _outputs(nodes, "avgpool2d", 1, "pooling on shortcuts: each output")


def shortcut_pool_inputs(nodes: Sequence[Node]) -> Gap:
    return _inputs(nodes, "avgpool2d", 2, "pooling on shortcuts: each input, twice")


WHERE_THERE = (conv_biases, group_norm_outputs, frozen_outputs, shortcut_pool_outputs, shortcut_pool_inputs)


def average_pooling(nodes: Sequence[Node]) -> Gap:
    return _inputs(nodes, "avgpool", 1, "average pooling: an addition per input")


def bn_outputs(factor: int, words: str) -> Callable[[Sequence[Node]], Gap]:
    """BN counted `factor` times per output."""
    return lambda nodes: _outputs(nodes, "norm", factor, f"BN: {words}")


def relu_outputs(factor: int, words: str) -> Callable[[Sequence[Node]], Gap]:
    return lambda nodes: _outputs(nodes, "relu", factor, f"ReLU: {words}")


def pool_inputs(kind: str, factor: int, words: str) -> Callable[[Sequence[Node]], Gap]:
    return lambda nodes: _inputs(nodes, kind, factor, words)


def pooled_windows(nodes: Sequence[Node]) -> Gap:
    """thop's adaptive average pooling: the additions of each window, and a division."""
    pooled = [node for node in _of_kind(nodes, "avgpool") if math.prod(node.in_shape)]
    texts, value = [], 0
    for node in pooled:
        window = math.prod(node.in_shape[2:]) // math.prod(node.out_shape[2:])
        texts.append(f"({window} + 1)·{math.prod(node.out_shape[1:])}")
        value += (window + 1) * math.prod(node.out_shape[1:])
    return Gap("average pooling: a window’s additions and a division", value, " + ".join(texts) or "0", "outputs")


def doubled(nodes: Sequence[Node]) -> Gap:
    macs = summed(nodes, "macs")
    return Gap("×2: a multiplication and an addition each", macs, f"2·{macs:,} − {macs:,}", "FLOPs beyond the MACs")


TOOLS: tuple[Tool, ...] = (
    Tool(
        "torchinfo",
        "torchinfo, “total mult-adds (G)”",
        "mult-adds",
        "Multiplies each parameter by the pixels it is used on, but a BN or fc parameter only once.",
        "convolutions, fc; parameters of BN and fc",
        (norm_params, fc_biases, conv_biases),
    ),
    Tool(
        "fvcore",
        "fvcore, eval mode",
        "“flops”",
        "Calls multiply-adds flops, and adds BN and the average pooling per element.",
        "convolutions, fc, BN, average pooling",
        (
            bn_outputs(2, "a multiplication and an addition per output"),
            group_norm_outputs,
            frozen_outputs,
            average_pooling,
        ),
        mode="eval",
    ),
    Tool(
        "fvcore_train",
        "fvcore, train mode; mmengine’s analysis",
        "“flops”",
        "As above, but BN has its statistics to find: five operations per output. A model fresh from its constructor is in "
        "this mode.",
        "convolutions, fc, BN, average pooling",
        (bn_outputs(5, "five operations per output"), group_norm_outputs, frozen_outputs, average_pooling),
        mode="train",
    ),
    Tool(
        "timm",
        "timm’s tables, “GMACs”",
        "GMACs, printed",
        "fvcore’s count in eval mode, of one picture.",
        "convolutions, fc, BN, average pooling",
        (
            bn_outputs(2, "a multiplication and an addition per output"),
            group_norm_outputs,
            frozen_outputs,
            average_pooling,
        ),
        mode="eval",
        per="picture",
    ),
    Tool(
        "ptflops",
        "ptflops",
        "MACs",
        "Adds BN, fc’s biases, and ReLU and pooling twice: once as a module, once as the function that it calls.",
        "convolutions, fc, BN, ReLU, pooling",
        (
            bn_outputs(2, "two operations per output"),
            relu_outputs(2, "each output, twice"),
            pool_inputs("maxpool", 2, "max pooling: each input, twice"),
            pool_inputs("avgpool", 2, "average pooling: each input, twice"),
            shortcut_pool_inputs,
            conv_biases,
            fc_biases,
        ),
        mode="eval",
        per="picture",
    ),
    Tool(
        "mmpretrain",
        "mmpretrain’s tables, “Flops(G)”",
        "“Flops”, printed",
        "The older ptflops: BN twice, ReLU and pooling once per element, no biases.",
        "convolutions, fc, BN, ReLU, pooling",
        (
            bn_outputs(2, "two operations per output"),
            relu_outputs(1, "each output"),
            pool_inputs("maxpool", 1, "max pooling: each input"),
            pool_inputs("avgpool", 1, "average pooling: each input"),
        ),
        per="picture",
    ),
    Tool(
        "thop",
        "thop",
        "“MACs”",
        "Adds four operations per output of BN, and the average pooling by its windows.",
        "convolutions, fc, BN, average pooling",
        (bn_outputs(4, "four operations per output"), shortcut_pool_outputs, pooled_windows),
        mode="eval",
    ),
    Tool(
        "flop_counter",
        "torch.utils.flop_counter",
        "FLOPs",
        "Counts matrix products and convolutions, a multiply-add as two operations.",
        "convolutions, fc",
        (doubled,),
        factor=2,
    ),
)


def reconcile(spec: ResNetSpec, height: int, width: int) -> list[Convention]:
    """Every convention for one picture of height × width. The tools count this spec; the first two rows place its
    stride as the paper and as torchvision do. mmpretrain's row, which stands on what it prints, is left out for nets
    with an axis that none of its printed nets has (`untested` names it)."""
    nodes = trace(spec, height, width)
    rows = [*placements(spec, height, width)]
    base = prove("macs", nodes, "MACs of convolutions and fc")
    for tool in TOOLS:
        if tool.key != "mmpretrain" or not untested(spec):
            rows.append(
                Convention(
                    tool.key,
                    tool.name,
                    tool.unit,
                    base,
                    tool.says + _prints(tool.key, spec, height, width),
                    tuple(gap for rule in tool.rules if (gap := rule(nodes)).value or rule not in WHERE_THERE),
                    tool.counts,
                    tool.factor,
                    tool.mode,
                    tool.per,
                )
            )
    return rows


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
        macs["3x3"] - macs["1x1"],
        f"{macs['3x3']:,} − {macs['1x1']:,}",
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
    first = Convention(
        "params",
        "PyTorch and its tools",
        "parameters",
        ours,
        "What an optimiser may change; BN’s running statistics are buffers.",
        counts="weights, BN’s weight and bias, fc’s biases",
        per="net",
    )
    if untested(spec) not in ([], ["conv_bias=all"], ["conv_bias=ends"]):
        return [first]
    biases = keras_biases(spec, nodes)
    norms = _of_kind(nodes, "norm")
    channels = sum(node.out_shape[1] for node in norms)
    moving = Gap(
        "BN: running mean and variance",
        2 * channels,
        f"2·{channels:,}",
        f"channels of {len(norms)} BN layers",
        _by_stage(norms, lambda node: times(2, node.out_shape[1])),
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


def keras_biases(spec: ResNetSpec, nodes: Sequence[Node]) -> Gap:
    """What Keras' own nets have besides: a bias on every convolution; in V2 (pre-activation) on the stem's, the
    projections and the last of each block."""
    convs = [node for node in _of_kind(nodes, "conv") if len(node.weights) == 1]
    if spec.activation == "pre":
        inner = {conv.path for block in blocks(nodes) for conv in block.convs[:-1]}
        convs = [node for node in convs if node.path not in inner]
    channels = sum(node.out_shape[1] for node in convs)
    of = f"outputs of {len(convs)} convolutions"
    parts = _by_stage(convs, lambda node: times(node.out_shape[1]))
    return Gap("biases of convolutions", channels, f"{channels:,}", of, parts)


def _of_kind(nodes: Sequence[Node], kind: str) -> list[Node]:
    return [node for node in nodes if node.kind == kind]


def _outputs(nodes: Sequence[Node], kind: str, factor: int, unit: str) -> Gap:
    """A count per output of all operations of a kind."""
    found = _of_kind(nodes, kind)
    outputs = sum(math.prod(node.out_shape[1:]) for node in found)
    expression = f"{factor}·{outputs:,}" if factor > 1 else f"{outputs:,}"
    heads = (factor,) if factor > 1 else ()
    parts = _by_stage(found, lambda node: times(*heads, *node.out_shape[1:]))
    return Gap(unit, factor * outputs, expression, "outputs", parts)


def _inputs(nodes: Sequence[Node], kind: str, factor: int, unit: str) -> Gap:
    """A count per input of all operations of a kind."""
    heads = (factor,) if factor > 1 else ()
    terms = [times(*heads, *node.in_shape[1:]) for node in _of_kind(nodes, kind)]
    return Gap(unit, int(sum(term.value for term in terms)), " + ".join(map(str, terms)) or "0")


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
