"""Golden files: what the tables looked like when a person last read them. `pytest --overwrite` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent


def check(request: pytest.FixtureRequest, name: str, text: str) -> None:
    """`text` is what tests/golden/NAME holds; with --overwrite it becomes so."""
    path = FOLDER / name
    if request.config.getoption("--overwrite", default=False):
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"no golden file {name}: run pytest --overwrite and read it"
    assert text == path.read_text(encoding="utf-8"), f"{name} differs; if that is right, run pytest --overwrite"
