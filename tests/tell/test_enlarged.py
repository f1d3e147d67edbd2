"""A figure for a hall: no font below the least size, and the page's own figure stays as it is."""

from __future__ import annotations

import plotly.graph_objects as go

from explorer.tell.plots.enlarged import enlarged


def test_every_font_is_large_enough_and_the_original_is_untouched() -> None:
    figure = go.Figure(go.Bar(x=[1, 2], y=[3, 4], textfont_size=11))
    figure.add_annotation(text="n", font_size=30).update_layout(
        legend={"y": -0.2, "font_size": 12}, xaxis_tickfont_size=9
    )
    made = enlarged(figure, 20)
    assert made.data[0].textfont.size == made.layout.xaxis.tickfont.size == made.layout.legend.font.size == 20
    assert made.layout.font.size == 20 and made.layout.annotations[0].font.size == 30 and made.layout.legend.y == -0.4
    assert figure.data[0].textfont.size == 11 and figure.layout.xaxis.tickfont.size == 9
    assert list(made.data[0].y) == [3, 4]
