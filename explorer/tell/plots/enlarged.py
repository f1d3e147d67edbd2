"""A figure for the last row of a hall: the same, with words of a least size."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

LEAST = 20  # px, before the page is fitted to the window: then at least 16


def enlarged(figure: go.Figure, least: int = LEAST) -> go.Figure:
    """A copy in which no font is smaller than `least` pixels; margins and labels make room by themselves."""
    made = go.Figure(_walked(figure.to_plotly_json(), least))
    if (made.layout.legend.y or 0) < 0:
        made.update_layout(legend_y=2 * made.layout.legend.y)  # below the axis' larger words
    return made.update_layout(font_size=max(made.layout.font.size or 0, least))


def _walked(part: Any, least: int, is_font: bool = False) -> Any:
    if isinstance(part, dict):
        return {
            key: max(value, least)
            if is_font and key == "size" and isinstance(value, (int, float))
            else _walked(value, least, key.endswith("font"))
            for key, value in part.items()
        }
    return [_walked(one, least, is_font) for one in part] if isinstance(part, (list, tuple)) else part
