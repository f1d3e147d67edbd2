"""A sweep as the Timing page shows it: what it says, its chart, and on what it was measured."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.facts.told import Told
from explorer.tell.plots import timing as draw
from explorer.tell.plots.once import once
from explorer.timing.measure import sweeps
from explorer.timing.said import rows, sentences
from explorer.web import pieces, plain
from explorer.web.sections.timing import pieces as timing_pieces


def swept(which: str, made: list[sweeps.Row], mark: str, planned: Sequence[sweeps.Point] = ()) -> None:
    """A sweep so far."""
    points = rows.sweep(made, planned)
    first = next((row.measurement for row in made if row.measurement), None)
    done = [row for row in points if row.get("median_s") or row["error"]]
    told = sentences.sweep(which, done, mark) if done else Told()
    pieces.lead(
        told if str(told) else f"{len(done)} of the sweep’s {len(points)} settings are done: too few for a conclusion."
    )
    pieces.chart(once(draw.batch_sweep if which == "batch" else draw.bar_sweep, points), sweeps.SWEEPS[which][0])
    if first is not None:
        timing_pieces.beside(first.settings, first.provenance, mark, sentences.VARIED[which])
    timing_pieces.doubts(sentences.sweep_doubts(points))
    for row in points:
        if row["error"]:
            plain.info(f"{row['label']}: {row['error']}", "block")
