"""The ratios in Timing's sentences, each with its formula: in the order in which `words` says them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from explorer import units
from explorer.facts.proof import Proof, evaluate
from explorer.facts.told import Provable, Told

Rows = Sequence[dict]


def where(text: str, rows: Rows, source: str) -> Told:
    """`words.where` of the rows: a stage's shares of the time and of the MACs. source: measured or recorded."""
    sums = {key: sum(row[key] for row in rows) for key in ("seconds", "macs")}
    found = []
    for name in dict.fromkeys(row["stage"] for row in rows):
        mine = {key: sum(row[key] for row in rows if row["stage"] == name) for key in sums}
        if f"{name} " in text:
            pair = [_share(mine[key], sums[key], key, source) for key in sums]
            found.append((text.index(f"{name} "), [Provable(units.percent(one.value / 100), one) for one in pair]))
    return Told.woven(text, *(number for _, pair in sorted(found, key=lambda one: one[0]) for number in pair))


def sweep(text: str, rows: Rows, source: str) -> Told:
    """`words.sweep` of the rows: the slowest against the fastest, in time and in MACs."""
    done = [row for row in rows if row.get("median_s")]
    if len(done) < 2:
        return Told(text)
    fast, slow = (pick(done, key=lambda row: row["median_s"]) for pick in (min, max))
    time = _ratio(slow["median_s"], fast["median_s"], "median seconds: the slowest ÷ the fastest", source)
    macs = _ratio(slow["macs"], fast["macs"], "MACs: of the slowest ÷ of the fastest", "computed")
    return Told.woven(text, *(Provable(f"{one.value:.2f}×", one) for one in (time, macs)))


def contrast(text: str, proofs: dict[str, Proof]) -> Told:
    """`words.contrast`, with the proofs of `proofs.contrast`: the MACs, the time, what the convolutions write."""
    times = [one for words, one in proofs.items() if words.startswith("× the time")]
    said = (proofs["× the MACs"], *times, proofs["× the convolution outputs"])
    return Told.woven(text, *(Provable(f"{one.value:.2f}×", one) for one in said))


def layers(rows: Rows, source: str) -> list[Provable]:
    """Each layer's share of the time of all, for rows of `rows.layers`."""
    whole = sum(row["seconds"] for row in rows)
    return [Provable(units.percent(row["share"], 1), _share(row["seconds"], whole, "seconds", source)) for row in rows]


def _share(part: float, whole: float, key: str, source: str) -> Proof:
    words, mark = {"seconds": ("its seconds ÷ seconds of all", source), "macs": ("its MACs ÷ MACs of all", "computed")}[
        key
    ]
    terms = f"100·{_plain(part)} ÷ {_plain(whole)}"
    return Proof("share", terms, evaluate(terms), f"100 · {words}, in %", source=mark)


def _ratio(one: float, other: float, rule: str, source: str) -> Proof:
    terms = f"{_plain(one)} ÷ {_plain(other)}"
    return Proof("ratio", terms, evaluate(terms), rule, source=source)


def _plain(value: float) -> str:
    """A count in full; a time in six digits, never with an exponent."""
    return f"{value:,}" if isinstance(value, int) else f"{Decimal(f'{value:.6g}'):f}"
