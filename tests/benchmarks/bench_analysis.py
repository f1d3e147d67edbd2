"""Cold analysis against what people do: the real model and torchinfo. And how the cost grows with depth.

    .venv/bin/python -m tests.benchmarks.bench_analysis

Prints ratios of one run on this machine; nothing is asserted. Goals: ≥ 15 for ResNet-152, exponent ≤ 1.1 up to 1202.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import torch
import torchinfo

from explorer.facts.rollup import headline
from explorer.net.resnet import build
from explorer.net.trace import _trace
from explorer.spec import ResNetSpec, cifar_stages, preset


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The least of `rounds` runs after one to warm up: what else runs on the machine can only add to it."""
    work()
    times = []
    for _ in range(rounds):
        gc.collect()
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def ours(spec: ResNetSpec) -> None:
    """From the spec to the header's figures, nothing cached."""
    _trace.cache_clear()
    headline(spec, spec.default_input, spec.default_input)


def usual(spec: ResNetSpec) -> None:
    side = spec.default_input
    torchinfo.summary(build(spec), input_data=torch.zeros(1, 3, side, side), verbose=0)


def main() -> None:
    ours(preset("resnet18"))
    gc.freeze()  # as the app does after its imports
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads\n")
    print(f"{'model':12} {'analysis':>10} {'real + torchinfo':>18} {'ratio':>7}")
    for name in ("resnet18", "resnet50", "resnet152"):
        spec = preset(name)
        mine, theirs = seconds(lambda: ours(spec), 9), seconds(lambda: usual(spec), 5)
        print(f"{name:12} {mine * 1e3:8.1f} ms {theirs * 1e3:15.0f} ms {theirs / mine:7.1f}")
    print(f"\n{'layers':>7} {'analysis':>10} {'per layer':>12}")
    found = []
    for depth in (20, 56, 110, 302, 602, 1202):
        spec = replace(preset("resnet20_cifar"), stages=cifar_stages(depth))
        found.append((depth, seconds(lambda: ours(spec), 5)))
        print(f"{depth:7,} {found[-1][1] * 1e3:8.1f} ms {found[-1][1] / depth * 1e6:9.1f} µs")
    (low, first), (high, last) = found[1], found[-1]
    print(f"exponent from {low} to {high:,}: {math.log(last / first) / math.log(high / low):.3f}")


if __name__ == "__main__":
    main()
