"""What a run was measured on: devices that are there, and the provenance that stands beside every figure.

No host name, user or path is kept: a recorded run may be published.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import torch

from explorer.timing.data.measurement import Facts
from explorer.timing.data.settings import Settings

ANY_CACHE = 64 * 2**20  # of a card that does not say


def devices() -> dict[str, str]:
    """name for `Settings.device` → words, the fastest kind first; the CPU is always there."""
    found = {}
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            found[f"cuda:{index}"] = torch.cuda.get_device_name(index)
    if torch.backends.mps.is_available():
        found["mps"] = f"GPU of {cpu_name()}"
    return found | {"cpu": cpu_name()}


def resolve(settings: Settings) -> Settings:
    """`auto` and an open thread count become what they mean here.

    Raises `ValueError` for a device that is not there and for modes that it does not have.
    """
    there = devices()
    device = next(iter(there)) if settings.device == "auto" else settings.device
    device = "cuda:0" if device == "cuda" else device
    if device not in there:
        raise ValueError(f"device={settings.device!r}: not on this machine; choose one of {', '.join(there)}")
    resolved = replace(settings, device=device, threads=settings.threads or torch.get_num_threads())
    if (resolved.threads or 1) > most_threads():
        raise ValueError(f"threads={resolved.threads}: choose a whole number from 1 to {most_threads()} here")
    if resolved.kind == "cuda" and resolved.dtype == "tf32" and torch.cuda.get_device_capability(device) < (8, 0):
        raise ValueError(f"dtype='tf32': {there[device]} has no TF32 (it came with compute capability 8.0)")
    if resolved.compile != "eager" and not compiler(resolved.kind):
        raise ValueError(f"compile={settings.compile!r}: this machine has no compiler for it; choose compile=eager")
    return resolved


def compiler(kind: str) -> bool:
    """Whether `torch.compile` has what it needs here: a C++ compiler for the CPU, Triton for a GPU."""
    if kind == "cuda":
        return find_spec("triton") is not None
    return any(shutil.which(name) for name in (os.environ.get("CXX", ""), "c++", "g++", "clang++") if name)


def most_threads() -> int:
    """Processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def cpu_name() -> str:
    """The model's name as the system gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    if sys.platform == "darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    return platform.processor() or platform.machine()


def load_average() -> float | None:
    """Processes that wanted a processor over the last minute."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def cache_bytes(device: torch.device) -> int:
    """The last-level cache, as far as it is known; inputs in rotation should exceed it."""
    if device.type == "cuda":
        return getattr(torch.cuda.get_device_properties(device), "L2_cache_size", 0) or ANY_CACHE
    sizes = Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size")
    return max((_kib(path.read_text()) for path in sizes), default=32 * 2**20)


def provenance(settings: Settings) -> Facts:
    """Everything that a reader needs to judge a figure, JSON-ready. `settings`: resolved."""
    device = torch.device(settings.device)
    facts: Facts = {
        "device": devices()[settings.device],
        "device_kind": device.type,
        "cpu": cpu_name(),
        "processors": most_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": settings.threads,
        "load_average_before": load_average(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "weights": "He initialisation; BN statistics from one batch of the input's noise",
        "mode": "eval, inference_mode",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if device.type == "cuda":
        facts |= _cuda_facts(device)
    return facts | _macos_facts(device)


def _macos_facts(device: torch.device) -> Facts:
    """An Apple GPU's driver comes with the system: its version is the driver's."""
    if sys.platform != "darwin":
        return {}
    version = f"macOS {platform.mac_ver()[0]}"
    facts: Facts = {"system": f"{version} {platform.machine()}"}
    if device.type == "mps":
        facts["driver"] = version
    return facts


def _cuda_facts(device: torch.device) -> Facts:
    properties = torch.cuda.get_device_properties(device)
    return {
        "driver": driver_version(),
        "cuda": torch.version.cuda or torch.version.hip,
        "cudnn": torch.backends.cudnn.version(),
        "compute_capability": f"{properties.major}.{properties.minor}",
        "multiprocessors": properties.multi_processor_count,
        "device_memory_bytes": properties.total_memory,
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
        "matmul_tf32": torch.backends.cuda.matmul.allow_tf32,
        "conv_tf32": torch.backends.cudnn.allow_tf32,
    }


@cache
def driver_version() -> str | None:
    """NVIDIA's kernel driver, such as 550.54.15; None where it cannot be told."""
    try:
        words = Path("/proc/driver/nvidia/version").read_text().split()
        return next(word for word in words if word[:1].isdigit() and "." in word)
    except (OSError, StopIteration):
        found = _output("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
        return found.splitlines()[0].strip() if found else None


def _output(*command: str) -> str | None:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip() or None
    except (OSError, subprocess.SubprocessError):
        return None


def _kib(text: str) -> int:
    text = text.strip()
    units = {"K": 2**10, "M": 2**20, "G": 2**30}
    digits = text[:-1] if text[-1:] in units else text
    return int(digits) * units.get(text[-1:], 1) if digits.isdigit() else 0
