"""The terminal's face: the same facts as the app, as text, JSON, CSV, Markdown or code.

    python -m explorer resnet50
    python -m explorer resnet34 --shortcut none --input 197x211 --format json
    python -m explorer time resnet50

Bad input ends with exit code 2 and one line on stderr. Torch is imported only once the input is known to be good.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from explorer import spec as axes
from explorer.cli.ask import QUESTIONS
from explorer.cli.ask import main as ask_main
from explorer.cli.flags import Parser, asked, model_flags, one_of, say, scope, show, whole

FORMATS = ("table", "json", "csv", "code", "report")
LEVELS = ("stages", "blocks", "layers")
COMMANDS = {  # imported when asked for
    "time": "explorer.cli.time_command",
    "look": "explorer.cli.look",
    "identify": "explorer.cli.identify",
    "glossary": "explorer.cli.glossary",
    "questions": "explorer.cli.exercises",
}
UNUSED = {  # format → flag → why it would change nothing
    "code": {"batch": "is the same for every batch", "level": "has no levels"},
    "report": {"level": "holds all levels"},
}


def parser() -> Parser:
    """Every flag of the contract. Values stay text: the spec's own checks say what is wrong with them."""
    made = Parser(
        "python -m explorer",
        description="The facts of any ResNet.",
        allow_abbrev=False,
        epilog="Instead of a MODEL: proof, cost, flops, memory, field, torchinfo, compare, figure, paper, nets "
        "(python -m explorer proof --help), time, which measures a forward pass on this machine, look, which sends a "
        "picture through a net, identify, which says of which net a checkpoint or config is, glossary, which says what a "
        "word means, or questions, which writes exercises with their solutions.",
    )
    model_flags(made)
    made.add_argument("--format", metavar="|".join(FORMATS), default="table")
    made.add_argument(
        "--level", metavar="|".join(LEVELS), help="rows of the CSV (layers), or the table's finest (blocks)"
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):  # a C locale cannot print ×
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if words[:1] and words[0] in COMMANDS:
        run: int = import_module(COMMANDS[words[0]]).main(words[1:])
        return run
    if words[:1] and words[0] in QUESTIONS:
        return ask_main(words)
    reader = parser()
    given = reader.parse_args(words)
    try:
        text = render(given)
    except ValueError as error:
        reader.error(str(error))
    return show(text)


def render(given: argparse.Namespace) -> str:
    """What the parsed arguments ask for. Raises `ValueError` naming field, value and choices."""
    one_of("format", given.format, FORMATS)
    level = one_of("level", given.level, LEVELS) if given.level is not None else None
    net = asked(given)
    batch = whole("batch", given.batch or "1", 1, axes.MAX_BATCH)
    scope(given, f"--format {given.format}", UNUSED.get(given.format, {}))
    from explorer.tell import export  # torch: only now

    text = export.WRITERS[given.format](net.spec, net.height, net.width, batch, level)
    say(net.notes)
    return text
