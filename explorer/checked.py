"""Rows of files that somebody else wrote, checked by pydantic, every mistake one sentence with field, value and what is allowed.

A model says what a row may hold; a field's description says it in words ("a number"). The row itself is used, not what
pydantic would make of it. Importing this takes a tenth of a second: only what reads a file does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

MOST_SHOWN = 60  # characters of a value that a sentence repeats
ABSENT = object()


class Row(BaseModel):
    """Nothing but its own fields, and nothing is converted: "3" is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


def mistakes(
    model: type[Row], row: Mapping[str, Any], at: str = "", of: str = "", ask: str = "{} expected"
) -> list[tuple[str, str]]:
    """(key, sentence) of each mistake in a row, as in ("n", "runs[0].n='x': a whole number is expected").

    at: where the row stands, "runs[0]."; of: the same in words, " in scene 1". ask: around what is allowed, "write {}".
    """
    try:
        model.model_validate(dict(row))
    except ValidationError as error:
        found: dict[str, str] = {}  # one sentence a key, though a union says one for each of its types
        for one in error.errors(include_url=False, include_input=False):
            path, value = _place(one["loc"], row, one["type"] == "missing")
            found.setdefault(path[0], _sentence(one, at + ".".join(path), value, _told(model, path), of, ask))
        return list(found.items())
    return []


def _place(loc: Sequence[str | int], row: object, missing: bool) -> tuple[list[str], Any]:
    """('cut', 'n') and what stands there, or `ABSENT`; places in a list are left out, as are pydantic's names of types."""
    path: list[str] = []
    value: Any = row
    for part in loc:
        if isinstance(value, Mapping) and isinstance(part, str) and (part in value or missing):
            path.append(part)
            value = value.get(part, ABSENT)
        elif isinstance(value, (list, tuple)) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            break
    return path, value


def _told(model: type[Row], path: Sequence[str]) -> tuple[str, str]:
    """What the last field of a path may be, and what the row that it stands in may hold, in words."""
    known, words = ", ".join(model.model_fields), ""
    for part in path:
        field = model.model_fields.get(part)
        if field is None:
            break
        words = field.description or words
        inner = [one for one in (field.annotation, *get_args(field.annotation)) if isinstance(one, type)]
        for one in inner:
            if issubclass(one, Row):
                model, known = one, ", ".join(one.model_fields)
    return words, known


def _sentence(one: Any, key: str, value: Any, told: tuple[str, str], of: str, ask: str) -> str:
    kind, limits = one["type"], one.get("ctx", {})
    words, known = told
    if kind == "extra_forbidden":
        return f"{shown(key)}{of}: choose one of {known}"
    if value is ABSENT or kind == "string_too_short":
        return f"{shown(key)} is missing{of}"
    if kind in ("string_too_long", "too_long"):
        unit = "characters" if kind == "string_too_long" else "entries"
        return f"{key}{of}: {len(value):,} {unit}; at most {limits['max_length']:,}"
    return f"{key}={shown(value)}{of}: {ask.format(words)}"


def shown(value: object) -> str:
    """A value as a sentence repeats it: as Python writes it, and not without end."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, a list in a list in …
        text = f"a {type(value).__name__}"
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
