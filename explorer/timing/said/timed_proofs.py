"""Where the timed figures come from: their formulas with the real run's values put in, as `explorer.facts.proof` does for
counts."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.facts.proof import Proof
from explorer.net.node import Node
from explorer.net.ops import convolves
from explorer.terms import GIGA, Term, number, over, plus, times
from explorer.timing.data.measurement import Measurement
from explorer.timing.measure.against_limit import Limit

SHARES = {"seconds": "its seconds ÷ seconds of all", "macs": "its MACs ÷ MACs of all"}


def speed(seen: Measurement, source: str = "measured") -> Proof:
    """Pictures per second: batch ÷ median."""
    return worth(
        "pictures per second",
        over(number(seen.settings.batch), number(seen.summary.median_s)),
        "batch ÷ median seconds, in img/s",
        source,
    )


def floor(seen: Limit, source: str = "measured") -> Proof:
    """Seconds in milliseconds that no execution here can beat: by arithmetic or by memory, whichever is longer."""
    roof = seen.roofline
    if roof.floor_arithmetic_s >= roof.floor_memory_s:
        work, per_s = times(2, number(roof.whole.macs)), roof.peak_flops_per_s
        rule = f"1,000 · 2·MACs of the batch ÷ FLOP/s, in ms; ceiling: {roof.peak_from}"
    else:
        work, per_s = number(round(roof.floor_memory_s * roof.band_bytes_per_s)), roof.band_bytes_per_s
        rule = f"1,000 · bytes that must move ÷ byte/s, in ms; ceiling: {roof.band_from}"
    return worth("floor", over(times(number(1000), work), times(number(per_s / 1e9), GIGA)), rule, source)


def limit_share(seen: Limit, source: str = "measured") -> Proof:
    """The floor against the measured time, in percent."""
    below = floor(seen, source)
    division = over(times(100, number(float(below.value))), number(float(seen.roofline.whole.seconds * 1e3)))
    return worth("share of the limit", division, "100 · floor ÷ median time, in %", source, (below,))


def share(part: float, whole: float, key: str, source: str) -> Proof:
    """What a part takes of all, in percent. key: of `SHARES`; MACs are computed whatever the source of the times."""
    division = over(times(100, number(part)), number(whole))
    return worth("share", division, f"100 · {SHARES[key]}, in %", source if key == "seconds" else "computed")


def ratio(one: float, other: float, rule: str, source: str) -> Proof:
    """one ÷ other."""
    return worth("ratio", over(number(one), number(other)), rule, source)


def outputs(nodes: Sequence[Node]) -> Proof:
    """Numbers that the convolutions write, per picture: c·H·W of each. What has to move through memory (Dollár et al. 2021
    call them activations, and find that they follow the time on GPUs better than MACs do)."""
    parts = tuple(Proof(node.path, times(*node.out_shape[1:]), "c·H·W") for node in nodes if convolves(node))
    return Proof("convolution outputs", plus(*(part.term for part in parts)), "Σ c·H·W over all convolutions", parts)


def worth(label: str, term: Term, rule: str, source: str, parts: tuple[Proof, ...] = ()) -> Proof:
    """The proof of a figure that was worked out as it is written."""
    return Proof(label, term, rule, parts, source)
