"""The real model and its inputs, ready to be called: what a timing times.

A context manager. Inside, torch's threads and precision flags are as the settings say; on leaving they are as they
were and the memory is given back. Other threads keep their own thread count: torch's is kept per thread.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from explorer.facts.memory.room import give_back, is_out_of_memory, recovering
from explorer.net.resnet import ResNet, build
from explorer.spec import ResNetSpec
from explorer.timing.data.measurement import Facts
from explorer.timing.data.settings import Settings
from explorer.timing.measure.clock import clock_for
from explorer.timing.measure.guard import CALIBRATION
from explorer.timing.measure.hardware import cache_bytes
from explorer.timing.measure.inputs import DTYPES, FORMATS, inputs
from explorer.timing.measure.loop import no_checkpoint

MOST_PASS_S = 120.0


class Subject:
    """`prepare()` picks the next input, `()` runs one pass on it.

    module: the `nn.Module`, for hooks (eager only). inputs: how many are in rotation.
    """

    def __init__(
        self, spec: ResNetSpec, settings: Settings, checkpoint: Callable[..., None], made: ResNet | None = None
    ) -> None:
        self.settings, self.device = settings, torch.device(settings.device)
        checkpoint(0.0, "building")
        self.module: Any = ready_model(spec, settings, made)
        self.pool = inputs(spec, settings, self.device)
        self.next = 0
        self.x: Any = self.pool[0]
        self.run: Any = self.module
        if settings.compile != "eager":
            self.run = torch.compile(self.module, mode=settings.compile)
        if settings.cuda_graph:
            checkpoint(0.0, "recording a CUDA graph")
            self.run = Replayed(self.module, self.pool[0], self.device)

    def prepare(self) -> None:
        self.next = (self.next + 1) % len(self.pool)
        self.x = self.pool[self.next]
        if self.settings.cuda_graph:  # the copy into the graph's own input happens before the first mark
            self.run.load(self.x)

    def __call__(self) -> Tensor:
        out: Tensor = self.run(self.x)
        return out

    @property
    def facts(self) -> Facts:
        """What the provenance says of the inputs: whether a pass may find its picture in a cache."""
        return {
            "inputs_in_rotation": len(self.pool),
            "cache_bytes": cache_bytes(self.device),
            "inputs_bytes": sum(x.numel() * x.element_size() for x in self.pool),
        }

    def close(self) -> None:
        self.module = self.run = self.x = None
        self.pool = []


@contextlib.contextmanager
def subject(
    spec: ResNetSpec,
    settings: Settings,
    checkpoint: Callable[..., None] = no_checkpoint,
    made: ResNet | None = None,
) -> Iterator[Subject]:
    """Built, and run once. `settings`: resolved, and let through by `memory.guard`. made: as `ready_model`.

    Raises `memory.TooLarge` when memory runs out, `ValueError` when it cannot be compiled or a pass takes too long.
    """
    with recovering(f"batch={settings.batch:,} at {settings.height}×{settings.width}"), as_set(settings):
        one = None
        try:
            one = Subject(spec, settings, checkpoint, made)
            compiled(one, checkpoint) if settings.compile != "eager" else first_pass(one, checkpoint)
            yield one
        finally:
            if one is not None:
                one.close()
            if settings.compile != "eager":
                torch.compiler.reset()  # else the next net of this process is compiled for changing shapes, or not at all


def ready_model(spec: ResNetSpec, settings: Settings, made: ResNet | None = None) -> ResNet:
    """In eval mode, on the device, in the asked dtype and memory format. made: `made_model`'s, to be copied, where one
    net is timed in many ways: on a fast GPU making it takes longer than timing it."""
    model = made_model(spec, settings) if made is None else copy.deepcopy(made)
    ready: Any = model.to(dtype=DTYPES[settings.dtype]).to(torch.device(settings.device))
    if settings.kind == "cpu" and DTYPES[settings.dtype] is not torch.float32:
        give_back(collect=False)  # the fp32 weights: an allocator with gaps of earlier runs would keep them
    there: ResNet = ready.to(memory_format=FORMATS[settings.memory_format]).eval().requires_grad_(False)
    return there


def made_model(spec: ResNetSpec, settings: Settings) -> ResNet:
    """On the CPU in fp32, with BN's statistics: the same for all settings of one input size."""
    model = build(spec, "cpu", seed=0)
    calibrate(model, spec, settings)
    return model


def calibrate(model: ResNet, spec: ResNetSpec, settings: Settings) -> None:
    """BN's running statistics from one small batch, as training would leave them.

    With the initial ones (0 and 1) a deep net's activations grow from block to block and overflow in fp16.
    """
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    pictures, most = CALIBRATION
    side = min(most, settings.height, settings.width)
    noise = torch.randn(pictures, spec.in_channels, side, side, generator=torch.Generator().manual_seed(1))
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        model.train()(noise)
    for norm in norms:
        norm.momentum = 0.1


@contextlib.contextmanager
def as_set(settings: Settings) -> Iterator[None]:
    """Inference mode, threads and precision as the settings say; as before on leaving."""
    threads = torch.get_num_threads()
    cuda, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = (cuda.allow_tf32, cudnn.allow_tf32, cudnn.benchmark)
    try:
        if settings.threads:
            torch.set_num_threads(settings.threads)
        if settings.kind == "cuda":
            cuda.allow_tf32 = cudnn.allow_tf32 = settings.dtype == "tf32"
            cudnn.benchmark = True  # one input size: let cuDNN pick its fastest kernels during warm-up
        with torch.inference_mode(), _on(settings):
            yield
    finally:
        torch.set_num_threads(threads)
        if settings.kind == "cuda":
            cuda.allow_tf32, cudnn.allow_tf32, cudnn.benchmark = before


def _on(settings: Settings) -> contextlib.AbstractContextManager[object]:
    return torch.cuda.device(settings.device) if settings.kind == "cuda" else contextlib.nullcontext()


def first_pass(one: Subject, checkpoint: Callable[..., None]) -> None:
    """Run it with a look-out before each layer.

    Raises `ValueError` when a single pass takes longer than anyone would wait for.
    """
    checkpoint(0.0, "first pass")
    clock, start = clock_for(one.device), time.perf_counter()

    def look(*_: object) -> None:
        clock.sync()  # a GPU takes all launches at once: without waiting for it no time would pass here
        now = min(next(reached), len(leaves))
        checkpoint(now / len(leaves), f"first pass, operation {now} of {len(leaves)}")
        if time.perf_counter() - start > MOST_PASS_S:
            raise ValueError(
                f"batch={one.settings.batch:,}: one pass takes more than {MOST_PASS_S:.0f} s here; "
                f"choose a smaller batch or input{'' if one.settings.dtype == 'fp32' else ', or fp32'}"
            )

    leaves = [module for module in one.module.modules() if next(module.children(), None) is None]
    reached = itertools.count(1)
    handles = [module.register_forward_pre_hook(look) for module in leaves]
    try:
        one()
        clock.sync()
    finally:  # they would be timed with the passes that follow
        for handle in handles:
            handle.remove()


def compiled(one: Subject, checkpoint: Callable[..., None]) -> None:
    """The first call compiles. Raises `ValueError` with the first line of what the compiler says."""
    checkpoint(0.0, "compiling")
    try:
        one()
    except Exception as error:  # compilers fail in many ways
        if is_out_of_memory(error):
            raise
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise ValueError(f"compile={one.settings.compile!r}: {first[:200]}") from None


class Replayed:
    """One pass recorded as a CUDA graph: a call replays all its kernels with a single launch."""

    def __init__(self, module: nn.Module, x: Tensor, device: torch.device) -> None:
        self.x = x.clone(memory_format=torch.preserve_format)
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):  # kernels must be chosen and workspaces allocated before the recording
            for _ in range(3):
                module(self.x)
        torch.cuda.current_stream(device).wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, stream=stream):  # torch's own is of the first device, whichever this is
            self.out: Tensor = module(self.x)

    def load(self, x: Tensor) -> None:
        self.x.copy_(x)

    def __call__(self, _: Tensor) -> Tensor:
        self.graph.replay()
        return self.out
