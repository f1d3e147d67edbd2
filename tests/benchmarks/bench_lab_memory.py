"""What is reckoned for an experiment against what its process really grows by, on the CPU.

    .venv/bin/python -m tests.benchmarks.bench_lab_memory [random 40] [--seed 0]

Each size of each experiment, cut to its first steps, in a process of its own as the app starts it; `random` adds sizes between the
ends of what a config allows. Measured: its largest resident memory less what it had when nothing but the explorer was imported.
Goal: reckoned / measured never below 1, and at most 1.6 above 100 MB. Linux only.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from explorer.lab.experiment import Experiment
from explorer.lab.experiments import KNOWN, taken

SHORT = {
    "steps": 3,
    "plain_steps": 3,
    "grid": 3,
    "lines": 1,
    "samples": 1,
}  # what no memory depends on, but for the rows
CHOICES: dict[str, tuple[Any, ...]] = {
    "depth": (8, 20, 56, 110),
    "shallow": (8, 14, 20),
    "depths": ((8, 110), (20, 56), (8, 20, 32, 56)),
    "imagenet_depths": ((18,), (34,), (50,), (101,), (152,)),
    "picture_side": (32, 64, 112, 160, 224),
    "width": (2, 8, 16, 32, 64),
    "side": (8, 16, 24, 32),
    "batch": (16, 64, 256, 1_000),
    "points": (8, 64, 256, 1_024),
    "pictures": (8, 128, 512, 1_500),
    "norms": ("batch", "none"),
    "init": ("he", "default"),
    "shortcut": ("A", "B"),
    "kind": ("plain", "residual"),
}
MOST_BYTES = 2_500_000_000  # of a random size
MOST_WORK = 3e11


def short(config: Any) -> Any:
    names = {one.name for one in fields(config)}
    return replace(config, **{name: value for name, value in SHORT.items() if name in names})


def presets() -> Iterator[tuple[str, Any]]:
    for key, one in KNOWN.items():
        for preset in one.presets.values():
            if preset.config.device == "cpu":
                yield key, short(preset.config)


def at_random(count: int, seed: int) -> Iterator[tuple[str, Any]]:
    dice, found = random.Random(f"lab memory {seed}"), 0
    while found < count:
        key = dice.choice(list(KNOWN))
        usual = short(KNOWN[key].default)
        chosen = {one.name: dice.choice(CHOICES[one.name]) for one in fields(usual) if one.name in CHOICES}
        try:
            config = replace(usual, **chosen)
        except ValueError:
            continue
        if taken.reckoned(KNOWN[key], config) < MOST_BYTES:
            found += 1
            yield key, config


def resident(name: str) -> int:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status[name].split()[0]) * 1024


def child() -> None:
    """Runs, a line of JSON each; for each by how much a process grew that had imported the explorer and done nothing yet."""
    from explorer.jobs import Job

    for line in sys.stdin:
        key, said = json.loads(line)
        made: Experiment = KNOWN[key]
        config = type(made.default)(**{name: _tuples(value) for name, value in said.items()})
        if (pid := os.fork()) == 0:
            before = resident("VmRSS")
            made.run(config, Job(lambda job: None, ""))
            print(resident("VmHWM") - before, flush=True)
            os._exit(0)
        if os.waitpid(pid, 0)[1]:
            print(-1, flush=True)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def grown(runs: list[tuple[str, Any]]) -> Iterator[int]:
    """Bytes, a run at a time."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_lab_memory", "--child"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    for key, config in runs:
        process.stdin.write(json.dumps([key, config.as_dict()]) + "\n")
        process.stdin.flush()
        yield int(process.stdout.readline())
    process.stdin.close()
    process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("random", nargs="*", help="random N: so many sizes more")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", type=Path, metavar="FILE", help="write what was measured as CSV")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child()
        return
    rows: list[tuple[str, str, int]] = []
    runs = [
        *(() if given.random[:1] == ["only"] else presets()),
        *(at_random(int(given.random[1]), given.seed) if given.random else ()),
    ]
    for (key, config), measured in zip(runs, grown(runs)):
        said = taken.reckoned(KNOWN[key], config)
        rows.append((key, json.dumps(config.as_dict()), round(measured / 1e6)))
        print(f"{said / measured:5.2f}  {said / 1e6:5.0f} of {measured / 1e6:5.0f} MB  {key} {config}", flush=True)
    if given.record:
        with given.record.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([("experiment", "config", "measured_mb"), *rows])


if __name__ == "__main__":
    main()
