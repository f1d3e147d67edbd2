"""R8: heavy requests, close below what memory allows: none is killed, and the estimate is never under what was taken.

    .venv/bin/python -m tests.benchmarks.bench_heavy [500] [--seed 0] [--allowed_mb 800] [--record FILE]

Each is a random net, input, number format and memory order with the batch that comes close to what is allowed; it is guarded,
built and run as `timing.measure` does, in a process under a real limit where one can be made (`Box`). Its peak is the growth of
resident memory, read from the kernel, with an allocator that hands back what is freed. Goal: estimate / measured never below 1,
and at most 1.6 above 100 MB. --record keeps each answer, so that a line which was interrupted goes on where it stood.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.box import Box

NETS = (
    *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "wide_resnet50_2"),
    *("resnet20_cifar", "resnet110_cifar", "resnet50_se", "seresnet50"),
)
SIDES = (32, 64, 97, 128, 160, 224, 288, 384)
DTYPES = ("fp32", "fp32", "bf16", "fp16")
BASE_MB = 600  # of a process that has imported torch and run every kernel once
ALONE_MB = 100  # below it the ratio is not held to anything: the libraries' own memory is most of it


def request(dice: random.Random, allowed: int) -> dict[str, Any]:
    """One that takes between an eighth and all of what is allowed, now and then a little more."""
    from explorer.spec import preset
    from explorer.spec.presets import presets
    from explorer.timing.data.settings import Settings
    from explorer.timing.measure.guard import SHARE, estimate_bytes

    free = int(allowed / SHARE)

    while True:
        name, side = dice.choice([net for net in NETS if net in presets()]), dice.choice(SIDES)
        asked = {"dtype": dice.choice(DTYPES), "memory_format": dice.choice(("contiguous", "channels_last"))}
        one = Settings(device="cpu", height=side, width=dice.choice((side, SIDES[0])), batch=1, budget_s=0.05, **asked)
        share = dice.uniform(1 / 8, 1.05)
        if estimate_bytes(preset(name), one, free) > share * allowed:
            continue
        low, high = 1, 4096
        while low < high:  # the largest batch within the share
            middle = (low + high + 1) // 2
            fits = estimate_bytes(preset(name), replace(one, batch=middle), free) <= share * allowed
            low, high = (middle, high) if fits else (low, middle - 1)
        if work(name, one) * low < MOST_WORK:
            return {"net": name, "settings": replace(one, batch=low).as_row()}


PATIENCE_S = 600.0
MOST_WORK = 40e9  # multiply-additions of a pass, so that five hundred end before the day does


def work(name: str, settings: Any) -> float:
    """Of a pass with one picture; 16 bits without kernels of their own take ten times as long."""
    from explorer.facts.rollup import headline
    from explorer.spec import preset

    slow = 10 if settings.dtype == "fp16" else 1
    return slow * float(headline(preset(name), settings.height, settings.width)["macs"])


def resident() -> tuple[int, int]:
    """(now, at most since `forget`) of this process, in bytes."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) * 1024, int(status["VmHWM"].split()[0]) * 1024


def child(allowed: int) -> None:
    """Answers requests, a line of JSON each."""
    import torch

    from explorer.facts.memory import room
    from explorer.spec import preset
    from explorer.timing.data.settings import settings_from
    from explorer.timing.measure import guard, inputs
    from explorer.timing.measure.hardware import resolve
    from explorer.timing.measure.subject import subject

    inputs.POOL_S = PATIENCE_S  # a busy machine would make fewer pictures, and take less

    def once(one: dict[str, Any]) -> dict[str, Any]:
        spec, settings = preset(one["net"]), resolve(settings_from(one["settings"]))
        gc.collect()
        room.give_back()
        Path("/proc/self/clear_refs").write_text("5")
        before, _ = resident()
        free = room.free_bytes(torch.device("cpu"))  # it says how many pictures are in rotation
        try:
            guard.guard(spec, settings, int(allowed / guard.SHARE))
            with subject(spec, settings):  # built, and run once
                pass
        except guard.TooLarge as refused:
            return {"refused": str(refused)}
        return {"estimate": guard.estimate_bytes(spec, settings, free), "measured": resident()[1] - before}

    for dtype in ("fp32", "bf16", "fp16"):  # what the libraries keep for good is no request's
        for order in ("contiguous", "channels_last"):
            settings = {
                "device": "cpu",
                "height": 64,
                "width": 64,
                "budget_s": 0.05,
                "dtype": dtype,
                "memory_format": order,
            }
            once({"net": "resnet18", "settings": settings_from({}).as_row() | settings})
    print("{}", flush=True)
    for line in sys.stdin:
        print(json.dumps(once(json.loads(line))), flush=True)


class Asked:
    """A child, made anew where it was killed."""

    def __init__(self, allowed: int, box: Box | None) -> None:
        self.allowed, self.box = allowed, box
        self.process: subprocess.Popen[str] | None = None

    def __call__(self, one: dict[str, Any]) -> dict[str, Any]:
        if self.process is None:
            self.process = self._start()
        self.process.stdin.write(json.dumps(one) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.process = None
            return {"killed": True}
        return json.loads(line)

    def _start(self) -> subprocess.Popen[str]:
        env = os.environ | {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.bench_heavy",
            "--child",
            "--allowed_mb",
            str(self.allowed // 10**6),
        ]
        with self.box.inside() if self.box else contextlib.nullcontext():
            process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        return process

    def close(self) -> None:
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(30)


def answers(
    count: int, seed: int, allowed: int, box: Box | None = None, record: Path | None = None
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(request, what came of it), one after another; of the same seed and ceiling those in `record` first."""
    known = [json.loads(line) for line in record.read_text().splitlines()] if record and record.exists() else []
    if any(row["of"] != [seed, allowed] for row in known):
        raise SystemExit(f"{record}: of another --seed or --allowed_mb")
    yield from ((row["asked"], row["came"]) for row in known[:count])
    asked = Asked(allowed, box)
    try:
        for number in range(len(known), count):
            one = request(random.Random(f"heavy {seed} {number}"), allowed)
            came = asked(one)
            if record:
                with record.open("a") as file:
                    file.write(json.dumps({"of": [seed, allowed], "asked": one, "came": came}) + "\n")
            yield one, came
    finally:
        asked.close()


def said(one: dict[str, Any]) -> str:
    settings = one["settings"]
    return (
        f"{one['net']} batch {settings['batch']} at {settings['height']}×{settings['width']} {settings['dtype']} "
        f"{settings['memory_format']}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--allowed_mb", type=int, default=800)
    parser.add_argument("--record", type=Path, metavar="FILE")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    allowed = given.allowed_mb * 10**6
    if given.child:
        child(allowed)
        return
    try:
        box = Box(allowed + BASE_MB * 10**6)
    except OSError as error:
        box = None
        print(f"no real limit: {error}")
    ratios: list[tuple[float, float, str]] = []  # estimate ÷ measured, MB, what
    refused = killed = 0
    try:
        for one, came in answers(given.count, given.seed, allowed, box, given.record):
            refused += "refused" in came
            killed += "killed" in came
            if "measured" in came:
                ratio, mb = came["estimate"] / came["measured"], came["measured"] / 1e6
                ratios.append((ratio, mb, said(one)))
                if ratio < 1 or (ratio > 1.6 and mb > ALONE_MB):
                    print(f"{ratio:.2f} of {mb:.0f} MB: {said(one)}", flush=True)
            elif "killed" in came:
                print(f"killed: {said(one)}", flush=True)
    finally:
        if box:
            box.close()
    large = sorted(ratio for ratio, mb, _ in ratios if mb > ALONE_MB)
    print(
        f"R8  {given.count} requests of up to {given.allowed_mb} MB: {killed} killed, {refused} refused; estimate ÷ measured "
        f"{min(one[0] for one in ratios):.2f} at least, above {ALONE_MB} MB {large[0]:.2f} … {large[-1]:.2f}, "
        f"half below {large[len(large) // 2]:.2f}, {sum(one > 1.6 for one in large)} of {len(large)} above 1.6  "
        f"(goal: none killed, 1 … 1.6)"
    )


if __name__ == "__main__":
    main()
