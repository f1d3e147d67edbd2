"""What changes between two models: headline deltas, stages side by side, layers added, removed and changed."""

from explorer.facts.comparison.address import QUICK, address, parse, quick, same_task
from explorer.facts.comparison.layer_changes import WORDS, Layer, layer_proofs, layers, summary, told_apart
from explorer.facts.comparison.side import Side
from explorer.facts.comparison.totals import (
    cost_proofs,
    cost_row,
    headline_proofs,
    headlines,
    preset_rows,
    stage_proofs,
    stage_rows,
)

__all__ = [
    "QUICK",
    "WORDS",
    "Layer",
    "Side",
    "address",
    "cost_proofs",
    "cost_row",
    "headline_proofs",
    "headlines",
    "layer_proofs",
    "layers",
    "parse",
    "preset_rows",
    "quick",
    "same_task",
    "stage_proofs",
    "stage_rows",
    "summary",
    "told_apart",
]
