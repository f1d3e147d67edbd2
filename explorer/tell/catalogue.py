"""The catalogue as rows for a table, a picture and a search."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

from explorer.spec import catalogue, naming
from explorer.spec.catalogue import Row
from explorer.spec.spelling import words
from explorer.tell import fragments
from explorer.tell.markup import joined
from explorer.units import count

COLUMNS = {  # key of `facts` → heading
    "net": "net",
    "params": "parameters",
    "macs": "MACs",
    "input": "picture",
    "top1": "top-1 %",
    "error10": "CIFAR error %",
    "source": "from",
    "name": "type this",
    "aliases": "or this",
}
PROTOCOLS = (
    "Accuracies of different protocols are not comparable: pick a net to read its own. Those measured on larger "
    "pictures than the MACs are counted for stand there only."
)
NONE_FOUND = "No net of the catalogue holds all of these words."
AGAINST = {  # what a picture has upwards: key of `facts` → title of the axis
    "params": "parameters",
    "top1": "top-1 accuracy, %, ImageNet",
    "error10": "test error, %, CIFAR-10",
}


def titled(row: Row) -> str:
    """A row's name for people."""
    if row.title:
        return row.title
    usual = naming.nearest(row.spec)[1].num_classes
    classes = f", {row.spec.num_classes} classes" if row.spec.num_classes != usual else ""
    return f"{naming.title(row.spec)}{classes}"


def find(text: str) -> list[Row]:
    """The rows that hold every word of `text` in a name, a source or what is said; all of them for an empty text."""
    asked = [part for word in text.lower().split() if (part := _plain(word))]
    return [row for row in catalogue.rows().values() if all(word in _said_of(row.name) for word in asked)]


def _plain(text: str) -> str:
    return words(text).replace(" ", "")


@cache
def _said_of(name: str) -> str:
    row = catalogue.rows()[name]
    parts = (row.name, titled(row), row.source, row.said, *row.aliases, *naming.special(row.spec))
    return " ".join(_plain(part) for part in parts)


def facts(row: Row) -> dict[str, Any]:
    """A row as plain values: for the table, the picture and the download. top1, error10: the first that is published
    for a picture of the row's size, which its MACs are for."""
    first = {one.metric: one.value for one in reversed(row.accuracy) if one.side == row.input[-1]}
    return {
        "net": titled(row),
        "name": row.name,
        "params": row.params,
        "macs": row.macs,
        "input": "×".join(map(str, row.input)),
        "top1": first.get("top1"),
        "error10": first.get("error10"),
        "measured": " · ".join(measured(row)),
        "source": row.source,
        "url": row.url,
        "aliases": ", ".join(row.aliases),
    }


def measured(row: Row) -> list[str]:
    """Each published accuracy with its protocol and who says so, in a line."""
    return [f"{one.value:g} % {catalogue.METRICS[one.metric]}: {one.protocol} ({one.source})" for one in row.accuracy]


def about(row: Row) -> list[str]:
    """What there is to say about a net, in lines: what is special, Keras' total, other names."""
    lines = [f"{one}." for one in dict.fromkeys((*([row.said] if row.said else []), *naming.special(row.spec)))]
    if row.params_total:
        lines.append(
            f"Keras prints {row.params_total:,} parameters: with BN’s running statistics, which are no parameters here "
            f"({count(row.params)} trainable)."
        )
    if row.aliases:
        lines.append(f"Also called {', '.join(row.aliases)}.")
    return lines


def table(rows: Sequence[Row]) -> Markup:
    """The rows as they are read; counts in full."""
    wanted = {"params": "{:,}", "macs": "{:,}", "top1": "{:.2f}", "error10": "{:.2f}"}
    return fragments.table(
        [
            {
                heading: wanted.get(key, "{}").format(cells[key]) if cells[key] is not None else "–"
                for key, heading in COLUMNS.items()
            }
            for cells in map(facts, rows)
        ]
    )


def card(row: Row) -> Markup:
    """What there is to know of a net."""
    lines = [
        f"{row.params:,} parameters, {row.macs:,} MACs for a picture of {'×'.join(map(str, row.input))}: {row.source}.",
        *about(row),
        *measured(row),
    ]
    return Markup('<div class="note">{}</div>').format(joined(lines, Markup("<br>")))


def held(rows: Sequence[Row]) -> str:
    """How many there are, and what their counts are held to."""
    return (
        f"{len(rows)} nets. Parameters and MACs are held to torchvision and timm where these have the net, and to arithmetic "
        "of their own everywhere."
    )
