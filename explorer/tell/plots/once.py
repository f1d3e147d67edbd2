"""A figure that many look at is drawn once: plotly takes tens of milliseconds for what a page shows in every rerun."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import plotly.graph_objects as go

from explorer.look.kept import Kept

MOST, MOST_BYTES = 64, 24 << 20
_FIGURES: Kept[go.Figure] = Kept(MOST, MOST_BYTES, lambda figure: len(figure.to_json()))


class _Told(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A figure that is over, with what plotly tells of it: a deep copy of every part, made once."""

    def __init__(self, figure: go.Figure) -> None:
        super().__init__(figure)
        self._told: dict[str, Any] = super().to_dict()

    def to_dict(self) -> dict[str, Any]:
        return dict(self._told)


def once(draw: Callable[..., go.Figure], *what: object) -> go.Figure:
    """What `draw` makes of this, by its contents; of plain data. One for all who ask for it: not to be changed."""
    content = blake2b(pickle.dumps(what), digest_size=16).digest()
    return _FIGURES.made((draw.__module__, draw.__qualname__, content), "all", lambda: _Told(draw(*what)))
