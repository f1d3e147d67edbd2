"""A pass against the batch: what it takes, what the host needs to launch it, and what it takes as one CUDA graph."""

from __future__ import annotations

import pandas  # noqa: F401  (plotly looks for it in sys.modules, and must not find it half imported by another thread)
import plotly.graph_objects as go

from explorer import units
from explorer.tell.plots.style import ABOVE, TEXT, styled
from explorer.tell.plots.timing import COUNT, TIME, log_axis
from explorer.timing.said.launches import Ladder

HEIGHT = 330
GRAPH = "#1f9488"


def launches(seen: Ladder) -> go.Figure:
    """Milliseconds, logarithmic, over the batches; where the GPU starts to work is marked."""
    lines = (
        ("a pass", TIME, "solid", 7, [(rung.batch, rung.eager_s) for rung in seen.rungs]),
        ("the host launches it", COUNT, "dash", None, [(rung.batch, rung.enqueue_s) for rung in seen.rungs]),
        (
            "a pass as a CUDA graph",
            GRAPH,
            "solid",
            None,
            [(rung.batch, rung.graph_s) for rung in seen.rungs if rung.graph_s],
        ),
    )
    figure = go.Figure()
    for name, colour, dash, wide, points in lines:  # the graph's line lies on the pass's where both are the device's
        figure.add_scatter(
            x=[f"{batch:,}" for batch, _ in points],
            y=[value * 1e3 for _, value in points],
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 3 if wide is None else wide, "dash": dash},
            marker_size=9 if wide is None else 13,
            hovertext=[f"{name}, batch {batch:,}: {units.seconds(value)}" for batch, value in points],
            hoverinfo="text",
        )
    batches = [f"{rung.batch:,}" for rung in seen.rungs]
    if seen.starts_at and seen.rungs[0].waits:
        place = batches.index(f"{seen.starts_at:,}")
        figure.add_vline(
            x=place,
            line={"color": COUNT, "width": 2, "dash": "dot"},
            annotation_text=f"the GPU sets the pace from batch {seen.starts_at:,}",
            annotation_font_size=TEXT,
            annotation_position="bottom right" if place < len(batches) / 2 else "bottom left",
        )
    values = [value * 1e3 for *_, points in lines for _, value in points]
    log_axis(figure.update_yaxes, "ms", min(values) / 1.8, max(values) * 1.5)
    figure.update_xaxes(type="category", title="batch", categoryorder="array", categoryarray=batches)
    return styled(figure, HEIGHT, legend=ABOVE, top=30)
