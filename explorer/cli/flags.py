"""What every command takes: the model and its input as flags, checked by the spec's own rules."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from explorer import spec as axes
from explorer.spec import ResNetSpec, Value, check_int, parse_input, parse_stages, read_field, resolve
from explorer.spec.controls import AXES, idle, varied, worded

INPUT = ("--input", "--image-size", "--img-size")  # the first is ours, the others are what people type
BATCH = ("--batch", "--batch-size")
FACTORS = range(2, 16)  # a width that was meant as a factor


class Parser(argparse.ArgumentParser):
    """argparse that says what is wrong in one line and exits with 2; `--in_channels` is `--in-channels`.

    says: who says it. A command refuses what it doesn't know itself, in its own name.
    """

    says = "explorer"

    def parse_known_args(  # type: ignore[override]  # argparse overloads it for a namespace of another class
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        given, unknown = super().parse_known_args([_dashed(word) for word in args or ()], namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return given, []

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.says}: {one_line(message)}\n")


def _dashed(word: str) -> str:
    flag, equals, value = word.partition("=")
    return flag.replace("_", "-") + equals + value if flag.startswith("--") else word


def one_line(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= 400 else line[:399] + "…"


def model_flags(made: Parser, several: bool = False) -> None:
    """The model and its input, as every command takes them. several: models and batches separated by commas."""
    made.add_argument(
        "model",
        metavar="MODEL[,MODEL…]" if several else "MODEL",
        help="any ResNet by its name: resnet50, resnet50d, WRN-28-10, resnet56_cifar, …",
    )
    made.add_argument("--stages", metavar="3,4,6,3", help="blocks per stage")
    for name in ("block", "shortcut"):
        words = "; ".join(text if text == value else f"{value}: {text}" for value, text in worded(name).items())
        made.add_argument(f"--{name}", metavar="|".join(axes.CHOICES[name]), help=words)
    made.add_argument(*INPUT, dest="input", metavar="224|197x211", help="height × width in pixels")
    made.add_argument(*BATCH, dest="batch", metavar="N[,N…]" if several else "N", help="pictures in a batch; 1")
    groups: dict[str, argparse._ArgumentGroup] = {}
    for one in AXES:
        if one.group not in groups:
            groups[one.group] = made.add_argument_group(one.group)
        names = dict.fromkeys((one.slug, *one.names, one.field))
        how = "|".join(one.values) if one.values else "N" if one.field in axes.LIMITS else "N,N,…"
        words = "; ".join(f"{value}: {text}" for value, text in one.values.items())
        groups[one.group].add_argument(
            *dict.fromkeys(f"--{name.replace('_', '-')}" for name in names),
            dest=one.field,
            metavar=how,
            help=_help(one.label, words, one.help).replace("%", "%%"),
        )


def _help(label: str, words: str, more: str) -> str:
    """'Bias. none: on no convolution; …'. A label that its choice goes on with ("on its 3×3") leaves its end open."""
    goes_on = words and label.endswith((" its", "'s", "’s"))
    first = f"{label} … {words}" if goes_on else ". ".join(filter(None, (label, words)))
    return ". ".join(filter(None, (first, more.rstrip("."))))


@dataclass(frozen=True)
class Asked:
    """The net that a command line means, the size of its picture, and what there is to say of both."""

    spec: ResNetSpec
    height: int
    width: int
    notes: tuple[str, ...]


def asked(given: argparse.Namespace, name: str | None = None) -> Asked:
    """The named net with every given flag put over it. Raises `ValueError` naming field, value and choices."""
    found = resolve(given.model if name is None else name)
    changes = _changes(given)
    spec = varied(found.spec, changes)
    notes = [*found.notes, *idle(spec, changes)]
    if changes.get("width") in FACTORS:
        notes.append(
            f"width={changes['width']} is read as {changes['width']} channels in the first stage, not as a factor; twice as "
            "wide inside, as Wide ResNet-50-2, is --width-per-group 128"
        )
    own = found.input if spec.family == found.spec.family else None
    size = own or (spec.default_input,) * 2
    if given.input is not None:
        batch = str(getattr(given, "batch", None))
        size = parse_input(given.input, spec.in_channels, int(batch) if re.fullmatch("[0-9]{1,9}", batch) else None)
    return Asked(spec, *size, tuple(notes))


def say(notes: Sequence[str]) -> None:
    """What is to be known of an answer, beside it: one line each on stderr."""
    for note in notes:
        print(f"explorer: note: {one_line(note)}", file=sys.stderr)


def _changes(given: argparse.Namespace) -> dict[str, Value]:
    """Field → value, for each flag that is given."""
    changes: dict[str, Value] = {}
    for field in axes.DEFAULTS:
        text = getattr(given, field)
        if text is None:
            continue
        if field in axes.LIMITS:
            changes[field] = whole(field, text, *axes.LIMITS[field])
        elif field == "stages":
            changes[field] = parse_stages(text)
        else:
            changes[field] = read_field(field, text)
    return changes


def scope(given: argparse.Namespace, command: str, unused: Mapping[str, str]) -> None:
    """Raises `ValueError` for a flag that would not change this command's answer, with the reason."""
    for flag, why in unused.items():
        value = getattr(given, flag)
        if value not in (None, "1"):
            raise ValueError(f"{flag}={value[:60]!r}: {command} {why}; leave --{flag} away")


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
