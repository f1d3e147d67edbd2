"""Models and machines against each other as plotly figures, from the plain rows of explorer.timing.rows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas  # noqa: F401  (plotly looks for it in sys.modules, and must not find it half imported by another thread)
import plotly.graph_objects as go

from explorer import palette
from explorer.figures_timing import COUNT, TEXT, TIME, Rows, log_axis, styled, unit_of


def race(rows: Rows) -> go.Figure:
    """Pictures done over time, one line per model, on one axis; it ends when the last has finished."""
    factor, unit = unit_of(max(row["done_s"][-1] for row in rows))
    figure = go.Figure()
    for row, colour in zip(rows, ("#2484c1", "#8a55c9", "#1f9488")):
        figure.add_scatter(x=[value * factor for value in row["done_s"]], y=row["pictures"], mode="lines",
                           line={"color": colour, "width": 4}, name=row["title"],
                           hovertemplate="%{y} pictures after %{x:.4g} " + unit + f"<extra>{row['title']}</extra>")
        figure.add_annotation(x=row["done_s"][-1] * factor, y=row["pictures"][-1], text=f"<b>{row['title']}</b>",
                              showarrow=False, yshift=14, xanchor="right", font={"size": TEXT, "color": colour})
    figure.update_xaxes(title=unit, rangemode="tozero")
    figure.update_yaxes(title="pictures done", rangemode="tozero")
    return styled(figure, 330, showlegend=False)


def contrast(rows: Rows, one: str, other: str) -> go.Figure:
    """How many times `one`'s figure `other` has: counts grey, times in colour, a line at 1×."""
    colours = {"computed": COUNT, "measured": TIME, "recorded": TIME, "published": "#2484c1"}
    figure = go.Figure(go.Bar(
        y=[row["what"] for row in rows], x=[row["ratio"] for row in rows], orientation="h", width=0.6,
        textposition="outside",
        text=[f"<b>{row['ratio']:.2f}×</b>" for row in rows], cliponaxis=False, textfont_size=TEXT + 2,
        marker={"color": [colours[row["source"]] for row in rows],
                "opacity": [1.0 if row["source"] in ("computed", "measured") else 0.75 for row in rows]},
        hovertext=[f"{row['what']} ({row['source']})<br>{one}: {_value(row, 'one')}<br>{other}: {_value(row, 'other')}"
                   for row in rows], hoverinfo="text"))
    figure.add_vline(x=1, line={"color": COUNT, "width": 2, "dash": "dot"}, annotation_text=f"{one} = 1",
                     annotation_font_size=TEXT, annotation_position="top")
    figure.update_xaxes(range=[0, max(row["ratio"] for row in rows) * 1.18], visible=False)
    figure.update_yaxes(autorange="reversed", title=None)
    return styled(figure, 60 + 42 * len(rows))


def others(rows: Rows, names: Mapping[str, str]) -> go.Figure:
    """Throughput by model on a logarithmic axis, a line per machine; recorded dashed, published dotted.

    names: of the models to show, in order, with their titles.
    """
    dashes = {"measured": "solid", "recorded": "dash", "published": "dot"}
    machines = list(dict.fromkeys((row["machine"], row["source"]) for row in rows))
    colours = ("#8a55c9", "#2484c1", "#1f9488", "#c07f16", "#6f7f8f", "#5a69d0")
    figure = go.Figure()
    for index, (machine, source) in enumerate(machines):
        mine = {row["name"]: row["images_per_s"] for row in rows if row["machine"] == machine and row["source"] == source}
        seen = [name for name in names if name in mine]
        figure.add_scatter(x=[names[name] for name in seen], y=[mine[name] for name in seen], mode="lines+markers",
                           name=f"{machine} ({source})",
                           line={"color": colours[index % len(colours)], "dash": dashes[source], "width": 3},
                           marker_size=9,
                           hovertemplate="%{x}: %{y:,.4r} img/s<extra></extra>")
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=list(names.values()), title=None)
    speeds = [row["images_per_s"] for row in rows if row["name"] in names]
    log_axis(figure.update_yaxes, "pictures per second", min(speeds) / 2, max(speeds) * 2)
    figure = styled(figure, 430 + 22 * len(machines))
    return figure.update_layout(legend={"orientation": "v", "y": -0.12, "yanchor": "top", "x": 0})


def _value(row: dict[str, object], side: str) -> str:
    return palette.short(row[side], row["unit"])
