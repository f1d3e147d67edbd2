"""Every claim of every experiment, by the name by which the texts quote it. The rates are in claims.json."""

from __future__ import annotations

from explorer.lab.experiment import Claim
from explorer.lab.experiments import EXPERIMENTS

CLAIMS: dict[str, Claim] = {name: claim for one in EXPERIMENTS.values() for name, claim in one.claims.items()}
