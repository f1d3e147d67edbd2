"""What the page says, measured again: `python -m explorer.lab.claims` runs every claim over several seeds.

Writes assets/lab/claims.json, whose rates the texts quote, and assets/lab/claims.md, the same for people. Takes about
ten minutes of one core; not part of the tests.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

from explorer.jobs import Job
from explorer.lab import EXPERIMENTS, degradation
from explorer.lab.config import Config
from explorer.lab.outcome import Row
from explorer.lab.record import FOLDER, provenance

SEEDS = range(1, 9)  # the recorded runs, which the page opens with, have seed 0


@dataclass(frozen=True)
class Claim:
    """statement: a sentence that is true of a run or not. figure: the number that decides it, in `unit`."""

    experiment: str
    preset: str
    statement: str
    unit: str
    figure: Callable[[Row], float | None]
    holds: Callable[[float | None], bool]


def net(name: str, key: str) -> Callable[[Row], float | None]:
    """A figure of one net in a summary with `nets`."""
    return lambda summary: next(one for one in summary["nets"] if one["net"] == name)[key]


def over(limit: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and value > limit


def under(limit: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and value < limit


def rises(kind: str) -> Callable[[Row], float]:
    """The smallest step up of the final training loss from one depth to the next."""
    def smallest(summary: Row) -> float:
        losses = [one["final_loss"] for one in summary["nets"] if one["kind"] == kind]
        return min(later - earlier for earlier, later in zip(losses, losses[1:]))
    return smallest


def within(low: float, high: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and low < value < high


CLAIMS: dict[str, Claim] = {
    "bn_explodes": Claim(
        "signal", "he", "Untrained plain-152 with BN: the first layer’s gradient exceeds the last one’s a billion times.",
        "first/last", net("plain-152", "gradient_first_over_last"), over(1e9)),
    "shortcut_tames": Claim(
        "signal", "he", "Untrained ResNet-152 with BN: the same ratio stays below a hundred thousand.",
        "first/last", net("residual-152", "gradient_first_over_last"), under(1e5)),
    "he_is_healthy": Claim(
        "signal", "he", "Untrained plain-152 without BN, He initialisation: the ratio is between 1/1000 and 1000.",
        "first/last", net("plain-152 without BN", "gradient_first_over_last"), within(1e-3, 1e3)),
    "residual_grows": Claim(
        "signal", "he", "Untrained ResNet-152 without BN: the signal grows more than a million times.",
        "last/first", net("residual-152 without BN", "signal_last_over_first"), over(1e6)),
    "default_vanishes": Claim(
        "signal", "default", "Untrained plain-152 without BN, PyTorch’s default initialisation: the signal is exactly 0 at the end.",
        "last/first", net("plain-152 without BN", "signal_last_over_first"), lambda value: value == 0),
    "plain_degrades": Claim(
        "degradation", "pair", "Plain-56 ends with a higher training loss than plain-20.",
        "nats", lambda summary: summary["plain_gap"], over(degradation.MARGIN)),
    "residual_does_not": Claim(
        "degradation", "pair", "Residual-56 does not end with a higher training loss than residual-20.",
        "nats", lambda summary: summary["residual_gap"], under(degradation.MARGIN)),
    "residual_b": Claim(
        "degradation", "pair-B", "The same with projection shortcuts (option B).",
        "nats", lambda summary: summary["residual_gap"], under(degradation.MARGIN)),
    "plain_rises": Claim(
        "degradation", "sweep", "Plain nets: each deeper one of 8 … 56 layers ends with a higher training loss.",
        "nats", rises("plain"), over(0)),
    "identity_exact": Claim(
        "identity", "pair", "Plain-20 inside plain-56: the largest difference of any output is exactly 0.",
        "logit", lambda summary: summary["largest_difference"], lambda value: value == 0),
    "scratch_worse": Claim(
        "identity", "pair", "Plain-56 from scratch ends with a higher training loss than that.",
        "nats", lambda summary: summary["scratch_loss"] - summary["inserted_loss"], over(0)),
    "bn_widens": Claim(
        "learning-rate", "residual", "Residual-20: the largest workable rate is at least 3 times larger with BN.",
        "times", lambda summary: summary["largest_workable_ratio"], over(2.9)),
    "bn_better": Claim(
        "learning-rate", "residual", "Residual-20: at its own best rate the net with BN reaches a lower training loss.",
        "nats lower", lambda summary: summary["none"]["best_loss"] - summary["batch"]["best_loss"], over(0)),
    "bn_fails": Claim(
        "learning-rate", "residual", "Residual-20 with BN: a rate of 1 does not work.",
        "largest that works", lambda summary: max(summary["batch"]["workable"], default=0), under(1)),
    "tiny_rates": Claim(
        "learning-rate", "residual", "Residual-20: at a rate of 0.001 neither net works, BN or not.",
        "smallest that works", lambda summary: min(summary["batch"]["workable"] + summary["none"]["workable"], default=1),
        over(0.001)),
    "bn_widens_plain": Claim(
        "learning-rate", "plain", "Plain-8: the largest workable rate is at least 3 times larger with BN.",
        "times", lambda summary: summary["largest_workable_ratio"], over(2.9)),
    "plain_shatters": Claim(
        "shattered", "lines", "Plain-56: gradients of neighbouring inputs are all but unrelated (correlation below 0.1).",
        "correlation", net("plain-56", "lag_1"), under(0.1)),
    "residual_resists": Claim(
        "shattered", "lines", "Residual-56: they are related (correlation over 0.5).",
        "correlation", net("residual-56", "lag_1"), over(0.5)),
    "residual_survives": Claim(
        "lesion", "pair", "Residual-56: the median deleted block leaves the test error below 10 %.",
        "% error", lambda summary: summary["residual"]["median_error_percent"], under(10)),
    "plain_collapses": Claim(
        "lesion", "pair", "Plain-20: the median deleted block takes the test error over 70 %.",
        "% error", lambda summary: summary["plain"]["median_error_percent"], over(70)),
    "early_blocks_matter": Claim(
        "lesion", "pair", "Residual-56: the worst single block still takes it over 30 %.",
        "% error", lambda summary: summary["residual"]["most_error_percent"], over(30)),
    "residual_bowl": Claim(
        "landscape", "20", "Residual-20: at least 98 % of the steps outward go uphill.",
        "share", lambda summary: summary["residual"]["uphill_share"], over(0.98)),
    "plain_plateau": Claim(
        "landscape", "20", "Plain-20: less than 90 % of them do.",
        "share", lambda summary: summary["plain"]["uphill_share"], under(0.9)),
}
EXTRA: dict[tuple[str, str], Config] = {("degradation", "pair-B"): degradation.Degradation(shortcut="B")}


def measure() -> dict[str, object]:
    """Every claim over SEEDS; runs are shared between the claims that need them."""
    runs: dict[tuple[str, str], dict[int, dict[str, object]]] = {}
    for where in dict.fromkeys((claim.experiment, claim.preset) for claim in CLAIMS.values()):
        config = EXTRA.get(where) or EXPERIMENTS[where[0]].presets[where[1]].config
        runs[where] = {}
        for seed in SEEDS:
            started = time.process_time()
            runs[where][seed] = EXPERIMENTS[where[0]].run(replace(config, seed=seed), Job(lambda job: None, ""))
            print(f"{'/'.join(where)} seed {seed}: {time.process_time() - started:.1f} s", flush=True)
    claims = {key: judge(claim, [run["summary"] for run in runs[claim.experiment, claim.preset].values()])
              for key, claim in CLAIMS.items()}
    seeds = {"/".join(where): [{"seed": seed, "answer": run["answer"], "summary": run["summary"]}
                               for seed, run in found.items()] for where, found in runs.items()}
    return {"provenance": provenance() | {"seeds": list(SEEDS)}, "claims": claims, "runs": seeds}


def judge(claim: Claim, summaries: list[Row]) -> dict[str, object]:
    """In how many runs the claim held, and the figures that decided it."""
    values = [claim.figure(summary) for summary in summaries]
    known = [value for value in values if value is not None]
    return {"statement": claim.statement, "experiment": claim.experiment, "held": sum(map(claim.holds, values)),
            "of": len(values), "unit": claim.unit, "values": values, "least": min(known, default=None),
            "median": median(known) if known else None, "most": max(known, default=None)}


def report(found: dict[str, object]) -> str:
    """The Markdown report."""
    made = found["provenance"]
    lines = ["# The page's claims, measured", "",
             f"{made['date']}, torch {made['torch']}, {made['device']}, one thread, seeds "
             f"{made['seeds'][0]}–{made['seeds'][-1]}. Made by `python -m explorer.lab.claims`.", "",
             "| claim | held | least | median | most | unit |", "|---|---|---|---|---|---|"]
    for one in found["claims"].values():
        figures = " | ".join("–" if one[key] is None else f"{one[key]:.3g}" for key in ("least", "median", "most"))
        lines.append(f"| {one['statement']} | **{one['held']} of {one['of']}** | {figures} | {one['unit']} |")
    return "\n".join(lines) + "\n"


@cache
def shipped() -> dict[str, object]:
    """The recorded claims, as `measure` wrote them. Treat as read-only."""
    return json.loads((FOLDER / "claims.json").read_text(encoding="utf-8"))


def main() -> None:
    found = measure()
    (FOLDER / "claims.json").write_text(json.dumps(found, allow_nan=False, indent=1, ensure_ascii=False) + "\n",
                                        encoding="utf-8")
    (FOLDER / "claims.md").write_text(report(found), encoding="utf-8")
    for one in found["claims"].values():
        print(f"{one['held']} of {one['of']}  {one['statement']}")


if __name__ == "__main__":
    main()
