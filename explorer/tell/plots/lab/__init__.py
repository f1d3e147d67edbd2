"""Rows of an experiment → plotly figures: VIEWS of each, registered where they are drawn (`base.view`)."""

from __future__ import annotations

import plotly.graph_objects as go

from explorer.lab.outcome import Row
from explorer.tell.plots.lab import nets, trained, training
from explorer.tell.plots.lab.base import KIND_COLOUR, VIEWS

__all__ = ["VIEWS", "learning", "live", "nets", "spread", "trained", "unknown"]
learning, spread = training.learning, training.spread


TRAIN_FIRST = ("lesion", "landscape")  # there is nothing else to see until the nets are trained


def live(experiment: str, view: str, rows: list[Row], plan: Row) -> go.Figure:
    """What a run that goes on has published so far; plan: its config."""
    there = [row for row in rows if row.get("part") != "training"]
    if experiment in TRAIN_FIRST and not there:
        return learning(rows, plan)
    return VIEWS[experiment][view](there, None, plan)


def seen(experiment: str, view: str, rows: list[Row], summary: Row | None, plan: Row) -> go.Figure:
    """A run that is over."""
    return VIEWS[experiment][view](rows, summary, plan)


def unseen(experiment: str, view: str, rows: list[Row], summary: Row | None, plan: Row) -> go.Figure:
    """The same before the prediction."""
    return unknown(seen(experiment, view, rows, summary, plan))


def unknown(figure: go.Figure) -> go.Figure:
    """A question mark over each panel that has nothing to show yet."""
    for trace in figure.data:
        if trace.type in ("bar", "surface", "contour") and not len(trace.z if trace.type != "bar" else trace.y or ()):
            area = figure.layout.scene2 if trace.type == "surface" else figure.layout.xaxis2
            left, right = area.domain.x if trace.type == "surface" else area.domain
            figure.add_annotation(
                text="?",
                x=(left + right) / 2,
                y=0.5,
                xref="paper",
                yref="paper",
                showarrow=False,
                font={"size": 110, "color": KIND_COLOUR["residual"]},
            )
    return figure
