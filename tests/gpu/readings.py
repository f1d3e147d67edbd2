"""What the card says of itself while it works: clocks, heat, why it holds back, who else uses it. Read, never set.

NVIDIA's management library through ctypes, since a reading takes microseconds there; `nvidia-smi`, which takes a
tenth of a second, where the library does not load. Neither needs a package.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

REASONS = {  # bits of nvmlClocksEventReasons (nvml.h): why the clock is below its highest
    0x4: "power limit",
    0x8: "hardware slowdown",
    0x20: "heat (software)",
    0x40: "heat (hardware)",
    0x80: "power brake",
}
HARMFUL = ("hardware slowdown", "heat (software)", "heat (hardware)", "power brake")
SM_CLOCK, CORE_SENSOR = 1, 0
SMI = (
    "clocks.sm",
    "clocks.max.sm",
    "temperature.gpu",
    "utilization.gpu",
    "memory.used",
    "clocks_event_reasons.active",
)
SMI_BEFORE_535 = (*SMI[:-1], "clocks_throttle_reasons.active")


@dataclass(frozen=True)
class Reading:
    """MHz, °C, per cent of the last moments, bytes in use by everybody. reasons: words of `REASONS`.

    None where this card, or the right to ask it, does not have it."""

    clock_mhz: int
    most_mhz: int | None
    celsius: int | None
    busy_percent: int | None
    used_bytes: int | None
    reasons: tuple[str, ...] | None

    @property
    def held_back(self) -> tuple[str, ...]:
        """What makes a time no longer the card's own."""
        return tuple(reason for reason in self.reasons or () if reason in HARMFUL)

    @property
    def facts(self) -> dict[str, object]:
        """For a record's provenance."""
        return {
            "sm_clock_mhz": self.clock_mhz,
            "sm_clock_most_mhz": self.most_mhz,
            "gpu_celsius": self.celsius,
            "held_back_by": ", ".join(self.reasons or ()) or None,
        }

    def as_row(self) -> dict[str, object]:
        return asdict(self) | {"reasons": None if self.reasons is None else list(self.reasons)}


def reader(index: int, library: Any = None, smi: Callable[[Sequence[str]], str] | None = None) -> Callable[[], Reading]:
    """A function that reads the card of that index of torch's. library, smi: stand-ins for the tests.

    Raises `OSError` where neither the library nor nvidia-smi answers.
    """
    name = uuid_of(torch.cuda.get_device_properties(index))
    problems = []
    for make in (lambda: through_library(library or loaded(), name), lambda: through_smi(smi or asked, name)):
        try:
            read = make()
            read()
            return read
        except (OSError, AttributeError, ValueError) as error:
            problems.append(str(error))
    raise OSError("; ".join(problems))


def uuid_of(properties: Any) -> str:
    """'GPU-6f1c…', under which NVIDIA's tools know a card whatever CUDA_VISIBLE_DEVICES says."""
    text = str(properties.uuid)
    return text if text.startswith(("GPU-", "MIG-")) else f"GPU-{text}"


def loaded() -> Any:
    """Raises `OSError` where the driver's library is not there."""
    for name in ("libnvidia-ml.so.1", "nvml.dll"):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise OSError("NVIDIA's management library is not there")


def through_library(library: Any, uuid: str) -> Callable[[], Reading]:
    """Raises `OSError` with the call that failed."""

    def call(name: str, *args: Any) -> None:
        code = getattr(library, name)(*args)
        if code != 0:
            raise OSError(f"{name}: error {code}")

    def number(kind: type, name: str, *args: Any) -> int:
        value = kind()
        call(name, card, *args, ctypes.byref(value))
        return int(value.value)

    def perhaps(read: Callable[[], int]) -> int | None:
        try:
            return read()
        except (OSError, AttributeError):
            return None

    def reasons() -> tuple[str, ...] | None:
        names = (
            "nvmlDeviceGetCurrentClocksThrottleReasons",
            "nvmlDeviceGetCurrentClocksEventReasons",
        )  # old, since 535
        found = (perhaps(lambda name=name: number(ctypes.c_ulonglong, name)) for name in names)
        bits = next((value for value in found if value is not None), None)
        return None if bits is None else named(bits)

    def structure(kind: type, name: str, field: str) -> int:
        value = kind()
        call(name, card, ctypes.byref(value))
        return int(getattr(value, field))

    class Rates(ctypes.Structure):
        _fields_ = [("gpu", ctypes.c_uint), ("memory", ctypes.c_uint)]

    class Memory(ctypes.Structure):
        _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]

    card = ctypes.c_void_p()
    call("nvmlInit_v2")
    call("nvmlDeviceGetHandleByUUID", uuid.encode(), ctypes.byref(card))

    def read() -> Reading:
        return Reading(
            number(ctypes.c_uint, "nvmlDeviceGetClockInfo", SM_CLOCK),
            perhaps(lambda: number(ctypes.c_uint, "nvmlDeviceGetMaxClockInfo", SM_CLOCK)),
            perhaps(lambda: number(ctypes.c_uint, "nvmlDeviceGetTemperature", CORE_SENSOR)),
            perhaps(lambda: structure(Rates, "nvmlDeviceGetUtilizationRates", "gpu")),
            perhaps(lambda: structure(Memory, "nvmlDeviceGetMemoryInfo", "used")),
            reasons(),
        )

    return read


def through_smi(ask: Callable[[Sequence[str]], str], uuid: str) -> Callable[[], Reading]:
    """`ask`: runs nvidia-smi with these arguments."""

    def read() -> Reading:
        for fields in (SMI, SMI_BEFORE_535):
            answer = ask(["-i", uuid, f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"])
            cells = [cell.strip() for cell in answer.strip().split(",")]
            if len(cells) == len(fields) and cells[0].isdecimal():
                clock, most, celsius, busy, mib = (int(cell) if cell.isdecimal() else None for cell in cells[:5])
                bits = int(cells[-1], 16) if cells[-1].startswith("0x") else None
                used = None if mib is None else mib * 2**20
                return Reading(clock, most, celsius, busy, used, None if bits is None else named(bits))
        raise ValueError(f"nvidia-smi: {answer.strip()[:80]!r}")

    return read


def asked(arguments: Sequence[str]) -> str:
    """nvidia-smi's answer. Raises `OSError` where it is not there."""
    try:
        return subprocess.run(["nvidia-smi", *arguments], capture_output=True, text=True, timeout=10).stdout
    except subprocess.SubprocessError as error:
        raise OSError(str(error)) from None


def named(bits: int) -> tuple[str, ...]:
    return tuple(words for bit, words in REASONS.items() if bits & bit)
