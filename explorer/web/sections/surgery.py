"""Why residual?, by hand: the map as an operating table, the curve and the signal of the net that trains, runs compared."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from explorer.jobs import Job
from explorer.lab import live
from explorer.lab.claims import story
from explorer.lab.config import MAX_SEED
from explorer.lab.experiments.nets import digit_spec
from explorer.lab.experiments.surgery import EXPERIMENT, Surgery, operated_so_far
from explorer.lab.experiments.train import turns
from explorer.lab.operations import EVERY, Operation, Patient, Wounds
from explorer.lab.outcome import Row, Run, kind_of
from explorer.lab.pace import said
from explorer.lab.record import recorded
from explorer.lab.shelf import Kept
from explorer.tell import lab_words, netmap
from explorer.tell.markup import Cards, joined
from explorer.tell.plots.lab.surgery import operated
from explorer.tell.plots.once import once
from explorer.web import pieces, plain, state, surgery_component, tray
from explorer.web.sections import playing
from explorer.web.session import by_key, session

KEY = "surgery"
POLL_S = 0.5
REST_S = playing.SPEEDS["steady"]  # so that there is time to operate
NETS = {"whole": "20 layers", "56": "56 layers"}  # preset → words
ALL = {  # of what is done to every block: button → (done when all are, operation, its undoing)
    "shortcuts": ("Cut all shortcuts", "Join all shortcuts"),
    "BN": ("Take all BN", "Add all BN"),
}
SETUP = (
    "A residual net learns handwritten digits. While it trains, click an arc to cut the shortcut, a block to remove it, “BN” to "
    "take its Batch Normalization away; again to undo it."
)


def show() -> None:
    """Left the net on the table, right how it fares."""
    with st.container(key="story"):
        left, right = st.columns([1, 1.15], gap="large")
    runs = tray.runs(KEY)
    going = next((one for one in reversed(runs) if one.job.active), None)
    with left:
        pieces.html(Markup('<h2 class="question">What if I cut it now?</h2>'))
        cards = Cards("surgery")
        pieces.html(Markup('<p class="setup">{}</p>{}').format(cards.explained(SETUP), cards.html()))
        table, below = st.container(), st.container(horizontal=True)
        size = "whole" if going is None else going.size
        if going is None:
            with below:
                size = st.segmented_control(
                    "How deep?",
                    list(NETS),
                    default="whole",
                    key="size-surgery",
                    required=True,
                    format_func=NETS.__getitem__,
                    label_visibility="collapsed",
                )
        with table:
            _table(_config(size).depth, going)
    with right:
        _problems(runs)
        if going is None:
            _start(size)
            _ended(runs)
        else:
            _follow(going)


def _config(size: str) -> Surgery:
    config: Any = EXPERIMENT.presets[size].config
    found: Surgery = replace(config, seed=session().get("seed", 1))
    return found


# the table ------------------------------------------------------------------------------------------------------------


@st.fragment
def _table(depth: int, going: Kept | None) -> None:
    """The map, and what is done to all blocks at once. Before a run it prepares the net; then it operates on it."""
    wounds = _wounds(depth, going)
    drawn = netmap.drawing(digit_spec(depth, "residual"), 8, 8, 1, netmap.View())
    operate = partial(_operate, depth, going)
    surgery_component.show({**drawn, "palette": netmap.colours()}, wounds, operate)
    blocks = sum(digit_spec(depth, "residual").stages)
    with st.container(horizontal=True):
        for (take, give), held, ops in zip(
            ALL.values(), (wounds.cut, wounds.bare), (("cut", "join"), ("take BN", "add BN"))
        ):
            done = len(held) == blocks
            st.button(give if done else take, key=f"all-{ops[0]}", on_click=operate, args=(ops[done], EVERY))
    if refused := session().pop("lab_refused", None):
        plain.passing(refused)


def _wounds(depth: int, going: Kept | None) -> Wounds:
    if going is not None:
        patient: Patient = going.handle
        return patient.wounds
    prepared = session().get("surgery")
    return prepared if prepared is not None and prepared.depth == depth else Wounds(depth)


def _operate(depth: int, going: Kept | None, what: str, path: str) -> None:
    """A click: on the run's own net, or on the one that is being prepared."""
    try:
        if going is not None:
            going.handle.ask(what, path)
        else:
            session()["surgery"] = _wounds(depth, None).after(what, path)
    except ValueError as error:
        session()["lab_refused"] = str(error)


def _prepared(depth: int) -> tuple[tuple[int, str, str], ...]:
    """What was done before the first step, as operations."""
    wounds = _wounds(depth, None)
    sets = (("cut", wounds.cut), ("remove", wounds.removed), ("take BN", wounds.bare))
    return tuple((0, what, path) for what, held in sets for path in sorted(held))


# runs -----------------------------------------------------------------------------------------------------------------


def _problems(runs: Sequence[Kept]) -> None:
    text = session().pop("lab_problem", None)
    for one in runs:
        if one.problem:
            text = one.problem
            tray.drop(one)
    if text:
        plain.error(text)


def _start(size: str) -> None:
    """The button, with how long it takes here, and the seed."""
    config, pace = EXPERIMENT.presets[size].config, tray.pace()
    if pace.first_asks(KEY, size):
        with contextlib.suppress(ValueError):  # a host that is full, or runs nothing
            learn = partial(pace.learn, KEY, size, config)
            state.runner().submit(partial(live.sound, KEY, config), "how fast this host is", then=learn)
    seconds = pace.about(KEY, size, config)
    rests = REST_S * len(turns(_config(size).steps))
    words = said(None if seconds is None else seconds + rests)
    if not words:
        st.fragment(_until_known, run_every=1.0)(size)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            f"Train it live · {words}" if words else "Train it live",
            type="primary",
            key="operate",
            icon=":material/play_arrow:",
            on_click=_submit,
            args=(size,),
        )
        st.number_input("Seed", 1, MAX_SEED, step=1, key="seed", bind="query-params", width=140)


def _submit(size: str) -> None:
    config = _config(size)
    try:
        config = replace(config, operations=_prepared(config.depth))
        patient = Patient(_wounds(config.depth, None))

        def submit(of: str, config: Surgery = config, patient: Patient = patient) -> Job:
            work, learn = partial(live.operate, config, patient), partial(tray.learned, KEY, size, config)
            job = state.runner().submit(work, KEY, f"lab {of}", "Why residual?", then=learn)
            job.hurry(REST_S)
            return job

        def again(of: str, config: Surgery, kept: Kept) -> Job:
            """With what was done to it meanwhile."""
            done = operated_so_far(config, kept.before, kept.handle)
            kept.handle, kept.again = Patient(done.wounds), partial(again, of, done)
            return submit(of, done, kept.handle)

        tray.keep(
            lambda of: tray.shelf().put(
                of, KEY, size, config.as_dict(), lambda: submit(of), patient, partial(again, of, config)
            )
        )
    except ValueError as error:
        session()["lab_problem"] = str(error)


def _until_known(size: str) -> None:
    if tray.pace().about(KEY, size, EXPERIMENT.presets[size].config) is not None:
        st.rerun()


@st.fragment(run_every=POLL_S)
def _follow(going: Kept) -> None:
    """The curve and the signal of the net that trains, and the player."""
    if not going.job.active:
        st.rerun()
    rows = going.rows
    with st.container(key="operated"):
        pieces.chart(operated(rows, going.plan), "Training loss and signal of the net on the table", key="surgery-live")
    playing.controls(going, lambda: tray.drop(going))
    _list(rows)


def _ended(runs: Sequence[Kept]) -> None:
    """The run that is shown: the visitor's last, or a recorded one; others on the same axes; what came of each."""
    known = _known(runs)
    shown, compare = st.columns([1.25, 1], vertical_alignment="bottom")
    key = f"shown-surgery-{len(runs)}"
    number = st.query_params.pop("run", "")
    if (wanted := next((name for name in known if name.startswith(f"{number}. ")), None)) and number:
        by_key()[key] = wanted
    with shown:
        name = st.selectbox("Which run?", list(known), key=key)
    with compare:
        others = st.multiselect(
            "Against which others?",
            [one for one in known if one != name],
            max_selections=4,
            key="against-surgery",
            placeholder="other runs",
        )
    one = known[name]
    rest = {other: known[other] for other in others if other in known}
    figure = once(operated, one["rows"], one["config"], {other: run["rows"] for other, run in rest.items()})
    pieces.chart(figure, "Training loss and signal of the net on the table", key="surgery-shown")
    pieces.html(lab_words.source(one, pieces.mark(kind_of(one))))
    _list(one["rows"])
    pieces.table([_line(each, run) for each, run in {name: one, **rest}.items()])
    pieces.downloads(f"surgery-seed{one['config']['seed']}", lambda: story.flat(one["rows"]))


def _known(runs: Sequence[Kept]) -> dict[str, Run]:
    """Every run by a name that says what was done: this visitor's, the newest first, then the recorded ones."""
    own = {}
    for kept in reversed(runs):
        if (found := kept.result) is not None:
            count = len(found["config"]["operations"])
            done = f"{count} operation{'s' * (count != 1)}" if count else "nobody operated"
            own[f"{kept.number}. yours, {done}"] = found
    labels = {size: EXPERIMENT.presets[size].label for size in recorded(KEY)}
    first = ("cut", "whole")  # what there is to see at once
    order = [*first, *(size for size in labels if size not in first)]
    return own | {f"recorded: {labels[size]}": recorded(KEY)[size] for size in order}


def _line(name: str, one: Run) -> dict[str, str]:
    quotes = {quote.label: quote.value for quote in EXPERIMENT.quotes(one["summary"])}
    return {"run": name.removeprefix("recorded: "), "what it is": kind_of(one), **quotes}


def _list(rows: Sequence[Row]) -> None:
    """What was done, in order; the numbers are those above the curve."""
    done = [Operation(row["step"], row["what"], row["path"]) for row in rows if row["part"] == "operation"]
    if done:
        items = joined(Markup("<li>{}</li>").format(one.said) for one in done)
        pieces.html(Markup('<ol class="operations">{}</ol>').format(items))
