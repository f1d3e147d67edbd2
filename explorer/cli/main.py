"""The terminal's face: the same facts as the app, as text, JSON, CSV, Markdown or code.

    python -m explorer resnet50
    python -m explorer resnet34 --shortcut none --input 197x211 --format json
    python -m explorer time resnet50

Bad input ends with exit code 2 and one line on stderr. Torch is imported only once the input is known to be good.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from explorer import spec as axes
from explorer.spec import ResNetSpec, check_int, named, parse_input, parse_stages, presets

FORMATS = ("table", "json", "csv", "code", "report")
LEVELS = ("stages", "blocks", "layers")
NUMBERS = {  # flag -> spec field, help
    "width": ("width", "channels of the first stage's inner convolutions"),
    "groups": ("groups", "ResNeXt's cardinality"),
    "width-per-group": ("width_per_group", "ResNeXt, Wide ResNet"),
    "in-channels": ("in_channels", "channels of the picture"),
    "classes": ("num_classes", "outputs of fc"),
}


class Parser(argparse.ArgumentParser):
    """argparse that says what is wrong in one line and exits with 2."""

    def error(self, message: str) -> NoReturn:
        line = " ".join(message.split())
        self.exit(2, f"explorer: {line if len(line) <= 400 else line[:399] + '…'}\n")


def parser() -> Parser:
    """Every flag of the contract. Values stay text: the spec's own checks say what is wrong with them."""
    made = Parser("python -m explorer", description="The facts of any ResNet.", allow_abbrev=False,
                  epilog="Instead of a MODEL: proof, cost, flops, memory, field, torchinfo, compare, figure, paper, nets "
                         "(python -m explorer proof --help), or time, which measures a forward pass on this machine.")
    model_flags(made)
    made.add_argument("--format", metavar="|".join(FORMATS), default="table")
    made.add_argument("--level", metavar="|".join(LEVELS), help="rows of the CSV (layers), or the table's finest (blocks)")
    return made


def model_flags(made: Parser) -> None:
    """The model and its input, as every command takes them."""
    made.add_argument("model", metavar="MODEL", help=f"{', '.join(presets())}, or resnetN_cifar with N = 6n+2")
    for name, choices in axes.CHOICES.items():
        made.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="|".join(choices))
    for flag, (field, words) in NUMBERS.items():
        made.add_argument(f"--{flag}", dest=field, metavar="N", help=words)
    made.add_argument("--stages", metavar="3,4,6,3", help="blocks per stage")
    made.add_argument("--input", metavar="224|197x211", help="height × width in pixels")
    made.add_argument("--batch", metavar="N", default="1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):  # a C locale cannot print ×
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if words[:1] == ["time"]:
        from explorer.cli.time_command import main as time_main

        return time_main(words[1:])
    from explorer.cli.ask import QUESTIONS
    from explorer.cli.ask import main as ask_main

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
    spec = chosen_spec(given)
    height, width = parse_input(given.input if given.input is not None else str(spec.default_input))
    batch = whole("batch", given.batch, 1, axes.MAX_BATCH)
    from explorer.tell import export  # torch: only now

    return export.WRITERS[given.format](spec, height, width, batch, level)


def chosen_spec(given: argparse.Namespace) -> ResNetSpec:
    """The preset with every given flag put over it."""
    changes: dict[str, object] = {name: value for name in axes.CHOICES if (value := getattr(given, name)) is not None}
    for field, _ in NUMBERS.values():
        if (value := getattr(given, field)) is not None:
            changes[field] = whole(field, value, *axes.LIMITS[field])
    if given.stages is not None:
        changes["stages"] = parse_stages(given.stages)
    return replace(named(given.model), **changes)


def whole(name: str, text: str, low: int, high: int) -> int:
    """A typed whole number in [low, high]."""
    return check_int(name, int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else text, low, high)


def one_of(name: str, value: str, choices: Sequence[str]) -> str:
    """`value` when it is one of the choices."""
    if value not in choices:
        raise ValueError(f"{name}={value[:60]!r}: choose one of {', '.join(choices)}")
    return value


def show(text: str) -> int:
    """Print, whoever reads; the exit code."""
    try:
        print(text.rstrip("\n"), flush=True)
    except BrokenPipeError:  # `… | head`: the reader has enough
        sys.stdout = None
    return 0
