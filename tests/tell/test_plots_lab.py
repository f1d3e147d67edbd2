"""The laboratory's figures: from recorded rows, from rows on their way in, and from none; and what they must mark."""

from __future__ import annotations

import pytest

from explorer.lab.claims import story
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.record import recorded
from explorer.tell.plots.lab import VIEWS, spread, unknown
from explorer.tell.plots.lab.base import running_mean
from explorer.tell.plots.lab.nets import through_depth
from explorer.tell.plots.lab.training import by_rate

ALL = [(key, view) for key, views in VIEWS.items() for view in views]


def test_every_experiment_has_a_figure() -> None:
    assert set(VIEWS) == set(EXPERIMENTS)


@pytest.mark.parametrize(("key", "view"), ALL)
def test_a_view_draws_whatever_there_is_so_far(key: str, view: str) -> None:
    run = story.opening(key)
    whole = VIEWS[key][view](run["rows"], run["summary"], None)
    assert whole.data and all(len(trace.y if trace.y is not None else trace.z) for trace in whole.data)
    for some in ([], run["rows"][:7], run["rows"][: len(run["rows"]) // 2], story.teaser(key)):
        VIEWS[key][view](some, None, 120)


def test_the_degradation_figure_ends_where_the_summary_does() -> None:
    run = story.opening("degradation")
    drawn = {trace.name: trace.y[-1] for trace in VIEWS["degradation"]["depths"](run["rows"], None, None).data}
    finals = {net["net"]: net["final_loss"] for net in run["summary"]["nets"]}
    assert drawn["plain"] == pytest.approx(finals["plain-56"], rel=1e-3)
    assert drawn["residual"] == pytest.approx(finals["residual-56"], rel=1e-3)


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


def test_a_question_mark_where_nothing_is_known_yet() -> None:
    run = story.opening("lesion")
    asked = unknown(VIEWS["lesion"]["single"](story.teaser("lesion"), None, None))
    assert [note.text for note in asked.layout.annotations].count("?") == 1
    told = unknown(VIEWS["lesion"]["single"](run["rows"], run["summary"], None))
    assert "?" not in [note.text for note in told.layout.annotations]


def test_a_gap_stays_a_gap() -> None:
    assert running_mean([1.0, 3.0, None, 5.0], over=2) == [1.0, 2.0, None, None]


def test_the_spread_shows_every_seed_and_mine() -> None:
    theirs, mine = story.finals([story.opening("degradation")])
    figure = spread(theirs, mine)
    assert len(figure.data[0].x) == 8 * 4 and len(figure.data[1].x) == 4
