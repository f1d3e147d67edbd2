"""Rows of an experiment → plotly figures: a table of views for each; the first is the one that makes the point.

A view takes (rows, summary): the rows so far, and the summary once there is one. Rows may be on their way in.
"""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go

from explorer.figures_lab import nets, trained, training
from explorer.figures_lab.base import Row

View = Callable[[list[Row], Row | None], go.Figure]


def _rows_only(draw: Callable[[list[Row]], go.Figure]) -> View:
    return lambda rows, summary: draw(rows)


VIEWS: dict[str, dict[str, View]] = {  # experiment -> slug of a view -> figure
    "signal": {"layers": _rows_only(nets.through_depth), "depths": _rows_only(nets.by_depth)},
    "degradation": {"curves": _rows_only(training.race), "depths": _rows_only(training.final_by_depth)},
    "identity": {"losses": training.insertion},
    "learning-rate": {"rates": _rows_only(training.by_rate)},
    "shattered": {"gradients": _rows_only(nets.shattered)},
    "lesion": {"single": _rows_only(trained.lesions), "several": _rows_only(trained.several),
               "paths": _rows_only(trained.paths)},
    "landscape": {"surface": _rows_only(trained.surfaces), "contours": _rows_only(trained.contours)},
}
spread = training.spread
