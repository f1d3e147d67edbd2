"""A GPU that is not there: a card that answers as a large one might, so that the whole command runs in a second."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import torch

from explorer.lab.record import recorded
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, preset
from explorer.timing.data.limits import Ceilings, Kernel
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.roofline import moved_bytes
from explorer.timing.data.settings import Settings
from explorer.timing.measure.parts import Part, Parts
from tests.gpu.card import Clocks, Peak, Refused, Stopped
from tests.gpu.readings import Reading

NAME = "NVIDIA Pretend 9000"
FLOPS = {"fp32": 40e12, "tf32": 300e12, "bf16": 600e12, "fp16": 600e12}
BYTES_PER_S, LAUNCH_S, REPLAY_S = 2.5e12, 12e-6, 1.5e-6
READING = Reading(1900, 1980, 55, 0, 2**30, ())
GIB = 2**30


@lru_cache(maxsize=1024)
def seconds_of(spec: ResNetSpec, settings: Settings) -> tuple[float, float]:
    """(a pass on the device, the host's time to launch it): the longer of arithmetic and traffic of each layer."""
    device_s = host_s = 0.0
    for node in trace(spec, settings.height, settings.width, 1):
        if moved_bytes(node, settings.dtype, settings.batch):
            device_s += layer_s(node, settings)
            host_s += LAUNCH_S
    return (device_s, 20e-6) if settings.cuda_graph else (max(device_s, host_s), host_s)


def layer_s(node: Node, settings: Settings) -> float:
    work = 2 * node.macs * settings.batch / FLOPS[settings.dtype]
    traffic = moved_bytes(node, settings.dtype, settings.batch) / BYTES_PER_S
    return max(work, traffic, REPLAY_S)


def facts(settings: Settings) -> dict[str, object]:
    return {
        "device": NAME,
        "device_kind": "cuda",
        "driver": "999.1",
        "cpu": "Pretend host",
        "torch": "2.11.0",
        "threads": settings.threads,
        "load_average_before": 0.1,
        "method": "CUDA events around each pass",
        "measured_at": "2026-01-01T00:00:00+00:00",
        "warm_up_passes": 3,
        "inputs_in_rotation": 105,
        "inputs_bytes": 64 * 2**20,
        "cache_bytes": 50 * 2**20,
    }


def ladder_of(name: str = "resnet50") -> list[Measurement]:
    """One net at every batch, eager and as a graph."""
    return [
        PretendCard().time(preset(name), PretendCard().settings(dtype="bf16", batch=2**n, cuda_graph=graph))
        for n in range(9)
        for graph in (False, True)
    ]


class PretendCard:
    """As `tests.gpu.card.Card`, without a device."""

    device, name, kind, tiny, no_readings = "cuda:0", NAME, "cuda", False, ""

    def __init__(self, most_times: int = 20) -> None:
        self.most_times = most_times
        self.notes: dict[str, dict] = {}
        self.readings: list[Reading] = []

    def spec(self, name: str) -> ResNetSpec:
        return preset(name)

    def settings(self, **changes: object) -> Settings:
        return Settings(**{"device": self.device, "threads": 16, "budget_s": 0.35} | changes)

    def reading(self) -> Reading:
        return READING

    def held(self) -> int:
        return 0

    def time(self, spec: ResNetSpec, settings: Settings) -> Measurement:
        device_s, host_s = seconds_of(spec, settings)
        count = max(5, min(self.most_times, round(settings.budget_s / device_s)))
        times = tuple(device_s * (1 + 0.004 * math.sin(index)) for index in range(count))
        self.readings.append(READING)
        return Measurement(spec, settings, times, device_s, device_s / 2, host_s, facts(settings) | READING.facts)

    def parts(self, spec: ResNetSpec, settings: Settings, level: str = "layer") -> Parts:
        nodes = trace(spec, settings.height, settings.width, 1)[1:]
        whole_s = seconds_of(spec, settings)[0]
        amounts = [layer_s(node, settings) for node in nodes]
        found = tuple(
            Part(node.path, node.stage, node.block, node.kind, whole_s * amount / sum(amounts))
            for node, amount in zip(nodes, amounts)
        )
        times = (whole_s,) * 20
        return Parts(spec, settings, level, found, whole_s, whole_s, 0.01, 20, facts(settings), 0.01, times, times)

    def ceilings(self, settings: Settings) -> Ceilings:
        peak = FLOPS[settings.dtype] * 1.3
        kernels = [Kernel("matrix product 8192³", "matmul", 2.0 * 8192**3, 2.0 * 8192**3 / peak, 2.1 * 8192**3 / peak)]
        for mib in (16, 128, 2048):
            work = 2.0 * mib * 2**20
            kernels.append(Kernel(f"copy of {mib:,} MiB", "copy", work, work / BYTES_PER_S / 1.2, work / BYTES_PER_S))
        return Ceilings((*kernels, Kernel("an operation on one number", "tiny", 1.0, 4e-6, 5e-6)))

    def clocks(self, spec: ResNetSpec, settings: Settings) -> Clocks:
        return Clocks(7.0e-3, 7.05e-3, 7.04e-3, 6.98e-3, "", 1.2e-3, 0.004)

    def outputs(self, spec: ResNetSpec, settings: Settings) -> list[torch.Tensor]:
        return [torch.randn(2, 10, generator=torch.Generator().manual_seed(seed)) for seed in range(3)]

    def replays(self, spec: ResNetSpec, settings: Settings) -> list[tuple[torch.Tensor, torch.Tensor]]:
        return [(one, one.clone()) for one in self.outputs(spec, settings)]

    def errors(self, spec: ResNetSpec, dtypes: tuple[str, ...]) -> dict[str, float]:
        return {dtype: {"fp32": 1e-6, "bf16": 8e-3}.get(dtype, 1e-3) for dtype in dtypes}

    def inference_peak(self, spec: ResNetSpec, settings: Settings) -> Peak:
        return Peak(f"batch {settings.batch}", int(1.2 * GIB), GIB)

    def training_peak(self, spec: ResNetSpec, batch: int) -> Peak:
        return Peak(f"training batch {batch}", int(2.4 * GIB), 2 * GIB)

    def out_of_memory(self) -> Refused:
        return Refused("batch 9 would fit", "the device ran out of memory", GIB, GIB, True)

    def cancelled(self, spec: ResNetSpec) -> Stopped:
        return Stopped(0.2, 70 * GIB, 70 * GIB)

    def in_turn(self) -> dict[str, tuple[str, str]]:
        return {"cuda:0": (NAME, "cuda:0")}

    def true_names(self) -> dict[str, str]:
        return {"cuda:0": NAME}

    def degradation(self) -> dict[str, object]:
        run = recorded("degradation")["pair"]
        return {key: run[key] for key in ("experiment", "config", "rows", "summary", "answer")} | {"provenance": {}}


def lying(seen: Measurement, by: float) -> Measurement:
    """The same with all times longer by that factor."""
    return replace(seen, times_s=tuple(value * by for value in seen.times_s))
