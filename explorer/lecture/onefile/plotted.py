"""Plotly figures, as the app draws them, as JSON for a file: without plotly's own theme, the file has the app's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from explorer.lecture.onefile.parts import Chart, Plot
from explorer.tell.plots.enlarged import enlarged

if TYPE_CHECKING:
    import plotly.graph_objects as go


def plot(figure: go.Figure, label: str = "") -> Plot:
    """The figure on a desk and on a projector."""
    return Plot(label, _json(figure), _json(enlarged(figure)))


def chart(figure: go.Figure, alt: str) -> Chart:
    """A chart of one figure. alt: what it shows, in words."""
    return Chart(alt, (plot(figure),))


def _json(figure: go.Figure) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(figure.to_json())
    made.get("layout", {}).pop("template", None)
    return {"data": made["data"], "layout": made["layout"]}
