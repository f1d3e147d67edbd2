"""Timing: statistics and loop on a fake clock, parts, roofline, memory guard and recovery, devices by fakes.

Nothing here asserts how fast anything is; tests/benchmarks does that on request.
"""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.jobs import Cancelled, Runner
from explorer.spec import ResNetSpec, preset
from explorer.timing import clock as clocks
from explorer.timing import forward, hardware, host, loop, memory, parts, race, stats, sweeps
from explorer.timing.measurement import Measurement, plus_minus, rate
from explorer.timing.settings import Settings, settings_from
from explorer.timing.subject import as_set, subject
from explorer.trace import trace

TINY = replace(preset("resnet20_cifar"), stages=(1, 1, 1))
QUICK = Settings(device="cpu", batch=1, height=32, width=32, threads=1, budget_s=0.05)


class FakeClock:
    """Time passes only when a call says so; `now` is called around each pass."""

    method, queues = "fake", True

    def __init__(self) -> None:
        self.t, self.busy, self.synced = 0.0, 0.0, 0

    def sync(self) -> None:
        self.synced += 1

    def now(self) -> float:
        return self.t

    def seconds(self, marks):
        return [after - before for before, after in zip(marks, marks[1:])]

    def wall(self) -> float:
        return self.t

    def cpu(self) -> float:
        return self.busy


class FakeCall:
    """Passes of given seconds, the first ones slower."""

    def __init__(self, clock: FakeClock, seconds: float, slow_first: int = 0) -> None:
        self.clock, self.seconds, self.slow, self.calls, self.prepared = clock, seconds, slow_first, 0, 0

    def prepare(self) -> None:
        self.prepared += 1

    def __call__(self) -> None:
        self.calls += 1
        took = self.seconds * (10 if self.calls <= self.slow else 1)
        self.clock.t += took
        self.clock.busy += took / 2


# statistics -----------------------------------------------------------------------------------------------------------

@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=60))
def test_quartiles_are_numpys(times: list[float]) -> None:
    seen = stats.summarise(times)
    expected = np.quantile(times, [0.25, 0.5, 0.75])
    assert np.allclose([seen.q1_s, seen.median_s, seen.q3_s], expected, rtol=1e-9)
    assert seen.n == len(times) and seen.iqr_s >= 0


@pytest.mark.parametrize("bad", [[], [0.0], [1.0, -1.0], [float("nan")], [float("inf")], [True], ["1"]])
def test_times_that_are_no_times_are_refused(bad: list) -> None:
    with pytest.raises(ValueError, match="times_s"):
        stats.summarise(bad)


def test_the_spread_warning_starts_above_ten_per_cent() -> None:
    calm = stats.summarise([1.0, 1.0, 1.05, 1.1, 1.1])
    wild = stats.summarise([1.0, 1.0, 1.06, 1.3, 1.3])
    assert calm.spread < 0.10 and stats.spread_warning(calm) is None
    assert "10%" in stats.spread_warning(wild)


def test_a_busy_host_is_told_from_a_busy_process() -> None:
    assert stats.busy_warning(1.0, 1.97, 2) is None
    assert "only 60%" in stats.busy_warning(1.0, 1.2, 2)
    assert "other pages" in stats.busy_warning(1.0, 1.5, 1)


@pytest.mark.parametrize(("value", "half", "text"), [
    (0.00321, 0.00004, "3.21 ms ± 0.04"), (1.234, 0.01, "1.23 s ± 0.01"), (0.0421, 0.0003, "42.1 ms ± 0.3"),
    (0.4321, 0.002, "432 ms ± 2"), (42e-6, 1e-6, "42.0 µs ± 1.0"), (0.9999, 0.001, "1.00 s ± 0.00"),
])
def test_the_hall_figure(value: float, half: float, text: str) -> None:
    assert plus_minus(value, half) == text


def test_rates_have_three_digits() -> None:
    assert [rate(value) for value in (311.4, 4.037, 42.31, 13726)] == ["311 img/s", "4.04 img/s", "42.3 img/s", "13,726 img/s"]


# the loop, on a fake clock --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("each_s", [3e-4, 0.003, 0.04, 0.3])
def test_the_loop_spends_its_budget_and_keeps_each_time(each_s: float) -> None:
    clock = FakeClock()
    call = FakeCall(clock, each_s, slow_first=2)
    seen = loop.timed(call, clock, budget_s=1.0)
    n = len(seen.times_s)
    assert set(round(value, 9) for value in seen.times_s) == {each_s}, "the slow first calls belong to the warm-up"
    assert 1.0 <= n * each_s + 1e-6 and n * each_s <= max(1.0 + loop.BURST_S + each_s, loop.LEAST * each_s + 1e-6)
    assert call.calls == call.prepared == n + seen.warm_up and seen.warm_up >= loop.LEAST_WARM_UP
    assert seen.wall_s == pytest.approx(each_s) and seen.cpu_s == pytest.approx(each_s / 2)
    assert seen.enqueue_s == pytest.approx(each_s)


def test_a_long_pass_is_still_timed_five_times_and_each_is_a_place_to_stop() -> None:
    clock, looks = FakeClock(), []
    loop.timed(FakeCall(clock, 3.0), clock, 0.5, lambda progress=None, *_: looks.append(clock.t))
    assert len(looks) >= loop.LEAST + loop.LEAST_WARM_UP
    assert max(after - before for before, after in zip(looks, looks[1:])) <= 3.0 + 1e-9


def test_bursts_are_short_enough_to_stop_within_half_a_second() -> None:
    clock, looks = FakeClock(), []
    loop.timed(FakeCall(clock, 0.001), clock, 2.0, lambda progress=None, *_: looks.append(clock.t))
    assert max(after - before for before, after in zip(looks, looks[1:])) < 0.5


def test_cancelling_leaves_the_loop_at_once() -> None:
    clock = FakeClock()
    call = FakeCall(clock, 0.001)

    def stop_late(*_: object) -> None:
        if call.calls > 50:
            raise Cancelled

    with pytest.raises(Cancelled):
        loop.timed(call, clock, 60.0, stop_late)
    assert call.calls < 50 + loop.MOST_IN_A_BURST + 2


# settings -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("change", "says"), [
    ({"dtype": "fp8"}, "dtype='fp8': choose one of fp32"), ({"batch": 0}, "batch=0"), ({"batch": True}, "batch=True"),
    ({"device": "tpu"}, "device='tpu'"), ({"budget_s": 1e9}, "budget_s"), ({"budget_s": float("nan")}, "budget_s"),
    ({"threads": 0}, "threads=0"), ({"dtype": "tf32"}, "TF32 is a mode of NVIDIA"), ({"height": 5000}, "input=5000"),
    ({"cuda_graph": True}, "CUDA graphs need"), ({"compile": "fast"}, "compile='fast'"), ({"fresh": 1}, "fresh=1"),
    ({"device": "cuda", "cuda_graph": True, "compile": "default"}, "choose compile=eager"),
])
def test_bad_settings_name_field_value_and_choices(change: dict, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        replace(QUICK, **change)
    assert says in str(caught.value)


def test_settings_go_to_a_row_and_back() -> None:
    assert settings_from(QUICK.as_row()) == QUICK
    for bad in (None, [], {"speed": 1}, "x" * 1000):
        with pytest.raises(ValueError, match="settings="):
            settings_from(bad)


def test_what_this_machine_lacks_is_said() -> None:
    with pytest.raises(ValueError, match="threads=1024: choose a whole number from 1 to"):
        hardware.resolve(replace(QUICK, threads=1024))
    resolved = hardware.resolve(Settings(threads=None))
    assert resolved.device != "auto" and resolved.threads == torch.get_num_threads()
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="device='cuda': not on this machine; choose one of cpu"):
            hardware.resolve(Settings(device="cuda"))


def test_provenance_is_complete_and_names_no_place() -> None:
    import platform
    facts = hardware.provenance(hardware.resolve(QUICK))
    for name in ("device", "cpu", "threads", "torch", "load_average_before", "measured_at", "mode", "weights", "processors"):
        assert name in facts
    assert platform.node() not in str(facts) or not platform.node()


# clocks: the GPU paths by fakes ---------------------------------------------------------------------------------------

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


def test_mps_waits_for_the_device_at_each_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(torch.mps, "synchronize", lambda: synced.append(1))
    times, _ = loop.passes(FakeCall(FakeClock(), 0), clocks.clock_for(torch.device("mps")), 3)
    assert len(times) == 3 and len(synced) >= 6


def test_an_unknown_device_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="device='meta': choose one of cpu, mps, cuda"):
        clocks.clock_for(torch.device("meta"))


def test_tf32_and_autotuning_are_set_for_the_run_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import contextlib
    monkeypatch.setattr(torch.cuda, "device", lambda name: contextlib.nullcontext())
    flags = lambda: (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark)  # noqa: E731
    before = flags()
    for dtype, inside in (("fp32", (False, False, True)), ("tf32", (True, True, True))):
        with as_set(Settings(device="cuda", dtype=dtype)):
            assert flags() == inside and torch.is_inference_mode_enabled()
        assert flags() == before


# measuring for real (tiny) --------------------------------------------------------------------------------------------

def test_a_measurement_carries_all_that_stands_beside_it() -> None:
    threads = torch.get_num_threads()
    seen = forward.measure(TINY, QUICK)
    assert len(seen.times_s) == seen.summary.n >= loop.LEAST
    assert seen.images_per_s == pytest.approx(seen.settings.batch / seen.summary.median_s)
    assert seen.settings.threads == 1 and seen.provenance["threads"] == 1 and seen.provenance["inputs_in_rotation"] > 1
    assert "1 thread" in seen.settings.words and seen.headline.endswith("img/s")
    assert torch.get_num_threads() == threads, "threads are put back"


@pytest.mark.parametrize("change", [{"dtype": "bf16"}, {"memory_format": "channels_last"}, {"fresh": False},
                                    {"batch": 3, "height": 33, "width": 20}])
def test_the_subject_is_what_the_settings_say(change: dict) -> None:
    settings = hardware.resolve(replace(QUICK, **change))
    with subject(TINY, settings) as one:
        one.prepare()
        assert one().shape == (settings.batch, 10) and bool(torch.isfinite(one()).all())
        assert not one.module.training and torch.is_inference_mode_enabled()
        weight = one.module.conv1.weight
        assert weight.dtype is {"bf16": torch.bfloat16}.get(settings.dtype, torch.float32) and one.x.dtype is weight.dtype
        assert one.x.shape == (settings.batch, 3, settings.height, settings.width)
        if settings.memory_format == "channels_last":
            assert one.x.is_contiguous(memory_format=torch.channels_last)
        assert (len(one.pool) == 1) == (not settings.fresh)
        if settings.fresh:
            assert not torch.equal(one.pool[0], one.pool[1])
    assert one.module is None and one.pool == [] and not torch.is_inference_mode_enabled()


def test_the_model_is_gone_without_a_search_for_cycles() -> None:
    gc.collect()
    gc.disable()
    try:
        with subject(TINY, hardware.resolve(QUICK)) as one:
            alive = weakref.ref(one.module)
        assert alive() is None
    finally:
        gc.enable()


def test_deep_nets_stay_finite_in_half_precision() -> None:
    """Initial BN statistics would let the activations grow from block to block; these come from a batch."""
    settings = hardware.resolve(replace(QUICK, dtype="bf16"))
    with subject(replace(TINY, stages=(9, 9, 9)), settings) as one:
        assert one().abs().max() < 100


def test_threads_of_other_visitors_stay_as_they_are() -> None:
    mine, seen = torch.get_num_threads(), []

    def measuring() -> None:
        with as_set(replace(QUICK, threads=1)):
            inside.set()
            leave.wait(10)

    inside, leave = threading.Event(), threading.Event()
    worker = threading.Thread(target=measuring)
    worker.start()
    assert inside.wait(10)
    seen.append(torch.get_num_threads())
    leave.set()
    worker.join(10)
    assert seen == [mine] == [torch.get_num_threads()]


def test_cancelling_a_running_measurement_ends_it_within_a_second_and_the_next_one_works() -> None:
    runner = Runner()
    long = replace(QUICK, budget_s=60.0, height=224, width=224, batch=8)
    job = runner.submit(lambda job: forward.measure(preset("resnet18"), long, job.checkpoint), "long")
    while job.active and not job.message.startswith("timing"):
        threading.Event().wait(0.01)
    threads = torch.get_num_threads()
    job.cancel()
    assert job.wait(1.0) and job.state == "cancelled"
    after = runner.submit(lambda job: forward.measure(TINY, QUICK, job.checkpoint), "short")
    assert after.wait(30) and after.state == "done", after.error
    assert torch.get_num_threads() == threads


def test_a_long_first_pass_can_be_stopped_between_layers() -> None:
    looked = []

    def stop(*_: object) -> None:
        looked.append(1)
        if len(looked) == 6:
            raise Cancelled

    with pytest.raises(Cancelled), subject(TINY, hardware.resolve(QUICK), stop):
        pytest.fail("the look-out inside the first pass did not stop it")


def test_a_race_alternates_and_measures_each() -> None:
    order = []

    class Named(FakeCall):
        def __call__(self) -> None:
            order.append(self.seconds)
            super().__call__()

    clock = FakeClock()
    fast, slow = Named(clock, 0.01), Named(clock, 0.03)
    rows = race.alternate([fast, slow], clock, 1.0, loop.no_checkpoint)
    assert order[6:12] == [0.01, 0.03] * 3
    assert len(rows[0][0]) == len(rows[1][0]) == 25 and rows[1][0] == pytest.approx([0.03] * 25)
    seen = race.race([TINY, replace(TINY, shortcut="none")], QUICK)
    assert [one.spec.shortcut for one in seen] == ["A", "none"] and len({one.summary.n for one in seen}) == 1


# parts ----------------------------------------------------------------------------------------------------------------

ANY = [TINY, replace(TINY, activation="pre"), replace(TINY, shortcut="none"), replace(TINY, shortcut="A"),
       replace(preset("resnet50"), stages=(1, 1, 1, 1), num_classes=10), replace(TINY, norm="none"),
       replace(preset("resnet50"), stages=(1, 2), activation="pre", stride_on="1x1", shortcut="C")]


@pytest.mark.parametrize("level", list(parts.LEVELS))
@pytest.mark.parametrize("spec", ANY, ids=str)
def test_marks_partition_every_kind_of_net(spec: ResNetSpec, level: str) -> None:
    """Each part once, in order, nothing left out: the last mark is the end of the pass."""
    cuts = parts.cut(trace(spec, 32, 32), level)
    names = [name for name, *_ in cuts]
    nodes = trace(spec, 32, 32)[1:]
    assert names == list(dict.fromkeys(parts.LEVELS[level](node) for node in nodes))
    with subject(spec, hardware.resolve(QUICK)) as one:
        whole_s, split = parts.marked_pass(one, clocks.CpuClock(), cuts)
    assert len(split) == len(names) and all(value >= 0 for value in split)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in [one.module] if module)


def test_the_parts_add_up_to_the_whole_within_two_per_cent() -> None:
    seen = parts.profile(preset("resnet18"), replace(QUICK, height=64, width=64, budget_s=0.3), "layer")
    assert abs(seen.sum_over_whole - 1) <= parts.MOST_GAP == 0.02
    assert seen.overhead == pytest.approx(seen.whole_s / seen.plain_s - 1) and seen.n >= loop.LEAST
    by_stage, by_block = parts.rolled_up(seen.parts, "stage"), parts.rolled_up(seen.parts, "block")
    assert list(by_stage) == ["stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head"]
    whole_s = sum(part.seconds for part in seen.parts)
    assert [sum(by_stage.values()), sum(by_block.values())] == pytest.approx([whole_s, whole_s])
    assert len(by_block) == 2 + 8


def test_in_every_single_pass_the_parts_are_the_pass() -> None:
    """The partition itself, without statistics: marks leave out less than 2 % of any pass that is not interrupted."""
    cuts = parts.cut(trace(preset("resnet18"), 64, 64), "layer")
    with subject(preset("resnet18"), hardware.resolve(replace(QUICK, height=64, width=64))) as one:
        gaps = [abs(sum(split) / whole - 1) for whole, split in
                (parts.marked_pass(one, clocks.CpuClock(), cuts) for _ in range(9))]
    assert sorted(gaps)[4] < 0.02


def test_additions_are_timed_as_parts_of_their_own() -> None:
    kinds = {part[1].kind for part in parts.cut(trace(preset("resnet18"), 32, 32), "layer")}
    assert {"add", "flatten", "conv", "norm", "relu", "maxpool", "avgpool", "linear", "identity"} == kinds


def test_too_much_overhead_falls_back_to_coarser_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = {"layer": 1.5, "block": 1.2, "stage": 1.01}

    def fake(one, spec, settings, level, facts, checkpoint):
        return parts.Parts(spec, settings, level, (), slow[level], 1.0, 5, facts)

    monkeypatch.setattr(parts, "_profile", fake)
    assert parts.profile(TINY, QUICK, "layer").level == "stage"
    slow["stage"] = 1.6
    worst = parts.profile(TINY, QUICK, "layer")
    assert worst.level == "block" and "20.0% longer" in worst.warnings[0]


@pytest.mark.parametrize("change", [{"compile": "default"}, {"device": "cuda", "cuda_graph": True}])
def test_passes_without_module_ends_are_not_cut(change: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "resolve", lambda settings: settings)
    with pytest.raises(ValueError, match="no module ends"):
        parts.profile(TINY, replace(QUICK, **change))
    with pytest.raises(ValueError, match="level='atom'"):
        parts.profile(TINY, QUICK, "atom")


# memory ---------------------------------------------------------------------------------------------------------------

def peak_seen(spec: ResNetSpec, side: int) -> int:
    """Second source: allocations and releases as torch's own profiler records them during a real pass, in bytes."""
    from explorer.model import build
    net = build(spec, seed=0).eval()
    x = torch.zeros(1, spec.in_channels, side, side)
    with torch.inference_mode():
        net(x)
        with torch.profiler.profile(profile_memory=True, activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
            net(x)
    now = peak = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            peak = max(peak, now)
    return peak


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnet20_cifar"])
def test_the_estimate_covers_what_a_pass_allocates(name: str) -> None:
    side = 64
    activations = 4 * (memory.peak_elements(preset(name), side, side) - 3 * side * side)
    seen = peak_seen(preset(name), side)
    assert activations * 0.99 <= seen * 1.01, "live activations are really alive"
    assert seen <= activations * (1 + memory.WORKSPACE) + 2**20, "and the library's copies are allowed for"


def test_the_estimate_grows_with_batch_and_shrinks_with_the_dtype() -> None:
    need = [memory.estimate_bytes(preset("resnet50"), replace(QUICK, height=224, width=224, batch=batch, dtype=dtype))
            for batch, dtype in ((1, "bf16"), (1, "fp32"), (64, "fp32"), (65_536, "fp32"))]
    assert need == sorted(need) and need[0] < need[1] / 1.2


def test_too_large_a_request_is_refused_before_anything_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "subject", lambda *_: pytest.fail("allocated"))
    monkeypatch.setattr(memory, "free_bytes", lambda device: 2 * 10**9)
    with pytest.raises(memory.TooLarge) as caught:
        forward.measure(preset("resnet50"), replace(QUICK, height=224, width=224, batch=60_000))
    text = str(caught.value)
    assert "batch=60,000" in text and "would fit" in text
    fits = int(text.split("batch ")[-1].split(" ")[0].replace(",", ""))
    assert memory.guard(preset("resnet50"), replace(QUICK, height=224, width=224, batch=fits))
    with pytest.raises(memory.TooLarge):
        memory.guard(preset("resnet50"), replace(QUICK, height=224, width=224, batch=fits + 1))


def test_when_no_batch_fits_an_input_that_does_is_named() -> None:
    with pytest.raises(memory.TooLarge, match=r"even batch 1 does not; an input of \d+×\d+ would fit"):
        memory.guard(TINY, replace(QUICK, height=4096, width=4096), free=500 * 10**6)
    with pytest.raises(memory.TooLarge, match="choose a smaller net"):
        memory.guard(TINY, QUICK, free=1000)


@pytest.mark.parametrize("error", [
    MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"),
])
def test_out_of_memory_becomes_a_clear_refusal_and_memory_is_given_back(error, monkeypatch) -> None:
    alive, given = [], []

    def fails() -> None:
        activations = torch.zeros(3)
        alive.append(weakref.ref(activations))
        raise error

    monkeypatch.setattr(memory, "give_back", lambda collect: given.append(alive[0]()))
    with pytest.raises(memory.TooLarge, match="batch=7: the device ran out of memory"), memory.recovering("batch=7"):
        fails()
    assert given == [None], "the failed frames must be gone before the memory is given back"


def test_other_errors_pass_through() -> None:
    with pytest.raises(RuntimeError, match="shape"), memory.recovering("x"):
        raise RuntimeError("shape mismatch")
    with pytest.raises(Cancelled), memory.recovering("x"):
        raise Cancelled


def test_a_real_failed_allocation_is_survived_and_the_next_job_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is blinded, so that torch's own allocator refuses; then the same queue serves the next request."""
    monkeypatch.setattr(forward, "guard", lambda *_: 0)
    monkeypatch.setattr(memory, "MOST_INPUT_BYTES", 0)
    runner = Runner()
    huge = replace(QUICK, batch=65_536, height=4096, width=4096)
    failed = runner.submit(lambda job: forward.measure(TINY, huge, job.checkpoint), "huge")
    works = runner.submit(lambda job: forward.measure(TINY, QUICK, job.checkpoint), "small")
    assert works.wait(60) and failed.state == "failed" and isinstance(failed.error, memory.TooLarge), failed.error
    assert works.state == "done" and works.result.summary.n >= loop.LEAST


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(("files", "free"), [
    ({"proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    1000 kB\n"}, 1000 * 1024),
    ({"proc/meminfo": "MemAvailable: 1000 kB\n", "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "500000",
      "sys/fs/cgroup/a/memory.current": "300000", "sys/fs/cgroup/a/memory.stat": "anon 1\ninactive_file 50000\n",
      "sys/fs/cgroup/a/b/memory.max": "max", "sys/fs/cgroup/a/b/memory.current": "1"}, 250_000),
    ({"proc/meminfo": "MemAvailable: 1000 kB\n", "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "400000",
      "sys/fs/cgroup/memory.current": "399000"}, 1000),
    ({"proc/meminfo": "MemAvailable: 1000 kB\n", "proc/self/cgroup": "4:cpu,memory:/x\n",
      "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "90000", "sys/fs/cgroup/memory/x/memory.usage_in_bytes": "80000",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "5"}, 10_000),
    ({"proc/meminfo": "MemAvailable: 1000 kB\n", "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "10",
      "sys/fs/cgroup/memory.current": "99"}, 0),
])
def test_free_memory_is_the_tightest_limit(tmp_path: Path, files: dict[str, str], free: int) -> None:
    assert host.host_free_bytes(write(tmp_path, files)) == free


def test_without_proc_half_of_the_memory_is_assumed(tmp_path: Path) -> None:
    assert host.host_free_bytes(tmp_path) > 2**20


# sweeps ---------------------------------------------------------------------------------------------------------------

CPU = hardware.resolve(QUICK)


def test_every_sweep_has_a_plan_with_distinct_points() -> None:
    for name in sweeps.SWEEPS:
        points = sweeps.plan(name, preset("resnet50"), CPU)
        assert len({(point.spec, point.settings) for point in points}) == len(points) >= 2
        assert len({point.label for point in points}) == len(points)
    assert [point.spec for point in sweeps.plan("depths", preset("resnet50"), CPU)] == [preset(name) for name in sweeps.DEPTHS]
    assert {point.spec.stride_on for point in sweeps.plan("stride", preset("resnet50"), CPU)} == {"1x1", "3x3"}
    assert [point.settings.batch for point in sweeps.plan("batch", TINY, CPU)] == [1, 2, 4, 8, 16, 32]


def test_sweeps_that_make_no_sense_say_so() -> None:
    with pytest.raises(ValueError, match="v1 and v1.5 differ in the bottleneck's stride only"):
        sweeps.plan("stride", preset("resnet18"), CPU)
    with pytest.raises(ValueError, match="sweep='all': choose one of depths, batch"):
        sweeps.plan("all", preset("resnet18"), CPU)


def test_a_sweep_publishes_each_result_as_it_comes_refusals_included(monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(spec, settings, checkpoint):
        checkpoint(0.5)
        if settings.batch > 4:
            raise memory.TooLarge("batch=8: needs about 1 TB")
        return Measurement(spec, settings, (0.01 * settings.batch ** 0.5,) * 5, 0.01, 0.01)

    monkeypatch.setattr(sweeps, "measure", fake)
    runner = Runner()
    points = sweeps.plan("batch", TINY, CPU)
    job = runner.submit(lambda job: list(sweeps.run(points, job.checkpoint)), "sweep")
    assert job.wait(10) and job.state == "done", job.error
    assert job.result == job.partial and [row.point.settings.batch for row in job.partial] == [1, 2, 4, 8]
    assert job.partial[-1].error.startswith("batch=8") and job.partial[0].error is None
    assert sweeps.knee(job.partial).point.settings.batch == 4


def test_a_cancelled_sweep_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(spec, settings, checkpoint):
        if settings.batch == 4:
            job.cancel()
            checkpoint(0.1)
        return Measurement(spec, settings, (0.01,) * 5, 0.01, 0.01)

    monkeypatch.setattr(sweeps, "measure", fake)
    started = threading.Event()
    job = Runner().submit(lambda job: started.wait(5) and list(sweeps.run(sweeps.plan("batch", TINY, CPU), job.checkpoint)), "")
    started.set()
    assert job.wait(10) and job.state == "cancelled" and [row.point.settings.batch for row in job.partial] == [1, 2]


def test_the_knee_is_the_smallest_batch_near_the_best() -> None:
    def row(batch: int, per_s: float) -> sweeps.Row:
        settings = replace(CPU, batch=batch)
        return sweeps.Row(sweeps.Point("", TINY, settings), Measurement(TINY, settings, (batch / per_s,), 1, 1))

    rows = [row(1, 50), row(2, 80), row(4, 95), row(8, 100), row(16, 99)]
    assert sweeps.knee(rows).point.settings.batch == 4
    assert sweeps.knee(rows[:2]) is None
