"""The few figures of a run that the page prints large, and how a run fares against the claims. No torch."""

from __future__ import annotations

from collections.abc import Callable

from explorer.lab.outcome import Row
from explorer.lab.story import Scientific

Quote = tuple[str, str]  # value, label


def figure(value: float | None, spec: str = ".3g", unit: str = "") -> str:
    """A figure for the screen; NaN, infinity and vanished signals are said in words."""
    return "none" if value is None else f"{Scientific(value):{spec}}{unit}"


def power(value: float | None) -> str:
    """3.1e11 → 3·10¹¹; small ones as they are."""
    return figure(value, ".0e" if value is not None and (value >= 1e4 or 0 < value < 1e-3) else ".3g")


def _degradation(summary: Row) -> list[Quote]:
    return [(figure(net["final_loss"], ".2f") if net["final_loss"] is not None else "diverged", f"{net['net']}, final loss")
            for net in _ends(summary["nets"])]


def _ends(nets: list[Row]) -> list[Row]:
    """The shallowest and the deepest of each kind."""
    found = []
    for kind in dict.fromkeys(net["kind"] for net in nets):
        mine = sorted((net for net in nets if net["kind"] == kind), key=lambda net: net["depth"])
        found += [mine[0], mine[-1]]
    return found


def _identity(summary: Row) -> list[Quote]:
    return [(figure(summary["largest_difference"]), "largest difference of any output"),
            (str(summary["inserted_blocks"]), "identity blocks inserted"),
            (figure(summary["scratch_loss"], ".2f"), "loss from scratch"),
            (figure(summary["inserted_loss"], ".2f"), "loss as built")]


def _signal(summary: Row) -> list[Quote]:
    deepest = max(net["depth"] for net in summary["nets"])
    names = {"batch": "with BN", "none": "without BN"}
    return [("0 / 0" if net["zeros"] and net["gradient_first_over_last"] is None else power(net["gradient_first_over_last"]),
             f"{net['kind']}-{deepest} {names[net['norm']]}, gradient first/last")
            for net in summary["nets"] if net["depth"] == deepest]


def _rates(summary: Row) -> list[Quote]:
    def span(rates: list[float]) -> str:
        return f"{min(rates):g} … {max(rates):g}" if rates else "none"
    return [(span(summary["none"]["workable"]), "workable rates without BN"),
            (span(summary["batch"]["workable"]), "workable rates with BN"),
            (figure(summary["largest_workable_ratio"], ".3g", "×"), "largest rate, with BN against without")]


def _shattered(summary: Row) -> list[Quote]:
    return [(figure(net["lag_1"], ".2f"), f"{net['net']}, neighbours’ correlation") for net in _ends(summary["nets"])]


def _lesion(summary: Row) -> list[Quote]:
    plain, residual = summary["plain"], summary["residual"]
    return [(figure(residual["median_error_percent"], ".1f", " %"), f"{residual['net']}, median block deleted"),
            (figure(plain["median_error_percent"], ".0f", " %"), f"{plain['net']}, median block deleted"),
            (figure(residual["most_error_percent"], ".0f", " %"), f"{residual['net']}, worst block"),
            (figure(100 * (summary["paths"]["gradient_below_typical"] or 0), ".0f", " %"), "of the gradient through shorter paths")]


def _landscape(summary: Row) -> list[Quote]:
    quotes = []
    for one in (summary["plain"], summary["residual"]):
        quotes += [(figure(100 * one["uphill_share"], ".0f", " %"), f"{one['net']}, steps outward that go uphill"),
                   (figure(one["centre_loss"], ".2f"), f"{one['net']}, loss at the centre")]
    return quotes


QUOTES: dict[str, Callable[[Row], list[Quote]]] = {
    "degradation": _degradation, "identity": _identity, "signal": _signal, "learning-rate": _rates,
    "shattered": _shattered, "lesion": _lesion, "landscape": _landscape,
}


def scoreboard(run: Row) -> list[Row]:
    """Each claim about this experiment: over the recorded seeds, and in this run where its budget is the claim's."""
    from explorer.lab.claims import config_of, shipped
    from explorer.lab.statements import CLAIMS

    rows = []
    for key, claim in shipped()["claims"].items():
        if claim["experiment"] != run["experiment"]:
            continue
        rule = CLAIMS[key]
        same = config_of(rule.experiment, rule.preset).as_dict() | {"seed": run["config"]["seed"]} == run["config"]
        value = rule.figure(run["summary"]) if same else None
        rows.append({"claim": claim["statement"], "recorded": f"{claim['held']} of {claim['of']} seeds",
                     "from … to": f"{power(claim['least'])} … {power(claim['most'])} {claim['unit']}",
                     "this run": f"{'✓' if rule.holds(value) else '✗'} {power(value)}" if same else "another budget"})
    return rows
