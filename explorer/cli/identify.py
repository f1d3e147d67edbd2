"""`python -m explorer identify FILE`: which net a checkpoint or a config is of. Nothing in the file is ever run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from explorer.cli.flags import Parser, one_of, show
from explorer.spec import DEFAULTS, named, naming, write_field

if TYPE_CHECKING:  # needs torch
    from explorer.weights import Identified

MOST_SHOWN = 12  # tensors of a list in the table; JSON has all


def flags(made: Parser) -> None:
    """The command's flags."""
    made.description = (
        "Which ResNet a file is of: a checkpoint (.safetensors, .pt, .pth, .th, .bin), of which only names and "
        "shapes are read, or a config (config.json, OpenMMLab's Python, detectron2's YAML)."
    )
    made.add_argument("file", metavar="FILE")
    made.add_argument("--against", metavar="MODEL", help="hold the checkpoint to this net: is it really a resnet50?")
    made.add_argument("--format", metavar="|".join(WRITERS), default="table", help="code: the renaming, as Python")


def run(given: argparse.Namespace) -> int:
    """Answer; the exit code. Raises `ValueError` naming field, value and choices."""
    write = WRITERS[one_of("format", given.format, tuple(WRITERS))]
    against = named(given.against) if given.against is not None else None
    from explorer.weights.anything import identify_file  # torch: only now

    return show(write(identify_file(given.file, against)))


def to_json(answer: Identified) -> str:
    return json.dumps(answer.plain(), indent=2, ensure_ascii=True)


def to_table(answer: Identified) -> str:
    """The answer in sentences; lists of tensors by block."""
    spec = answer.spec
    changed = {name: write_field(value) for name, value in vars(spec).items() if value != DEFAULTS[name]}
    lines = [
        f"{naming.title(spec)} · {naming.layout(spec)} · {answer.params:,} parameters",
        "",
        f"name    {answer.name}",
        f"layout  {answer.layout}",
        f"spec    {' '.join(f'{name}={value}' for name, value in changed.items()) or 'ResNetSpec()'}",
    ]
    for title, said in (("What is special", answer.differences), ("What weights cannot tell", answer.unknowable)):
        lines += ["", title, *(f"  {printable(one)}" for one in said or ("nothing",))]
    return "\n".join([*lines, *_tensors(answer)])


def _tensors(answer: Identified) -> list[str]:
    from explorer.weights.match import grouped

    if answer.found is None:
        return []
    matched, lines = answer.found.matched, []
    if matched.fits:
        return ["", "Every tensor of the net is in the file, and no other."]
    for title, ours in (("missing", matched.missing), ("unexpected", matched.extra), ("misshapen", matched.misshapen)):
        names = getattr(answer, title)
        if names:
            lines += ["", f"{title}: {len(names):,}"]
            blocks = {block: len(some) for block, some in grouped(ours).items()}
            if title == "unexpected" and matched.unknown:
                blocks["unknown names"] = len(matched.unknown)
            lines.append("  by block: " + ", ".join(f"{block} {count}" for block, count in list(blocks.items())[:20]))
            lines += [f"  {printable(name)}" for name in names[:MOST_SHOWN]]
            lines += [f"  … and {len(names) - MOST_SHOWN:,} more"] if len(names) > MOST_SHOWN else []
    return lines


def to_code(answer: Identified) -> str:
    """The renaming from the file's names to ours, as a few lines of Python."""
    from explorer.weights import renaming

    if answer.found is None:
        raise ValueError("format=code: a config has no tensors to rename; choose table or json")
    return renaming.code(answer.found.recognised, answer.spec)


def printable(text: str) -> str:
    """A name out of a file as a terminal may print it: no control characters."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


WRITERS: dict[str, Callable[..., str]] = {"table": to_table, "json": to_json, "code": to_code}
