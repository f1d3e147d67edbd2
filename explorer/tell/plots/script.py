"""The script that draws a plotly figure in a browser."""

from __future__ import annotations

from plotly.offline import get_plotlyjs


def source() -> str:
    """plotly.js as the Python package brings it: the one that the app's own charts have."""
    return str(get_plotlyjs())
