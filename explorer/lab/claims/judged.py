"""What the page says, measured again: `python -m explorer.lab.claims` runs every claim over several seeds.

Writes assets/lab/claims.json, whose rates the texts quote, and assets/lab/claims.md, the same for people. About ten
minutes of one core; not part of the tests. With names of experiments, only those are run again; `judge` alone judges
the runs that are there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from statistics import median
from typing import NamedTuple, TypedDict

from explorer import cluster
from explorer.jobs import Job
from explorer.lab.claims.statements import CLAIMS
from explorer.lab.config import Config
from explorer.lab.experiment import Claim
from explorer.lab.experiments import EXPERIMENTS, ran
from explorer.lab.outcome import Provenance, Row
from explorer.lab.record import FOLDER, provenance

SEEDS = range(1, 9)  # the recorded runs, which the page opens with, have seed 0


class Seed(TypedDict):
    """One run of a claim's experiment, as it is kept."""

    seed: int
    answer: str
    summary: Row


class Judged(TypedDict):
    """A claim over its runs. values: the figure that decides it, of each run; held, of: in how many of how many it held."""

    statement: str
    experiment: str
    preset: str
    held: int
    of: int
    unit: str
    values: list[float | None]
    least: float | None
    median: float | None
    most: float | None


class Sown(Provenance):
    """Where and with what the runs of these seeds are made."""

    seeds: list[int]


class Measured(TypedDict):
    """Every claim and the runs that it rests on, by "experiment/preset"."""

    provenance: Sown
    claims: dict[str, Judged]
    runs: dict[str, list[Seed]]


def config_of(experiment: str, preset: str) -> Config:
    """The config of a claim's runs, but for the seed."""
    return EXPERIMENTS[experiment].presets[preset].config


class Asked(NamedTuple):
    """One run of a claim's experiment."""

    experiment: str
    preset: str
    seed: int


def measure(experiments: set[str], seeds: Sequence[int] = SEEDS) -> dict[str, list[Seed]]:
    """ "experiment/preset" → one summary a seed; runs are shared between the claims that need them.

    On the cluster that the environment names (`explorer.cluster`) as many at once as it has room for.
    """
    pairs = dict.fromkeys((claim.experiment, claim.preset) for claim in CLAIMS.values())
    asked = [Asked(one, preset, seed) for one, preset in pairs if one in experiments for seed in seeds]
    found: dict[str, list[Seed]] = {}
    for one, row in zip(asked, on_cluster(asked) if cluster.address() else map(run, asked)):
        found.setdefault(f"{one.experiment}/{one.preset}", []).append(row)
        print(f"{one.experiment}/{one.preset} seed {one.seed}: done", flush=True)
    return found


def run(asked: Asked, job: Job | None = None) -> Seed:
    """Here."""
    config = replace(config_of(asked.experiment, asked.preset), seed=asked.seed)
    found = ran(asked.experiment, config, job or Job(lambda job: None, ""))
    return {"seed": asked.seed, "answer": found["answer"], "summary": found["summary"]}


def on_cluster(asked: Sequence[Asked]) -> Iterator[Seed]:
    """There, in the order asked. Raises what a run raised."""
    runner = cluster.ClusterRunner(cluster.address(), dict, most_queued=len(asked) + 1)
    for job in [runner.submit(partial(run, one), one.experiment) for one in asked]:
        job.wait()
        if job.error:
            raise job.error
        yield job.result


def judge(claim: Claim, summaries: list[Row]) -> Judged:
    """In how many runs the claim held, and the figures that decided it."""
    values = [claim.figure(summary) for summary in summaries]
    known = [value for value in values if value is not None]
    return {
        "statement": claim.statement,
        "experiment": claim.experiment,
        "preset": claim.preset,
        "held": sum(map(claim.holds, values)),
        "of": len(values),
        "unit": claim.unit,
        "values": values,
        "least": min(known, default=None),
        "median": median(known) if known else None,
        "most": max(known, default=None),
    }


def judged(runs: dict[str, list[Seed]]) -> dict[str, Judged]:
    """Every claim, over the runs that it is about."""
    return {
        key: judge(claim, [run["summary"] for run in runs[f"{claim.experiment}/{claim.preset}"]])
        for key, claim in CLAIMS.items()
    }


def report(found: Measured) -> str:
    """The Markdown report."""
    made = found["provenance"]
    lines = [
        "# The page's claims, measured",
        "",
        f"{made['date']}, torch {made['torch']}, {made['device']}, one thread, seeds "
        f"{made['seeds'][0]}–{made['seeds'][-1]}. Made by `python -m explorer.lab.claims`.",
        "",
        "| claim | held | least | median | most | unit |",
        "|---|---|---|---|---|---|",
    ]
    for one in found["claims"].values():
        three = (one["least"], one["median"], one["most"])
        figures = " | ".join("–" if figure is None else f"{figure:.3g}" for figure in three)
        lines.append(f"| {one['statement']} | **{one['held']} of {one['of']}** | {figures} | {one['unit']} |")
    return "\n".join(lines) + "\n"


@cache
def shipped() -> Measured:
    """The recorded claims: provenance, claims, runs. Treat as read-only."""
    found: Measured = json.loads((FOLDER / "claims.json").read_text(encoding="utf-8"))
    return found


def main(names: list[str]) -> None:
    wanted = set(names) - {"judge"} or (set() if names else set(EXPERIMENTS))
    runs = {} if wanted == set(EXPERIMENTS) else shipped()["runs"]
    runs |= measure(wanted)
    made: Sown = {**provenance(), "seeds": list(SEEDS)} if wanted else shipped()["provenance"]
    found: Measured = {"provenance": made, "claims": judged(runs), "runs": runs}
    text = json.dumps(found, allow_nan=False, indent=1, ensure_ascii=False)
    (FOLDER / "claims.json").write_text(text + "\n", encoding="utf-8")
    (FOLDER / "claims.md").write_text(report(found), encoding="utf-8")
    for one in found["claims"].values():
        print(f"{one['held']} of {one['of']}  {one['statement']}")
