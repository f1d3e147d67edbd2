"""`python -m explorer time MODEL[,MODEL…]`: times models on this machine and saves runs that the page can load."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from explorer.spec import CHOICES as AXES
from explorer.spec import ResNetSpec, parse_input, parse_stages, preset
from explorer.timing.settings import CHOICES, Settings

SPEC_FLAGS = ("block", "shortcut", "stride_on", "activation", "norm")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser("python -m explorer time", description="Time forward passes of the real model. "
                                   "Several models, batches or thread counts, separated by commas, are timed in turn.")
    made.add_argument("model", help="resnet50, or resnet18,resnet34,…")
    for name in SPEC_FLAGS:
        made.add_argument(f"--{name.replace('_', '-')}", choices=AXES[name])
    made.add_argument("--stages", help="blocks per stage, like 3,4,6,3")
    made.add_argument("--classes", type=int)
    made.add_argument("--input", help="224 or 197x211")
    made.add_argument("--device", default="auto", help="auto, cpu, mps, cuda, cuda:1 (auto: a GPU if there is one)")
    made.add_argument("--batch", default="1", help="1, or 1,8,32")
    made.add_argument("--dtype", default="fp32", choices=CHOICES["dtype"])
    made.add_argument("--memory-format", default="contiguous", choices=CHOICES["memory_format"])
    made.add_argument("--compile", default="eager", choices=CHOICES["compile"])
    made.add_argument("--cuda-graph", action="store_true", help="replay the pass as one CUDA graph")
    made.add_argument("--same-input", action="store_true", help="the same picture each pass, not fresh ones")
    made.add_argument("--threads", help="1, or 1,2 (CPU; default: torch's own)")
    made.add_argument("--budget", type=float, default=2.0, metavar="SECONDS", help="to measure for, after warm-up")
    made.add_argument("--parts", action="store_true", help="also where the time goes, layer by layer")
    made.add_argument("--limit", action="store_true", help="also what the device can do, and the per cent reached")
    made.add_argument("--save", metavar="FILE", help="write all runs with their raw times and provenance as JSON")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 with one line on stderr for what cannot be done."""
    args = parser().parse_args(argv)
    try:
        asked = [(spec, settings) for spec in specs(args) for settings in settings_of(args, spec)]
        rows = [timed_row(spec, settings, args) for spec, settings in asked]
        if args.save:
            save(Path(args.save), rows)
    except (ValueError, OSError) as error:
        print(f"time: {error}", file=sys.stderr)
        return 2
    return 0


def specs(args: argparse.Namespace) -> list[ResNetSpec]:
    changes = {name: getattr(args, name) for name in SPEC_FLAGS if getattr(args, name)}
    changes |= {"stages": parse_stages(args.stages)} if args.stages else {}
    changes |= {"num_classes": args.classes} if args.classes is not None else {}
    return [replace(preset(name.strip()), **changes) for name in args.model.split(",")]


def settings_of(args: argparse.Namespace, spec: ResNetSpec) -> list[Settings]:
    height, width = parse_input(args.input or str(spec.default_input))
    return [Settings(args.device, args.dtype, args.memory_format, batch, height, width, args.compile, args.cuda_graph,
                     not args.same_input, threads, args.budget)
            for batch, threads in product(numbers("batch", args.batch), numbers("threads", args.threads))]


def numbers(name: str, text: str | None) -> list[int | None]:
    """'1,8' → [1, 8]; None → [None]."""
    if text is None:
        return [None]
    if not all(part.strip().isdecimal() for part in text.split(",")):
        raise ValueError(f"{name}={text[:40]!r}: write whole numbers separated by commas, like 1,8,32")
    return [int(part) for part in text.split(",")]


def timed_row(spec: ResNetSpec, settings: Settings, args: argparse.Namespace) -> dict[str, object]:
    """Measure, print, and return the row for the file."""
    from explorer.timing.ceilings import ceilings
    from explorer.timing.forward import measure
    from explorer.timing.limit import rooflined
    from explorer.timing.parts import profile, rolled_up
    from explorer.timing.records import row_of

    seen = measure(spec, settings)
    print(f"{seen.title:<24} {seen.headline:<34} n {seen.summary.n:<5} {seen.settings.words}")
    parts = profile(spec, seen.settings) if args.parts else None
    if parts is not None:
        for name, seconds in rolled_up(parts.parts, "stage").items():
            print(f"  {name:<10} {seconds * 1e3:9.3f} ms  {seconds / parts.whole_s:6.1%}")
        print(f"  overhead of the marks {parts.overhead:+.1%}, sum of parts / whole {parts.sum_over_whole:.3f}")
    limits = ceilings(seen.settings) if args.limit else None
    if limits is not None:
        print(f"  {rooflined(seen, parts, limits).sentence}")
    for text in (*seen.warnings, *(parts.warnings if parts else ())):
        print(f"  ! {text}", file=sys.stderr)
    return row_of(seen, [(part.path, part.seconds) for part in parts.parts] if parts else (),
                  parts.overhead if parts else None, limits.as_row() if limits else None)


def save(path: Path, rows: Sequence[dict[str, object]]) -> None:
    from explorer.timing.records import dumps

    path.write_text(dumps(rows), encoding="utf-8")
    print(f"saved {len(rows)} run{'s' * (len(rows) != 1)} to {path}")


if __name__ == "__main__":
    sys.exit(main())
