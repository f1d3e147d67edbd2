"""Figures of untrained nets: signal and gradient through depth, shattered gradients."""

from __future__ import annotations

import plotly.graph_objects as go

from explorer.lab.outcome import Row
from explorer.lab.record import recorded
from explorer.spec import BLOCKS, preset
from explorer.tell.plots.lab.base import (
    KIND_COLOUR,
    column,
    exponents,
    extremes,
    finish,
    like,
    line,
    panels,
    span,
    view,
)
from explorer.tell.plots.style import SMALL

PANELS = {"activation_std": "Signal", "gradient_norm": "Gradient"}
SHALLOWER = ("solid", "dash", "dot")  # the deepest, the next, and the others
DASH = {"batch": "solid", "none": "dot"}


@view("signal", "layers")
def through_depth(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """Signal and gradient in the deepest net of each kind so far, on logarithmic axes; exact zeros sit on the floor."""
    deepest = {(row["kind"], row["norm"]): row["depth"] for row in sorted(rows, key=lambda row: row["depth"])}
    for case in _cases(plan):
        deepest.setdefault(case, min(plan["imagenet_depths"]) if plan else 0)
    figure = panels(PANELS.values(), horizontal_spacing=0.16)  # room for 10¹⁶ between them on a phone
    limits = [_limits(quantity, plan) for quantity in PANELS]
    for panel, quantity in enumerate(PANELS, 1):
        chosen = [
            row for row in rows if row["depth"] == deepest[row["kind"], row["norm"]] and row["quantity"] == quantity
        ]
        floor = limits[panel - 1][0] * 2
        for kind, norm in deepest:
            mine = [row for row in chosen if (row["kind"], row["norm"]) == (kind, norm)]
            _net(figure, kind, norm, deepest[kind, norm], mine, floor, panel)
        if any(row["state"] == "zero" for row in chosen):
            figure.add_annotation(
                text="× exactly 0",
                x=0.5,
                xref=f"x{panel if panel > 1 else ''} domain",
                y=0,
                yref=f"y{panel if panel > 1 else ''} domain",
                yanchor="bottom",
                yshift=14,
                showarrow=False,
                font_size=SMALL,
            )
    depth = max(plan["imagenet_depths"] if plan else deepest.values(), default=152)
    spec = preset(f"resnet{depth}")
    blocks = sum(spec.stages)
    convolutions = blocks * BLOCKS[spec.block].convs  # beside the stem
    # In two lines: on a phone they ran into each other.
    titles = ("deviation of each<br>block’s output", "norm at each<br>convolution")
    for col, (title, most) in enumerate(zip(titles, (blocks, convolutions)), 1):
        figure.update_xaxes(title=title, range=[-0.02 * most, 1.02 * most], col=col)
    exponents(figure, limits)
    return finish(figure).update_layout(legend_y=-0.36)


def _limits(quantity: str, plan: Row | None) -> tuple[float, float]:
    """The least and the most that the axis shows: what was recorded, and room around it."""
    least, most = extremes("signal", like("signal", plan), "value", quantity=quantity)
    return least / 100, most * 100


def _cases(plan: Row | None) -> list[tuple[str, str]]:
    """The nets of a plan, in the order in which they come: (kind, norm)."""
    return [(kind, norm) for norm in DASH for kind in KIND_COLOUR] if plan else []


def _net(figure: go.Figure, kind: str, norm: str, depth: int, mine: list[Row], floor: float, panel: int) -> None:
    name = f"{kind}-{depth} {'with' if norm == 'batch' else 'without'} BN"
    values = [row["value"] if row["state"] == "ok" else None for row in mine]
    figure.add_trace(
        line(
            name,
            column(mine, "index"),
            values,
            KIND_COLOUR[kind],
            dash=DASH[norm],
            legend=panel == 1,
            heavy=norm == "batch",
            customdata=column(mine, "path"),
            hover="%{y:.3g} at %{customdata}",
        ),
        1,
        panel,
    )
    zeros = [row["index"] for row in mine if row["state"] == "zero"]
    if zeros:
        figure.add_trace(
            go.Scatter(
                x=zeros,
                y=[floor] * len(zeros),
                mode="markers",
                showlegend=False,
                marker={"symbol": "x", "size": 7, "color": KIND_COLOUR[kind]},
                hovertemplate=f"{name}: exactly 0<extra></extra>",
            ),
            1,
            panel,
        )


@view("signal", "depths")
def by_depth(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """How far apart the two ends are, against depth: signal last/first, gradient first/last."""
    figure = panels(["Signal, last / first", "Gradient, first / last"])
    cases = dict.fromkeys([*((row["kind"], row["norm"]) for row in rows), *_cases(plan)])
    for panel, (quantity, ends) in enumerate({"activation_std": (-1, 0), "gradient_norm": (0, -1)}.items(), 1):
        for kind, norm in cases:
            points = []
            for depth in sorted(set(column(rows, "depth"))):
                mine = [
                    row["value"]
                    for row in rows
                    if (row["kind"], row["norm"], row["depth"], row["quantity"]) == (kind, norm, depth, quantity)
                ]
                above, below = (mine[end] if mine else None for end in ends)
                points.append((depth, above / below if above and below else None))
            figure.add_trace(
                line(
                    f"{kind} {'with' if norm == 'batch' else 'without'} BN",
                    [depth for depth, _ in points],
                    [value for _, value in points],
                    KIND_COLOUR[kind],
                    dash=DASH[norm],
                    heavy=norm == "batch",
                    legend=panel == 1,
                ),
                1,
                panel,
            )
    figure.update_traces(mode="lines+markers", marker_size=9)
    depths = span(plan, "imagenet_depths", rows, "depth") or [18, 152]
    figure.update_xaxes(title="layers", range=[0, depths[-1] * 1.06])
    exponents(figure, [_far_apart(quantity, plan) for quantity in PANELS])
    return finish(figure)


def _far_apart(quantity: str, plan: Row | None) -> tuple[float, float]:
    """As `_limits`, of the ratio between a net's two ends."""
    key = {"activation_std": "signal_last_over_first", "gradient_norm": "gradient_first_over_last"}[quantity]
    seen = [net[key] for net in recorded("signal")[like("signal", plan)]["summary"]["nets"] if net[key]]
    return min([1.0, *seen]) / 100, max([1.0, *seen]) * 100


@view("shattered", "gradients")
def shattered(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """Above: the slope along one line in the deepest net of each kind. Below: its autocorrelation at each depth."""
    depths = span(plan, "depths", rows, "depth") or [56]
    deepest = depths[-1]
    figure = panels(
        [
            f"Plain-{deepest}: slope",
            f"Residual-{deepest}: slope",
            "Plain",
            "Residual",
        ],
        rows=2,
        cols=2,
        vertical_spacing=0.2,
        row_heights=[0.42, 0.58],
    )
    for panel, kind in enumerate(KIND_COLOUR, 1):
        _shattering(figure, panel, kind, [row for row in rows if row["kind"] == kind], depths)
    figure.update_yaxes(range=[-4, 4], showticklabels=False, row=1)
    figure.update_yaxes(range=[-0.35, 1.05], row=2)
    figure.update_yaxes(title="autocorrelation", row=2, col=1)
    lags = extremes("shattered", like("shattered", plan), "lag", part="autocorrelation")[1]
    figure.update_xaxes(title="steps along the line", range=[0, lags], row=2)
    figure.update_xaxes(showticklabels=False, tickvals=[0, 1], range=[0, 1], row=1)
    _name_the_ends(figure)
    finish(figure, 560)
    return figure.update_layout(legend_y=-0.16)


def _newest(rows: list[Row]) -> list[Row]:
    """A net's autocorrelation, or as it stands over the lines so far: the last row of each lag."""
    last = {row["lag"]: row for row in rows if row["part"] in ("so far", "autocorrelation")}
    return [last[lag] for lag in sorted(last)]


def _shattering(figure: go.Figure, panel: int, kind: str, mine: list[Row], depths: list[float]) -> None:
    """One kind of net: the slope of its deepest above, the autocorrelations of all below. depths: in order."""
    deepest = depths[-1]
    slope = [row for row in mine if row["part"] == "slope" and row["depth"] == deepest]
    figure.add_trace(
        go.Scatter(
            x=column(slope, "position"),
            y=column(slope, "value"),
            mode="lines",
            showlegend=False,
            line={"color": KIND_COLOUR[kind], "width": 2},
            hovertemplate="%{y:.2f} at %{x:.2f}<extra></extra>",
        ),
        1,
        panel,
    )
    for rank, depth in enumerate(reversed(depths)):
        curve = _newest([row for row in mine if row["depth"] == depth])
        figure.add_trace(
            line(
                f"{kind}-{depth}",
                column(curve, "lag"),
                column(curve, "value"),
                KIND_COLOUR[kind],
                heavy=depth == deepest,
                dash=SHALLOWER[min(rank, 2)],
            ),
            2,
            panel,
        )


def _name_the_ends(figure: go.Figure) -> None:
    """What lies at the ends of the line, inside the panels: as tick labels those of two would collide on a small screen."""
    for axes in ("", "2"):
        for at, end, text in ((0, "left", "one digit"), (1, "right", "another")):
            figure.add_annotation(
                x=at,
                xref=f"x{axes} domain",
                xanchor=end,
                y=0,
                yref=f"y{axes} domain",
                yanchor="top",
                text=text,
                showarrow=False,
                font_size=SMALL,
            )
