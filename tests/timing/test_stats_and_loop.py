"""Timing: statistics and loop on a fake clock, settings, and provenance. No speed is asserted."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.jobs import Cancelled
from explorer.timing.data import stats
from explorer.timing.data.measurement import plus_minus, rate
from explorer.timing.data.settings import Settings, settings_from
from explorer.timing.measure import hardware, loop, parts
from tests.benchmarks import bench_timing
from tests.timing.fakes import QUICK, FakeCall, FakeClock

# statistics ---------------------------------------------------------------------------------------------------------


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
    assert "10 %" in stats.spread_warning(wild)


def test_a_busy_host_is_told_from_a_busy_process() -> None:
    assert stats.busy_warning(1.0, 1.97, 2) is None
    assert "only 60 %" in stats.busy_warning(1.0, 1.2, 2)
    assert "something else in it" in stats.busy_warning(1.0, 1.5, 1)


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (0.00321, 0.00004, "3.21 ms ± 0.04"),
        (1.234, 0.01, "1.23 s ± 0.01"),
        (0.0421, 0.0003, "42.1 ms ± 0.3"),
        (0.4321, 0.002, "432 ms ± 2"),
        (42e-6, 1e-6, "42.0 µs ± 1.0"),
        (0.9999, 0.001, "1.00 s ± 0.00"),
    ],
)
def test_the_hall_figure(value: float, half: float, text: str) -> None:
    assert plus_minus(value, half) == text


def test_rates_have_three_digits() -> None:
    assert [rate(value) for value in (311.4, 4.037, 42.31, 13726)] == [
        "311 img/s",
        "4.04 img/s",
        "42.3 img/s",
        "13,726 img/s",
    ]


@pytest.mark.parametrize(
    ("ratio", "overhead", "code"), [(1.0, 0.01, 0), (1.06, 0.01, 1), (0.94, 0.01, 1), (1.0, 0.04, 1)]
)
def test_the_benchmark_fails_outside_its_bounds(
    ratio: float, overhead: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    part = parts.Part("conv1", "stem", "", "conv", 1.0)
    monkeypatch.setattr(bench_timing.subject, "subject", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(bench_timing, "against_torch", lambda one: ratio)
    monkeypatch.setattr(bench_timing, "against_plain", lambda one, name: 1.0)
    monkeypatch.setattr(
        parts,
        "at_level",
        lambda one, spec, settings, level, facts: parts.Parts(
            spec, settings, level, (part,), 1.0, 1.0, overhead, 20, facts
        ),
    )
    assert bench_timing.main("resnet18") == code
    assert ("OUT OF BOUNDS" in capsys.readouterr().out) == bool(code)


# the loop, on a fake clock ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("each_s", [3e-4, 0.003, 0.04, 0.3])
def test_the_loop_spends_its_budget_and_keeps_each_time(each_s: float) -> None:
    clock = FakeClock()
    call = FakeCall(clock, each_s, slow_first=2)
    seen = loop.timed(call, clock, budget_s=1.0)
    n = len(seen.times_s)
    assert {round(value, 9) for value in seen.times_s} == {each_s}, "the slow first calls belong to the warm-up"
    assert n * each_s + 1e-6 >= 1.0 and n * each_s <= max(1.0 + loop.BURST_S + each_s, loop.LEAST * each_s + 1e-6)
    assert call.calls == call.prepared == n + seen.warm_up and seen.warm_up >= loop.LEAST_WARM_UP
    assert seen.wall_s == pytest.approx(each_s) and seen.cpu_s == pytest.approx(each_s / 2)
    assert seen.enqueue_s == pytest.approx(each_s)


def test_the_making_of_the_input_is_in_no_pass() -> None:
    clock = FakeClock()
    seen = loop.timed(FakeCall(clock, 0.003, making_s=0.05), clock, budget_s=1.0)
    assert {round(value, 9) for value in seen.times_s} == {0.003} and seen.enqueue_s == pytest.approx(0.003)


def test_a_long_pass_is_still_timed_five_times_and_each_is_a_place_to_stop() -> None:
    clock, looks, said = FakeClock(), [], []

    def look(progress: float | None = None, message: str | None = None, *_: object) -> None:
        looks.append(clock.t)
        said.append(message)

    loop.timed(FakeCall(clock, 3.0), clock, 0.5, look)
    assert "warm-up, pass 1 of 3, 3.00 s each" in said and said[-1] == "pass 5 of 5, 3.00 s each", (
        "how long that will be"
    )
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


# settings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dtype": "fp8"}, "dtype='fp8': choose one of fp32"),
        ({"batch": 0}, "batch=0"),
        ({"batch": True}, "batch=True"),
        ({"device": "tpu"}, "device='tpu'"),
        ({"budget_s": 1e9}, "budget_s"),
        ({"budget_s": float("nan")}, "budget_s"),
        ({"threads": 0}, "threads=0"),
        ({"dtype": "tf32"}, "TF32 is a mode of NVIDIA"),
        ({"height": 5000}, "input=5000"),
        ({"cuda_graph": True}, "CUDA graphs need"),
        ({"compile": "fast"}, "compile='fast'"),
        ({"fresh": 1}, "fresh=1"),
        ({"device": "cuda", "cuda_graph": True, "compile": "default"}, "choose compile=eager"),
    ],
)
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


def test_on_a_mac_the_system_s_version_is_the_driver_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware.sys, "platform", "darwin")
    monkeypatch.setattr(hardware.platform, "mac_ver", lambda: ("15.1", ("", "", ""), "arm64"))
    monkeypatch.setattr(hardware, "devices", lambda: {"mps": "GPU of Apple M4", "cpu": "Apple M4"})
    facts = hardware.provenance(Settings(device="mps", threads=1))
    assert facts["driver"] == "macOS 15.1" and facts["system"].startswith("macOS 15.1 ")
    assert "driver" not in hardware.provenance(Settings(device="cpu", threads=1))


def test_provenance_is_complete_and_names_no_place() -> None:
    import platform

    facts = hardware.provenance(hardware.resolve(QUICK))
    for name in (
        "device",
        "cpu",
        "threads",
        "torch",
        "load_average_before",
        "measured_at",
        "mode",
        "weights",
        "processors",
    ):
        assert name in facts
    assert platform.node() not in str(facts) or not platform.node()
