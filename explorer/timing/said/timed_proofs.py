"""Where the timed figures come from: their formulas with the real run's values put in, as `explorer.proof` does for counts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from explorer.facts.proof import Proof, evaluate, prove, ratio
from explorer.net.trace import Node, trace
from explorer.spec import ResNetSpec
from explorer.timing.data.measurement import Measurement
from explorer.timing.measure.against_limit import Limit
from explorer.timing.said.rows import conv_outputs

GIGA = "10⁹"


def speed(seen: Measurement) -> Proof:
    """Pictures per second: batch ÷ median."""
    return _valued(
        "pictures per second",
        f"{seen.settings.batch:,} ÷ {_plain(seen.summary.median_s)}",
        "batch ÷ median seconds, in img/s",
    )


def floor(seen: Limit) -> Proof:
    """Seconds in milliseconds that no execution here can beat: by arithmetic or by memory, whichever is longer."""
    roof = seen.roofline
    if roof.floor_arithmetic_s >= roof.floor_memory_s:
        work, per_s = f"2·{roof.whole.macs:,}", roof.peak_flops_per_s
        rule = f"1,000 · 2·MACs of the batch ÷ FLOP/s, in ms; ceiling: {roof.peak_from}"
    else:
        work, per_s = f"{round(roof.floor_memory_s * roof.band_bytes_per_s):,}", roof.band_bytes_per_s
        rule = f"1,000 · bytes that must move ÷ byte/s, in ms; ceiling: {roof.band_from}"
    return _valued("floor", f"1,000·{work} ÷ ({_plain(per_s / 1e9)}·{GIGA})", rule)


def limit_share(seen: Limit) -> Proof:
    """The floor against the measured time, in percent."""
    below, time_ms = floor(seen), _plain(seen.roofline.whole.seconds * 1e3)
    return _valued(
        "share of the limit", f"100·{_plain(below.value)} ÷ {time_ms}", "100 · floor ÷ median time, in %", (below,)
    )


def contrast(
    one: ResNetSpec, other: ResNetSpec, height: int, width: int, timed: Sequence[dict[str, object]]
) -> dict[str, Proof]:
    """words → proof of each ratio other ÷ one: what is counted, then the first time if there is one."""
    nets = trace(one, height, width), trace(other, height, width)
    found = {
        f"× the {words}": ratio(*(prove(metric, nodes) for nodes in nets))
        for metric, words in (("macs", "MACs"), ("params", "parameters"))
    }
    found["× the convolution outputs"] = ratio(*map(outputs, nets))
    for row in timed[:1]:
        found[f"× the time ({row['source']})"] = _valued(
            "ratio",
            f"{_plain(row['other'])} ÷ {_plain(row['one'])}",
            f"seconds per picture on {row['device']}: the other ÷ the baseline",
        )
    return found


def outputs(nodes: Sequence[Node]) -> Proof:
    """Numbers that the convolutions write, per picture: c·H·W of each."""
    parts = tuple(
        Proof(
            node.path,
            "·".join(map(str, node.out_shape[1:])),
            node.out_shape[1] * node.out_shape[2] * node.out_shape[3],
            "c·H·W",
        )
        for node in nodes
        if node.kind == "conv"
    )
    return Proof(
        "convolution outputs",
        " + ".join(part.expression for part in parts),
        conv_outputs(nodes),
        "Σ c·H·W over all convolutions",
        parts,
    )


def _plain(value: float) -> str:
    """Six digits, never with an exponent: 0.0000123457, 433.709."""
    return f"{Decimal(f'{value:.6g}'):f}"


def _valued(label: str, expression: str, rule: str, parts: tuple[Proof, ...] = ()) -> Proof:
    """A proof whose value is what its own expression comes to."""
    return Proof(label, expression, evaluate(expression), rule, parts)
