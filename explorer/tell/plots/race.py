"""Models and machines against each other as plotly figures, from the plain rows of explorer.timing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas  # noqa: F401  (plotly looks for it in sys.modules, and must not find it half imported by another thread)
import plotly.graph_objects as go

from explorer import units
from explorer.tell.plots.style import ABOVE, TEXT, styled
from explorer.tell.plots.timing import COUNT, TIME, log_axis
from explorer.timing.data.measurement import rate
from explorer.timing.said.machines import Speed
from explorer.timing.said.ratio_rows import Ratio

HEIGHT = 250  # px: the chart of a race, with all that stands around it, on a projector of 720 lines
COLOURS = {"computed": COUNT, "measured": TIME, "recorded": TIME, "published": "#2484c1"}
SYMBOLS = {"measured": "circle", "recorded": "circle-open", "published": "diamond"}
LANE, HEAD = 42, 42  # px of a line, and of a machine's name above its lines


def contrast(rows: Sequence[Ratio], one: str, other: str) -> go.Figure:
    """How many times `one`'s figure `other` has: counts grey, times in colour, a line at 1×. A time that its own spread
    rejects is drawn hollow and said not to be decided."""
    figure = go.Figure(
        go.Bar(
            y=[row.what for row in rows],
            x=[row.ratio for row in rows],
            orientation="h",
            width=0.66,
            textposition="outside",
            constraintext="none",  # else a low bar makes its value small, on a projector too
            text=["not decided" if row.undecided else f"<b>{row.ratio:.2f}×</b>" for row in rows],
            cliponaxis=False,
            textfont_size=TEXT + 2,
            marker={
                "color": [COLOURS[row.source] for row in rows],
                "opacity": [
                    0.25 if row.undecided else 1.0 if row.source in ("computed", "measured") else 0.75 for row in rows
                ],
            },
            hovertext=[
                f"{row.what} ({row.source})<br>{one}: {units.short(row.one, row.unit)}<br>"
                f"{other}: {units.short(row.other, row.unit)}"
                + f"<br>not decided: {row.undecided}"
                * bool(row.undecided)
                for row in rows
            ],
            hoverinfo="text",
        )
    )
    figure.add_vline(
        x=1,
        line={"color": COUNT, "width": 2, "dash": "dot"},
        annotation_text=f"{one} = 1",
        annotation_font_size=TEXT,
        annotation_position="top",
    )
    figure.update_xaxes(range=[0, max(row.ratio for row in rows) * 1.6], visible=False)
    figure.update_yaxes(autorange="reversed", title=None, showgrid=False)  # a line would run through each bar's value
    return styled(figure, HEIGHT, legend=ABOVE, top=30)


def machines(rows: Sequence[Speed]) -> go.Figure:
    """One model's throughput on a logarithmic axis, a lane per machine and setting, under the machine's name. Measured
    ones are filled, recorded ones hollow, published ones diamonds. The rows of a machine stand together.
    """
    figure, at, names = go.Figure(), 0, []
    speeds = [row["images_per_s"] for row in rows]
    low, high = min(speeds) / 1.6, max(speeds) * (max(speeds) / min(speeds)) ** 0.3 * 1.6
    lanes: list[float] = []
    for row in rows:
        if row["machine"] not in names:
            names.append(row["machine"])
            at += HEAD
            _name(figure, at - 2, f"<b>{row['machine']}</b>", TEXT)
        at += LANE
        lanes.append(at - 9)
        _name(figure, at - 16, row["setting"], TEXT - 1)
    for source in dict.fromkeys(row["source"] for row in rows):
        _dots(figure, source, [(row, lane) for row, lane in zip(rows, lanes) if row["source"] == source], low)
    log_axis(figure.update_xaxes, "pictures per second (logarithmic)", low, high)
    figure.update_xaxes(side="top")  # with all machines its foot is a screen below the first
    figure.update_yaxes(range=[at + 6, 0], visible=False)
    return styled(figure, at + 130, legend=ABOVE | {"y": 1, "yref": "container", "yanchor": "top"}, top=80)


def _name(figure: go.Figure, y: float, text: str, size: int) -> None:
    """Above its lane, from the left edge: it needs no room beside the lanes, on a phone neither."""
    figure.add_annotation(
        x=0,
        xref="paper",
        y=y,
        text=text,
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        font_size=size,
        align="left",
    )


def _dots(figure: go.Figure, source: str, lanes: Sequence[tuple[Speed, float]], low: float) -> None:
    for row, lane in lanes:
        figure.add_scatter(
            x=[low, row["images_per_s"]],
            y=[lane, lane],
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
            line={"color": COLOURS[source], "width": 2},
            opacity=0.5,
        )
    figure.add_scatter(
        x=[row["images_per_s"] for row, _ in lanes],
        y=[lane for _, lane in lanes],
        mode="markers+text",
        name=f"{units.PROVENANCE_MARK[source]} {source}",
        cliponaxis=False,
        textposition="middle right",
        text=[f" <b>{rate(row['images_per_s'])}</b>" for row, _ in lanes],
        textfont_size=TEXT,
        marker={
            "size": 12,
            "symbol": SYMBOLS[source],
            "color": COLOURS[source],
            "line": {"width": 2.5, "color": COLOURS[source]},
        },
        hovertext=[f"{row['machine']}<br>{row['setting']} ({source})" for row, _ in lanes],
        hoverinfo="text",
    )
