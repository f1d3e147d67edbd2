"""The formulas behind the panel's numbers, as text: `explorer.proof`'s, without what the browser can put together.

A block's steps are its layers' formulas and a stage's its blocks', which the panel has anyway; LaTeX follows from the
text by `explorer.proof`'s own table of replacements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from explorer.facts.proof import deciding_size, prove, receptive_field
from explorer.facts.proof.base import latex_in_a_browser
from explorer.facts.proof.sums import RULES
from explorer.facts.rollup import SUMS, Stage
from explorer.net import field
from explorer.net.node import Node
from explorer.net.ops import SIDES


def sums(nodes: Sequence[Node], names: Iterable[str] = SUMS) -> dict[str, str]:
    """Metric → '256·64·1² + 2·64 + … = 70,400' for every sum of these nodes that is not 0."""
    proofs = {name: prove(name, nodes) for name in names}
    return {name: proof.text for name, proof in proofs.items() if proof.value}


def steps(nodes: Sequence[Node], names: Sequence[str]) -> dict[str, str]:
    """Metric → the derivation of its sum, a line per part."""
    return {name: "\n".join(prove(name, nodes).steps()) for name in names}


def side(nodes: Sequence[Node]) -> str:
    """How the output's height and width come about, by the last layer of the main path that has a say."""
    return "; ".join(proof.text for proof in deciding_size(nodes))


def shown(**texts: str) -> dict[str, str]:
    """Without those that are empty: equal blocks share what is sent, and still it counts."""
    return {name: text for name, text in texts.items() if text}


def of_stage(nodes: Sequence[Node], stage: Stage) -> dict[str, str]:
    """Sums, output side and receptive field of a stage."""
    last = stage.nodes[-1]
    seen = {"receptive_field": receptive_field(nodes, last.path).text} if last.receptive_field is not None else {}
    return shown(**sums(stage.nodes), **seen, out=side(stage.nodes))


def vocabulary() -> dict[str, object]:
    """What the browser needs to show any of them: the rule of each number in symbols, and text → LaTeX."""
    rules = {name: RULES.get(name, metric.counts) for name, metric in SUMS.items()}
    return {
        "rules": {**rules, "receptive_field": field.ADDED, "out": SIDES["window"]},
        "latex": latex_in_a_browser(),
    }
