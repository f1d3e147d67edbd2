"""Rows of an experiment → plotly figures: VIEWS of each, registered where they are drawn (`base.view`)."""

from __future__ import annotations

from typing import Any

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
        return standing(learning(rows, plan))
    return standing(VIEWS[experiment][view](there, None, plan))


def standing(figure: go.Figure) -> go.Figure:
    """With an empty curve in each panel that has none: a browser draws a panel's axes only where there is a trace."""
    drawn = {trace.xaxis or "x" for trace in figure.data if hasattr(trace, "xaxis")}
    for name in [one for one in figure.layout.to_plotly_json() if one.startswith("xaxis")]:
        x, y = f"x{name[5:]}", figure.layout[name].anchor or "y"
        if x not in drawn:
            figure.add_scatter(x=[None], y=[None], xaxis=x, yaxis=y, showlegend=False, hoverinfo="skip")
    return figure


def seen(experiment: str, view: str, rows: list[Row], summary: Row | None, plan: Row) -> go.Figure:
    """A run that is over."""
    return VIEWS[experiment][view](rows, summary, plan)


def unseen(experiment: str, view: str, rows: list[Row], summary: Row | None, plan: Row) -> go.Figure:
    """The same before the prediction."""
    return unknown(seen(experiment, view, rows, summary, plan))


def unknown(figure: go.Figure) -> go.Figure:
    """A question mark over each panel that has nothing to show yet; the legend names what is drawn."""
    figure.for_each_trace(
        lambda trace: trace.update(showlegend=False),
        lambda trace: trace.type == "scatter" and all(one is None for one in trace.y or ()),
    )
    every = [one for one in figure.layout.to_plotly_json() if one.startswith("xaxis") and figure.layout[one].domain]
    panels = {
        _place(figure, one, f"y{one[1:]}"): False for one in every
    }  # where across and up → whether something is there
    for trace in figure.data:
        if trace.type == "surface":
            panel, values = tuple(figure.layout[trace.scene or "scene"].domain[axis] for axis in "xy"), trace.z
        else:
            panel = _place(
                figure, *(f"{axis}axis{(at or axis)[1:]}" for axis, at in zip("xy", (trace.xaxis, trace.yaxis)))
            )
            values = trace.z if trace.type == "contour" else trace.y
        there = values is not None and any(one is not None for one in values)
        panels[panel] = panels.get(panel, False) or there
    for across, up in (panel for panel, something in panels.items() if not something):
        figure.add_annotation(
            text="?",
            x=sum(across) / 2,
            y=sum(up) / 2,
            xref="paper",
            yref="paper",
            showarrow=False,
            font={"size": 110 if sum(up) == 1 else 72, "color": KIND_COLOUR["residual"]},
        )
    return figure


def _place(figure: go.Figure, x: str, y: str) -> tuple[Any, ...]:
    """Where a panel lies, by the names of its axes: from 0 to 1 across, and up."""
    return tuple(figure.layout[axis].domain or (0.0, 1.0) for axis in (x, y))
