"""How a run fares against the claims. No torch."""

from __future__ import annotations

from explorer.lab.experiment import power
from explorer.lab.outcome import Row, Run


def scoreboard(run: Run) -> list[Row]:
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
