"""Where a number comes from: its formula with the real layer's values put in, as text and as LaTeX.

    parameters of a bottleneck    256·64·1² + 64·64·3² + 64·256·1² = 69,632
    output size of conv1          ⌊(224 + 2·3 − 7)/2⌋ + 1 = 112

A sum's proof has parts, which have parts: net → stage → block → layer. The text form is arithmetic that can be
evaluated (a test does), and comes out at the total of `analysis`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from explorer.analysis import METRICS, activation_bytes, total
from explorer.spec import BLOCKS, ResNetSpec
from explorer.trace import Node

LATEX = (  # text -> LaTeX, in this order
    (r"⌊\(([^()]*)\)/(\d+)⌋", r"\\left\\lfloor\\frac{\1}{\2}\\right\\rfloor"),
    (r"⌈(\d+)/(\d+)⌉", r"\\left\\lceil\\frac{\1}{\2}\\right\\rceil"),
    (r"(?<=\d),(?=\d{3})", r"{,}"),
    (r"·", r"\\cdot "),
    (r"−", r"-"),
    (r"²", r"^2"),
)


@dataclass(frozen=True)
class Proof:
    """`expression` is worth `value`. rule: the formula in symbols; parts: the proofs of its summands."""

    label: str
    expression: str
    value: int
    rule: str
    parts: tuple[Proof, ...] = ()

    @property
    def text(self) -> str:
        """'2·64 = 128'; a plain number stands alone."""
        return self.expression if self.expression == f"{self.value:,}" else f"{self.expression} = {self.value:,}"

    @property
    def latex(self) -> str:
        return latex(self.text)

    def outline(self, depth: int = 0, deepest: int = 4) -> list[str]:
        """The whole derivation, one line per part, indented; nothing below the level `deepest`."""
        parts = () if depth == deepest else self.parts
        deeper = [line for part in parts if part.value for line in part.outline(depth + 1, deepest)]
        return [f"{'  ' * depth}{self.label}: {self.text}", *deeper]


def latex(text: str) -> str:
    """Arithmetic in this module's text form as LaTeX."""
    for pattern, replacement in LATEX:
        text = re.sub(pattern, replacement, text)
    return text


def product(*factors: object) -> str:
    return "·".join(map(str, factors))


def conv_weights(node: Node) -> str:
    """c_in·c_out·k², divided by the groups where there are some."""
    c_out, c_in_per_group, kernel, _ = node.weights[0][1]
    return product(c_in_per_group * node.groups, c_out, f"{kernel}²") + (f"/{node.groups}" if node.groups > 1 else "")


def fc_weights(node: Node) -> str:
    c_out, c_in = node.weights[0][1]
    return f"{c_in}·{c_out}"


PARAMS: dict[str, Callable[[Node], str]] = {
    "conv": conv_weights,
    "norm": lambda node: f"2·{node.out_shape[1]}",
    "linear": lambda node: f"{fc_weights(node)} + {node.out_shape[1]}",
}
MACS: dict[str, Callable[[Node], str]] = {
    "conv": lambda node: product(*node.out_shape[2:], conv_weights(node)),
    "linear": fc_weights,
}
RULES = {  # metric -> (formula in symbols, node kind -> expression)
    "params": ("conv c_in·c_out·k²/groups, BN 2·c, fc c_in·c_out + c_out", PARAMS),
    "macs": ("conv H_out·W_out·c_in·c_out·k²/groups, fc c_in·c_out", MACS),
}


def leaf(metric: str, node: Node) -> Proof:
    """The proof of one node's own number; a metric without a formula is its own proof."""
    value = METRICS[metric].of(node) or 0
    rule, kinds = RULES.get(metric, (METRICS[metric].counts, {}))
    if metric == "activation_bytes":
        rule = "N·c·H·W·4 bytes (fp32) where the output takes new memory"
        expression = product(*node.out_shape, 4) if activation_bytes(node) else "0"
    else:
        expression = kinds[node.kind](node) if value and node.kind in kinds else f"{value:,}"
    return Proof(node.path, expression, value, rule)


def prove(metric: str, nodes: Sequence[Node], label: str = "") -> Proof:
    """The proof of a metric's total over one node, a block, a stage or a whole net.

    Within one block the layers' formulas are written out; above it the parts' totals are summed, equal ones in a run
    together (`1,512,448 + 35·1,117,184`). Raises `ValueError` for a metric that is not a sum, or unknown.
    """
    if metric not in METRICS or METRICS[metric].combine != "sum":
        sums = ", ".join(name for name, row in METRICS.items() if row.combine == "sum")
        raise ValueError(f"metric={metric!r}: choose one of {sums}")
    if len(nodes) == 1:
        return leaf(metric, nodes[0])
    rule = RULES[metric][0] if metric in RULES else METRICS[metric].counts
    for level in (lambda node: node.stage, lambda node: node.block or node.path):
        groups = [(name, list(group)) for name, group in groupby(nodes, level)]
        if len(groups) > 1 and any(len(group) > 1 for _, group in groups):
            parts = tuple(prove(metric, group, name) for name, group in groups)
            return Proof(label or "total", subtotals(parts), total(nodes, metric), rule, parts)
    parts = tuple(part for node in nodes if (part := leaf(metric, node)).value)
    expression = " + ".join(part.expression for part in parts) or "0"
    return Proof(label or nodes[0].block or nodes[0].stage, expression, total(nodes, metric), rule, parts)


def subtotals(parts: Sequence[Proof]) -> str:
    """'75,008 + 2·70,400': the parts' values, runs of equal ones together, zeros left out."""
    runs = [(value, len(list(run))) for value, run in groupby(part.value for part in parts) if value]
    return " + ".join(f"{value:,}" if times == 1 else f"{times}·{value:,}" for value, times in runs) or "0"


def windowed(size: int, node: Node) -> str:
    """⌊(size + 2·padding − kernel)/stride⌋ + 1."""
    return f"⌊({size} + 2·{node.padding} − {node.kernel})/{node.stride}⌋ + 1"


SIZES: dict[str, tuple[str, Callable[[int, Node], str]]] = {  # node kind -> rule, expression of one output side
    "conv": ("⌊(size + 2·padding − kernel)/stride⌋ + 1", windowed),
    "maxpool": ("⌊(size + 2·padding − kernel)/stride⌋ + 1", windowed),
    "pad": ("⌈size/stride⌉", lambda size, node: f"⌈{size}/{node.stride}⌉"),
    "avgpool": ("adaptive: 1 whatever the input", lambda size, node: "1"),
}


def output_size(node: Node) -> tuple[Proof, ...]:
    """Height (and width, where it differs) of a node's output; empty for vectors."""
    if len(node.out_shape) < 4:
        return ()
    rule, expression = SIZES.get(node.kind, ("unchanged", lambda size, node: str(size)))
    square = node.in_shape[2:] == node.in_shape[:1:-1]
    names = ("side",) if square else ("height", "width")
    return tuple(Proof(name, expression(size, node), value, rule)
                 for name, size, value in zip(names, node.in_shape[2:], node.out_shape[2:]))


def receptive_field(nodes: Sequence[Node], path: str) -> Proof:
    """The receptive field of the node at `path`, one part per layer that widens it, along the widest way there.

    r_out = r_in + (k − 1)·jump, with jump the product of the strides before. A 1×1 convolution adds nothing.
    Raises `ValueError` for an unknown path, or where the field is the whole picture.
    """
    by_path = {node.path: node for node in nodes}
    if path not in by_path or by_path[path].receptive_field is None:
        raise ValueError(f"path={path[:60]!r}: choose a layer before the average pooling")
    chain = _widest_chain(by_path, by_path[path])
    jumps = {node.path: by_path[node.inputs[0]].jump for node in chain}
    parts, field = [], 1
    for node in chain:
        parts.append(Proof(node.path, f"{field} + ({node.kernel} − 1)·{jumps[node.path]}",
                           field := field + (node.kernel - 1) * jumps[node.path], "r + (k − 1)·jump"))
    runs = groupby((node.kernel, jumps[node.path]) for node in chain)
    terms = [f"{product(*([times] if (times := len(list(run))) > 1 else []), f'({kernel} − 1)', jump)}"
             for (kernel, jump), run in runs]
    return Proof(path, " + ".join(["1", *terms]), by_path[path].receptive_field,
                 "1 + Σ (k − 1)·jump, jump = product of the strides before", tuple(parts))


def _widest_chain(by_path: dict[str, Node], node: Node) -> list[Node]:
    """The layers with kernels above 1 on the way from the picture to `node`, where paths meet by the widest."""
    chain = []
    while node.inputs:
        if node.kernel > 1:
            chain.append(node)
        node = max((by_path[name] for name in node.inputs), key=lambda one: one.receptive_field)
    return chain[::-1]


def depth(spec: ResNetSpec, nodes: Sequence[Node]) -> Proof:
    """Why it is called 50: convolutions on the main path, and fc. Projections are not counted."""
    counted = [node for node in nodes if node.kind in ("conv", "linear") and not node.on_shortcut]
    by_stage = [(name, list(group)) for name, group in groupby(counted, lambda node: node.stage)]
    convs = BLOCKS[spec.block].convs
    parts = tuple(Proof(name, "1" if name in ("stem", "head") else f"{convs}·{len(group) // convs}", len(group),
                        "convolutions per block · blocks") for name, group in by_stage)
    return Proof("depth", " + ".join(part.expression for part in parts), len(counted),
                 "conv1, the convolutions of each block, fc; projections not counted", parts)


def evaluate(text: str) -> int:
    """The value of an expression in text form, for whoever doubts it. Only digits and this module's signs pass."""
    plain = text.replace(",", "").replace("·", "*").replace("−", "-").replace("²", "**2").replace("/", "//")
    plain = re.sub(r"⌈(\d+)//(\d+)⌉", r"(-(-\1//\2))", plain).replace("⌊", "(").replace("⌋", ")")
    if not re.fullmatch(r"[\d\s+*/()\-]+", plain):
        raise ValueError(f"expression={text[:60]!r}: only arithmetic")
    return math.floor(eval(plain, {"__builtins__": {}}))  # noqa: S307 (digits and signs only, checked above)
