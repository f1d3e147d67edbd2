"""What a timing is asked to do, validated. No torch."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields

from explorer.spec import MAX_BATCH, MAX_INPUT, check_int

CHOICES: dict[str, tuple[str, ...]] = {
    "dtype": ("fp32", "tf32", "bf16", "fp16"),
    "memory_format": ("contiguous", "channels_last"),
    "compile": ("eager", "default", "reduce-overhead", "max-autotune"),
}
WORDS = {  # value -> for people
    "fp32": "fp32",
    "tf32": "TF32",
    "bf16": "bf16",
    "fp16": "fp16",
    "contiguous": "NCHW",
    "channels_last": "channels last",
    "eager": "eager",
    "default": "torch.compile",
    "reduce-overhead": "torch.compile (reduce-overhead)",
    "max-autotune": "torch.compile (max-autotune)",
}
Fact = str | int | float | bool | None  # one thing that a file or an export says of a run
MAX_THREADS = 1024
BUDGET_S = (0.05, 60.0)


@dataclass(frozen=True)
class Settings:
    """Raises `ValueError` naming the field, the value and what is allowed.

    device: auto | cpu | mps | cuda | cuda:1 …; auto takes the first GPU there is.
    threads: of the CPU, inside an operation; None leaves torch's own choice (it is resolved, and shown, all the same).
    cuda_graph: record the pass once and replay it, which removes the gaps between kernel launches.
    fresh: rotate through inputs that together exceed the last-level cache; otherwise the same picture each time.
    budget_s: seconds to measure for, after warm-up; the number of passes follows from it.
    """

    device: str = "auto"
    dtype: str = "fp32"
    memory_format: str = "contiguous"
    batch: int = 1
    height: int = 224
    width: int = 224
    compile: str = "eager"
    cuda_graph: bool = False
    fresh: bool = True
    threads: int | None = None
    budget_s: float = 1.0

    @property
    def replayed(self) -> bool:
        """Whether a pass is launched as one CUDA graph: as asked for, or by the compiler's modes that record one."""
        return self.cuda_graph or self.kind == "cuda" and self.compile in ("reduce-overhead", "max-autotune")

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}={_short(getattr(self, name))}: choose one of {', '.join(allowed)}")
        if not isinstance(self.device, str) or not re.fullmatch(r"auto|cpu|mps|cuda(:\d{1,3})?", self.device):
            raise ValueError(f"device={_short(self.device)}: choose one of auto, cpu, mps, cuda, cuda:0, cuda:1, …")
        check_int("batch", self.batch, 1, MAX_BATCH)
        check_int("input", self.height, 1, MAX_INPUT)
        check_int("input", self.width, 1, MAX_INPUT)
        if self.threads is not None:
            check_int("threads", self.threads, 1, MAX_THREADS)
        for name in ("cuda_graph", "fresh"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}={_short(getattr(self, name))}: choose true or false")
        _check_budget(self.budget_s)
        self._check_together()

    def _check_together(self) -> None:
        if self.kind not in ("auto", "cuda"):
            if self.dtype == "tf32":
                raise ValueError(f"dtype='tf32': TF32 is a mode of NVIDIA GPUs; on {self.kind} choose fp32, bf16, fp16")
            if self.cuda_graph:
                raise ValueError(f"cuda_graph=True: CUDA graphs need an NVIDIA GPU; on {self.kind} leave it off")
        if self.cuda_graph and self.compile != "eager":
            raise ValueError(f"cuda_graph=True: choose compile=eager with it, not {self.compile!r}")

    @property
    def kind(self) -> str:
        """auto | cpu | mps | cuda."""
        return self.device.split(":")[0]

    @property
    def words(self) -> str:
        """`cpu · fp32 · NCHW · batch 1 · input 224×224 · eager · 2 threads`: what stands beside a figure."""
        return self.words_without(None)

    def words_without(self, varied: str | None) -> str:
        """The same for several figures that differ in one setting ("batch"; "dtype" stands for all modes)."""
        modes = [] if varied == "dtype" else [WORDS[self.dtype], WORDS[self.memory_format], WORDS[self.compile]]
        parts = [self.device, *modes, f"input {self.height}×{self.width}"]
        parts += [] if varied == "batch" else [f"batch {self.batch:,}"]
        parts += ["CUDA graph"] * self.cuda_graph + ["same input each pass"] * (not self.fresh)
        if self.threads:  # on a GPU they launch the kernels
            parts.append(f"{self.threads} {'CPU ' * (self.kind != 'cpu')}thread{'s' * (self.threads > 1)}")
        return " · ".join(parts)

    def as_row(self) -> dict[str, Fact]:
        """For a file."""
        return asdict(self)


def settings_from(row: object) -> Settings:
    """The inverse of `as_row`. Raises `ValueError` for anything else."""
    names = {field.name for field in fields(Settings)}
    if not isinstance(row, dict) or not set(row) <= names:
        unknown = sorted(map(str, set(row) - names))[:3] if isinstance(row, dict) else type(row).__name__
        raise ValueError(f"settings={_short(unknown)}: choose from {', '.join(sorted(names))}")
    return Settings(**row)


def _check_budget(value: object) -> None:
    low, high = BUDGET_S
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"budget_s={_short(value)}: choose from {low} to {high} seconds")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
