"""Figures of trained nets under the knife: lesions, paths, the loss landscape."""

from __future__ import annotations

import plotly.graph_objects as go

from explorer.lab.outcome import Row
from explorer.tell.plots.lab.base import BUDGET, KIND_COLOUR, column, extremes, finish, level, like, line, panels, view
from explorer.tell.plots.style import SMALL

DOTTED = "rgba(210,69,47,.35)"
SURFACE = [[0, "#0f2f5c"], [0.25, "#2484c1"], [0.5, "#8fc0e0"], [0.75, "#efd9b4"], [1, "#c07f16"]]


@view("lesion", "single")
def lesions(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """Test error after deleting each single block; the dotted line is the intact net."""
    nets = {kind: next((row["net"] for row in rows if row.get("kind") == kind), kind) for kind in KIND_COLOUR}
    blocks = _blocks(rows, plan)
    if plan:
        nets = {kind: f"{kind}-{plan[BUDGET[kind]]}" for kind in KIND_COLOUR}
    figure = panels(
        [name.capitalize() for name in nets.values()],
        shared_yaxes=True,
        column_widths=[0.28, 0.72],
        horizontal_spacing=0.04,
    )
    for panel, kind in enumerate(KIND_COLOUR, 1):
        single = [row for row in rows if row["part"] == "single" and row["kind"] == kind]
        figure.add_trace(
            go.Bar(
                x=list(range(1, len(single) + 1)),
                y=column(single, "error_percent"),
                showlegend=False,
                marker_color=[DOTTED if row["dotted"] else KIND_COLOUR[kind] for row in single],
                customdata=[f"{row['path']}{' (dotted shortcut)' if row['dotted'] else ''}" for row in single],
                hovertemplate="without %{customdata}: %{y:.1f} % error<extra></extra>",
            ),
            1,
            panel,
        )
        for intact in (row for row in rows if row["part"] == "intact" and row["kind"] == kind):
            level(figure, intact["error_percent"], "", col=panel, label=None)
        figure.update_xaxes(title="deleted block", range=[0.4, blocks[kind] + 0.6], col=panel)
    level(figure, 90, "guessing", label=2)
    figure.update_yaxes(range=[0, 102], ticksuffix=" %")
    figure.update_yaxes(title="test error", col=1)
    return finish(figure)


@view("lesion", "several")
def several(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """Test error after deleting random sets of blocks: each draw a dot, the mean a line."""
    figure = panels([""])
    for kind, colour in KIND_COLOUR.items():
        mine = [row for row in rows if row["part"] == "several" and row["kind"] == kind]
        means: dict[int, list[float]] = {}
        for row in mine:
            means.setdefault(row["deleted"], []).append(row["error_percent"])
        name = f"{kind}-{plan[BUDGET[kind]]}" if plan else mine[0]["net"] if mine else kind
        figure.add_trace(
            go.Scatter(
                x=column(mine, "deleted"),
                y=column(mine, "error_percent"),
                mode="markers",
                marker={"color": colour, "size": 6, "opacity": 0.35},
                showlegend=False,
                hoverinfo="skip",
            )
        )
        figure.add_trace(
            line(
                name,
                list(means),
                [sum(values) / len(values) for values in means.values()],
                colour,
                hover="%{y:.1f} % with %{x} blocks deleted",
            )
        )
    level(figure, 90, "guessing")
    most = max(count - (2 if kind == "residual" else 0) for kind, count in _blocks(rows, plan).items())
    figure.update_xaxes(title="blocks deleted, at random", range=[0, most + 1])
    figure.update_yaxes(title="test error", range=[0, 102], ticksuffix=" %")
    return finish(figure)


@view("lesion", "paths")
def paths(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """How many paths have each length, and how much of the gradient comes through them."""
    mine = [row for row in rows if row["part"] == "paths"]
    figure = panels([""])
    for name, key, colour in (
        ("of all paths", "share_of_paths", "#8a97a6"),
        ("of the gradient", "share_of_gradient", KIND_COLOUR["residual"]),
    ):
        figure.add_trace(
            go.Bar(
                x=column(mine, "length"),
                y=[100 * row[key] for row in mine],
                name=f"share {name}",
                marker_color=colour,
                hovertemplate=f"length %{{x}}: %{{y:.2f}} % {name}<extra></extra>",
            )
        )
    figure.update_layout(barmode="overlay", bargap=0.12)
    figure.update_traces(opacity=0.8)
    most = _blocks(rows, plan)["residual"]
    figure.update_xaxes(title="path length: blocks whose main path is taken", range=[-0.6, most + 0.6])
    figure.update_yaxes(ticksuffix=" %", range=[0, 30])
    return finish(figure)


def _blocks(rows: list[Row], plan: Row | None) -> dict[str, int]:
    """Of each kind: how many single blocks can be deleted. Of 6n + 2 layers 3n blocks (He et al. 2015, §4.2); in a plain
    net two of them change the shape, and have to stay."""
    if plan:
        return {kind: (plan[field] - 2) // 2 - (2 if kind == "plain" else 0) for kind, field in BUDGET.items()}
    single = [row["kind"] for row in rows if row["part"] == "single"]
    return {kind: single.count(kind) or 27 for kind in KIND_COLOUR}


def _grids(rows: list[Row]) -> dict[str, tuple[str, list[float], list[float], list[list[float | None]]]]:
    """kind → (net, a, b, loss[a][b]); rows may be on their way in."""
    found = {}
    for kind in KIND_COLOUR:
        mine = [row for row in rows if row["kind"] == kind]
        a, b = (sorted({row[axis] for row in mine}) for axis in "ab")
        z = [[row["loss"] for row in mine if row["a"] == value] for value in a]
        found[kind] = (mine[0]["net"] if mine else kind, a, b, z)
    return found


def _limits(plan: Row | None) -> tuple[float, float]:
    """Of the loss: known beforehand, so that the surfaces grow on a scale that stands."""
    return 0.0, max(5.0, extremes("landscape", like("landscape", plan), "loss")[1])


@view("landscape", "surface")
def surfaces(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """Two surfaces on one scale; drag to turn them."""
    grids, (low, high) = _grids(rows), _limits(plan)
    figure = panels(
        [grid[0].capitalize() for grid in grids.values()],
        horizontal_spacing=0.01,
        specs=[[{"type": "surface"}, {"type": "surface"}]],
    )
    for panel, (_, a, b, z) in enumerate(grids.values(), 1):
        figure.add_trace(
            go.Surface(
                x=b,
                y=a,
                z=z,
                cmin=low,
                cmax=high,
                colorscale=SURFACE,
                showscale=False,
                contours_z={"show": True, "color": "rgba(255,255,255,.35)", "start": 0, "end": high, "size": 0.5},
                hovertemplate="loss %{z:.3g}<extra></extra>",
            ),
            1,
            panel,
        )
    axis = {
        "showticklabels": False,
        "title": "",
        "gridcolor": "rgba(128,128,128,.35)",
        "backgroundcolor": "rgba(0,0,0,0)",
    }
    figure.update_scenes(
        xaxis=axis,
        yaxis=axis,
        aspectmode="manual",
        aspectratio={"x": 1, "y": 1, "z": 0.75},
        zaxis=axis
        | {
            "range": [low, high],
            "showticklabels": True,
            "tickfont_size": SMALL,
            "title": {"text": "loss", "font": {"size": SMALL}},
        },
        camera={"eye": {"x": 1.75, "y": 1.75, "z": 1.1}, "center": {"x": 0, "y": 0, "z": -0.12}},
    )
    reach = plan["reach"] if plan else 1.0
    figure.update_scenes(xaxis_range=[-reach, reach], yaxis_range=[-reach, reach])
    finish(figure, 500)
    return figure.update_layout(margin={"l": 0, "r": 0, "t": 40, "b": 0})


@view("landscape", "contours")
def contours(rows: list[Row], summary: Row | None = None, plan: Row | None = None) -> go.Figure:
    """The same slices from above."""
    grids, (low, high) = _grids(rows), _limits(plan)
    figure = panels([grid[0].capitalize() for grid in grids.values()], shared_yaxes=True, horizontal_spacing=0.05)
    for panel, (_, a, b, z) in enumerate(grids.values(), 1):
        figure.add_trace(
            go.Contour(
                x=b,
                y=a,
                z=z,
                zmin=low,
                zmax=high,
                colorscale=SURFACE,
                showscale=panel == 2,
                contours={"start": 0, "end": high, "size": 0.25},
                line_width=0.6,
                colorbar={"title": {"text": "loss"}, "tickfont_size": SMALL, "thickness": 14},
                hovertemplate="loss %{z:.3g}<extra></extra>",
            ),
            1,
            panel,
        )
    reach = plan["reach"] if plan else 1.0
    figure.update_xaxes(range=[-reach, reach]).update_yaxes(range=[-reach, reach])
    return finish(figure, 460)
