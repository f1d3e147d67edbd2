"""What every command takes: the model and its input as flags, checked by the spec's own rules."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from explorer import spec as axes
from explorer.spec import ResNetSpec, check_int, named, parse_stages, presets, read_field

NUMBERS = {  # flag -> spec field, help
    "width": ("width", "channels of the first stage's inner convolutions"),
    "groups": ("groups", "ResNeXt's cardinality"),
    "width-per-group": ("width_per_group", "ResNeXt, Wide ResNet"),
    "in-channels": ("in_channels", "channels of the picture"),
    "classes": ("num_classes", "outputs of fc; 0 leaves it out"),
    "attention-reduction": ("attention_reduction", "squeeze-and-excitation's, 16 as published"),
    "output-stride": ("output_stride", "32, 16 or 8: by dilation"),
}
LISTS = {  # flag -> spec field, help
    "stem-widths": ("stem_widths", "channels of the stem's convolutions"),
    "widths": ("widths", "inner channels of each stage"),
    "strides": ("strides", "of each stage"),
}


class Parser(argparse.ArgumentParser):
    """argparse that says what is wrong in one line and exits with 2."""

    def error(self, message: str) -> NoReturn:
        line = " ".join(message.split())
        self.exit(2, f"explorer: {line if len(line) <= 400 else line[:399] + '…'}\n")


def model_flags(made: Parser) -> None:
    """The model and its input, as every command takes them."""
    made.add_argument("model", metavar="MODEL", help=f"{', '.join(presets())}, or resnetN_cifar with N = 6n+2")
    for name, choices in axes.CHOICES.items():
        made.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="|".join(choices))
    for flag, (field, words) in NUMBERS.items():
        made.add_argument(f"--{flag}", dest=field, metavar="N", help=words)
    for flag, (field, words) in LISTS.items():
        made.add_argument(f"--{flag}", dest=field, metavar="N,N,…", help=words)
    made.add_argument("--stages", metavar="3,4,6,3", help="blocks per stage")
    made.add_argument("--input", metavar="224|197x211", help="height × width in pixels")
    made.add_argument("--batch", metavar="N", default="1")


def chosen_spec(given: argparse.Namespace) -> ResNetSpec:
    """The preset with every given flag put over it."""
    changes: dict[str, object] = {name: value for name in axes.CHOICES if (value := getattr(given, name)) is not None}
    for field, _ in NUMBERS.values():
        if (value := getattr(given, field)) is not None:
            changes[field] = whole(field, value, *axes.LIMITS[field])
    for field, _ in LISTS.values():
        if (value := getattr(given, field)) is not None:
            changes[field] = read_field(field, value)
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
