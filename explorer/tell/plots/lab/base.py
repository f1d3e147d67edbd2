"""What the laboratory's figures share: plain nets in blue, residual ones in the shortcuts' colour, deeper is heavier."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.lab.outcome import Plan, Row, Run
from explorer.lab.record import recorded
from explorer.tell.palette import BN_COLOURS, NET_COLOURS
from explorer.tell.plots.style import BELOW, SMALL, TEXT, styled

KIND_COLOUR = NET_COLOURS
BUDGET = {"plain": "shallow", "residual": "depth"}  # of which field of a config a net has its depth, where these differ
BN_COLOUR = BN_COLOURS
CHANCE = 2.302585  # nats: ln 10, what guessing costs on ten classes

View = Callable[..., go.Figure]
VIEWS: dict[str, dict[str, View]] = {}  # experiment -> slug of a view -> figure; in the order of their definition


def view(experiment: str, slug: str) -> Callable[[View], View]:
    """Makes a figure a view of an experiment; the first one makes the point. A view takes (rows, summary, plan): the
    rows so far, the summary once there is one, and the run's config, so that the axes stand still from its first row."""

    def registered(draw: View) -> View:
        VIEWS.setdefault(experiment, {})[slug] = draw
        return draw

    return registered


def panels(titles: Iterable[str], **more: object) -> go.Figure:
    """A row of panels (or a grid: rows=, cols=) with large titles."""
    titles = list(titles)
    options: dict[str, object] = {"rows": 1, "cols": len(titles), "horizontal_spacing": 0.09} | more
    figure = make_subplots(subplot_titles=titles, **options)
    figure.update_annotations(font_size=TEXT + 2)
    return figure


def finish(figure: go.Figure, height: int = 430) -> go.Figure:
    """The common look, with room for the panels' titles above and the legend below."""
    return styled(figure, height, SMALL, BELOW, top=46, hovermode="closest")


def line(
    name: str,
    x: Sequence[object],
    y: Sequence[object],
    colour: str,
    *,
    heavy: bool = True,
    dash: str = "solid",
    legend: bool = True,
    hover: str = "%{y:.3g}",
    **more: object,
) -> go.Scatter:
    """A curve; light and thin for the shallow ones. One without a point yet stands in the legend already: a browser
    leaves a trace of nothing out."""
    return go.Scatter(
        x=x or [None],
        y=y or [None],
        name=name,
        mode="lines",
        legendgroup=name,
        showlegend=legend,
        line={"color": colour, "width": 4 if heavy else 2.5, "dash": dash},
        opacity=1 if heavy else 0.8,
        hovertemplate=f"{name}: {hover}<extra></extra>",
        **more,
    )


def named(rows: Iterable[Row], planned: Iterable[float]) -> list[float]:
    """The depths of the nets that will have a curve, in order: as planned, and those that there are."""
    return sorted({*planned, *(row["depth"] for row in rows)})


def level(
    figure: go.Figure,
    y: float,
    text: str,
    row: int | str = 1,
    col: int | str = "all",
    label: int | None = 1,
    at: str = "right",
) -> None:
    """A dotted horizontal line, named in panel `label`, at its right or left end."""
    dotted = {"dash": "dot", "width": 1.5, "color": "rgba(128,128,128,.9)"}
    figure.add_hline(y=y, line=dotted, row=row, col=col, exclude_empty_subplots=False)
    if label is not None:
        figure.add_annotation(
            x=float(at == "right"),
            xref="x domain" if label == 1 else f"x{label} domain",
            y=y,
            yref="y" if label == 1 else f"y{label}",
            text=text,
            showarrow=False,
            xanchor=at,
            yanchor="bottom",
            font_size=SMALL,
        )


def exponents(figure: go.Figure, ranges: Sequence[tuple[float, float]]) -> None:
    """Whole powers of ten on logarithmic axes, at most seven of them. ranges: (least, most) value of each panel."""
    for col, (least, most) in enumerate(ranges, 1):
        low, high = math.log10(least), math.log10(most)
        step = max(1, math.ceil((high - low) / 6))
        figure.update_yaxes(type="log", exponentformat="power", dtick=step, range=[low, high], col=col)


def span(plan: Plan | None, key: str, rows: Iterable[Row], of: str) -> list[Any]:
    """The different values that a column will have, in order: as planned, else those that there are."""
    return sorted(plan[key] if plan else {row[of] for row in rows})


def like(experiment: str, plan: Plan | None) -> str:
    """The recorded size to take the limits of an axis from: of the same config but for seed and budget, else the first."""
    runs = recorded(experiment)
    free = ("seed", "steps", "plain_steps", "device")

    def same(run: Run) -> bool:
        return plan is not None and all(
            plan.get(name) == value for name, value in run["config"].items() if name not in free
        )

    return next((size for size, run in runs.items() if same(run)), next(iter(runs)))


@cache
def extremes(experiment: str, size: str, column: str, **only: str) -> tuple[float, float]:
    """The least and the most of a recorded run's column, zeros aside."""
    rows = recorded(experiment)[size]["rows"]
    seen = [row[column] for row in rows if row.get(column) and all(row[key] == value for key, value in only.items())]
    return min(seen), max(seen)


def running_mean(values: list[float | None], over: int = 10) -> list[float | None]:
    """Mean of the last `over` values at each point; a gap stays a gap."""
    means: list[float | None] = []
    for end in range(1, len(values) + 1):
        last = values[max(0, end - over) : end]
        known = [value for value in last if value is not None]
        means.append(sum(known) / len(known) if len(known) == len(last) else None)
    return means


def column(rows: Iterable[Row], key: str) -> list[Any]:
    return [row[key] for row in rows]
