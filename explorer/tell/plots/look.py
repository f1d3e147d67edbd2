"""How much each block adds, as a plotly figure."""

from __future__ import annotations

from typing import Any

import pandas  # noqa: F401  (plotly looks for it in sys.modules, and must not find it half imported by another thread)
import plotly.graph_objects as go

from explorer.tell.palette import SHORTCUT
from explorer.tell.plots.style import styled


def additions(rows: list[dict[str, Any]], chosen: str) -> go.Figure:
    """‖F(x)‖ / ‖x‖ per block; the chosen block in the shortcuts' colour."""
    figure = go.Figure(
        go.Bar(
            x=[row["block"] for row in rows],
            y=[row["ratio"] for row in rows],
            marker_color=[SHORTCUT if row["block"] == chosen else "#2484c1" for row in rows],
            hovertemplate="<b>%{x}</b><br>‖F(x)‖ = %{customdata[0]:.2f}, ‖x‖ = %{customdata[1]:.2f}<br>"
            "ratio %{y:.2f}<extra></extra>",
            customdata=[[row["norm_residual"], row["norm_shortcut"]] for row in rows],
        )
    )
    figure.update_yaxes(title="‖F(x)‖ / ‖x‖", rangemode="tozero")
    figure.add_hline(y=1, line_dash="dot", line_color="rgba(127,127,127,.8)")
    return styled(figure, 260)
