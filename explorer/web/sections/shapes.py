"""The Shapes page's own look."""

from __future__ import annotations

from pathlib import Path

STYLE = (Path(__file__).parent / "shapes.css").read_text(encoding="utf-8")
