"""The card under test: what is measured on it for the checks and for the record. Judging is `tests.gpu.checks`'.

Everything runs the explorer's own code, `explorer.timing`; this is the part of the kit that a test without a GPU
replaces by a card that tells what the test wants (tests/gpu/fakes.py), or runs on the CPU with a tiny net.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils.benchmark import Timer

from explorer.apart import Workshop
from explorer.facts import memory
from explorer.facts.memory import room
from explorer.jobs import Cancelled, Job
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.record import provenance
from explorer.net.resnet import ResNet, build
from explorer.spec import MAX_BATCH, ResNetSpec, preset
from explorer.spec.naming import slug
from explorer.timing.data.limits import Ceilings
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.data.stats import summarise
from explorer.timing.measure import ceilings, forward, guard
from explorer.timing.measure.clock import clock_for
from explorer.timing.measure.hardware import devices, resolve
from explorer.timing.measure.inputs import DTYPES, FORMATS
from explorer.timing.measure.loop import timed
from explorer.timing.measure.parts import Parts, profile
from explorer.timing.measure.subject import as_set, made_model, subject
from explorer.timing.measure.tasks import Ask, here
from tests.gpu.readings import Reading, reader

BUDGET_S = 0.35  # of one record: enough for hundreds of small passes and for the five that the largest needs
SLACK_BYTES = 32 * 2**20  # of free memory that may be missing while we wait for it to come back
KINDS = {"cuda": "an NVIDIA GPU", "rocm": "an AMD GPU (ROCm)", "mps": "an Apple GPU (MPS)", "cpu": "the CPU"}


@dataclass(frozen=True)
class Clocks:
    """Seconds of one pass by four clocks, and what may explain a gap. None, and why, where one is not there."""

    events_s: float
    wall_s: float
    benchmark_s: float
    do_bench_s: float | None
    no_do_bench: str
    enqueue_s: float | None
    spread: float


@dataclass(frozen=True)
class Peak:
    """Bytes at the peak of a pass or a training step: as estimated beforehand, and as the allocator saw it."""

    what: str
    estimated: int
    seen: int


@dataclass(frozen=True)
class Refused:
    """What came of a request that cannot fit: as the guard said, as it was said when memory ran out, bytes held before
    and after, and whether the next pass worked."""

    guard_said: str
    said: str
    before: int
    after: int
    next_works: bool


@dataclass(frozen=True)
class Stopped:
    """What came of a cancelled pass: seconds until it had ended, and the card's free bytes before and after."""

    ended_s: float
    free_before: int
    free_after: int


def kind_of(device: str) -> str:
    """cuda | rocm | mps | cpu."""
    kind = device.split(":")[0]
    return "rocm" if kind == "cuda" and torch.version.hip else kind


class Card:
    """One device. tiny: a rehearsal with small nets and budgets, for the kit's own tests."""

    def __init__(self, device: str, tiny: bool = False) -> None:
        self.device, self.tiny, self.kind = device, tiny, kind_of(device)
        self.name = devices()[device]
        self.budget_s = 0.05 if tiny else BUDGET_S
        self.notes: dict[str, dict] = {}  # key of an earlier step → its figures
        self.readings: list[Reading] = []  # one after each pass that was timed
        self._made: dict[tuple, ResNet] = {}
        self.no_readings = ""
        self._read = self._reader()

    def _reader(self) -> Callable[[], Reading] | None:
        if self.kind != "cuda":
            self.no_readings = f"clocks are read on NVIDIA GPUs only, not on {KINDS[self.kind]}"
            return None
        try:
            return reader(torch.device(self.device).index or 0)
        except OSError as error:
            self.no_readings = f"neither NVML nor nvidia-smi could be read ({str(error)[:120]})"
            return None

    def reading(self) -> Reading | None:
        """What the card says of itself now; None where it cannot be read."""
        try:
            return self._read() if self._read else None
        except (OSError, ValueError, AttributeError):
            return None

    def spec(self, name: str) -> ResNetSpec:
        """The net of that name; in a rehearsal a small one with as many stages."""
        found = preset(name)
        return replace(found, stages=tuple(1 for _ in found.stages), width=16, num_classes=10) if self.tiny else found

    def settings(self, **changes: Any) -> Settings:
        """Resolved for this card."""
        row = {"device": self.device, "budget_s": self.budget_s} | changes
        if self.tiny:
            row |= {"batch": min(row.get("batch", 1), 2), "height": 32, "width": 32, "threads": 1}
        return resolve(Settings(**row))

    def made(self, spec: ResNetSpec, settings: Settings) -> ResNet:
        """A net once made is kept for the settings to come; one at a time."""
        key = (spec, min(64, settings.height, settings.width))
        if key not in self._made:
            self._made = {key: made_model(spec, settings)}
        return self._made[key]

    # records ----------------------------------------------------------------------------------------------------------

    def time(self, spec: ResNetSpec, settings: Settings) -> Measurement:
        """As on the Timing page; the card's clock just after it goes into the provenance."""
        seen = forward.measure(spec, settings, made=self.made(spec, settings))
        read = self.reading()
        self.readings += [read] if read else []
        return replace(seen, provenance=seen.provenance | (read.facts if read else {}))

    def parts(self, spec: ResNetSpec, settings: Settings, level: str = "layer") -> Parts:
        return profile(spec, settings, level)

    def ceilings(self, settings: Settings) -> Ceilings:
        with small_candidates() if self.tiny else contextlib.nullcontext():
            return ceilings.ceilings(settings)

    def degradation(self) -> dict[str, object]:
        """The experiment of Why residual? at its GPU size; in a rehearsal for a few steps of small nets."""
        config = EXPERIMENTS["degradation"].presets["gpu"].config
        if self.tiny:
            config = replace(config, device="cpu", depths=(8, 14), width=2, side=8, steps=10, batch=16)
        found = EXPERIMENTS["degradation"].run(config, Job(lambda job: None, "degradation"))
        return found | {"provenance": provenance(config.device)}

    # checks -----------------------------------------------------------------------------------------------------------

    def clocks(self, spec: ResNetSpec, settings: Settings) -> Clocks:
        clock = clock_for(torch.device(self.device))
        with subject(spec, settings, made=self.made(spec, settings)) as one:
            bench, why_not = (do_bench, "") if self.kind in ("cuda", "rocm") else (None, "Triton runs on CUDA and ROCm")
            return clocks_of(one, clock, settings.budget_s, bench, no_do_bench=why_not)

    def replays(self, spec: ResNetSpec, settings: Settings) -> list[tuple[Tensor, Tensor]]:
        """(eager output, output of the CUDA graph) for several inputs in turn."""
        made = self.made(spec, settings)
        with subject(spec, replace(settings, cuda_graph=False), made=made) as one:
            eager = outputs_of(one)
        with subject(spec, replace(settings, cuda_graph=True), made=made) as one:
            replayed = outputs_of(one)
        return list(zip(eager, replayed))

    def outputs(self, spec: ResNetSpec, settings: Settings) -> list[Tensor]:
        """Of the first inputs in rotation; the same for all settings of one net, batch and size."""
        with subject(spec, settings, made=self.made(spec, settings)) as one:
            return outputs_of(one)

    def errors(self, spec: ResNetSpec, dtypes: Sequence[str]) -> dict[str, float]:
        """Number format → relative error ‖y − y₆₄‖ ÷ ‖y₆₄‖ of the logits, against the same net in fp64 on the CPU."""
        settings = self.settings(batch=4)
        made = self.made(spec, settings)
        shape = (settings.batch, spec.in_channels, settings.height, settings.width)
        x = torch.randn(shape, generator=torch.Generator().manual_seed(3))
        with torch.inference_mode():
            exact = copy.deepcopy(made).eval().double()(x.double())
        found = {}
        for dtype in dtypes:
            asked = replace(settings, dtype=dtype)
            with subject(spec, asked, made=made) as one:
                there = x.to(DTYPES[dtype]).to(self.device).contiguous(memory_format=FORMATS[asked.memory_format])
                logits = one.module(there).double().cpu()
            found[dtype] = float((logits - exact).norm() / exact.norm())
        return found

    def inference_peak(self, spec: ResNetSpec, settings: Settings) -> Peak:
        """Of a pass as the Timing page runs it, its kernels already chosen."""
        size = (settings.height, settings.width, settings.batch, settings.dtype)
        estimated = memory.estimate(spec, *size).total
        with (
            self._alone(),
            subject(spec, replace(settings, fresh=False), made=self.made(spec, settings)) as one,
        ):
            for _ in range(2):
                one()
            seen = self._peak(one)
        return Peak(f"{slug(spec)} {settings.dtype} batch {settings.batch}", estimated, seen)

    def training_peak(self, spec: ResNetSpec, batch: int) -> Peak:
        """Of a step in fp32 with SGD and momentum, as Cost → memory estimates it."""
        settings = self.settings(batch=batch)
        height, width = settings.height, settings.width
        estimated = memory.estimate(spec, height, width, settings.batch, "fp32", "SGD with momentum").total
        with self._alone(), as_set(settings), torch.inference_mode(False):
            model = build(spec, "cpu", seed=0).to(self.device).train()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
            x = torch.randn(settings.batch, spec.in_channels, height, width, device=self.device)
            y = torch.zeros(settings.batch, dtype=torch.long, device=self.device)

            def step() -> None:
                optimizer.zero_grad(set_to_none=True)
                torch.nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()

            for _ in range(2):
                step()
            seen = self._peak(step)
        return Peak(f"{slug(spec)} training batch {settings.batch}", estimated, seen)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Nothing is left over from earlier but what the libraries keep for good, which counts."""
        room.give_back()
        yield
        room.give_back()

    def _peak(self, call: Callable[[], object]) -> int:
        torch.cuda.synchronize(self.device)
        torch.cuda.reset_peak_memory_stats(self.device)
        call()
        torch.cuda.synchronize(self.device)
        return torch.cuda.max_memory_allocated(self.device)

    def out_of_memory(self) -> Refused:
        """A batch whose picture takes a quarter of what is free, so that the stem's output, 5.3 times as large, cannot
        be allocated; the guard is asked first, and then gone round."""
        spec, small = self.spec("resnet50"), self.settings()
        room.give_back()
        before, free = self.held(), guard.free_bytes(torch.device(self.device))
        picture = 4 * spec.in_channels * small.height * small.width
        huge = replace(self.settings(), batch=max(2, min(MAX_BATCH, free // 4 // picture)), fresh=False)
        guard_said = said_by(lambda: guard.guard(spec, huge))
        said = said_by(lambda: self._one_pass(spec, huge))
        after = self.held()
        try:
            works = bool(torch.isfinite(self.outputs(spec, small)[0]).all())
        except Exception:
            works = False
        return Refused(guard_said, said, before, after, works)

    def _one_pass(self, spec: ResNetSpec, settings: Settings) -> None:
        with subject(spec, settings, made=self.made(spec, settings)) as one:
            one()
            clock_for(one.device).sync()

    def held(self) -> int:
        """Bytes that torch holds on the card."""
        if self.kind in ("cuda", "rocm"):
            return torch.cuda.memory_reserved(self.device)
        return torch.mps.driver_allocated_memory() if self.kind == "mps" else 0

    def cancelled(self, spec: ResNetSpec) -> Stopped:
        """A minute of passes in a process of its own, as the page runs them, stopped in their midst."""
        settings = replace(self.settings(batch=32), budget_s=60.0)
        workshop, stopped_at = Workshop(), [0.0]
        free = lambda: guard.free_bytes(torch.device(self.device))  # noqa: E731
        before = free()

        def checkpoint(progress: float | None = None, message: str | None = None, partial: object = None) -> None:
            if progress and message is None:  # it is timing: passes are being made
                stopped_at[0] = time.perf_counter()
                raise Cancelled

        with contextlib.suppress(Cancelled):
            workshop.alone(partial(here, Ask("pass", spec, settings)), checkpoint)
        ended_s = time.perf_counter() - stopped_at[0]
        while free() < before - SLACK_BYTES and time.perf_counter() - stopped_at[0] < 3:
            time.sleep(0.05)  # the driver takes a moment to take back what an ended process held
        return Stopped(ended_s, before, free())

    def in_turn(self) -> dict[str, tuple[str, str]]:
        """For each GPU that torch sees: (its name as the explorer says it, the device on which a pass ran)."""
        found = {}
        spec = self.spec("resnet18")
        for device, name in devices().items():
            if device.startswith("cuda"):
                settings = resolve(replace(self.settings(), device=device))
                with subject(spec, settings) as one:
                    found[device] = (f"{name}", str(one().device))
        return found

    def true_names(self) -> dict[str, str]:
        """cuda:0 → its name by torch's properties, asked for one by one."""
        return {f"cuda:{n}": torch.cuda.get_device_properties(n).name for n in range(torch.cuda.device_count())}


@contextlib.contextmanager
def small_candidates() -> Iterator[None]:
    """For a rehearsal: a few small kernels stand for the device's ceilings."""
    names = ("EACH_S", "MATMULS", "CONVS", "COPIES")
    before = {name: getattr(ceilings, name) for name in names}
    small = (0.01, {"cpu": (64, 128)}, ((16, 16, 14, 3),), {"cpu": (2**20, 2**22)})
    try:
        for name, value in zip(names, small):
            setattr(ceilings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(ceilings, name, value)


def outputs_of(one: Any, most: int = 3) -> list[Tensor]:
    """Logits of the inputs in rotation from the first on, on the CPU in fp32."""
    found = []
    for index in range(min(most, len(one.pool))):
        one.next = index - 1
        one.prepare()
        found.append(one().detach().float().cpu().clone())
    return found


def clocks_of(
    one: Any,
    clock: Any,
    budget_s: float,
    bench: Callable[[Callable[[], object], float], float] | None,
    timer: Callable[[], float] | None = None,
    no_do_bench: str = "",
) -> Clocks:
    """One pass by the explorer's loop, by the host's clock over many passes, by torch.utils.benchmark, and by Triton.

    timer: for torch.utils.benchmark; None is its own, which waits for the device."""

    def run() -> None:
        one.prepare()
        one()

    seen = timed(one, clock, budget_s)
    summary = summarise(seen.times_s)
    passes = max(3, min(200, int(budget_s / summary.median_s)))
    clock.sync()
    start = clock.wall()
    for _ in range(passes):
        run()
    clock.sync()
    wall_s = (clock.wall() - start) / passes
    with_timer = {} if timer is None else {"timer": timer}
    benchmark_s = Timer("run()", globals={"run": run}, **with_timer).blocked_autorange(min_run_time=budget_s).median
    do_bench_s = None
    if bench is not None:
        try:
            do_bench_s = bench(run, budget_s)
        except Exception as error:  # another library's: its failure is told, and is not ours
            no_do_bench = f"Triton's do_bench: {type(error).__name__}: {str(error)[:80]}"
    return Clocks(summary.median_s, wall_s, benchmark_s, do_bench_s, no_do_bench, seen.enqueue_s, summary.spread)


def do_bench(run: Callable[[], object], budget_s: float) -> float:
    """Seconds by Triton's own timer, whose arguments and answer are in ms."""
    from triton.testing import do_bench as theirs

    return theirs(run, warmup=25, rep=int(budget_s * 1e3), return_mode="median") / 1e3


def said_by(call: Callable[[], object]) -> str:
    """The words of the refusal; '' where there was none."""
    try:
        call()
    except guard.TooLarge as error:
        return str(error)
    return ""


__all__ = ["Card", "Clocks", "Peak", "Refused", "Stopped", "clocks_of", "kind_of"]
