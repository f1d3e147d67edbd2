"""Rows of files that somebody else wrote, checked by pydantic, every mistake one sentence with field, value and what is allowed.

A model says what a row may hold; a field's description says it in words ("a number"). The row itself is used, not what
pydantic would make of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

MOST_SHOWN = 60  # characters of a value that a sentence repeats


class Row(BaseModel):
    """Nothing but its own fields, and nothing is converted: "3" is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


def mistakes(model: type[Row], row: Mapping[str, Any], what: str) -> list[tuple[str, str]]:
    """(key, sentence) of each mistake in a row. what: the row in words, as in "scene 1"."""
    try:
        model.model_validate(dict(row))
    except ValidationError as error:
        found: dict[str, str] = {}  # one sentence a key, though a union says one for each of its types
        for one in error.errors(include_url=False, include_context=True, include_input=False):
            key = str(one["loc"][0])
            found.setdefault(key, _sentence(model, key, one, row, what))
        return list(found.items())
    return []


def _sentence(model: type[Row], key: str, one: Any, row: Mapping[str, Any], what: str) -> str:
    kind, limits, value = one["type"], one.get("ctx", {}), row.get(key)
    if kind == "extra_forbidden":
        return f"{shown(key)} in {what}: choose one of {', '.join(model.model_fields)}"
    if kind in ("missing", "string_too_short"):
        return f"{shown(key)} is missing in {what}"
    if kind in ("string_too_long", "too_long") and len(one["loc"]) == 1:
        unit = "characters" if kind == "string_too_long" else "entries"
        return f"{key} in {what}: {len(value):,} {unit}; at most {limits['max_length']:,}"
    return f"{key}={shown(value)} in {what}: write {model.model_fields[key].description}"


def shown(value: object) -> str:
    """A value as a sentence repeats it: as Python writes it, and not without end."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, a list in a list in …
        text = f"a {type(value).__name__}"
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
