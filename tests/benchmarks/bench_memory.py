"""The memory estimate against what a process really grows by, on the CPU in fp32, in bf16 and with mixed precision (AMP).

    .venv/bin/python -m tests.benchmarks.bench_memory [fp32 | bf16 | amp]

Each run is a process of its own with an allocator that hands back what is freed (MALLOC_MMAP_THRESHOLD_), because the
default one keeps blocks for later. Goal: estimate / measured never below 1, and in fp32 at most 1.6 above 100 MB. Linux only.
What is warmed up before is in fp32, so that the 16-bit kernels of bf16 and AMP count: they are their first and largest cost.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

from explorer.facts.memory import OPTIMIZERS, estimate
from explorer.spec import preset

RUNS = (  # net, batch, optimizer
    ("resnet18", 1, None),
    ("resnet18", 32, None),
    ("resnet50", 1, None),
    ("resnet50", 8, None),
    ("resnet152", 4, None),
    ("resnext50_32x4d", 4, None),
    ("resnet110_cifar", 64, None),
    ("resnet18", 4, "SGD"),
    ("resnet18", 4, "SGD with momentum"),
    ("resnet18", 16, "Adam, AdamW"),
    ("resnet50", 8, "SGD with momentum"),
    ("resnet50", 2, "Adam, AdamW"),
    ("resnet101", 2, "SGD with momentum"),
    ("resnet20_cifar", 64, "SGD with momentum"),
    ("resnet110_cifar", 32, "SGD with momentum"),
)


RUNS_16_BIT = (
    ("resnet20_cifar", 8, "SGD with momentum"),
    ("resnet20_cifar", 64, "SGD with momentum"),
    ("resnet20_cifar", 8, None),
    ("resnet110_cifar", 64, None),
    ("resnet18", 1, None),
    ("resnet18", 4, "SGD with momentum"),
    ("resnet18", 16, "Adam, AdamW"),
    ("resnet50", 8, None),
    ("resnet50", 8, "SGD with momentum"),
    ("resnet101", 2, "SGD with momentum"),
)


def grown_bytes() -> tuple[int, int]:
    """(resident now, its peak) of this process."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return tuple(int(status[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def child(name: str, batch: int, optimizer: str, dtype: str) -> None:
    """Run it for real and print what the process grew by at its peak. Kernels and the optimizer are warmed up before."""
    import torch

    from explorer.net.resnet import build

    def work(model: torch.nn.Module, picture: torch.Tensor, steps: int, amp: bool = False) -> None:
        mixed = torch.autocast("cpu", dtype=torch.bfloat16, enabled=amp)
        if not optimizer:
            with torch.inference_mode(), mixed:
                model.eval()(picture)
            return
        made = {
            "SGD": lambda p: torch.optim.SGD(p, 0.1),
            "SGD with momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
            "Adam, AdamW": lambda p: torch.optim.Adam(p),
        }[optimizer](model.parameters())
        for _ in range(steps):
            made.zero_grad()
            with mixed:
                loss = model(picture).float().sum()
            loss.backward()
            made.step()

    spec = preset(name)
    work(build(preset("resnet18"), seed=0), torch.zeros(2, 3, 64, 64), 1)
    gc.collect()
    before, _ = grown_bytes()
    side = spec.default_input
    stored = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(dtype, torch.float32)
    work(build(spec, seed=0).to(stored), torch.randn(batch, 3, side, side, dtype=stored), 3, dtype == "amp")
    print(grown_bytes()[1] - before)


def main(dtype: str) -> None:
    env = os.environ | {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
    print(f"{'net':18} {'batch':>5} {'for':20} {'measured':>10} {'estimate':>10} {'ratio':>6}   {dtype}")
    for name, batch, optimizer in RUNS if dtype == "fp32" else RUNS_16_BIT:
        command = [sys.executable, "-m", "tests.benchmarks.bench_memory", name, str(batch), optimizer or "", dtype]
        measured = int(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout)
        side = preset(name).default_input
        said = estimate(preset(name), side, side, batch, dtype, optimizer).total
        assert optimizer is None or optimizer in OPTIMIZERS
        print(
            f"{name:18} {batch:5} {optimizer or 'inference':20} {measured / 1e6:7.0f} MB {said / 1e6:7.0f} MB {said / measured:6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        child(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "fp32")
