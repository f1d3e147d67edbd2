"""The GPU paths by fakes: events, graphs, MPS, precision flags. What a GPU itself would add is not verified here."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable

import pytest
import torch

from explorer.timing.data.settings import Settings
from explorer.timing.measure import clock as clocks
from explorer.timing.measure import forward, loop, parts
from explorer.timing.measure.subject import Replayed, as_set
from tests.timing.fakes import QUICK, TINY, FakeCall, FakeClock


class FakeEvent:
    """Stands for torch.cuda.Event: a recorded event knows the stream's time."""

    stream_ms = 0.0

    def __init__(self, enable_timing: bool) -> None:
        assert enable_timing, "without timing, elapsed_time raises"

    def record(self, stream: object) -> None:
        assert stream == "stream of cuda:0"
        self.at = FakeEvent.stream_ms

    def elapsed_time(self, other: FakeEvent) -> float:
        return other.at - self.at


def test_cuda_times_are_the_events_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(torch.cuda, "Event", FakeEvent)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: f"stream of {device}")
    monkeypatch.setattr(torch.cuda, "synchronize", synced.append)
    clock = clocks.clock_for(torch.device("cuda:0"))

    class Call(FakeCall):
        def __call__(self) -> None:
            FakeEvent.stream_ms += 2.5

    times, _ = loop.passes(Call(FakeClock(), 0), clock, 7)
    assert times == pytest.approx([0.0025] * 7) and synced, "read only after the device has finished"


class FakeStream:
    """Enough of torch.cuda.Stream to record a graph on."""

    def __init__(self, device: object = None) -> None:
        self.device, self.waited = device, []

    def wait_stream(self, other: object) -> None:
        self.waited.append(other)


def test_a_cuda_graph_is_recorded_once_and_replayed_on_fresh_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warm-up on a side stream of its own device, one recording there, then nothing but replays; inputs are copied
    before the first mark."""
    replays, calls, recorded_on = [], [], []

    class FakeGraph:
        def replay(self) -> None:
            replays.append(run.x.clone())

    monkeypatch.setattr(torch.cuda, "Stream", FakeStream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: FakeStream())
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: contextlib.nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", FakeGraph)
    monkeypatch.setattr(
        torch.cuda, "graph", lambda graph, stream: (recorded_on.append(stream.device), contextlib.nullcontext())[1]
    )
    run = Replayed(lambda x: calls.append(1) or x + 1, torch.zeros(2), torch.device("cpu"))
    assert len(calls) == 4, "three to warm up, one recorded"
    assert recorded_on == [torch.device("cpu")], "torch's default stream is of the first device, whichever is timed"
    for value in (5.0, 7.0):
        run.load(torch.full((2,), value))
        assert run(None) is run.out
    assert len(calls) == 4 and [float(x[0]) for x in replays] == [5.0, 7.0]


def test_mps_waits_for_the_device_at_each_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(torch.mps, "synchronize", lambda: synced.append(1))
    times, _ = loop.passes(FakeCall(FakeClock(), 0), clocks.clock_for(torch.device("mps")), 3)
    assert len(times) == 3 and len(synced) >= 6


def test_an_unknown_device_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="device='meta': choose one of cpu, mps, cuda"):
        clocks.clock_for(torch.device("meta"))


def test_tf32_and_autotuning_are_set_for_the_run_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device", lambda name: contextlib.nullcontext())
    flags = lambda: (
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.allow_tf32,
        torch.backends.cudnn.benchmark,
    )  # noqa: E731
    before = flags()
    for dtype, inside in (("fp32", (False, False, True)), ("tf32", (True, True, True))):
        with as_set(Settings(device="cuda", dtype=dtype)):
            assert flags() == inside and torch.is_inference_mode_enabled()
        assert flags() == before


def test_the_gpu_s_way_of_measuring_with_events_that_tell_the_host_s_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole path of a CUDA run but the device: events queued, read after a synchronisation, launches timed."""
    synced, ticks = [], itertools.count()
    now_ms: Callable[[], float] = lambda: time.perf_counter() * 1e3  # noqa: E731

    class Event:
        def __init__(self, enable_timing: bool) -> None:
            self.enabled = enable_timing

        def record(self, stream: object) -> None:
            self.at = now_ms()

        def elapsed_time(self, other: Event) -> float:
            assert self.enabled and synced, "read before the device had finished"
            return other.at - self.at

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: None)
    monkeypatch.setattr(torch.cuda, "synchronize", synced.append)
    for module in (forward, parts):
        monkeypatch.setattr(module, "clock_for", lambda device: clocks.CudaClock(torch.device("cuda:0")))
    seen = forward.measure(TINY, QUICK)
    assert seen.provenance["method"] == "CUDA events around each pass" and seen.enqueue_s > 0
    assert sum(seen.times_s) / seen.summary.n <= seen.wall_s * 1.01, "a pass is part of what the host waited for"
    now_ms = lambda: float(next(ticks))  # noqa: E731 - one more at each event: how busy the host is has no say
    cut = parts.profile(TINY, QUICK, "block")
    count = len(cut.parts)
    assert cut.sum_over_whole == pytest.approx(count / (count + 1)), "each part begins where the one before ends"
    assert set(synced) == {torch.device("cuda:0")}
