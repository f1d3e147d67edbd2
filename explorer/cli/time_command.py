"""`python -m explorer time MODEL[,MODEL…]`: times models on this machine and saves runs that the page can load.

What cannot be done is said before anything is measured; the file is written after each run, so that a refusal or an
interruption later on loses nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli import flags as cli
from explorer.spec import ResNetSpec
from explorer.timing.data.settings import CHOICES, Settings

if TYPE_CHECKING:  # needs torch: not before there is something to measure
    from explorer.timing.data.records import RunRow
    from explorer.timing.measure.parts import Parts

LISTS = ("dtype", "memory_format", "compile")  # flags that take several values, separated by commas


def flags(made: cli.Parser) -> None:
    """The command's flags."""
    made.says = "time"
    made.description = (
        "Time forward passes of the real model. Several models, batches, "
        "thread counts, dtypes, memory formats or ways to compile, separated by commas, are timed in turn."
    )
    cli.model_flags(made, several=True)
    made.add_argument("--device", default="auto", help="auto, cpu, mps, cuda, cuda:1 (auto: a GPU if there is one)")
    for name in LISTS:
        made.add_argument(f"--{name.replace('_', '-')}", default=CHOICES[name][0], help=", ".join(CHOICES[name]))
    made.add_argument("--cuda-graph", action="store_true", help="replay the pass as one CUDA graph")
    made.add_argument("--same-input", action="store_true", help="the same picture each pass, not fresh ones")
    made.add_argument("--threads", help="1, or 1,2 (CPU; default: torch's own)")
    made.add_argument("--budget", type=float, default=2.0, metavar="SECONDS", help="to measure for, after warm-up")
    made.add_argument("--parts", action="store_true", help="also where the time goes, layer by layer")
    made.add_argument("--limit", action="store_true", help="also what the device can do, and the per cent reached")
    made.add_argument("--save", metavar="FILE", help="write all runs with their raw times and provenance as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 with one line on stderr for each thing that cannot be done; the rest is done all the same."""
    try:
        found = nets(args)
        asked = [(net.spec, settings) for net in found for settings in settings_of(args, net)]
        path = writable(args.save) if args.save else None
        for _, settings in asked:
            possible(settings, args)
        for net in found:
            cli.say(net.notes)
        refused = measured(asked, args, path)
    except (ValueError, OSError) as error:
        return said(error)
    return 2 if refused else 0


def measured(asked: Sequence[tuple[ResNetSpec, Settings]], args: argparse.Namespace, path: Path | None) -> int:
    """Time one after another, and save after each; how many were refused."""
    rows: list[RunRow] = []
    refused = 0
    for spec, settings in asked:
        try:
            rows.append(timed_row(spec, settings, args))
        except ValueError as error:
            refused += 1
            said(error)
            continue
        if path:
            save(path, rows)
    if path and rows:
        print(f"saved {len(rows)} run{'s' * (len(rows) != 1)} to {path}")
    return refused


def said(error: Exception) -> int:
    """One line on stderr."""
    print(f"time: {cli.one_line(str(error))}", file=sys.stderr)
    return 2


def writable(name: str) -> Path:
    """Raises `ValueError` for a path that cannot be written, before the minutes are spent."""
    path = Path(name)
    place = path if path.exists() else path.parent
    if path.is_dir() or not path.parent.is_dir() or not os.access(place, os.W_OK):
        raise ValueError(f"save={name[:200]!r}: cannot be written; choose a file in a folder that is there")
    return path


def possible(settings: Settings, args: argparse.Namespace) -> None:
    """Raises `ValueError` for what this machine, or these flags together, cannot do."""
    from explorer.timing.measure.hardware import compiler, resolve

    settings = resolve(settings)
    if settings.compile != "eager" and not compiler(settings.kind):
        raise ValueError(f"compile={settings.compile!r}: this machine has no compiler for it; choose compile=eager")
    if args.parts and (settings.compile != "eager" or settings.cuda_graph):
        how = "cuda_graph=True" if settings.cuda_graph else f"compile={settings.compile!r}"
        raise ValueError(f"{how}: has no module ends to cut at; leave --parts away, or choose compile=eager")


def nets(args: argparse.Namespace) -> list[cli.Asked]:
    """Every model that is named, with the flags put over it."""
    return [cli.asked(args, name.strip()) for name in args.model.split(",")]


def settings_of(args: argparse.Namespace, net: cli.Asked) -> list[Settings]:
    height, width = net.height, net.width
    modes = ([value.strip() for value in getattr(args, name).split(",")] for name in LISTS)
    return [
        Settings(
            args.device,
            dtype,
            layout,
            batch,
            height,
            width,
            way,
            args.cuda_graph,
            not args.same_input,
            threads,
            args.budget,
        )
        for dtype, layout, way, batch, threads in product(
            *modes, numbers("batch", args.batch or "1"), numbers("threads", args.threads)
        )
    ]


def numbers(name: str, text: str | None) -> list[int | None]:
    """'1,8' → [1, 8]; None → [None]."""
    if text is None:
        return [None]
    if not all(part.strip().isdecimal() for part in text.split(",")):
        raise ValueError(f"{name}={text[:40]!r}: write whole numbers separated by commas, like 1,8,32")
    return [int(part) for part in text.split(",")]


def timed_row(spec: ResNetSpec, settings: Settings, args: argparse.Namespace) -> RunRow:
    """Measure, print, and return the row for the file."""
    from explorer.timing.data.records import Cut, row_of
    from explorer.timing.measure.against_limit import Limit, rooflined
    from explorer.timing.measure.ceilings import ceilings
    from explorer.timing.measure.forward import measure
    from explorer.timing.measure.parts import profile
    from explorer.timing.said.sentences import reached, stamp

    seen = measure(spec, settings)
    print(f"{seen.title:<24} {seen.headline:<34} n {seen.summary.n}\n  {stamp(seen.settings, seen.provenance)}")
    parts = profile(spec, seen.settings) if args.parts else None
    if parts is not None:
        print_parts(parts)
    limits = ceilings(seen.settings) if args.limit else None
    if limits is not None:
        print(f"  {reached(Limit(seen, parts, limits, rooflined(seen, parts, limits)))}")
    for text in (*seen.warnings, *(parts.warnings if parts else ())):
        print(f"  ! {text}", file=sys.stderr)
    return row_of(
        seen,
        [(part.path, part.seconds) for part in parts.parts] if parts else (),
        parts.overhead if parts else None,
        limits.as_row() if limits else None,
        Cut(parts.level, parts.whole_s, parts.plain_s, parts.n, parts.noise) if parts else None,
    )


def print_parts(parts: Parts) -> None:
    """Seconds and share of each stage, and how the parts were cut."""
    from explorer.timing.measure.parts import rolled_up
    from explorer.timing.said.sentences import cut

    for name, seconds in rolled_up(parts.parts, "stage").items():
        print(f"  {name:<10} {seconds * 1e3:9.3f} ms  {seconds / parts.whole_s:6.1%}")
    print(f"  {cut(parts)}")


def save(path: Path, rows: Sequence[RunRow]) -> None:
    """All rows so far; a file that was there is replaced at once, never half written."""
    from explorer.timing.data.records import dumps

    part = path.with_name(f"{path.name}.part")
    part.write_text(dumps(rows), encoding="utf-8")
    part.replace(path)
