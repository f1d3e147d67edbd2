"""What is said of an axis, in one row: its values and their words, its control, its flag, its parts of a name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | tuple[int, ...]  # what a field of a spec holds
Changes = Mapping[str, Value]  # field → its new value
PlainSpec = dict[str, str | int | list[int]]  # a spec's fields as JSON has them
GROUPS = ("Stem", "Shortcut", "Convolution", "Normalization", "Attention", "Strides", "Width", "Input and classes")


@dataclass(frozen=True)
class Choice:
    """One value of an axis that is told in a word. label: on its control; suffix: in a name for files and links; words:
    in a title; special: one short sentence for the header; layer: what it puts where a block's docstring names the axis.
    """

    label: str = ""
    suffix: str = ""
    words: str = ""
    special: str = ""
    layer: str = ""


@dataclass(frozen=True)
class Row:
    """All that is said of a field. choices: value → Choice; limits: of a number; each: limits of a list's numbers.

    label, help, group: of its control; without a label it has none here. order: among those of its group, where that is
    not the fields'. key: in the URL, where it is not the field's name; names: what else people call it in a terminal.
    number: what a number or a list is called in a name. timm: off its default only timm has such nets, by whose
    names the state dict goes. told: what it is called in a sentence. part: the name in a block of a module that is neither on
    the main path nor the shortcut, and sees the whole picture: a gate. means: what its words mean, in a sentence, where the
    glossary does not say it.
    """

    field: str = ""
    label: str = ""
    group: str = ""
    choices: Mapping[str, Choice] = dataclasses.field(default_factory=dict)
    limits: tuple[int, int] | None = None
    each: tuple[int, int] | None = None
    help: str = ""
    key: str = ""
    names: tuple[str, ...] = ()
    order: int = 0
    number: Choice | None = None
    told: str = ""
    part: str = ""
    means: str = ""
    timm: bool = False


def axis(default: Value, label: str = "", group: str = "", /, **said: Any) -> Any:
    """A field with its row."""
    return dataclasses.field(default=default, metadata={"row": Row(label=label, group=group, **said)})
