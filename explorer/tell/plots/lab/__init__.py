"""Rows of an experiment → plotly figures: a table of views for each; the first is the one that makes the point.

A view takes (rows, summary, steps): the rows so far, the summary once there is one, and how many steps a training
will have, so that the axis of live curves stands still.
"""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go

from explorer.tell.plots.lab import nets, trained, training
from explorer.tell.plots.lab.base import KIND_COLOUR, Row

View = Callable[[list[Row], Row | None, int | None], go.Figure]


def _rows_only(draw: Callable[[list[Row]], go.Figure]) -> View:
    return lambda rows, summary, steps: draw(rows)


VIEWS: dict[str, dict[str, View]] = {  # experiment -> slug of a view -> figure
    "signal": {"layers": _rows_only(nets.through_depth), "depths": _rows_only(nets.by_depth)},
    "degradation": {
        "curves": lambda rows, summary, steps: training.race(rows, steps),
        "depths": _rows_only(training.final_by_depth),
    },
    "identity": {"losses": training.insertion},
    "learning-rate": {"rates": _rows_only(training.by_rate)},
    "shattered": {"gradients": _rows_only(nets.shattered)},
    "lesion": {
        "single": _rows_only(trained.lesions),
        "several": _rows_only(trained.several),
        "paths": _rows_only(trained.paths),
    },
    "landscape": {"surface": _rows_only(trained.surfaces), "contours": _rows_only(trained.contours)},
}
spread = training.spread


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
