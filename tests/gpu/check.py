"""Check and record the GPU of this machine: `python3 tests/gpu/check.py [--out FOLDER] [--minutes 9]`.

Needs Python ≥ 3.11, PyTorch ≥ 2.11, numpy and this checkout; no network. Prints a line per step and at the end
`N passed, N failed, N skipped`; FOLDER holds the runs, named after the card, and the report. Exit code 0, 1 when a check
failed, 2 for a bad command, 3 without a GPU.
"""

from __future__ import annotations

import argparse
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

START_S = time.monotonic()
ROOT = Path(__file__).resolve().parent.parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

NO_GPU, BAD_COMMAND = 3, 2
OLDEST = (2, 11)
MINUTES = (0.2, 120.0)
CLOSING_S = 4.0  # to write the last files
STARTS_S, STARTING_S = 90.0, 10.0  # to import torch and wake the card: at most, and as a rule


def main(argv: Sequence[str] | None = None) -> int:
    try:
        args = parsed(argv)
    except ValueError as error:
        print(f"check: {error}", file=sys.stderr)
        return BAD_COMMAND
    try:
        import torch
    except ImportError:
        print("check: PyTorch is not installed for this Python", file=sys.stderr)
        return BAD_COMMAND
    device = "cpu" if args.rehearse else gpu(torch)
    if device is None:
        print(f"No GPU here: torch {torch.__version__} sees neither CUDA, ROCm nor MPS. Nothing was checked.")
        return NO_GPU
    if old(torch.__version__):
        print(f"! torch {torch.__version__}: the explorer is tested from 2.11 on")
    return run(args, device, torch.__version__)


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """Raises `ValueError` for what is not understood."""

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> None:
            raise ValueError(message)

    made = Parser("tests/gpu/check.py", description="Check and record the GPU of this machine.")
    made.add_argument("--out", default="gpu-check", metavar="FOLDER", help="for the runs and the report")
    made.add_argument("--minutes", type=float, default=9.0, help="after which it ends, whatever is left")
    made.add_argument("--rehearse", action="store_true", help="on the CPU with tiny nets: tests the command, no GPU")
    made.add_argument("--only", default="", metavar="STEPS", help="such as clocks,graph: these steps and no others")
    args = made.parse_args(argv)
    low, high = MINUTES
    if not low <= args.minutes <= high:
        raise ValueError(f"minutes={args.minutes}: choose from {low} to {high:.0f}")
    out = Path(args.out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"out={args.out!r}: is a file; choose a folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / ".part").write_text("")
        (out / ".part").unlink()
    except OSError as error:
        raise ValueError(f"out={args.out!r}: cannot be written ({error.strerror})") from None
    return args


def gpu(torch: Any) -> str | None:
    """The first one; None without."""
    if torch.cuda.is_available():
        return "cuda:0"
    return "mps" if torch.backends.mps.is_available() else None


def old(version: str) -> bool:
    return tuple(int(part) for part in version.split("+")[0].split(".")[:2] if part.isdigit()) < OLDEST


def run(args: argparse.Namespace, device: str, torch_version: str) -> int:
    """Every step that applies and fits into the time; exit code 0 or 1."""
    from tests.gpu.plan import steps_of
    from tests.gpu.report import LOG, Folder

    try:
        asked = steps_of(args.only)
    except ValueError as error:
        print(f"check: {error}", file=sys.stderr)
        return BAD_COMMAND
    signal.signal(signal.SIGTERM, _interrupted)
    out = Path(args.out)
    with (out / LOG).open("wb") as log:
        hand = Hand(device, args.rehearse, log)
        try:
            name, kind = hand.start(time.monotonic() + STARTS_S)
            about = {
                "device": name,
                "kind": kind,
                "torch": torch_version,
                "python": platform.python_version(),
                "system": f"{platform.system()} {platform.machine()}",
                "minutes": args.minutes,
                "rehearsal": args.rehearse or None,
            }
            folder = Folder(out, about)
            folder.save()
            print(f"{name} · torch {torch_version} · {args.minutes:g} minutes · into {out}", flush=True)
            carry_out(asked, kind, folder, hand, START_S + args.minutes * 60 - CLOSING_S)
        except KeyboardInterrupt:  # between two steps
            pass
        except Lost as error:
            print(f"check: {error}; see {out / LOG}", file=sys.stderr)
            return 1
        finally:
            hand.end()
    folder.save()
    print(f"\n{len(folder.runs)} runs in {folder.runs_file}, the report in {out / 'report.md'}" if folder.runs else "")
    print(folder.closing, flush=True)
    return 1 if folder.counts["failed"] else 0


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


class Lost(Exception):
    """The worker ended, or was ended, in the midst of a step."""


class Late(Lost):
    """It was ended, since it took too long."""


class Hand:
    """The worker's process, started anew after it was lost."""

    def __init__(self, device: str, tiny: bool, log: Any) -> None:
        self.arguments = ("-m", "tests.gpu.worker", device, *["tiny"] * tiny)
        self.log, self.child = log, None

    @property
    def up(self) -> bool:
        return self.child is not None

    def start(self, until_s: float) -> tuple[str, str]:
        """(the card's name, its kind). Raises `Lost` when it does not come up."""
        from explorer.apart import Child

        self.child = Child(self.arguments, self.log)
        message = self._next(until_s)
        return message[1], message[2]

    def do(self, key: str, notes: dict[str, dict], until_s: float, take: Callable[[str, Any], None]) -> Any:
        """What the step found; `take` gets what comes on the way. Raises `Lost`."""
        if self.child is None:
            self.start(until_s)
        self.child.ask((key, notes))
        while True:
            kind, *value = self._next(until_s)
            if kind == "done":
                return value[0]
            take(kind, value[0])

    def _next(self, until_s: float) -> tuple:
        import queue

        try:
            message = self.child.told.get(timeout=max(0.01, until_s - time.monotonic()))
        except queue.Empty:
            self.end()
            raise Late("it took too long and was ended") from None
        if message is None:
            code = self.end()
            raise Lost(f"the process that worked on the card broke off (exit code {code})")
        return message

    def end(self) -> int | None:
        child, self.child = self.child, None
        return None if child is None else child.end()


def carry_out(
    steps: Sequence[Any], kind: str, folder: Any, hand: Any, end_s: float, now: Callable[[], float] = time.monotonic
) -> None:
    """Step after step until `end_s`; each result is on disk before the next begins. What is interrupted is told."""
    from tests.gpu.found import FAILED, Found, skipped
    from tests.gpu.plan import KEPT_S, LAST
    from tests.gpu.report import line

    notes: dict[str, dict] = {}

    def take(what: str, value: Any) -> None:
        folder.run(value) if what == "run" else folder.experiment(value)

    cut_off = ""
    for step in steps:
        began_s = now()
        left_s = end_s - began_s - (0 if step.key == LAST else KEPT_S)
        why_not = cut_off or step.left_out(kind)
        takes_s = step.takes_s + (0 if hand.up else STARTING_S)
        if not why_not and left_s < takes_s:
            why_not = f"{max(left_s, 0):.0f} s were left, it takes about {takes_s:.0f}"
        if why_not:
            found = skipped(why_not)
        else:
            try:
                found = hand.do(step.key, notes, began_s + min(step.most_s, left_s), take)
                notes[step.key] = found.figures
            except KeyboardInterrupt:
                cut_off = "the command was interrupted"
                found = skipped(cut_off)
            except Late as error:
                over = left_s < step.most_s
                found = (
                    skipped(f"cut off after {left_s:.0f} s: the time was over") if over else Found(FAILED, str(error))
                )
            except Exception as error:  # the worker is lost, or its row cannot be kept: the next step starts anew
                found = Found(FAILED, str(error)[:300])
        folder.result(step.key, step.about, found, now() - began_s)
        print(line(step.about, found, now() - began_s), flush=True)


if __name__ == "__main__":
    sys.exit(main())
