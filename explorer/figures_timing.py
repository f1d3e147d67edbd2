"""Timings as plotly figures, from the plain rows of explorer.timing.rows. Pure functions; no measuring here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer import palette
from explorer.timing.measurement import rate

Rows = Sequence[dict[str, object]]
TEXT = 15  # px: legible from the back of a hall
TIME, COUNT = "#8a55c9", "#7d8c9c"


def _styled(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    figure.update_layout(height=height, font_size=TEXT, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
                         margin={"l": 10, "r": 20, "t": 30, "b": 10}, hoverlabel_font_size=TEXT,
                         legend={"font_size": TEXT, "orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
                         **layout)
    figure.update_xaxes(tickfont_size=TEXT, title_font_size=TEXT, automargin=True)
    return figure.update_yaxes(tickfont_size=TEXT, title_font_size=TEXT, automargin=True)


def where(rows: Rows) -> go.Figure:
    """Three bars of equal length in network order: where the time goes, where the MACs and the parameters are."""
    figure = go.Figure()
    bars = (("Time", "seconds", palette.seconds), ("MACs", "macs", palette.macs), ("Parameters", "params", palette.count))
    for label, key, words in bars:
        shares = [row[f"{key}_share"] * 100 for row in rows]
        starts = [sum(shares[:index]) for index in range(len(shares))]
        figure.add_bar(y=[label] * len(rows), x=shares, base=starts, orientation="h", showlegend=False, width=0.5,
                       marker={"color": [palette.STAGE_COLOURS[row["stage"]] for row in rows],
                               "line": {"width": 1, "color": "rgba(255,255,255,.75)"}},
                       hovertext=[f"<b>{row['path']}</b> · {row['stage']}<br>{words(row[key])} · {share:.1f} %"
                                  for row, share in zip(rows, shares)], hoverinfo="text")
        for name, middle, width in _stage_spans(rows, shares):
            if width > 4:
                figure.add_annotation(x=middle, y=label, text=f"{name} <b>{width:.0f} %</b>" if width > 13 else f"<b>{width:.0f} %</b>",
                                      showarrow=False, yshift=36, font_size=TEXT)
    figure.update_yaxes(autorange="reversed", title=None)
    figure.update_xaxes(range=[0, 100], ticksuffix=" %", title=None, showgrid=False)
    return _styled(figure, 340, barmode="overlay")


def _stage_spans(rows: Rows, shares: Sequence[float]) -> list[tuple[str, float, float]]:
    """(stage, middle, width) along the bar."""
    spans: dict[str, list[float]] = {}
    start = 0.0
    for row, share in zip(rows, shares):
        span = spans.setdefault(row["stage"], [start, start])
        start += share
        span[1] = start
    return [(name, (low + high) / 2, high - low) for name, (low, high) in spans.items()]


def distribution(times_s: Sequence[float], median_s: float, q1_s: float, q3_s: float) -> go.Figure:
    """Each pass in order, with the median and the middle half: drift and outliers stay visible."""
    factor, unit = _unit(median_s)
    figure = go.Figure(go.Scattergl(x=list(range(1, len(times_s) + 1)), y=[value * factor for value in times_s],
                                    mode="markers", marker={"size": 6, "opacity": 0.7, "color": TIME}, showlegend=False,
                                    hovertemplate="pass %{x}: %{y:.4g} " + unit + "<extra></extra>"))
    figure.add_hrect(y0=q1_s * factor, y1=q3_s * factor, fillcolor=TIME, opacity=0.15, line_width=0)
    figure.add_hline(y=median_s * factor, line={"color": TIME, "width": 2}, annotation_text=f"median {palette.seconds(median_s)}",
                     annotation_font_size=TEXT)
    figure.update_xaxes(title="pass")
    figure.update_yaxes(title=unit, rangemode="tozero")
    return _styled(figure, 300)


def batch_sweep(rows: Rows) -> go.Figure:
    """Throughput and latency against the batch size, side by side; the knee is marked."""
    done = [row for row in rows if row.get("median_s")]
    figure = make_subplots(1, 2, subplot_titles=("Throughput, pictures per second", "Latency of a batch, ms"),
                           horizontal_spacing=0.1)
    sizes = [str(row["batch"]) for row in done]
    for column, key, factor in ((1, "images_per_s", 1), (2, "median_s", 1e3)):
        values = [row[key] * factor for row in done]
        figure.add_scatter(x=sizes, y=values, mode="lines+markers", row=1, col=column, showlegend=False,
                           line={"color": TIME, "width": 3}, marker_size=9,
                           hovertemplate="batch %{x}: %{y:,.4g}<extra></extra>")
        for row, value in zip(done, values):
            if row["knee"]:
                figure.add_annotation(x=str(row["batch"]), y=value, row=1, col=column, text=f"knee: batch {row['batch']}",
                                      showarrow=True, ay=38, ax=30, font_size=TEXT)
    figure.update_xaxes(type="category", title="batch")
    figure.update_yaxes(rangemode="tozero")
    figure.update_annotations(font_size=TEXT)
    return _styled(figure, 380)


def bar_sweep(rows: Rows) -> go.Figure:
    """One bar per point, its length the median, its whisker the interquartile range."""
    done = [row for row in rows if row.get("median_s")]
    longest = max((row["median_s"] + row["iqr_s"] / 2 for row in done), default=1.0)
    factor, unit = _unit(longest)
    figure = go.Figure(go.Bar(
        y=[row["label"] for row in done], x=[row["median_s"] * factor for row in done], orientation="h", width=0.6,
        marker_color=[palette.BLOCK_COLOURS[row["block"]] for row in done],
        error_x={"array": [row["iqr_s"] * factor / 2 for row in done], "thickness": 1.5, "color": COUNT}, hoverinfo="skip"))
    figure.add_scatter(y=[row["label"] for row in done], mode="text", textposition="middle right", hoverinfo="skip",
                       x=[(row["median_s"] + row["iqr_s"] / 2) * factor for row in done], cliponaxis=False, showlegend=False,
                       text=[f"  <b>{palette.seconds(row['median_s'])}</b> · {rate(row['images_per_s'])}" for row in done],
                       textfont_size=TEXT)
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=unit, rangemode="tozero", range=[0, longest * factor * 1.45])
    return _styled(figure, 110 + 52 * max(len(done), 1), showlegend=False)


def roofline(rows: Rows, peak_flops_per_s: float, band_bytes_per_s: float, memory_bytes_per_s: float) -> go.Figure:
    """FLOP/s over FLOPs per byte moved, both logarithmic; nothing lies above the roof. Last row: the whole pass."""
    low = min(row["intensity"] for row in rows if row["macs"]) / 3
    high = max(max(row["intensity"] for row in rows), peak_flops_per_s / memory_bytes_per_s) * 3
    figure = go.Figure()
    for name, band, dash in (("roof: the best that this device did", band_bytes_per_s, "solid"),
                             ("from main memory (large copy)", memory_bytes_per_s, "dot")):
        xs = sorted({low, min(max(peak_flops_per_s / band, low), high), high})
        figure.add_scatter(x=xs, y=[min(peak_flops_per_s, band * x) / 1e9 for x in xs], mode="lines", name=name,
                           line={"color": COUNT, "width": 3 if dash == "solid" else 2, "dash": dash}, hoverinfo="skip")
    for row in rows:
        whole = row is rows[-1]
        figure.add_scatter(x=[row["intensity"]], y=[row["flops_per_s"] / 1e9], mode="markers+text", showlegend=False,
                           marker={"size": 20 if whole else 14, "symbol": "star" if whole else "circle",
                                   "color": palette.STAGE_COLOURS.get(row["name"], TIME)},
                           text=row["name"], textposition="middle left" if whole else "top center", textfont_size=TEXT,
                           hovertemplate=f"<b>{row['name']}</b><br>{row['flops_per_s'] / 1e9:,.3g} GFLOP/s, "
                                         f"{row['share']:.0%} of its limit<br>{row['intensity']:.3g} FLOPs per byte"
                                         "<extra></extra>")
    speeds = [row["flops_per_s"] / 1e9 for row in rows if row["macs"]] + [peak_flops_per_s / 1e9]
    _log(figure.update_xaxes, "FLOPs per byte moved (eager)", low, high)
    _log(figure.update_yaxes, "GFLOP/s", min(speeds) / 2, max(speeds) * 1.6)
    return _styled(figure, 430)


def _log(update: Callable[..., object], title: str, low: float, high: float) -> None:
    """A logarithmic axis with whole labels at 1, 2, 5."""
    ticks = [step * 10.0**power for power in range(-3, 9) for step in (1, 2, 5) if low <= step * 10.0**power <= high]
    update(type="log", title=title, range=[math.log10(low), math.log10(high)], tickvals=ticks,
           ticktext=[f"{tick:,.10g}" for tick in ticks])


def race(rows: Rows) -> go.Figure:
    """Pictures done over time, one line per model, on one axis; it ends when the last has finished."""
    factor, unit = _unit(max(row["done_s"][-1] for row in rows))
    figure = go.Figure()
    for row, colour in zip(rows, ("#2484c1", "#8a55c9", "#1f9488")):
        figure.add_scatter(x=[value * factor for value in row["done_s"]], y=row["pictures"], mode="lines",
                           line={"color": colour, "width": 4}, name=row["title"],
                           hovertemplate="%{y} pictures after %{x:.4g} " + unit + f"<extra>{row['title']}</extra>")
        figure.add_annotation(x=row["done_s"][-1] * factor, y=row["pictures"][-1], text=f"<b>{row['title']}</b>",
                              showarrow=False, yshift=14, xanchor="right", font={"size": TEXT, "color": colour})
    figure.update_xaxes(title=unit, rangemode="tozero")
    figure.update_yaxes(title="pictures done", rangemode="tozero")
    return _styled(figure, 330, showlegend=False)


def contrast(rows: Rows, one: str, other: str) -> go.Figure:
    """How many times `one`'s figure `other` has: counts grey, times in colour, a line at 1×."""
    colours = {"computed": COUNT, "measured": TIME, "recorded": TIME, "published": "#2484c1"}
    figure = go.Figure(go.Bar(
        y=[row["what"] for row in rows], x=[row["ratio"] for row in rows], orientation="h", width=0.6, textposition="outside",
        text=[f"<b>{row['ratio']:.2f}×</b>" for row in rows], cliponaxis=False, textfont_size=TEXT + 2,
        marker={"color": [colours[row["source"]] for row in rows],
                "opacity": [1.0 if row["source"] in ("computed", "measured") else 0.75 for row in rows]},
        hovertext=[f"{row['what']} ({row['source']})<br>{one}: {_value(row, 'one')}<br>{other}: {_value(row, 'other')}"
                   for row in rows], hoverinfo="text"))
    figure.add_vline(x=1, line={"color": COUNT, "width": 2, "dash": "dot"}, annotation_text=f"{one} = 1",
                     annotation_font_size=TEXT, annotation_position="top")
    figure.update_xaxes(range=[0, max(row["ratio"] for row in rows) * 1.18], visible=False)
    figure.update_yaxes(autorange="reversed", title=None)
    return _styled(figure, 60 + 42 * len(rows))


def others(rows: Rows, names: Mapping[str, str]) -> go.Figure:
    """Throughput by model on a logarithmic axis, a line per machine; recorded dashed, published dotted.

    names: of the models to show, in order, with their titles.
    """
    dashes = {"measured": "solid", "recorded": "dash", "published": "dot"}
    machines = list(dict.fromkeys((row["machine"], row["source"]) for row in rows))
    colours = ("#8a55c9", "#2484c1", "#1f9488", "#c07f16", "#6f7f8f", "#5a69d0")
    figure = go.Figure()
    for index, (machine, source) in enumerate(machines):
        mine = {row["name"]: row["images_per_s"] for row in rows if (row["machine"], row["source"]) == (machine, source)}
        seen = [name for name in names if name in mine]
        figure.add_scatter(x=[names[name] for name in seen], y=[mine[name] for name in seen], mode="lines+markers", name=f"{machine} ({source})",
                           line={"color": colours[index % len(colours)], "dash": dashes[source], "width": 3}, marker_size=9,
                           hovertemplate="%{x}: %{y:,.4g} img/s<extra></extra>")
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=list(names.values()), title=None)
    speeds = [row["images_per_s"] for row in rows if row["name"] in names]
    _log(figure.update_yaxes, "pictures per second", min(speeds) / 2, max(speeds) * 2)
    figure = _styled(figure, 430 + 22 * len(machines))
    return figure.update_layout(legend={"orientation": "v", "y": -0.12, "yanchor": "top", "x": 0})


def _value(row: dict[str, object], side: str) -> str:
    return palette.short(row[side], row["unit"])


def _unit(seconds: float) -> tuple[float, str]:
    return (1.0, "s") if seconds >= 2 else (1e3, "ms") if seconds >= 0.002 else (1e6, "µs")
