"""What each tool counts besides the MACs: a rule a kind of operation, a row a tool."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from explorer.facts.conventions.counting import Gap, by_stage, inputs_of, of_kind, outputs_of
from explorer.facts.rollup import blocks, summed
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.spec import ResNetSpec
from explorer.terms import minus, number, plain, plus, times

Rule = Callable[[Sequence[Node]], Gap]


@dataclass(frozen=True)
class Tool:
    """How a tool counts; rules: what it counts besides the MACs."""

    key: str
    name: str
    unit: str
    says: str
    counts: str
    rules: tuple[Rule, ...]
    factor: int = 1
    mode: str = "either"
    per: str = "batch"

    def norms(self, layers: Sequence[Node]) -> bool:
        """Whether it counts these norms; without any, what it says of BN stands."""
        return (
            not layers
            or any(isinstance(rule, NormOutputs) and rule.each(layers) for rule in self.rules)
            or (norm_params in self.rules and bool(layers[0].weights))
        )


def norms_of(nodes: Sequence[Node]) -> tuple[str, list[Node]]:
    """The norm's name in this net, of whatever kind it is, and its layers."""
    found = [node for node in nodes if op(node.kind).normalises]
    return op(found[0].kind).named if found else "BN", found


def norm_params(nodes: Sequence[Node]) -> Gap:
    name, norms = norms_of(nodes)
    norms = [node for node in norms if node.weights]
    channels = sum(node.out_shape[1] for node in norms)
    return Gap(
        f"{name}: weights and biases, once each",
        times(2, number(channels)),
        f"channels of {len(norms)} {name} layers",
        by_stage(norms, lambda node: times(2, node.out_shape[1])),
    )


@dataclass(frozen=True)
class NormOutputs:
    """Norms counted so many times per output, by kind; one for which a tool has no rule counts as nothing."""

    operations: Mapping[str, int]

    def each(self, norms: Sequence[Node]) -> int:
        return self.operations.get(norms[0].kind if norms else "norm", 0)

    def __call__(self, nodes: Sequence[Node]) -> Gap:
        name, norms = norms_of(nodes)
        if not (each := self.each(norms)):
            return Gap(f"{name}: not counted", plain(0))
        return outputs_of(nodes, norms[0].kind if norms else "norm", each, f"{name}: {OPERATIONS[each]}")


def norm_outputs(**operations: int) -> NormOutputs:
    return NormOutputs(operations)


OPERATIONS = {
    2: "a multiplication and an addition per output",
    4: "four operations per output",
    5: "five operations per output",
}


def fc_biases(nodes: Sequence[Node]) -> Gap:
    classes = sum(node.out_shape[1] for node in of_kind(nodes, "linear"))
    return Gap("fc: biases", number(classes), "outputs")


def conv_biases(nodes: Sequence[Node]) -> Gap:
    convs = [node for node in of_kind(nodes, "conv") if len(node.weights) > 1]
    outputs = sum(math.prod(node.out_shape[1:]) for node in convs)
    parts = by_stage(convs, lambda node: times(*node.out_shape[1:]))
    return Gap("convolutions: biases, at each output", number(outputs), "outputs", parts)


def shortcut_pool_outputs(nodes: Sequence[Node]) -> Gap:
    return outputs_of(nodes, "avgpool2d", 1, "pooling on shortcuts: each output")


def shortcut_pool_inputs(nodes: Sequence[Node]) -> Gap:
    return inputs_of(nodes, "avgpool2d", 2, "pooling on shortcuts: each input, twice")


WHERE_THERE = (conv_biases, shortcut_pool_outputs, shortcut_pool_inputs)


def average_pooling(nodes: Sequence[Node]) -> Gap:
    return inputs_of(nodes, "avgpool", 1, "average pooling: an addition per input")


def relu_outputs(factor: int, words: str) -> Rule:
    return lambda nodes: outputs_of(nodes, "relu", factor, f"ReLU: {words}")


def pool_inputs(kind: str, factor: int, words: str) -> Rule:
    return lambda nodes: inputs_of(nodes, kind, factor, words)


def pooled_windows(nodes: Sequence[Node]) -> Gap:
    """thop's adaptive average pooling: the additions of each window, and a division."""
    pooled = [node for node in of_kind(nodes, "avgpool") if math.prod(node.in_shape)]
    windows = [math.prod(node.in_shape[2:]) // math.prod(node.out_shape[2:]) for node in pooled]
    added = (times(plus(window, 1), math.prod(node.out_shape[1:])) for window, node in zip(windows, pooled))
    return Gap("average pooling: a window’s additions and a division", plus(*added), "outputs")


def doubled(nodes: Sequence[Node]) -> Gap:
    macs = summed(nodes, "macs")
    doubled_macs = minus(times(2, number(macs)), number(macs))
    return Gap("×2: a multiplication and an addition each", doubled_macs, "FLOPs beyond the MACs")


def keras_biases(spec: ResNetSpec, nodes: Sequence[Node]) -> Gap:
    """What Keras' own nets have besides: a bias on every convolution; in V2 (pre-activation) on the stem's, the
    projections and the last of each block."""
    convs = [node for node in of_kind(nodes, "conv") if len(node.weights) == 1]
    if spec.activation == "pre":
        inner = {conv.path for block in blocks(nodes) for conv in block.convs[:-1]}
        convs = [node for node in convs if node.path not in inner]
    channels = sum(node.out_shape[1] for node in convs)
    of = f"outputs of {len(convs)} convolutions"
    parts = by_stage(convs, lambda node: times(node.out_shape[1]))
    return Gap("biases of convolutions", number(channels), of, parts)


FVCORE_EVAL = (norm_outputs(norm=2, groupnorm=5, frozennorm=2), average_pooling)  # timm prints its count
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
        FVCORE_EVAL,
        mode="eval",
    ),
    Tool(
        "fvcore_train",
        "fvcore, train mode; mmengine’s analysis",
        "“flops”",
        "As above, but BN has its statistics to find: five operations per output. A model fresh from its constructor is in "
        "this mode.",
        "convolutions, fc, BN, average pooling",
        (norm_outputs(norm=5, groupnorm=5, frozennorm=2), average_pooling),
        mode="train",
    ),
    Tool(
        "timm",
        "timm’s tables, “GMACs”",
        "GMACs, printed",
        "fvcore’s count in eval mode, of one picture.",
        "convolutions, fc, BN, average pooling",
        FVCORE_EVAL,
        mode="eval",
        per="picture",
    ),
    Tool(
        "ptflops",
        "ptflops",
        "MACs",
        "Adds BN, fc’s biases, and ReLU and pooling twice: once as a module, once as the function that it calls. It takes one "
        "picture; a batch that is made for it by name counts as often as it has pictures.",
        "convolutions, fc, BN, ReLU, pooling",
        (
            norm_outputs(norm=2),
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
            norm_outputs(norm=2),
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
        (norm_outputs(norm=4), shortcut_pool_outputs, pooled_windows),
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
