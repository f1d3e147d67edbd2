"""`python -m explorer MODEL`: the app's facts of a net, as text, JSON, CSV, Markdown or code."""

from __future__ import annotations

import argparse

from explorer import spec as axes
from explorer.cli.flags import Parser, asked, model_flags, one_of, say, scope, show, whole

FORMATS = ("table", "json", "csv", "code", "report")
LEVELS = ("stages", "blocks", "layers")
UNUSED = {  # format → flag → why it would change nothing
    "code": {"batch": "is the same for every batch", "level": "has no levels"},
    "report": {"level": "holds all levels"},
}


def flags(made: Parser) -> None:
    """Every flag of the contract. Values stay text: the spec's own checks say what is wrong with them."""
    model_flags(made)
    made.add_argument("--format", metavar="|".join(FORMATS), default="table")
    made.add_argument(
        "--level", metavar="|".join(LEVELS), help="rows of the CSV (layers), or the table's finest (blocks)"
    )


def run(given: argparse.Namespace) -> int:
    """Answer; the exit code. Raises `ValueError` naming field, value and choices."""
    one_of("format", given.format, FORMATS)
    level = one_of("level", given.level, LEVELS) if given.level is not None else None
    net = asked(given)
    batch = whole("batch", given.batch or "1", 1, axes.MAX_BATCH)
    scope(given, f"--format {given.format}", UNUSED.get(given.format, {}))
    from explorer.tell import export  # torch: only now

    text = export.WRITERS[given.format](net.spec, net.height, net.width, batch, level)
    say(net.notes)
    return show(text)
