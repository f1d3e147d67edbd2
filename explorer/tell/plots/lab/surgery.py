"""Figures of a net that is operated on while it trains: its loss with the operations on it, its signal, and other runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from explorer.lab.operations import Operation
from explorer.lab.outcome import Row
from explorer.spec import cifar_stages
from explorer.tell.plots.lab.base import CHANCE, KIND_COLOUR, column, finish, level, line, panels, running_mean
from explorer.tell.plots.lab.training import TOP
from explorer.tell.plots.style import SMALL

OTHERS = ("#2484c1", "#8a55c9", "#1f9488", "#a0762c")  # of runs that are compared
SIGNAL = {20: (1e-2, 1e4), 56: (1e-2, 1e10)}  # depth → the least and the most that the axis shows


def operations(rows: Sequence[Row]) -> list[Operation]:
    return [Operation(row["step"], row["what"], row["path"]) for row in rows if row["part"] == "operation"]


def operated(rows: Sequence[Row], plan: Row, others: Mapping[str, Sequence[Row]] | None = None) -> go.Figure:
    """Left the training loss, an operation a numbered line; right what leaves each block now, and before the last
    operation. others: runs to compare with, by name."""
    figure = panels(["Training loss", "Signal’s deviation"], horizontal_spacing=0.17)
    for (name, theirs), colour in zip((others or {}).items(), OTHERS):
        figure.add_trace(_curve(name, theirs, colour, heavy=False), 1, 1)
    figure.add_trace(_curve("loss of this run", rows, KIND_COLOUR["residual"], heavy=True), 1, 1)
    _marks(figure, operations(rows))
    _signal(figure, rows)
    level(figure, CHANCE, "guessing", col=1)
    blocks = sum(cifar_stages(plan["depth"]))
    low, high = SIGNAL[20] if plan["depth"] <= 20 else SIGNAL[56]
    figure.update_xaxes(title="step", range=[0, plan["steps"]], col=1)
    figure.update_xaxes(title="after block (0: the stem)", range=[-0.3, blocks + 0.3], col=2)
    figure.update_yaxes(title="loss, in nats", range=[0, TOP], col=1)
    figure.update_yaxes(type="log", exponentformat="power", dtick=2, range=[math.log10(low), math.log10(high)], col=2)
    return finish(figure, 360).update_layout(legend_y=-0.3)  # below the axes' titles on a phone too


def _curve(name: str, rows: Sequence[Row], colour: str, heavy: bool) -> go.Scatter:
    mine = [row for row in rows if row["part"] == "curve"]
    return line(name, column(mine, "step"), running_mean(column(mine, "loss")), colour, heavy=heavy)


def _marks(figure: go.Figure, done: Sequence[Operation]) -> None:
    """A numbered line where something was done; what, says the list below and the pointer."""
    at: dict[int, list[tuple[int, Operation]]] = {}
    for number, one in enumerate(done, 1):
        at.setdefault(one.step, []).append((number, one))
    for step, some in at.items():
        figure.add_vline(x=step, line={"width": 1.5, "dash": "dot", "color": "rgba(128,128,128,.9)"}, row=1, col=1)
        first, last = some[0][0], some[-1][0]
        figure.add_annotation(
            x=step,
            y=1,
            xref="x",
            yref="y domain",
            yanchor="top",
            xanchor="left",
            text=f"<b>{first}</b>" if first == last else f"<b>{first}–{last}</b>",
            hovertext="<br>".join(one.said for _, one in some),
            showarrow=False,
            font_size=SMALL,
        )


def _signal(figure: go.Figure, rows: Sequence[Row]) -> None:
    """Now, and as it was before the last operation; a value of 0 has no place on the axis and leaves a gap."""
    signal = [row for row in rows if row["part"] == "signal"]
    done = operations(rows)
    last = max((row["step"] for row in signal), default=0)
    before = max((row["step"] for row in signal if done and row["step"] <= done[-1].step), default=None)
    for name, step, dash in (("signal before the last operation", before, "dot"), ("signal now", last, "solid")):
        mine = [row for row in signal if row["step"] == step]
        figure.add_trace(
            line(
                name,
                column(mine, "index"),
                [row["value"] or None for row in mine],
                KIND_COLOUR["residual"],
                heavy=dash == "solid",
                dash=dash,
                customdata=column(mine, "path"),
                hover="%{y:.3g} after %{customdata}",
            ),
            1,
            2,
        )
