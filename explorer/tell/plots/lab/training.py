"""Figures of nets in training: degradation, the identity insertion, learning rates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import plotly.graph_objects as go

from explorer.lab.outcome import Row
from explorer.lab.record import recorded
from explorer.tell.plots.lab.base import (
    BN_COLOUR,
    BUDGET,
    CHANCE,
    KIND_COLOUR,
    column,
    finish,
    level,
    like,
    line,
    named,
    panels,
    running_mean,
    span,
    view,
)
from explorer.tell.plots.style import SMALL, TEXT

TOP = 2.9  # nats: a little over chance
LATE = "training loss<br>mean of the last 20 steps"  # two lines: one is longer than the axis on a projector


def _curves(
    figure: go.Figure, rows: list[Row], kind: str, panel: int, heaviest: float | None, planned: Iterable[float]
) -> None:
    """Smoothed curves, and each one's depth at its end; depths that end together share a label. planned: the depths
    that there will be."""
    ends: list[tuple[float, float]] = []
    for depth in named(rows, planned):
        mine = [row for row in rows if row["depth"] == depth]
        smooth = running_mean(column(mine, "loss"))
        figure.add_trace(
            line(
                f"{kind}-{depth}",
                column(mine, "step"),
                smooth,
                KIND_COLOUR[kind],
                heavy=depth == heaviest,
                dash="solid" if depth == heaviest else "dash",
            ),
            1,
            panel,
        )
        if smooth and smooth[-1] is not None:
            ends.append((smooth[-1], depth))
    groups: list[list[tuple[float, float]]] = []
    for end in sorted(ends):
        if groups and end[0] - groups[-1][0][0] < 0.16:
            groups[-1].append(end)
        else:
            groups.append([end])
    for group in groups:
        depths = [
            f"<b>{depth}</b>" if depth == heaviest else str(depth) for _, depth in sorted(group, key=lambda one: one[1])
        ]
        text = ", ".join(depths) if len(depths) < 3 else f"{depths[0]} … {depths[-1]}"
        figure.add_annotation(
            x=max(column(rows, "step")),
            y=group[0][0],
            row=1,
            col=panel,
            showarrow=False,
            xanchor="left",
            xshift=5,
            text=text,
            font={"size": TEXT, "color": KIND_COLOUR[kind]},
        )


def _heaviest(rows: list[Row], planned: Iterable[float]) -> float | None:
    """The deepest of several depths; None where there is one only."""
    depths = named(rows, planned)
    return depths[-1] if len(depths) > 1 else None


@view("degradation", "curves")
def race(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """Training loss, plain and residual side by side on one scale: shallow dashed, the deepest heavy."""
    known = recorded("degradation")[like("degradation", plan)]["rows"]
    top = max(TOP, 1.05 * max(_highest(known), _highest(rows)))  # deep residual nets begin far above chance
    return _side_by_side(rows, plan, dict.fromkeys(KIND_COLOUR, plan["depths"] if plan else ()), top)


def _highest(rows: list[Row]) -> float:
    """Of the smoothed curves, in nats; 0 where there is none."""
    nets: dict[tuple[str, float], list[float | None]] = {}
    for row in rows:
        nets.setdefault((row["kind"], row["depth"]), []).append(row["loss"])
    return max((one for losses in nets.values() for one in running_mean(losses) if one is not None), default=0)


def _side_by_side(
    rows: list[Row], plan: Row | None, planned: Mapping[str, Sequence[float]], top: float = TOP
) -> go.Figure:
    """planned: the depths of each kind of net. top: of the axis, in nats."""
    figure = panels(["Plain", "Residual"], shared_yaxes=True, horizontal_spacing=0.05)
    heaviest = _heaviest(rows, chain(*planned.values()))
    for panel, kind in enumerate(KIND_COLOUR, 1):
        _curves(figure, [row for row in rows if row["kind"] == kind], kind, panel, heaviest, planned[kind])
    level(figure, CHANCE, "guessing", label=2)
    figure.update_xaxes(title="step", range=[0, _last(rows, plan) * 1.14])
    figure.update_yaxes(range=[0, top])
    figure.update_yaxes(title="training loss", col=1)  # its scale is the line "guessing": a hall knows no nats
    return finish(figure).update_layout(margin_r=48)  # the last curves' names, on a phone too


def _last(rows: list[Row], plan: Row | None) -> int:
    """The step at which the longest training ends."""
    planned = [plan[key] for key in ("steps", "plain_steps") if plan and key in plan]
    return max(planned or column(rows, "step"), default=100)


def learning(rows: list[Row], plan: Row) -> go.Figure:
    """The nets in training, before what an experiment is about can begin."""
    return _side_by_side(
        rows, plan, {kind: [plan[field if field in plan else "depth"]] for kind, field in BUDGET.items()}
    )


@view("degradation", "depths")
def final_by_depth(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """Mean training loss of the last 20 steps against depth; one line a kind."""
    figure = panels([""])
    for kind, colour in KIND_COLOUR.items():
        points = []
        for depth in sorted({row["depth"] for row in rows if row["kind"] == kind}):
            losses = [row["loss"] for row in rows if row["kind"] == kind and row["depth"] == depth][-20:]
            points.append((depth, None if None in losses else sum(losses) / len(losses)))
        figure.add_trace(
            line(
                kind,
                [depth for depth, _ in points],
                [value for _, value in points],
                colour,
                customdata=[depth for depth, _ in points],
                hover="%{y:.3g} nats at %{x} layers",
            )
        )
    figure.update_traces(mode="lines+markers", marker_size=11)
    level(figure, CHANCE, "guessing")
    depths = span(plan, "depths", rows, "depth") or [20, 56]
    figure.update_xaxes(title="layers", tickvals=depths, range=[0, depths[-1] * 1.08])
    figure.update_yaxes(title=LATE, range=[0, TOP])
    return finish(figure)


def spread(finals: list[Row], mine: list[Row]) -> go.Figure:
    """Final training loss of each net over seeds: recorded ones hollow, this visit's filled. Logarithmic."""
    figure = panels([""])
    for label, rows, symbol, size in (
        ("recorded seeds", finals, "circle-open", 11),
        ("your runs", mine, "diamond", 15),
    ):
        known = [row for row in rows if row["final_loss"] is not None]
        figure.add_trace(
            go.Scatter(
                x=column(known, "net"),
                y=column(known, "final_loss"),
                mode="markers",
                name=label,
                marker={
                    "symbol": symbol,
                    "size": size,
                    "color": [KIND_COLOUR[row["kind"]] for row in known],
                    "line_width": 2,
                },
                customdata=column(known, "seed"),
                hovertemplate="%{x}, seed %{customdata}: %{y:.3g}<extra></extra>",
            )
        )
    figure.update_yaxes(type="log", title="final training loss, nats", tickvals=[0.01, 0.03, 0.1, 0.3, 1, 2])
    return finish(figure, 340)


@view("identity", "losses")
def insertion(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """The two trainings; and, beside them, the loss of the three nets in eval mode."""
    figure = panels(["In training", "Then, on the whole training set"], column_widths=[0.55, 0.45])
    planned = (plan["shallow"], plan["depth"]) if plan else ()
    _curves(figure, rows, "plain", 1, _heaviest(rows, planned), planned)
    if summary:
        shallow, deepest = min(column(rows, "depth")), max(column(rows, "depth"))
        bars = {
            f"plain-{shallow}": ("copied", "#8fb6d6"),
            f"plain-{deepest},<br>built": ("inserted", "#1f8a4c"),
            f"plain-{deepest},<br>trained": ("scratch", KIND_COLOUR["plain"]),
        }
        values = [summary[f"{key}_loss"] for key, _ in bars.values()]
        figure.add_trace(
            go.Bar(
                x=list(bars),
                y=values,
                marker_color=[colour for _, colour in bars.values()],
                text=["–" if value is None else f"{value:.3g}" for value in values],
                textposition="outside",
                textfont_size=TEXT + 2,
                showlegend=False,
                cliponaxis=False,
                hovertemplate="%{x}: %{y:.4g} nats<extra></extra>",
            ),
            1,
            2,
        )
    figure.update_xaxes(tickangle=0, col=2)
    for panel in (1, 2):
        figure.update_yaxes(range=[0, TOP], col=panel)
    figure.update_xaxes(title="step", range=[0, _last(rows, plan) * 1.14], col=1)
    figure.update_yaxes(title="training loss, nats", col=1)
    return finish(figure)


@view("learning-rate", "rates")
def by_rate(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """Training loss against the learning rate, with and without BN; crosses where the training diverged. Of a training
    that goes on: the mean of its last points so far."""
    figure = panels([""])
    for norm, label in (("none", "without BN"), ("batch", "with BN")):
        mine = _by_rate([row for row in rows if row["norm"] == norm])
        shown = [None if row["loss"] is None else min(row["loss"], TOP) for row in mine]
        figure.add_trace(
            line(label, column(mine, "lr"), shown, BN_COLOUR[norm], hover="%{y:.3g} nats at a rate of %{x}")
        )
        gone = [row["lr"] for row in mine if row["diverged_at"]]
        if gone:
            figure.add_trace(
                go.Scatter(
                    x=gone,
                    y=[TOP] * len(gone),
                    mode="markers",
                    name=f"{label}: diverged (NaN)",
                    marker={"symbol": "x", "size": 13, "color": BN_COLOUR[norm]},
                    hovertemplate="diverged at a rate of %{x}<extra></extra>",
                )
            )
    figure.update_traces(mode="lines+markers", marker_size=10, selector={"mode": "lines"})
    level(figure, CHANCE, "guessing", at="left")
    figure.add_hrect(y0=0, y1=0.5, fillcolor="rgba(31,138,76,.10)", line_width=0, layer="below")
    figure.add_annotation(
        x=0,
        xref="x domain",
        y=0.5,
        text="works: below 0.5",
        showarrow=False,
        xanchor="left",
        yanchor="top",
        font_size=SMALL,
    )
    rates = span(plan, "lrs", rows, "lr") or [0.001, 1.0]
    figure.update_xaxes(
        type="log",
        title="learning rate",
        tickvals=rates,
        ticktext=[f"{rate:g}" for rate in rates],
        range=[math.log10(rates[0]) - 0.15, math.log10(rates[-1]) + 0.15],
    )
    figure.update_yaxes(title=LATE, range=[0, TOP * 1.04], dtick=1)  # a line at 2.5 would strike "guessing" through
    return finish(figure)


def _by_rate(rows: list[Row]) -> list[Row]:
    """A row a rate: the final one, or where the training stands."""
    found: dict[float, Row] = {}
    curves: dict[float, list[Row]] = {}
    for row in rows:
        if row["part"] == "final":
            found[row["lr"]] = row
        else:
            curves.setdefault(row["lr"], []).append(row)
    for lr, curve in curves.items():
        if lr not in found:
            gone = next((row["step"] for row in curve if row["state"] in ("nan", "overflow")), None)
            last = column(curve[-5:], "loss")  # points lie four steps apart
            loss = None if gone else sum(last) / len(last)
            found[lr] = {"lr": lr, "loss": loss, "diverged_at": gone}
    return [found[lr] for lr in sorted(found)]
