"""`python -m explorer time MODEL[,MODEL…]`: times models on this machine and saves runs that the page can load.

What cannot be done is said before anything is measured; the file is written after each run, so that a refusal or an
interruption later on loses nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from explorer.spec import CHOICES as AXES
from explorer.spec import ResNetSpec, parse_input, parse_stages, preset
from explorer.timing.data.settings import CHOICES, Settings

LISTS = ("dtype", "memory_format", "compile")  # flags that take several values, separated by commas
SPEC_FLAGS = ("block", "shortcut", "stride_on", "activation", "norm")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> None:
        raise ValueError(message)


def parser() -> argparse.ArgumentParser:
    made = Parser(
        "python -m explorer time",
        description="Time forward passes of the real model. Several models, batches, "
        "thread counts, dtypes, memory formats or ways to compile, separated by commas, are timed in turn.",
    )
    made.add_argument("model", help="resnet50, or resnet18,resnet34,…")
    for name in SPEC_FLAGS:
        made.add_argument(f"--{name.replace('_', '-')}", choices=AXES[name])
    made.add_argument("--stages", help="blocks per stage, like 3,4,6,3")
    made.add_argument("--classes", type=int)
    made.add_argument("--input", help="224 or 197x211")
    made.add_argument("--device", default="auto", help="auto, cpu, mps, cuda, cuda:1 (auto: a GPU if there is one)")
    made.add_argument("--batch", default="1", help="1, or 1,8,32")
    for name in LISTS:
        made.add_argument(f"--{name.replace('_', '-')}", default=CHOICES[name][0], help=", ".join(CHOICES[name]))
    made.add_argument("--cuda-graph", action="store_true", help="replay the pass as one CUDA graph")
    made.add_argument("--same-input", action="store_true", help="the same picture each pass, not fresh ones")
    made.add_argument("--threads", help="1, or 1,2 (CPU; default: torch's own)")
    made.add_argument("--budget", type=float, default=2.0, metavar="SECONDS", help="to measure for, after warm-up")
    made.add_argument("--parts", action="store_true", help="also where the time goes, layer by layer")
    made.add_argument("--limit", action="store_true", help="also what the device can do, and the per cent reached")
    made.add_argument("--save", metavar="FILE", help="write all runs with their raw times and provenance as JSON")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 with one line on stderr for each thing that cannot be done; the rest is done all the same."""
    try:
        args = parser().parse_args(argv)
        asked = [(spec, settings) for spec in specs(args) for settings in settings_of(args, spec)]
        path = writable(args.save) if args.save else None
        for _, settings in asked:
            possible(settings, args)
        refused = run(asked, args, path)
    except (ValueError, OSError) as error:
        return said(error)
    return 2 if refused else 0


def run(asked: Sequence[tuple[ResNetSpec, Settings]], args: argparse.Namespace, path: Path | None) -> int:
    """Time one after another, and save after each; how many were refused."""
    rows: list[dict[str, object]] = []
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
    print(f"time: {error}", file=sys.stderr)
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


def specs(args: argparse.Namespace) -> list[ResNetSpec]:
    changes = {name: getattr(args, name) for name in SPEC_FLAGS if getattr(args, name)}
    changes |= {"stages": parse_stages(args.stages)} if args.stages else {}
    changes |= {"num_classes": args.classes} if args.classes is not None else {}
    return [replace(preset(name.strip()), **changes) for name in args.model.split(",")]


def settings_of(args: argparse.Namespace, spec: ResNetSpec) -> list[Settings]:
    height, width = parse_input(args.input or str(spec.default_input))
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
            *modes, numbers("batch", args.batch), numbers("threads", args.threads)
        )
    ]


def numbers(name: str, text: str | None) -> list[int | None]:
    """'1,8' → [1, 8]; None → [None]."""
    if text is None:
        return [None]
    if not all(part.strip().isdecimal() for part in text.split(",")):
        raise ValueError(f"{name}={text[:40]!r}: write whole numbers separated by commas, like 1,8,32")
    return [int(part) for part in text.split(",")]


def timed_row(spec: ResNetSpec, settings: Settings, args: argparse.Namespace) -> dict[str, object]:
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


def print_parts(parts: object) -> None:
    """Seconds and share of each stage, and how the parts were cut. parts: a `timing.parts.Parts`."""
    from explorer.timing.measure.parts import rolled_up
    from explorer.timing.said.sentences import cut

    for name, seconds in rolled_up(parts.parts, "stage").items():
        print(f"  {name:<10} {seconds * 1e3:9.3f} ms  {seconds / parts.whole_s:6.1%}")
    print(f"  {cut(parts)}")


def save(path: Path, rows: Sequence[dict[str, object]]) -> None:
    """All rows so far; a file that was there is replaced at once, never half written."""
    from explorer.timing.data.records import dumps

    part = path.with_name(f"{path.name}.part")
    part.write_text(dumps(rows), encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
