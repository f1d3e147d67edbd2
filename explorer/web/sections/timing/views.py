"""The views of the Timing page: one pass, its parts, sweeps, the limit, a race, other machines.

Each shows what was measured in this visit, else what is recorded, always marked as such; and says so when there is
neither. Nothing is measured before a click.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer import units
from explorer.spec import naming
from explorer.tell import questions, timing_words
from explorer.tell.plots import timing as draw
from explorer.tell.plots.once import once
from explorer.timing.data import records
from explorer.timing.data.settings import Settings
from explorer.timing.measure import sweeps
from explorer.timing.measure.tasks import Ask
from explorer.timing.said import exports, found, offers, rows, sentences, timed_proofs
from explorer.web import pieces, plain
from explorer.web.asked import asked
from explorer.web.pieces import Figure
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.sections.timing import runs
from explorer.web.sections.timing.launches import launches
from explorer.web.sections.timing.parts import parts
from explorer.web.sections.timing.rivals import machines, race
from explorer.web.sections.timing.swept import swept
from explorer.web.state import Chosen


def one_pass(chosen: Chosen, settings: Settings) -> None:
    """The large figure; before the first click a recorded one."""
    answer = runs.run(Ask("pass", chosen.spec, settings))
    run = None if answer else found.nearest(timing_pieces.recorded(), chosen.spec, settings)
    if answer:
        seen, mark = answer.value, answer.mark
    elif run:
        seen, mark = run.measurement, "recorded"
    else:
        return timing_pieces.nothing_yet(chosen)
    source = mark.split()[0]
    timing_pieces.not_yours(seen.settings, settings, mark)
    timing_pieces.hall(seen, mark, timed_proofs.speed(seen, mark), settings)
    timing_pieces.doubts(seen.warnings)
    if answer and seen.warnings:
        timing_pieces.offered(offers.of_pass(timing_pieces.recorded(), chosen.spec, settings))
    summary = seen.summary
    pieces.chart(
        once(draw.distribution, seen.times_s, summary.median_s, summary.q1_s, summary.q3_s),
        f"Time of each of {summary.n} passes of {seen.title}",
    )
    pieces.unfolding("Measured on what, and how", "fact_check", lambda: timing_pieces.provenance(seen, mark))
    timing_pieces.take_home(chosen, f"timing-{seen.name}", [exports.flat(seen, source)], [records.row_of(seen)])


def sweep(chosen: Chosen, settings: Settings) -> None:
    """Many measurements, drawn as they come."""
    top = st.container(horizontal=True, vertical_alignment="center", key="sweep-bar")
    with top:
        which = asked("What is varied?", questions.SWEEP, "sweep")
    try:
        planned = sweeps.plan(which, chosen.spec, settings)
    except ValueError as error:
        plain.info(error)
        return
    ask = Ask("sweep", chosen.spec, settings, (which,))
    with top:
        answer = runs.run(ask)
    if runs.live(ask, partial(swept, which, mark="measured", planned=planned)):
        return
    made = answer.value if answer else found.sweep(timing_pieces.recorded(), which, chosen.spec, settings)
    if not made:
        pieces.lead("No recorded sweep of this kind comes with the explorer: run it here.")
        return
    if answer and not answer.complete:
        plain.info(f"{len(made)} of {len(planned)} points: the run was cancelled.")
    mark = answer.mark if answer else "recorded"
    timing_pieces.not_yours(made[0].point.settings, settings, mark, sentences.VARIED[which])
    swept(which, made, mark, planned if answer and not answer.complete else ())
    if answer and sentences.sweep_doubt(which, rows.sweep(made)):
        timing_pieces.offered(offers.of_sweep(timing_pieces.recorded(), which, chosen.spec, settings))
    timing_pieces.take_home(
        chosen,
        f"sweep-{which}-{naming.slug(chosen.spec)}",
        exports.sweep(made, mark.split()[0]),
        [records.row_of(row.measurement) for row in made if row.measurement],
    )


def limit(chosen: Chosen, settings: Settings) -> None:
    """The roofline, the floor and the verdict."""
    with st.container(horizontal=True, vertical_alignment="center", key="limit-bar"):
        figures = st.container(width="content")
        answer = runs.run(Ask("limit", chosen.spec, settings))
    seen = answer.value if answer else found.limit(timing_pieces.recorded(), chosen.spec, settings)
    if seen is None:
        return timing_pieces.nothing_yet(chosen)
    mark, roof, one = answer.mark if answer else "recorded", seen.roofline, seen.measurement
    doubted = bool(sentences.limit_doubts(seen))
    floors = f"arithmetic {units.seconds(roof.floor_arithmetic_s)}, memory {units.seconds(roof.floor_memory_s)}"
    with figures:
        pieces.figures(
            [
                Figure(
                    units.percent(roof.share),
                    "of the device’s limit",
                    "" if doubted else f"bound by {roof.verdict_words}",
                    mark,
                    timed_proofs.limit_share(seen, mark),
                ),
                Figure(units.seconds(roof.whole.seconds), "one pass, median", f"of {one.summary.n} passes", mark),
                Figure(
                    units.seconds(roof.floor_s),
                    "the floor: no pass is faster",
                    floors,
                    mark,
                    timed_proofs.floor(seen, mark),
                ),
            ]
        )
    timing_pieces.not_yours(one.settings, settings, mark)
    pieces.lead(sentences.limit(seen, mark))
    if answer and doubted:
        timing_pieces.offered(offers.of_limit(timing_pieces.recorded(), chosen.spec, settings))
    plain = rows.roof(roof)
    pieces.chart(
        once(draw.roofline, plain, roof.peak_flops_per_s, roof.band_bytes_per_s, roof.memory_bytes_per_s),
        f"Roofline of {one.title}: each stage's arithmetic speed against its FLOPs per byte",
    )
    timing_pieces.beside(one.settings, one.provenance, mark)
    timing_pieces.doubts(one.warnings)
    with st.expander("The candidates for the limit", icon=":material/speed:"):
        pieces.html(timing_words.candidates(seen, mark))
    timing_pieces.take_home(chosen, f"limit-{one.name}", exports.limit(seen, mark.split()[0]), exports.run_rows(seen))


VIEWS = {  # slug -> the question, its view
    "pass": ("How fast is it here?", one_pass),
    "parts": ("Where does the time go?", parts),
    "sweep": ("What makes it faster?", sweep),
    "limit": ("How near to the device’s limit is it?", limit),
    "launches": ("At which batch does the GPU start to work?", launches),
    "race": ("Why are FLOPs not time?", race),
    "machines": ("How fast is it elsewhere?", machines),
}
