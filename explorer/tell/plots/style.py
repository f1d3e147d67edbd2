"""The look of every chart: transparent, without a frame, with text that carries. The page's theme gives font and colour."""

from __future__ import annotations

from typing import Any

import pandas  # noqa: F401  (plotly looks for it in sys.modules, and must not find it half imported by another thread)
import plotly.graph_objects as go

TEXT, SMALL = 15, 14  # px: legible from the back of a hall; of a chart with many panels
GRID = "rgba(127,127,127,.25)"
ABOVE = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}  # places of a legend
BELOW = {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"}
MARGIN = {"l": 10, "r": 16, "t": 12, "b": 10}


def styled(
    figure: go.Figure,
    height: int,
    text: int = TEXT,
    legend: dict[str, Any] | None = None,
    top: int = MARGIN["t"],
    **layout: Any,
) -> go.Figure:
    """The chart in the common look. text: font size, px; legend: its place, none without one; top: margin, px."""
    figure.update_layout(
        height=height,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font_size=text,
        margin=MARGIN | {"t": top},
        hoverlabel_font_size=text,
        showlegend=None if legend else False,  # with a place for it, wherever there are several curves
        legend=(legend or {}) | {"font_size": text},
        **layout,
    )
    axis = {"tickfont_size": text, "title_font_size": text, "gridcolor": GRID, "automargin": True, "zeroline": False}
    figure.update_xaxes(**axis)
    return figure.update_yaxes(**axis)
