"""Timings as plotly figures, from the plain rows of explorer.timing.rows. Pure functions; no measuring here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer import units
from explorer.tell import palette
from explorer.tell.plots.labels import places
from explorer.tell.plots.style import ABOVE, TEXT, styled
from explorer.timing.data.measurement import rate
from explorer.timing.said.rows import Swept, Timed, UnderTheRoof

PLOT = (290, 195)  # px of the roofline's plot area on a phone
WIDER = 3.3  # times: on a desk
AS_SVG = 500  # points that a browser draws sooner itself than it has made ready to draw with WebGL
TIME, COUNT, WHOLE = "#8a55c9", "#7d8c9c", "#c07f16"


def where(rows: Sequence[Timed]) -> go.Figure:
    """Three bars of equal length in network order: where the time goes, where the MACs and the parameters are."""
    figure = go.Figure()
    bars: tuple[tuple[str, list[float], list[str]], ...] = (
        ("Time", [row["seconds_share"] for row in rows], [units.seconds(row["seconds"]) for row in rows]),
        ("MACs", [row["macs_share"] for row in rows], [units.macs(row["macs"]) for row in rows]),
        ("Parameters", [row["params_share"] for row in rows], [units.count(row["params"]) for row in rows]),
    )
    for label, parts, values in bars:
        shares = [part * 100 for part in parts]
        starts = [sum(shares[:index]) for index in range(len(shares))]
        figure.add_bar(
            y=[label] * len(rows),
            x=shares,
            base=starts,
            orientation="h",
            showlegend=False,
            width=0.5,
            marker={
                "color": [palette.STAGE_COLOURS[row["stage"]] for row in rows],
                "line": {"width": 1, "color": "rgba(255,255,255,.75)"},
            },
            hovertext=[
                f"<b>{row['path']}</b> · {row['stage']}<br>{value} · {share:.1f} %"
                for row, value, share in zip(rows, values, shares)
            ],
            hoverinfo="text",
        )
        for middle, width in _stage_spans(rows, shares):
            if width > 7.5:
                figure.add_annotation(  # without a sign, which the axis has: on a phone two would run into each other
                    x=middle, y=label, text=f"<b>{width:.0f}</b>", showarrow=False, yshift=27, font_size=TEXT
                )
    for stage in dict.fromkeys(row["stage"] for row in rows):  # the legend's entries
        figure.add_bar(x=[None], y=["Time"], name=stage, marker_color=palette.STAGE_COLOURS[stage], orientation="h")
    figure.update_yaxes(autorange="reversed", title=None)
    figure.update_xaxes(range=[0, 100], ticksuffix=" %", title=None, showgrid=False)
    return styled(figure, 290, legend=ABOVE, top=30, barmode="overlay")


def _stage_spans(rows: Sequence[Timed], shares: Sequence[float]) -> list[tuple[float, float]]:
    """(middle, width) of each stage along the bar."""
    spans: dict[str, list[float]] = {}
    start = 0.0
    for row, share in zip(rows, shares):
        span = spans.setdefault(row["stage"], [start, start])
        start += share
        span[1] = start
    return [((low + high) / 2, high - low) for low, high in spans.values()]


FEW = 12  # passes, each with its number on the axis


def distribution(times_s: tuple[float, ...], median_s: float, q1_s: float, q3_s: float) -> go.Figure:
    """Each pass in order, with the median and the middle half: drift and outliers stay visible."""
    factor, unit = unit_of(median_s)
    points = go.Scatter if len(times_s) <= AS_SVG else go.Scattergl
    figure = go.Figure(
        points(
            x=list(range(1, len(times_s) + 1)),
            y=[value * factor for value in times_s],
            mode="markers",
            marker={"size": 6, "opacity": 0.7, "color": TIME},
            showlegend=False,
            hovertemplate="pass %{x}: %{y:.4g} " + unit + "<extra></extra>",
        )
    )
    figure.add_hrect(y0=q1_s * factor, y1=q3_s * factor, fillcolor=TIME, opacity=0.15, line_width=0)
    figure.add_hline(
        y=median_s * factor,
        line={"color": TIME, "width": 2},
    )
    # Not at its line, where there are dots: above the chart, with a piece of the line.
    figure.add_annotation(
        text=f'<span style="color:{TIME}"><b>—</b></span> median {units.seconds(median_s)}',
        xref="paper",
        yref="paper",
        x=1,
        y=1,
        xanchor="right",
        yanchor="bottom",
        showarrow=False,
        font_size=TEXT,
    )
    low, high = min(times_s) * factor, max(times_s) * factor
    room = (high - low or high) * 0.15
    few = {"tick0": 1, "dtick": 1} if len(times_s) <= FEW else {}  # else there were passes 1.5, 2.5
    figure.update_xaxes(title="pass", **few)
    figure.update_yaxes(title=unit, range=[low - room, high + room])  # not from zero: the band would be a line
    return styled(figure, 300, legend=ABOVE, top=30)


def batch_sweep(rows: Sequence[Swept]) -> go.Figure:
    """Throughput and latency against the batch size, side by side; the knee is marked."""
    done = [row for row in rows if row.get("median_s")]
    figure = make_subplots(1, 2, subplot_titles=("Pictures per second", "ms per batch"), horizontal_spacing=0.1)
    sizes = [str(row["batch"]) for row in done]
    speeds, passes_ms = [row["images_per_s"] for row in done], [row["median_s"] * 1e3 for row in done]
    for column, values in ((1, speeds), (2, passes_ms)):
        figure.add_scatter(
            x=sizes,
            y=values,
            mode="lines+markers",
            row=1,
            col=column,
            showlegend=False,
            line={"color": TIME, "width": 3},
            marker_size=9,
            hovertemplate="batch %{x}: %{y:,.4g}<extra></extra>",
        )
        for row, value in zip(done, values):
            if row["knee"]:
                figure.add_annotation(
                    x=sizes.index(str(row["batch"])),
                    y=value,
                    row=1,
                    col=column,
                    text=f"knee:{' ' if column == 1 else '<br>'}batch {row['batch']}",
                    showarrow=True,
                    ay=-34,
                    ax=0,
                    xanchor="center"
                    if column == 1
                    else "right",  # the time turns upwards here: clear of it on a phone too
                    font_size=TEXT,
                )
        figure.update_yaxes(range=[0, max(values, default=1) * 1.3], row=1, col=column)
    figure.update_xaxes(
        type="category",
        title="batch",
        categoryorder="array",
        categoryarray=[str(row["batch"]) for row in rows],
        range=[-0.5, len(rows) - 0.5],
    )
    figure.update_annotations(font_size=TEXT)
    return styled(figure, 340, legend=ABOVE, top=30)


def bar_sweep(rows: Sequence[Swept]) -> go.Figure:
    """One bar per point, its length the median, its whisker from the lower to the upper quartile. Points to come have
    their place, so that nothing moves when they do."""
    done = [row for row in rows if row.get("median_s")]
    longest = max((row["q3_s"] for row in done), default=1.0)
    factor, unit = unit_of(longest)
    shown = [row for row in rows if not row.get("error")]
    figure = go.Figure(
        go.Bar(
            y=[row["label"] for row in shown],
            x=[row.get("median_s", 0.0) * factor for row in shown],
            orientation="h",
            width=0.6,
            marker={"color": [palette.BLOCK_COLOURS[row["block"]] for row in shown], "opacity": 0.5},
            hoverinfo="skip",
        )
    )
    for row in done:  # the whisker in the bar's full colour: it reads inside the bar and beside it, on both themes
        figure.add_scatter(
            y=[row["label"]] * 2,
            x=[row["q1_s"] * factor, row["q3_s"] * factor],
            mode="lines+markers",
            marker={"symbol": "line-ns-open", "size": 14},
            hoverinfo="skip",
            line={"color": palette.BLOCK_COLOURS[row["block"]], "width": 3},
        )
    # The numbers are an axis at the right: it makes room for itself, and the bars have all that is left.
    figure.add_scatter(
        y=[row["label"] for row in done],
        x=[0] * len(done),
        yaxis="y2",
        mode="markers",
        marker_opacity=0,
        hoverinfo="skip",
    )
    labels = [row["label"] for row in shown]
    rows_of = {"type": "category", "categoryarray": labels, "range": [len(shown) - 0.5, -0.5]}
    figure.update_layout(
        yaxis=rows_of,
        yaxis2=rows_of
        | {
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickvals": [row["label"] for row in done],
            "ticktext": [f" <b>{units.seconds(row['median_s'])}</b> · {rate(row['images_per_s'])}" for row in done],
        },
    )
    longest *= factor
    figure.update_xaxes(title=unit, range=[0, longest * 1.04], tickvals=ticks(longest), title_standoff=4)
    return styled(figure, 80 + 48 * max(len(shown), 1), top=30)


def roofline(
    rows: Sequence[UnderTheRoof], peak_flops_per_s: float, band_bytes_per_s: float, memory_bytes_per_s: float
) -> go.Figure:
    """FLOP/s over FLOPs per byte moved, both logarithmic; nothing lies above the roof. Last row: the whole pass."""
    low = min(row["intensity"] for row in rows if row["macs"]) / 3
    high = max(max(row["intensity"] for row in rows), peak_flops_per_s / memory_bytes_per_s) * 3
    figure = go.Figure()
    for name, band, dash in (("the best here", band_bytes_per_s, "solid"), ("from memory", memory_bytes_per_s, "dot")):
        xs = sorted({low, min(max(peak_flops_per_s / band, low), high), high})
        figure.add_scatter(
            x=xs,
            y=[min(peak_flops_per_s, band * x) / 1e9 for x in xs],
            mode="lines",
            name=name,
            line={"color": COUNT, "width": 3 if dash == "solid" else 2, "dash": dash},
            hoverinfo="skip",
        )
    speeds = [row["flops_per_s"] / 1e9 for row in rows if row["macs"]] + [peak_flops_per_s / 1e9]
    spans = (low, high), (min(speeds) / 2, max(speeds) * 1.6)
    sizes = [(TEXT, 20 if row is rows[-1] else 15) for row in rows]
    for row, (_, marker), place in zip(rows, sizes, _names(rows, spans, sizes)):
        last = row is rows[-1]
        figure.add_scatter(
            x=[row["intensity"]],
            y=[row["flops_per_s"] / 1e9],
            mode="markers+text",
            text=["" if last else row["name"]],  # the whole pass, amid its stages, is named in the legend
            textposition=place,
            textfont_size=TEXT,
            cliponaxis=False,
            showlegend=last,
            name=row["name"],
            marker={
                "size": marker,
                "symbol": "star" if last else "circle",
                "color": WHOLE if last else palette.STAGE_COLOURS.get(row["name"], TIME),
            },
            hovertemplate=f"<b>{row['name']}</b><br>{row['flops_per_s'] / 1e9:,.3g} GFLOP/s, "
            f"{units.percent(row['share'])} of its limit<br>{row['intensity']:.3g} FLOPs per "
            "byte<extra></extra>",
        )
    log_axis(figure.update_xaxes, "FLOPs per byte moved (eager)", *spans[0])
    log_axis(figure.update_yaxes, "GFLOP/s", *spans[1])
    return styled(figure, 298, legend=ABOVE, top=30)


def _names(
    rows: Sequence[UnderTheRoof], spans: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]]
) -> list[str | None]:
    """Where each point's name stands, so that stages that lie together do not overprint, on a phone neither."""

    def at(value: float, span: tuple[float, float], px: int) -> float:
        low, high = (math.log10(end) for end in span)
        return px * (math.log10(max(value, span[0])) - low) / (high - low)

    (across, up), (width, height) = spans, PLOT
    points = [(at(row["intensity"], across, width), at(row["flops_per_s"] / 1e9, up, height)) for row in rows]
    return places(points, [row["name"] for row in rows[:-1]] + [""], sizes, PLOT, len(rows), wider=WIDER)


def ticks(most: float, about: int = 4) -> list[float]:
    """Round values from 0 to at most `most`: steps of 1, 2, 2½ or 5 of a decade, so that there are about as many."""
    rough = most / about
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(step * decade for step in (1, 2, 2.5, 5, 10) if step * decade >= rough)
    return [round(index * step, 12) for index in range(math.floor(most / step + 1e-9) + 1)]


def log_axis(update: Callable[..., object], title: str, low: float, high: float) -> None:
    """A logarithmic axis with whole labels at 1, 2, 5 of each decade; over many decades at 1 and 3, or at 1 alone, so that
    the labels have room on a phone."""
    steps = (1, 2, 5) if high < 20 * low else (1, 3) if high < 500 * low else (1,)
    ticks = [step * 10.0**power for power in range(-3, 9) for step in steps if low <= step * 10.0**power <= high]
    update(
        type="log",
        title=title,
        range=[math.log10(low), math.log10(high)],
        tickvals=ticks,
        ticktext=[f"{tick:,.10g}" for tick in ticks],
    )


def unit_of(seconds: float) -> tuple[float, str]:
    return (1.0, "s") if seconds >= 2 else (1e3, "ms") if seconds >= 0.002 else (1e6, "µs")
