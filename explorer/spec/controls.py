"""What a net may be varied by, for a page, a link and a terminal: the rows of explorer.spec.fields as controls.

The URL's key is the field's name (`classes` for the number of classes), and its values are the spec's own slugs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from explorer.spec.axes import ResNetSpec, changed, read_field
from explorer.spec.checks import check_int, shortened
from explorer.spec.fields import BLOCKS, CHOICES, LIMITS, ROWS, write_field
from explorer.spec.presets import preset
from explorer.spec.row import GROUPS, Changes, Row, Value

USUAL = "usual"  # a choice's "as this net is published"
ABOVE = ("stages", "block", "shortcut")  # the sidebar's own controls, above the variants


@dataclass(frozen=True)
class Axis:
    """One axis. field: of the spec. label, help: words for people. values: slug → words, of a choice; none for numbers.

    key: in the URL, where it is not the field's name; names: what else people call it in a terminal.
    """

    field: str
    label: str
    group: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    help: str = ""
    key: str = ""
    names: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return self.key or self.field

    @property
    def options(self) -> tuple[str, ...]:
        """Of a choice, the usual first; a pool that is called usual is that already."""
        return (USUAL, *(value for value in self.values if value != USUAL))

    @property
    def words(self) -> dict[str, str]:
        """Of a choice: slug → what it is called on the screen."""
        return {value: "as published" if value == USUAL else self.values[value] for value in self.options}

    def read(self, text: str) -> Value:
        """The field's value. Raises `ValueError` naming key, value and what is allowed."""
        if self.values:
            if text not in CHOICES[self.field]:
                raise ValueError(f"{self.slug}={shortened(text)}: choose one of {', '.join(self.options)}")
            return text
        if self.field in LIMITS:
            low, high = LIMITS[self.field]
            digits = text.strip()
            number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 13 else digits
            return check_int(self.slug, number, low, high)
        return read_field(self.field, text)


def _control(row: Row) -> Axis:
    return Axis(row.field, row.label, row.group, worded(row.field), row.help, row.key, row.names)


def worded(field: str) -> dict[str, str]:
    """A choice's values → what they are called on the screen."""
    return {value: choice.label for value, choice in ROWS[field].choices.items()}


AXES: tuple[Axis, ...] = tuple(
    _control(row)
    for row in sorted((row for row in ROWS.values() if row.label), key=lambda row: (GROUPS.index(row.group), row.order))
)
BY_KEY = {one.slug: one for one in AXES}


def varied(spec: ResNetSpec, changes: Changes) -> ResNetSpec:
    """A net with some fields changed. Another family brings its stem and its number of classes, where none are given.

    Raises `ValueError` naming field, value and choices.
    """
    family = changes.get("family", spec.family)
    brought: dict[str, Value] = {}
    if family != spec.family and family in CHOICES["family"]:
        usual = preset("resnet20_cifar" if family == "cifar" else "resnet50")
        brought = {"stem": usual.stem, "num_classes": usual.num_classes, "pool": "usual", "stem_widths": ()}
    return changed(spec, brought | dict(changes))


def idle(spec: ResNetSpec, changes: Changes) -> list[str]:
    """Which given fields change nothing of this net, each with the reason."""
    reasons = BLOCKS[spec.block].idle
    return [
        f"{field}={write_field(changes[field])} has no effect: {why}"
        for field, why in reasons.items()
        if field in changes
    ]
