"""Size and accuracy against cost, for every net of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from explorer.spec import catalogue as nets
from explorer.tell import catalogue
from explorer.tell.plots.cost import BASE, OTHER, PLOT, Rows
from explorer.tell.plots.labels import places
from explorer.tell.plots.style import TEXT, styled


def named_against_cost(names: tuple[str, ...], y: tuple[str, str], picked: str) -> go.Figure:
    """The figure of the rows of these names."""
    return against_cost([catalogue.facts(nets.rows()[name]) for name in names], y, picked)


def against_cost(rows: Rows, y: tuple[str, str], picked: str) -> go.Figure:
    """MACs across (logarithmic), `y` up: (key, title); parameters are logarithmic too. rows: `tell.catalogue.facts`;
    picked: the `name` of the row that is marked. Names stand where they have room, the rest when pointed at."""
    key, label = y
    some = sorted((row for row in rows if row[key] is not None), key=lambda row: row["name"] != picked)
    log = key == "params"
    across = [math.log10(row["macs"]) for row in some]
    up = [math.log10(row[key]) if log else row[key] for row in some]
    ends = [_ends(across), _ends(up)]
    points = [(_px(one, ends[0], PLOT[0]), _px(other, ends[1], PLOT[1])) for one, other in zip(across, up)]
    marked = bool(some) and some[0]["name"] == picked
    sizes = [(TEXT, 17) if index < marked else (TEXT - 2, 10) for index in range(len(some))]
    named = places(points, [row["net"] for row in some], sizes, PLOT, int(marked))
    figure = go.Figure(
        go.Scatter(
            x=[row["macs"] for row in some],
            y=[row[key] for row in some],
            mode="markers+text",
            text=[row["net"] if place else "" for row, place in zip(some, named)],
            textposition=[place or "top center" for place in named],
            textfont_size=TEXT - 2,
            cliponaxis=False,
            marker={
                "size": [size for _, size in sizes],
                "color": [OTHER if index < marked else BASE for index in range(len(some))],
                "line": {"width": 1, "color": "rgba(255,255,255,.8)"},
                "opacity": 0.8,
            },
            customdata=[[row["name"]] for row in some],
            hovertext=[_said(row, key, label) for row in some],
            hoverinfo="text",
        )
    )
    figure.update_xaxes(
        type="log",
        title="MACs of a picture of its own size",
        tickformat="~s",
        dtick=1,  # on a phone there is no room for more
        range=ends[0],
    )
    if log:
        figure.update_yaxes(type="log", title=label, tickformat="~s", dtick="D2", range=ends[1])
    else:
        figure.update_yaxes(title=label, range=ends[1])
    return styled(figure, 560)


def _px(value: float, ends: tuple[float, float], length: int) -> float:
    return length * (value - ends[0]) / (ends[1] - ends[0])


def _said(row: Mapping[str, Any], key: str, label: str) -> str:
    lines = [f"<b>{row['net']}</b>", f"{row['params']:,} parameters", f"{row['macs']:,} MACs at {row['input']}"]
    if key != "params":
        lines += [f"{row[key]:g}: {label}"]
    return "<br>".join(lines)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """The range of an axis, with a margin for names at the edge."""
    low, high = min(values, default=0), max(values, default=1)
    margin = 0.1 * (high - low) or 0.5
    return low - margin, high + margin
