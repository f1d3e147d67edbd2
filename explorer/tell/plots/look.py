"""What blocks and layers do to a picture, as plotly figures: what each block adds, a unit's way, how large responses are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas  # noqa: F401  (plotly looks for it in sys.modules, and must not find it half imported by another thread)
import plotly.graph_objects as go

from explorer.look.seen import Step
from explorer.net import called
from explorer.tell.feature_maps import Curve, Shares
from explorer.tell.palette import ADDED, SHORTCUT, TAKEN
from explorer.tell.plots.style import styled

BLOCK, PLAIN = "#2484c1", "#7f7f7f"
MOST_NUMBERED, STEPS = 18, (1, 5, 10, 20, 50, 100)  # blocks with a number on an axis; steps between them


def additions(rows: list[Shares], chosen: str, places: Mapping[str, str]) -> go.Figure:
    """‖F(x)‖ / ‖x‖ over depth; the chosen block in the shortcuts' colour. places: each block's name by its path."""
    marked = [row["block"] == chosen for row in rows]
    figure = go.Figure(
        go.Scatter(
            x=[row["block"] for row in rows],
            y=[row["ratio"] for row in rows],
            mode="lines+markers",
            line={"color": BLOCK, "width": 2},
            marker={
                "color": [SHORTCUT if one else BLOCK for one in marked],
                "size": [15 if one else 9 for one in marked],
            },
            hovertemplate="<b>%{customdata[2]}</b> (%{x})<br>‖F(x)‖ = %{customdata[0]:.2f}, ‖x‖ = %{customdata[1]:.2f}<br>"
            "ratio %{y:.2f}<extra></extra>",
            customdata=[[row["norm_residual"], row["norm_shortcut"], places[row["block"]]] for row in rows],
        )
    )
    figure.update_xaxes(**_by_stage([row["block"] for row in rows], places))
    figure.update_yaxes(title="F(x), as a multiple of x", rangemode="tozero")
    figure.add_hline(y=1, line_dash="dot", line_color="rgba(127,127,127,.8)")
    return styled(figure, 260)


def _by_stage(paths: Sequence[str], places: Mapping[str, str], before: str = "") -> dict[str, Any]:
    """An axis of blocks as the map numbers them, the stage below the middle of its own. Of many blocks some are numbered, as
    many as a phone has room for. before: what stands in front of them."""
    step = next(step for step in STEPS if len(paths) <= step * MOST_NUMBERED)
    cut = "conv" if len(paths) > 2 * MOST_NUMBERED else ""  # conv2_x as 2_x, beside a neighbour as narrow
    words = []
    for stage, blocks in groupby(paths, lambda path: f"{places[path].partition('_')[0]}_x"):
        own = [called.number(path) for path in blocks]
        shown = {0, *range(0, len(own) - step // 2, step)}  # the next stage's first needs its room
        numbers = [number if place in shown else "\xa0" for place, number in enumerate(own)]
        numbers[len(own) // 2] += f"<br>{stage.removeprefix(cut)}"
        words += numbers
    values, texts = ([before, *paths], ["start", *words]) if before else (list(paths), words)
    return {"tickvals": values, "ticktext": texts, "tickangle": 0}


def journey(steps: Sequence[Step], start: float, label: str, places: Mapping[str, str]) -> go.Figure:
    """One unit from block to block: each bar is what the block adds to what its shortcut carries; the line goes on. Where the
    shortcut brings another number than came in, that is a narrow bar of its own. places: each block's name by its path."""
    figure = go.Figure(
        go.Bar(
            x=[one.path for one in steps],
            base=[one.shortcut for one in steps],
            y=[one.residual for one in steps],
            marker_color=[ADDED if one.residual > 0 else TAKEN for one in steps],
            customdata=[[one.shortcut, one.total, one.channel, one.row, one.column, places[one.path]] for one in steps],
            hovertemplate="<b>%{customdata[5]}</b> (%{x}), channel %{customdata[2]}, row %{customdata[3]}, column %{customdata[4]}<br>"
            "x %{customdata[0]:.2f} + F(x) %{y:.2f} = %{customdata[1]:.2f}<extra></extra>",
        )
    )
    came = [start, *(one.after for one in steps)]
    changed = [(one, before) for one, before in zip(steps, came) if one.shortcut != before]
    if changed:
        figure.add_bar(
            x=[one.path for one, _ in changed],
            base=[before for _, before in changed],
            y=[one.shortcut - before for one, before in changed],
            width=0.3,
            marker={"color": SHORTCUT, "opacity": 0.55},
            customdata=[[one.shortcut, before, places[one.path]] for one, before in changed],
            hovertemplate="<b>%{customdata[2]}</b> (%{x}): its shortcut makes another number<br>"
            "%{customdata[1]:.2f} came in, x is %{customdata[0]:.2f}<extra></extra>",
        )
        figure.update_layout(barmode="overlay")
    figure.add_scatter(
        x=[label, *(one.path for one in steps)],
        y=came,
        mode="lines+markers",
        line={"color": SHORTCUT, "width": 2},
        marker_size=8,
        customdata=[label, *(places[one.path] for one in steps)],
        hovertemplate="<b>%{customdata}</b><br>goes on: %{y:.2f}<extra></extra>",
    )
    paths = [one.path for one in steps]
    figure.update_xaxes(categoryorder="array", categoryarray=[label, *paths], **_by_stage(paths, places, label))
    figure.update_yaxes(title="value of the unit", zeroline=True, zerolinecolor="rgba(127,127,127,.6)")
    return styled(figure, 280)


def responses(curves: Sequence[Curve]) -> go.Figure:
    """Standard deviation of each layer's responses against depth (He et al. 2015, Fig. 7)."""
    figure = go.Figure()
    for one in curves:
        deep = len(one.values)
        figure.add_scatter(
            x=list(range(1, deep + 1)),
            y=list(one.values),
            name=one.name,
            mode="lines",
            line={
                "color": SHORTCUT if one.group == "residual" else PLAIN,
                "width": 1.5 if deep > 100 else 2 if deep > 30 else 3,
                "dash": "dot" if one.recorded else "solid",
            },
            opacity=0.6 if deep > 100 else 0.8 if deep > 30 else 1,
            hovertemplate=f"<b>{one.name}</b><br>layer %{{x}}: %{{y:.2f}}<extra></extra>",
        )
    figure.update_xaxes(title="layer")
    figure.update_yaxes(title="standard deviation", rangemode="tozero")
    return styled(figure, 340).update_layout(showlegend=True, legend={"orientation": "h", "y": 1.12, "x": 0})
