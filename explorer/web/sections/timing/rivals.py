"""Two views of the Timing page: a race of two models, and other machines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from markupsafe import Markup

from explorer import units
from explorer.facts import published
from explorer.spec import naming, preset
from explorer.tell import questions, timing_words
from explorer.tell.plots import race as draw_race
from explorer.tell.plots.once import once
from explorer.timing.data import records
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure import sweeps
from explorer.timing.measure.race import Laps
from explorer.timing.measure.tasks import Ask
from explorer.timing.said import contrasts, exports, offers, ratio_rows, rows, sentences
from explorer.timing.said import machines as sides
from explorer.web import pieces, race_component
from explorer.web.asked import asked
from explorer.web.sections.timing import pieces as timing_pieces
from explorer.web.sections.timing import runs
from explorer.web.state import Chosen

GUESS_FIRST = "Without them only what can be counted is shown: to guess first which of it the time follows."


def race(chosen: Chosen, settings: Settings) -> None:
    """FLOPs are not time: two models, what is counted and what is timed, on one screen; or, for who is to guess the time first,
    what is counted alone."""
    with st.container(horizontal=True, vertical_alignment="center", key="race-bar"):
        one, other = _racers()
        pair, ask_names = (preset(one), preset(other)), (one, other)
        ask = Ask("race", pair[0], settings, ask_names)
        place = st.empty()
        timed = st.toggle("With the times", value=True, key="times", bind="query-params", help=GUESS_FIRST)
        with place:
            answer = runs.run(ask) if timed else None
    made = contrasts.contrast(timing_pieces.recorded(), ask_names, pair, settings, answer.value if answer else ())
    if not timed:
        made = contrasts.untimed(made)
    elif runs.live(ask, partial(_on_the_way, made.titles)):
        return
    mark = answer.mark if answer else "recorded"
    counted, titles, seen = made.counted, made.titles, made.seen
    pieces.lead(sentences.contrast(counted, *titles))
    if answer and made.timed[0].undecided:
        timing_pieces.offered(offers.of_race(timing_pieces.recorded(), pair, titles, settings))
    _charts(counted, titles, seen, mark)
    pieces.told(contrasts.told(counted))
    if seen:
        timing_pieces.beside(seen[0].settings, seen[0].provenance, mark)
        timing_pieces.not_yours(seen[0].settings, settings, mark)
    if made.on_gpu:
        timing_pieces.beside(made.on_gpu.settings, made.on_gpu.provenance, "recorded")
    timing_pieces.sources([row.table for row in made.timed if row.table is not None])
    timing_pieces.doubts(sentences.pair_doubts(seen))
    timing_pieces.take_home(
        chosen,
        f"race-{one}-{other}",
        exports.race(counted, seen, chosen.height, chosen.width),
        [records.row_of(each) for each in seen],
    )


def _racers() -> tuple[str, str]:
    """Who races whom."""
    one = _racer("Model", "one", "resnet34")
    pieces.html(Markup('<div class="against">against</div>'), width="content")
    return one, _racer("against", "other", "resnet50")


def _racer(label: str, key: str, usual: str) -> str:
    return asked(label, questions.RACERS, key, usual, label_visibility="collapsed", listed_px=210)


def _on_the_way(titles: Sequence[str], news: Sequence[Laps]) -> None:
    """Two bars that move: a pass of each in turn, and how far each has come on as much time of its own."""
    pieces.lead("They take turns, a pass of each: whatever slows this host down slows both.")
    times, of = rows.laps(news), news[-1].of if news else 1
    race_component.on_the_way(titles, times, of)


def _charts(counted: Sequence[ratio_rows.Ratio], titles: Sequence[str], seen: Sequence[Measurement], mark: str) -> None:
    """What is counted and timed, and beside it the race, to be run again."""
    chart, lanes = st.columns([1.25, 1], gap="medium") if seen else (st.container(), st.container())
    with chart:
        pieces.chart(once(draw_race.contrast, counted, *titles), f"{titles[1]} against {titles[0]}: counted and timed")
    if seen:
        with lanes:
            raced, source = rows.race(seen), mark.split()[0]
            here = ratio_rows.timed_pair(seen, source)
            doubt = here[0].undecided if here and titles[0] != titles[1] else ""
            race_component.again(
                raced, sentences.race(raced, source, doubt), bool(doubt), timing_words.where(seen[0].provenance, mark)
            )


def machines(chosen: Chosen, settings: Settings) -> None:
    """Runs of other machines beside this one: recorded, published, and a file of your own."""
    top = st.container()
    made = sides.lines([*timing_pieces.loaded(), *timing_pieces.recorded()], published.throughput(), runs.passes())
    with top:
        _side_by_side(chosen, made)
    _how_to_record()
    timing_pieces.take_home(chosen, "machines", sides.export(made))


def _side_by_side(chosen: Chosen, made: Sequence[sides.Line]) -> None:
    """One model on all lines as a chart; all models as a table."""
    slug = naming.slug(chosen.spec)
    name = slug if any(slug in line.cells for line in made) else "resnet50"
    common = sides.shared(made)
    shown = sides.speeds(made, name)
    for row in shown:
        row["setting"] = sides.without(row["setting"], common)
    title = _title(made, name)
    pieces.lead(
        f"{title} on each machine and with each setting; all of the measured and recorded ones: {', '.join(common)}."
    )
    pieces.chart(once(draw_race.machines, shown), f"Pictures per second of {title} by machine and setting")
    names = sides.names(made, sweeps.DEPTHS)
    with st.container(key="machines-table"):
        pieces.table(
            [_cells(line, names, made, common) for line in made],
            source="recorded",
            caption="Pictures per second. Compare models "
            "within one line only; ! marks figures whose passes spread by more than 10 %, or shared the processor.",
        )
    timing_pieces.sources(published.throughput())
    busy = sides.doubtful(made)
    timing_pieces.doubts(
        [
            f"The host was busy while these were measured: {'; '.join(busy[:6])}"
            + (f" and {len(busy) - 6} more." if len(busy) > 6 else ".")
        ]
        if busy
        else []
    )


def _title(made: Sequence[sides.Line], name: str) -> str:
    """The title that goes with a model's short name."""
    told = (line.cells[name].title for line in made if name in line.cells)
    title = next(filter(None, told), name)
    return title if len(title) <= 20 else name


def _cells(line: sides.Line, names: Sequence[str], made: Sequence[sides.Line], common: Sequence[str]) -> dict[str, str]:
    """A line of the table: the machine, its setting, and each model's pictures per second with its doubt."""
    cells = {
        _title(made, name): (units.rate(line.cells[name].images_per_s) + " !" * line.cells[name].doubted)
        if name in line.cells
        else "–"
        for name in names
    }
    shipped = {run.source for run in timing_pieces.recorded()}
    own = f", {line.file}" if line.source == "recorded" and line.file not in shipped else ""
    return (
        {"machine and setting": f"{line.machine} · {sides.without(line.setting, common)}"}
        | cells
        | {"what it is": f"{units.PROVENANCE_MARK[line.source]} {line.source}{own}"}
    )


def _how_to_record() -> None:
    """What is not recorded, and how to make up for it."""
    kinds = {run.measurement.settings.kind for run in timing_pieces.recorded()}
    compiled = any(run.measurement.settings.compile != "eager" for run in timing_pieces.recorded())
    missing = [
        text for text, has in (("no run on a GPU", kinds & {"cuda", "mps"}), ("no compiled run", compiled)) if not has
    ]
    if missing:
        pieces.html(
            Markup(
                '<div class="beside">Of the recorded runs that ship, there is {}. To record one, on any machine with '
                "PyTorch, and load it here:</div>"
            ).format(" and ".join(missing))
        )
        st.code(
            f"python -m explorer time {','.join(sweeps.DEPTHS)} --batch 1,8,32 --dtype fp32,bf16 --memory-format "
            "channels_last --compile eager,default --save run.json",
            language="bash",
            wrap_lines=True,
        )
    if not kinds & {"cuda", "mps"}:
        pieces.html(
            Markup('<div class="beside">A GPU is checked and recorded whole, in nine minutes at most, by:</div>')
        )
        st.code(timing_words.CHECK, language="bash")
