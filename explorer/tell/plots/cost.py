"""Plain rows as plotly figures: treemap, sunburst, bars, cost against cost, receptive fields."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from explorer import units
from explorer.facts import cost, memory
from explorer.facts.cost import Branch
from explorer.facts.receptive import BlockField, fields
from explorer.facts.rollup import METRICS
from explorer.net import called
from explorer.net.trace import trace
from explorer.spec import ResNetSpec
from explorer.tell import palette
from explorer.tell.plots.labels import places
from explorer.tell.plots.style import ABOVE, TEXT, styled

Rows = Sequence[Mapping[str, Any]]  # the column that is drawn is the visitor's choice
LEAST = 12  # px of a word in a box; what has no room for it says its name when it is pointed at
FAINT = 0x59  # of 255: how strong are those beside the one that is marked
BASE, OTHER = "#6f7f8f", "#2484c1"


def part(
    spec: ResNetSpec, height: int, width: int, batch: int, dtype: str, path: str, metric: str, kind: str
) -> go.Figure:
    """A part of the net by a metric; what has nothing in it, a layer, marked in what it is in. dtype: of `memory.FORMATS`;
    kind: treemap, sunburst or bars."""
    asked, row = cost.part(memory.in_format(trace(spec, height, width, batch), dtype), path), METRICS[metric]
    found, marked = asked.frame, asked.path if asked.frame is not asked else ""
    if kind == "bars":
        names = [found.word(group[0], name) for name, group in found.children]
        return bars(found.rows(), metric, row.named(memory.FORMATS[dtype]), row.unit, names, marked)
    return tree(found.hierarchy(metric), row.unit, kind, marked)


def tree(items: Sequence[Branch], unit: str, kind: str, marked: str = "") -> go.Figure:
    """kind: treemap or sunburst. items: of `Part.hierarchy`; each level's values sum to the one above. marked: the id of one
    that is told from the others, if it is among them."""
    trace = {"treemap": go.Treemap, "sunburst": go.Sunburst}[kind]
    words = [units.short(item["value"], unit) for item in items]
    told = any(item["id"] == marked for item in items)
    faint = [f"{FAINT:02x}" if told and item["id"] != marked else "" for item in items]
    colours = [
        palette.FILLS[item["stage"]] + alpha if item["parent"] else "rgba(127,127,127,.18)"
        for item, alpha in zip(items, faint)
    ]
    figure = go.Figure(
        trace(
            ids=[item["id"] for item in items],
            labels=[item["label"] for item in items],
            parents=[item["parent"] for item in items],
            values=[item["value"] for item in items],
            branchvalues="total",
            text=words,
            textinfo="label+text",
            customdata=[f"{100 * item['value'] / (items[0]['value'] or 1):.1f} %" for item in items],
            hovertemplate="<b>%{id}</b><br>%{text} · %{customdata}<extra></extra>",
            marker={"colors": colours, "line": {"width": 1, "color": "rgba(255,255,255,.55)"}},
            insidetextfont_size=TEXT,
            maxdepth=3 if kind == "sunburst" else 4,
            sort=False,
        )
    )
    return styled(figure, 520, uniformtext={"minsize": LEAST, "mode": "hide"})


def bars(rows: Rows, metric: str, label: str, unit: str, names: Sequence[str] = (), marked: str = "") -> go.Figure:
    """A column per part, in network order. names: what each is called on the axis, where that is not its path; marked: the
    part that is told from the others."""
    values = [row[metric] or 0 for row in rows]
    named = len(rows) <= 16
    figure = go.Figure(
        go.Bar(
            x=[row["part"] for row in rows],
            y=values,
            marker_color=[palette.STAGE_COLOURS[row["stage"]] for row in rows],
            marker_opacity=[FAINT / 255 if marked and row["part"] != marked else 1 for row in rows],
            text=[units.short(row[metric], unit) for row in rows] if named else None,
            textposition="outside",
            cliponaxis=False,
            hovertext=[f"<b>{row['part']}</b><br>{units.short(row[metric], unit)}" for row in rows],
            hoverinfo="text",
        )
    )
    figure.update_xaxes(type="category", showticklabels=named, showgrid=False)
    if names:
        figure.update_xaxes(tickvals=[row["part"] for row in rows], ticktext=list(names))
    figure.update_yaxes(title=label, tickformat="~s", rangemode="tozero")
    return styled(figure, 420, top=36)


PLOT = (720, 450)  # px of the smallest plot area at which all names that are drawn have room: a 1280 px wide screen
PHONE = (250, 420)  # the same on a phone, where the names of ON_WIDE's points are not written (app.css)
ON_WIDE = "on a wide screen"  # the first of the traces: its names have room there alone


def scatter(rows: Rows, x: tuple[str, str], y: tuple[str, str], marked: dict[str, str]) -> go.Figure:
    """Cost against cost, on two logarithmic axes. x, y: (key, title); marked: net → colour of those being compared, which
    are always named; of the others those that have room, fewer of them on a phone, the rest when pointed at."""
    some = sorted((row for row in rows if row[x[0]] and row[y[0]]), key=lambda row: row["net"] not in marked)
    first = sum(row["net"] in marked for row in some)
    ranges = [_decades([row[key] for row in some]) for key in (x[0], y[0])]
    sizes = [(TEXT, 17) if index < first else (TEXT - 1, 10) for index in range(len(some))]

    def placed(size: tuple[int, int], wanted: Sequence[str | None] = ()) -> list[str | None]:
        points = [(_at(row[x[0]], ranges[0], size[0]), _at(row[y[0]], ranges[1], size[1])) for row in some]
        return places(points, [row["net"] for row in some], sizes, size, first, wanted)

    on_phone = placed(PHONE)
    on_wide = placed(PLOT, on_phone)
    figure = go.Figure()
    both = [place is not None and place == other for place, other in zip(on_wide, on_phone)]
    parts = {
        ON_WIDE: [index for index in range(first, len(some)) if not both[index]],
        "everywhere": [index for index in range(first, len(some)) if both[index]],
        "compared": [*range(first)],
    }
    for name, part in parts.items():
        compared, own = name == "compared", [some[index] for index in part]
        figure.add_scatter(
            name=name,
            x=[row[x[0]] for row in own],
            y=[row[y[0]] for row in own],
            mode="markers+text",
            text=[some[index]["net"] if on_wide[index] else "" for index in part],
            textposition=[on_wide[index] or "top center" for index in part],
            cliponaxis=False,
            textfont={"size": TEXT, "color": [marked[row["net"]] for row in own]} if compared else {"size": TEXT - 1},
            marker={
                "size": 17 if compared else 10,
                "color": [marked.get(row["net"], BASE) for row in own],
                "line": {"width": 1, "color": "rgba(255,255,255,.8)"},
                "opacity": 1 if compared else 0.75,
            },
            customdata=[[row["net"]] for row in own],
            hovertext=[f"<b>{row['net']}</b><br>{x[1]}: {row[x[0]]:,}<br>{y[1]}: {row[y[0]]:,}" for row in own],
            hoverinfo="text",
        )
    across, up = (decade_ticks(span) for span in ranges)
    figure.update_xaxes(type="log", title=x[1], tickformat="~s", tickvals=across, range=ranges[0])
    figure.update_yaxes(type="log", title=y[1], tickformat="~s", tickvals=up, range=ranges[1])
    return styled(figure, 560)


def _decades(values: Sequence[float]) -> list[float]:
    """The range of a logarithmic axis over `values`, with a margin for names at the edge."""
    low, high = (math.log10(end) for end in (min(values, default=1), max(values, default=10)))
    margin = 0.12 * (high - low) or 0.5
    return [low - margin, high + margin]


TENTHS = tuple(tenth / 10 for tenth in range(10, 100))


def decade_ticks(span: Sequence[float], least: int = 4) -> list[float]:
    """Round values on a logarithmic axis over the exponents of `span`: 1, 2 and 5, and more of a decade where that gives
    fewer than `least`."""
    found: list[float] = []
    for steps in ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7), (1, 1.2, 1.5, 1.7, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9), TENTHS):
        decades = range(math.floor(span[0]), math.ceil(span[1]) + 1)
        found = [step * 10.0**power for power in decades for step in steps]
        found = [value for value in found if span[0] <= math.log10(value) <= span[1]]
        if len(found) >= least:
            break
    return found


def _at(value: float, span: Sequence[float], px: int) -> float:
    return px * (math.log10(value) - span[0]) / (span[1] - span[0])


def receptive(rows: Sequence[BlockField]) -> go.Figure:
    """Receptive field at the end of each block, v1 and v1.5."""
    figure = go.Figure()
    paths = [row["block"] for row in rows]
    named = [called.block(path) for path in paths]
    for key, name, colour, dash in (
        ("v1_px", "stride on the 1×1 (v1)", BASE, "dot"),
        ("v15_px", "stride on the 3×3 (v1.5)", OTHER, "solid"),
    ):
        figure.add_scatter(
            x=paths,
            customdata=named,
            y=[fields(row)[key] for row in rows],
            mode="lines+markers",
            name=name,
            line={"color": colour, "dash": dash, "width": 3},
            marker_size=7,
            hovertemplate="<b>%{customdata}</b> (%{x})<br>%{y:,} px<extra>" + name + "</extra>",
        )
    step = -(-len(paths) // 8)
    figure.update_xaxes(type="category", tickvals=paths[::step], ticktext=named[::step], showgrid=False)
    figure.update_yaxes(title="pixels", rangemode="tozero")
    return styled(figure, 360, legend=ABOVE, top=40)


def heat(values: Sequence[Sequence[float]]) -> go.Figure:
    """A gradient's magnitude over the picture: the square root, so that its faint edge shows."""
    ramp = [[index / (len(palette.RAMP) - 1), colour] for index, colour in enumerate(palette.RAMP)]
    figure = go.Figure(
        go.Heatmap(
            z=[[value**0.5 for value in row] for row in values], colorscale=ramp, showscale=False, hoverinfo="skip"
        )
    )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, scaleanchor="x", autorange="reversed")
    return styled(figure, 360)
