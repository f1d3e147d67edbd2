"""The few figures of a run that the page prints large, and how a run fares against the claims. No torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from explorer.lab.claims.story import Scientific
from explorer.lab.outcome import Row

if TYPE_CHECKING:
    from explorer.facts.proof import Proof


class Quote(NamedTuple):
    """A figure of a run: as it is said, what of, how it comes about in words, its exact value, and its terms where the
    run's summary has them."""

    value: str
    label: str
    rule: str
    exact: float | None
    terms: str = ""

    def proof(self, source: str) -> Proof | None:
        """What the figure opens. source: measured or recorded."""
        from explorer.facts.proof import Proof  # needs torch: not before the controls are painted

        return (
            None
            if self.exact is None
            else Proof(self.label, self.terms or f"{self.exact:,.4g}", float(self.exact), self.rule, source=source)
        )


def figure(value: float | None, spec: str = ".3g", unit: str = "") -> str:
    """A figure for the screen; NaN, infinity and vanished signals are said in words."""
    return "none" if value is None else f"{Scientific(value):{spec}}{unit}"


def power(value: float | None) -> str:
    """3.1e11 → 3·10¹¹; small ones as they are."""
    return figure(value, ".0e" if value is not None and (value >= 1e4 or 0 < value < 1e-3) else ".3g")


def _degradation(summary: Row) -> list[Quote]:
    return [
        Quote(
            figure(net["final_loss"], ".2f") if net["final_loss"] is not None else "diverged",
            f"{net['net']}, final loss",
            "cross-entropy of the training batches in nats, mean over the last steps",
            net["final_loss"],
        )
        for net in _ends(summary["nets"])
    ]


def _ends(nets: list[Row]) -> list[Row]:
    """The shallowest and the deepest of each kind."""
    found = []
    for kind in dict.fromkeys(net["kind"] for net in nets):
        mine = sorted((net for net in nets if net["kind"] == kind), key=lambda net: net["depth"])
        found += [mine[0], mine[-1]]
    return found


def _identity(summary: Row) -> list[Quote]:
    loss = "cross-entropy in nats over all training pictures, in eval mode"
    return [
        Quote(
            figure(summary["largest_difference"]),
            "largest difference of any output",
            "max |output with the inserted blocks − output without|, all pictures",
            summary["largest_difference"],
        ),
        Quote(
            str(summary["inserted_blocks"]),
            "identity blocks inserted",
            "blocks of the deeper net − blocks of the shallower",
            summary["inserted_blocks"],
        ),
        Quote(figure(summary["scratch_loss"], ".2f"), "loss from scratch", loss, summary["scratch_loss"]),
        Quote(figure(summary["inserted_loss"], ".2f"), "loss as built", loss, summary["inserted_loss"]),
    ]


def _signal(summary: Row) -> list[Quote]:
    deepest = max(net["depth"] for net in summary["nets"])
    names = {"batch": "with BN", "none": "without BN"}
    return [
        Quote(
            "0 / 0"
            if net["zeros"] and net["gradient_first_over_last"] is None
            else power(net["gradient_first_over_last"]),
            f"{net['kind']}-{deepest} {names[net['norm']]}, gradient first/last",
            "norm of the first convolution’s weight gradient ÷ norm of the last one’s",
            net["gradient_first_over_last"],
        )
        for net in summary["nets"]
        if net["depth"] == deepest
    ]


def _rates(summary: Row) -> list[Quote]:
    def span(norm: str) -> Quote:
        rates, words = summary[norm]["workable"], {"none": "without BN", "batch": "with BN"}[norm]
        return Quote(
            f"{min(rates):g} … {max(rates):g}" if rates else "none",
            f"workable rates {words}",
            "how many of the rates that were tried end below the workable loss",
            len(rates),
            "",
        )

    ends = [max(summary[norm]["workable"], default=None) for norm in ("batch", "none")]
    return [
        span("none"),
        span("batch"),
        Quote(
            figure(summary["largest_workable_ratio"], ".3g", "×"),
            "largest rate, with BN against without",
            "largest workable rate with BN ÷ without",
            summary["largest_workable_ratio"],
            " ÷ ".join(f"{end:g}" for end in ends if end),
        ),
    ]


def _shattered(summary: Row) -> list[Quote]:
    return [
        Quote(
            figure(net["lag_1"], ".2f"),
            f"{net['net']}, neighbours’ correlation",
            "autocorrelation of the input gradient along a line, at lag 1, mean over the nets",
            net["lag_1"],
        )
        for net in _ends(summary["nets"])
    ]


def _lesion(summary: Row) -> list[Quote]:
    plain, residual, paths = summary["plain"], summary["residual"], summary["paths"]["gradient_below_typical"] or 0
    rule = "of the test errors in %, the {} of {} solid blocks deleted one at a time"
    return [
        Quote(
            figure(residual["median_error_percent"], ".1f", " %"),
            f"{residual['net']}, median block deleted",
            rule.format("median", residual["solid_blocks"]),
            residual["median_error_percent"],
        ),
        Quote(
            figure(plain["median_error_percent"], ".0f", " %"),
            f"{plain['net']}, median block deleted",
            rule.format("median", plain["solid_blocks"]),
            plain["median_error_percent"],
        ),
        Quote(
            figure(residual["most_error_percent"], ".0f", " %"),
            f"{residual['net']}, worst block",
            rule.format("largest", residual["solid_blocks"]),
            residual["most_error_percent"],
        ),
        Quote(
            figure(100 * paths, ".0f", " %"),
            "of the gradient through shorter paths",
            "100 · gradient through paths shorter than half of all blocks ÷ through all paths",
            100 * paths,
        ),
    ]


def _landscape(summary: Row) -> list[Quote]:
    quotes = []
    for one in (summary["plain"], summary["residual"]):
        quotes += [
            Quote(
                figure(100 * one["uphill_share"], ".0f", " %"),
                f"{one['net']}, steps outward that go uphill",
                "100 · steps from a point outward that go up ÷ all such steps",
                100 * one["uphill_share"],
            ),
            Quote(
                figure(one["centre_loss"], ".2f"),
                f"{one['net']}, loss at the centre",
                "training loss in nats of the trained weights, with batch statistics",
                one["centre_loss"],
            ),
        ]
    return quotes


QUOTES: dict[str, Callable[[Row], list[Quote]]] = {
    "degradation": _degradation,
    "identity": _identity,
    "signal": _signal,
    "learning-rate": _rates,
    "shattered": _shattered,
    "lesion": _lesion,
    "landscape": _landscape,
}


def scoreboard(run: Row) -> list[Row]:
    """Each claim about this experiment: over the recorded seeds, and in this run where its budget is the claim's."""
    from explorer.lab.claims.judged import config_of, shipped
    from explorer.lab.claims.statements import CLAIMS

    rows = []
    for key, claim in shipped()["claims"].items():
        if claim["experiment"] != run["experiment"]:
            continue
        rule = CLAIMS[key]
        same = config_of(rule.experiment, rule.preset).as_dict() | {"seed": run["config"]["seed"]} == run["config"]
        value = rule.figure(run["summary"]) if same else None
        rows.append(
            {
                "claim": claim["statement"],
                "recorded": f"{claim['held']} of {claim['of']} seeds",
                "from … to": f"{power(claim['least'])} … {power(claim['most'])} {claim['unit']}",
                "this run": f"{'✓' if rule.holds(value) else '✗'} {power(value)}" if same else "another budget",
            }
        )
    return rows
