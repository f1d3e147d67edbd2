"""The terminal's face: one tree of commands, each with its flags; the same facts as the app.

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
from typing import Protocol

from explorer.cli.ask import QUESTIONS, Asking
from explorer.cli.flags import Parser

FACTS = "facts"  # what a MODEL alone asks for
MODULES = {  # command → (its module, imported when asked for; what it answers; the app's page of it)
    FACTS: ("facts", f"every fact of a net; `python -m explorer MODEL` is short for {FACTS} MODEL", "Architecture"),
    "time": ("time_command", "measures a forward pass on this machine", "Timing"),
    "look": ("look", "sends a picture through a net", "Feature maps"),
    "identify": ("identify", "says of which net a checkpoint or config is", "From a file"),
    "glossary": ("glossary", "says what a word means", "Explain it to me"),
    "questions": ("exercises", "writes exercises with their solutions", "Practice"),
    "lecture": ("lecture", "writes the tour, or a lecture of your own, as one file", "Lecture"),
}
PAGES = {name: page for name, (*_, page) in MODULES.items()} | {name: one.page for name, one in QUESTIONS.items()}
COMMANDS = {name: says for name, (_, says, _) in MODULES.items()} | {name: one.help for name, one in QUESTIONS.items()}


class Command(Protocol):
    """What a command is: a module of this room, or one of its questions."""

    def flags(self, made: Parser) -> None:
        """Put the command's flags on its parser."""

    def run(self, given: argparse.Namespace) -> int:
        """Answer what was parsed; the exit code. Raises `ValueError` naming field, value and choices."""


class Tree(Parser):
    """Its help says the commands, then the flags of the usual one."""

    def format_help(self) -> str:
        return f"{super().format_help()}\n{parser(FACTS).format_help()}"


def tree(command: str) -> tuple[Parser, Parser]:
    """All commands, and the asked one with its flags: the others' modules are not imported."""
    made = Tree("python -m explorer", description="The facts of any ResNet.", allow_abbrev=False)
    names = made.add_subparsers(
        title="commands [the app's page of it]", metavar="COMMAND", dest="command", required=True, parser_class=Parser
    )
    parsers = {
        name: names.add_parser(name, help=f"{says} [{PAGES[name]}]", description=says, allow_abbrev=False)
        for name, says in COMMANDS.items()
    }
    chosen = parsers[command]
    found = load(command)
    found.flags(chosen)
    chosen.set_defaults(run=found.run)
    return made, chosen


def load(command: str) -> Command:
    """The command of this name."""
    if command in QUESTIONS:
        return Asking(command)
    found: Command = import_module(f"explorer.cli.{MODULES[command][0]}")
    return found


def parser(command: str = FACTS) -> Parser:
    """The flags of one command."""
    return tree(command)[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):  # a C locale cannot print ×
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if not (words and (words[0] in COMMANDS or words[0] in ("-h", "--help"))):
        words = [FACTS, *words]
    whole, chosen = tree(words[0] if words[0] in COMMANDS else FACTS)
    given = whole.parse_args(words)
    try:
        code: int = given.run(given)
    except ValueError as error:
        chosen.error(str(error))
    return code
