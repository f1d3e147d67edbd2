"""`python -m explorer questions MODEL`: a sheet of exercises with worked solutions, from a seed."""

from __future__ import annotations

import argparse

from explorer.cli.flags import Parser, asked, model_flags, one_of, say, scope, show, whole

FORMATS = ("json", "html", "gift", "moodle")


def flags(made: Parser) -> None:
    """The command's flags."""
    model_flags(made)
    made.add_argument("--count", metavar="N", default="10", help="how many; 10")
    made.add_argument("--seed", metavar="N", default="1", help="the same seed gives the same sheet; 1")
    made.add_argument("--topics", metavar="shapes,params,…", help="all that this net has, without it")
    made.add_argument("--format", metavar="|".join(FORMATS), default="json")


def run(given: argparse.Namespace) -> int:
    """Answer; the exit code. Raises `ValueError` naming field, value and choices."""
    form = one_of("format", given.format, FORMATS)
    net = asked(given)
    scope(given, "questions", {"batch": "draws its own batches"})
    from explorer.questions import sheet, write  # torch: only now

    count = whole("count", given.count, 1, sheet.MAX_COUNT)
    seed = whole("seed", given.seed, 0, sheet.MAX_SEED)
    size = (net.height, net.width) if given.input is not None else None
    among = sheet.topics(given.topics) if given.topics is not None else sheet.every_topic(net.spec, size)
    text = write.WRITERS[form](sheet.sheet(net.spec, count, seed, among, size))
    say(net.notes)
    return show(text)
