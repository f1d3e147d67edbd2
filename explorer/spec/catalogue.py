"""The nets that people have, row by row: `assets/catalogue/nets.json`.

A row says a net's name and other names, its spec, its parameters and MACs at its input, who published it, and, where
one is published, its accuracy with the protocol that it was measured by.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import NotRequired, TypedDict

from explorer.places import ASSETS
from explorer.spec.axes import ResNetSpec, changed
from explorer.spec.fields import DEFAULTS
from explorer.spec.row import Value

FILE = ASSETS / "catalogue" / "nets.json"
_BASE = ResNetSpec()


@dataclass(frozen=True)
class Accuracy:
    """metric: a key of `METRICS`; value in %; protocol: how it was measured, in a sentence; source: who says so;
    side: of the picture in pixels, which may be another than the row's."""

    metric: str
    value: float
    protocol: str
    source: str
    side: int


METRICS = {
    "top1": "top-1, ImageNet",
    "error10": "error, CIFAR-10",
}


@dataclass(frozen=True)
class Row:
    """One net. input: (channels, height, width); params: trainable ones; macs: of one picture of that input.

    title: None for a variant that is told by its switches. said: what is special about it, if it is said at all.
    params_total: Keras' total, which counts BN's running statistics too; None elsewhere.
    """

    name: str
    spec: ResNetSpec
    params: int
    macs: int
    input: tuple[int, int, int]
    source: str
    url: str
    title: str | None = None
    aliases: tuple[str, ...] = ()
    said: str = ""
    params_total: int | None = None
    accuracy: tuple[Accuracy, ...] = ()


Spelled = dict[str, str | int | list[int]]  # a spec as the file writes it: what differs from `ResNetSpec()`
Measured = tuple[str, float, str] | tuple[str, float, str, int, str]  # an accuracy as the file writes it


class _Source(TypedDict):
    who: str
    url: str


class _Protocol(TypedDict):
    who: str
    how: str


class _Net(TypedDict):
    name: str
    spec: Spelled
    params: int
    macs: int
    input: tuple[int, int, int]  # in the file, a list
    source: str
    title: NotRequired[str]
    aliases: NotRequired[list[str]]
    said: NotRequired[str]
    params_total: NotRequired[int]
    accuracy: NotRequired[list[Measured]]


class _File(TypedDict):
    sources: dict[str, _Source]
    protocols: dict[str, _Protocol]
    rows: list[_Net]


@cache
def rows() -> dict[str, Row]:
    """Every row by its name, in the file's order: torchvision's nets first."""
    data: _File = json.loads(FILE.read_text(encoding="utf-8"))
    return {row["name"]: _row(row, data) for row in data["rows"]}


def _row(row: _Net, data: _File) -> Row:
    source, (channels, height, width) = data["sources"][row["source"]], row["input"]
    return Row(
        name=row["name"],
        spec=_spec(row["spec"]),
        params=row["params"],
        macs=row["macs"],
        input=(channels, height, width),
        source=source["who"],
        url=source["url"],
        title=row.get("title"),
        aliases=tuple(row.get("aliases", ())),
        said=row.get("said", ""),
        params_total=row.get("params_total"),
        accuracy=tuple(_accuracy(one, width, data["protocols"]) for one in row.get("accuracy", ())),
    )


def _accuracy(written: Measured, side: int, protocols: dict[str, _Protocol]) -> Accuracy:
    """[metric, value, protocol], and where the picture was another than the row's: its side, and what to say of it."""
    metric, value, protocol = written[:3]
    side, detail = written[3:] or (side, "")
    return Accuracy(metric, value, protocols[protocol]["how"].format(detail), protocols[protocol]["who"], side)


def _spec(changes: Spelled) -> ResNetSpec:
    """The spec of a row, which writes only what differs from `ResNetSpec()`."""
    if unknown := set(changes) - set(DEFAULTS):
        raise ValueError(f"{FILE.name}: {sorted(unknown)[0]!r} is no field of ResNetSpec")
    fields: dict[str, Value] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()
    }
    return changed(_BASE, fields)
