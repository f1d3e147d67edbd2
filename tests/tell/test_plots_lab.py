"""The laboratory's figures: from recorded rows, from rows on their way in, and from none; and what they must mark."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import plotly.graph_objects as go
import pytest

from explorer.lab.claims import story
from explorer.lab.experiment import TEXTS
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.record import recorded
from explorer.tell.plots.lab import TRAIN_FIRST, VIEWS, live, spread, unknown
from explorer.tell.plots.lab.base import running_mean
from explorer.tell.plots.lab.nets import through_depth
from explorer.tell.plots.lab.training import by_rate, learning
from tests.lab.tiny import TINY, ran

ALL = [(key, view) for key, views in VIEWS.items() for view in views]


def test_every_experiment_has_a_figure_and_each_of_several_asks_something() -> None:
    assert set(VIEWS) == set(EXPERIMENTS)
    for key, views in VIEWS.items():
        asks = TEXTS[key].get("views", {})
        assert list(asks) == (list(views) if len(views) > 1 else [])
        assert all(words.endswith("?") for words in asks.values())


@pytest.mark.parametrize(("key", "view"), ALL)
def test_a_view_draws_whatever_there_is_so_far(key: str, view: str) -> None:
    run = story.opening(key)
    whole = VIEWS[key][view](run["rows"], run["summary"], None)
    assert whole.data and all(len(trace.y if trace.y is not None else trace.z) for trace in whole.data)
    for some in ([], run["rows"][:7], run["rows"][: len(run["rows"]) // 2], story.teaser(key)):
        VIEWS[key][view](some, None, run["config"])


def axes(figure: go.Figure) -> dict[str, object]:
    """Every axis of a figure: its kind, its range and its ticks."""
    found = {}
    for name, axis in figure.layout.to_plotly_json().items():
        scene = {f"{name}.{key}": one for key, one in axis.items() if key.endswith("axis")} if "scene" in name else {}
        for key, one in ({name: axis} if name.startswith(("xaxis", "yaxis")) else scene).items():
            found[key] = (one.get("type"), one.get("range"), one.get("tickvals"), one.get("dtick"))
    return found


@pytest.mark.parametrize(("key", "view"), ALL)
def test_the_axes_stand_before_the_first_row_and_hold_all_of_the_run(key: str, view: str) -> None:
    run = story.opening(key)
    draw, rows = VIEWS[key][view], run["rows"]
    empty = axes(draw([], None, run["config"]))
    free = {name for name, (_, limits, _, _) in empty.items() if limits is None}
    assert free - ({"xaxis", "yaxis"} if view == "surface" else set()) == (
        {"xaxis2"} if key == "identity" else set()
    ), "three bars with names need no range"
    going = live(key, view, [], run["config"])
    panels = {f"x{one[5:]}" for one in going.layout.to_plotly_json() if one.startswith("xaxis")}
    assert {trace.xaxis or "x" for trace in going.data} == panels, "without a trace a browser draws no axes"
    for some in (rows[:7], rows[: len(rows) // 2], rows):
        begun = draw(some, None, run["config"])
        assert axes(begun) == empty
        if key not in ("lesion", "landscape"):  # where the nets in training have a figure of their own
            assert len(begun.layout.shapes) == len(going.layout.shapes), "nor do levels come later"
    whole = draw(rows, run["summary"], run["config"])
    assert axes(whole) == empty, "nor do they jump at the end"
    for trace in whole.data:
        names = [getattr(trace, f"{axis}axis", None) for axis in "xy"]
        for values, name, letter in zip((trace.x, trace.y), names, "xy"):
            limits = empty.get(f"{letter}axis{(name or letter)[1:]}") if name else None
            if limits and limits[1] and trace.type != "surface":
                low, high = (10**end if limits[0] == "log" else end for end in limits[1])
                known = [value for value in values if value is not None and isinstance(value, int | float)]
                assert sum(low <= value <= high for value in known) >= 0.95 * len(known), "a first batch may lie above"


PHONE = 300  # px that the panels share there
LETTER = 0.5  # of a word's size, on average


@pytest.mark.parametrize(("key", "view"), ALL)
def test_no_two_panels_titles_run_into_each_other_on_a_phone(key: str, view: str) -> None:
    run = story.opening(key)
    figure = VIEWS[key][view](run["rows"], run["summary"], run["config"])
    found: dict[float, list[tuple[float, float]]] = {}  # by how high they lie: the middle and half of the width of each
    for name in (one for one in figure.layout.to_plotly_json() if one.startswith("xaxis")):
        axis, up = figure.layout[name], figure.layout[f"y{name[1:]}"].domain
        lines = (axis.title.text or "").split("<br>")
        half = max(map(len, lines)) * LETTER * (axis.title.font.size or 14) / 2
        found.setdefault(sum(up or (0, 1)), []).append((PHONE * sum(axis.domain or (0, 1)) / 2, half))
    for titles in found.values():
        for (one, half), (other, more) in pairwise(sorted(titles)):
            assert one + half <= other - more


def test_the_nets_in_training_stand_in_for_what_can_only_come_after() -> None:
    for key in ("lesion", "landscape"):
        plan = story.opening(key)["config"]
        rows = [{"net": "plain-20", "kind": "plain", "depth": 20, "step": 1, "loss": 2.4}]
        figure = learning(rows, plan)
        assert axes(figure) == axes(learning([], plan)) and list(figure.data[0].y) == [2.4]
        assert figure.layout.xaxis.range[1] >= max(plan["steps"], plan.get("plain_steps", 0))


@cache
def published(key: str) -> list[list[dict]]:
    return ran(key).partial


LATE = ("several", "paths")  # what comes after the single blocks


@pytest.mark.parametrize(("key", "view"), ALL)
def test_whatever_a_run_publishes_is_drawn_on_axes_that_stand(key: str, view: str) -> None:
    """After every partial result of a real run; only the training that comes first has axes of its own."""
    plan, rows, seen = TINY[key].as_dict(), [], []
    parts = published(key)
    for at, part in enumerate(parts):
        rows += part
        if at % 9 and at != len(parts) - 1:  # not each of hundreds
            continue
        figure = live(key, view, rows, plan)
        if not (seen and axes(figure) == seen[-1]):
            seen.append(axes(figure))
        there = [row for row in rows if row.get("part") != "training"]
        shown = [row for row in there if row.get("part") != "intact"] if there else rows  # while it trains, that
        assert (
            not shown or view in LATE or any(len(trace.y if trace.y is not None else trace.z) for trace in figure.data)
        )
    assert len(seen) == (2 if key in ("lesion", "landscape") else 1)


def test_a_rate_in_training_stands_where_its_last_20_steps_are() -> None:
    """The recorded curves, cut short: five points, four steps apart; the recorded final once it is there."""
    run = story.opening("learning-rate")
    mine = [row for row in run["rows"] if (row["lr"], row["norm"]) == (0.01, "batch")]
    so_far = [row for row in mine if row["part"] == "curve"][:8]
    drawn = {trace.name: list(trace.y) for trace in by_rate(so_far, None, run["config"]).data}
    assert drawn["with BN"] == [pytest.approx(sum(row["loss"] for row in so_far[-5:]) / 5)] and drawn["without BN"] == [
        None
    ]
    ended = {trace.name: list(trace.y) for trace in by_rate(mine, None, run["config"]).data}
    assert ended["with BN"] == [mine[-1]["loss"]]


def test_the_degradation_figure_ends_where_the_summary_does() -> None:
    run = story.opening("degradation")
    drawn = {trace.name: trace.y[-1] for trace in VIEWS["degradation"]["depths"](run["rows"], None, None).data}
    finals = {net["net"]: net["final_loss"] for net in run["summary"]["nets"]}
    assert drawn["plain"] == pytest.approx(finals["plain-56"], rel=1e-3)
    assert drawn["residual"] == pytest.approx(finals["residual-56"], rel=1e-3)


@pytest.mark.parametrize(("key", "view"), ALL)
def test_the_legend_stands_before_the_first_row(key: str, view: str) -> None:
    """Whoever runs an experiment sees at once which nets there will be; what happens to one (a divergence) is an event."""
    run = story.opening(key)
    rows = [row for row in run["rows"] if row.get("part") != "training"]

    def legend(figure: go.Figure) -> list[str]:
        curves = [trace for trace in figure.data if trace.type in ("scatter", "bar") and trace.showlegend is not False]
        assert all(trace.x is not None and len(trace.x) for trace in curves), "a browser leaves out what has no points"
        return [trace.name.replace("18", "152") if key == "signal" else trace.name for trace in curves]

    begun, ended = (legend(live(key, view, some, run["config"])) for some in ([], rows))
    if key in TRAIN_FIRST:
        nets = [f"plain-{run['config'].get('shallow', run['config']['depth'])}", f"residual-{run['config']['depth']}"]
        assert begun == nets
    else:
        assert begun == [name for name in ended if "diverged" not in name] and (begun or key == "identity")


def test_exact_zeros_are_marked_and_not_on_the_line() -> None:
    rows = recorded("signal")["default"]["rows"]
    figure = through_depth(rows)
    zeros = sum(row["state"] == "zero" and row["depth"] == 152 for row in rows)
    assert zeros > 0 and sum(len(trace.x) for trace in figure.data if trace.mode == "markers") == zeros
    assert any("exactly 0" in note.text for note in figure.layout.annotations)
    assert all(value is None or value > 0 for trace in figure.data if trace.mode == "lines" for value in trace.y)


def test_a_diverged_training_is_a_cross() -> None:
    rows = [
        {
            "part": "final",
            "norm": "none",
            "lr": lr,
            "loss": loss,
            "state": "ok" if loss else "nan",
            "diverged_at": None if loss else 7,
        }
        for lr, loss in ((0.1, 0.5), (1.0, None))
    ]
    crosses = [trace for trace in by_rate(rows).data if trace.marker.symbol == "x"]
    assert len(crosses) == 1 and list(crosses[0].x) == [1.0] and "diverged" in crosses[0].name


@pytest.mark.parametrize(
    ("key", "view", "panels"),
    [("lesion", "single", 1), ("shattered", "gradients", 2), ("identity", next(iter(VIEWS["identity"])), 1)],
)
def test_a_question_mark_where_nothing_is_known_yet(key: str, view: str, panels: int) -> None:
    run = story.opening(key)
    asked = unknown(VIEWS[key][view](story.teaser(key), None, run["config"]))
    assert [note.text for note in asked.layout.annotations].count("?") == panels
    told = unknown(VIEWS[key][view](run["rows"], run["summary"], run["config"]))
    assert "?" not in [note.text for note in told.layout.annotations]


def test_a_gap_stays_a_gap() -> None:
    assert running_mean([1.0, 3.0, None, 5.0], over=2) == [1.0, 2.0, None, None]


def test_the_spread_shows_every_seed_and_mine() -> None:
    theirs, mine = story.finals([story.opening("degradation")])
    figure = spread(theirs, mine)
    assert len(figure.data[0].x) == 8 * 4 and len(figure.data[1].x) == 4
