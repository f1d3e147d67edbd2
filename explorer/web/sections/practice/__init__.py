"""The Practice page: one exercise a view, and worksheets."""

from pathlib import Path

from explorer.web.sections.practice.exercise import exercise
from explorer.web.sections.practice.worksheet import worksheet

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")

__all__ = ["STYLE", "exercise", "worksheet"]
