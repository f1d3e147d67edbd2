"""`python -m explorer questions MODEL`: a sheet of exercises with worked solutions, from a seed."""

from __future__ import annotations

import argparse
import sys

from explorer.cli.flags import Parser, asked, model_flags, one_of, say, scope, show, whole
from explorer.spec import ResNetSpec, resolve

FORMATS = ("json", "html", "gift", "moodle", "qti")
MOST_NETS = 12


def flags(made: Parser) -> None:
    """The command's flags."""
    model_flags(made)
    made.add_argument("--count", metavar="N", default="10", help="how many; 10")
    made.add_argument("--seed", metavar="N|v1-N", default="1", help="the same seed and version give the same sheet; 1")
    made.add_argument("--nets", metavar="MODEL,…", help="further nets to ask of, in turn with MODEL")
    made.add_argument("--topics", metavar="shapes,params,…", help="all that the nets have, without it")
    made.add_argument("--level", metavar="first|formula|all", default="all", help="how hard, at most; all")
    made.add_argument("--format", metavar="|".join(FORMATS), default="json")


def run(given: argparse.Namespace) -> int:
    """Answer; the exit code. Raises `ValueError` naming field, value and choices."""
    form = one_of("format", given.format, FORMATS)
    net = asked(given)
    scope(given, "questions", {"batch": "draws its own batches"})
    from explorer.questions import sheet, write  # torch: only now
    from explorer.questions.kinds import LEVELS

    count = whole("count", given.count, 1, sheet.MAX_COUNT)
    version, seed = sheet.seeded(given.seed)
    size = (net.height, net.width) if given.input is not None else None
    specs = [net.spec, *_others(given.nets)]
    level = one_of("level", given.level, tuple(LEVELS))
    able = {topic for spec in specs for topic in sheet.every_topic(spec, size, version, level)}
    among = sheet.topics(given.topics if given.topics is not None else ",".join(able))
    written = write.FORMS[form].write(sheet.sheet(specs, count, seed, among, size, version, level))
    if isinstance(written, bytes) and sys.stdout.isatty():
        raise ValueError(f"format={form!r}: this is a zip; send it to a file: … > sheet.zip")
    say(net.notes)
    return show(written) if isinstance(written, str) else _send(written)


def _others(nets: str | None) -> list[ResNetSpec]:
    names = [] if nets is None else nets.split(",")
    if len(names) > MOST_NETS:
        raise ValueError(f"nets={nets[:60] if nets else ''!r}: name at most {MOST_NETS}")
    return [resolve(name.strip()).spec for name in names]


def _send(packed: bytes) -> int:
    sys.stdout.flush()
    sys.stdout.buffer.write(packed)
    sys.stdout.buffer.flush()
    return 0
