"""Each check of the GPU command can fail: a fault is planted for each, and found; without it the check passes.

Where the CPU can stand in, the fault is in what is measured (a clock, an output, an allocator), not in the numbers.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from explorer.jobs import Cancelled
from explorer.spec import preset
from explorer.timing.data.limits import Ceilings, Kernel
from explorer.timing.measure import inputs, parts
from explorer.timing.measure import subject as subjects
from explorer.timing.measure.hardware import resolve
from explorer.timing.measure.subject import subject
from tests.gpu import card as cards
from tests.gpu import judge, readings
from tests.gpu.card import Card, Peak, clocks_of
from tests.gpu.fakes import READING, PretendCard, lying
from tests.gpu.found import FAILED, PASSED, SKIPPED
from tests.timing.fakes import QUICK, TINY, FakeCall, FakeClock

GIB = 2**30


@pytest.fixture(scope="module")
def card() -> Card:
    """The CPU, with tiny nets, through the kit's own code."""
    return Card("cpu", tiny=True)


# clocks ---------------------------------------------------------------------------------------------------------------


class LyingEvents(FakeClock):
    """Events that tell `share` of the time that passes; the host's clock is right."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def seconds(self, marks):
        return [self.share * one for one in super().seconds(marks)]


@pytest.mark.parametrize(("share", "state"), [(1.0, PASSED), (0.97, PASSED), (0.9, FAILED), (1.1, FAILED)])
def test_a_clock_that_lies_by_ten_per_cent(share: float, state: str) -> None:
    clock = LyingEvents(share)

    def bench(run, budget_s: float) -> float:
        before = clock.t
        run()
        return clock.t - before

    seen = clocks_of(FakeCall(clock, 0.01), clock, 0.5, bench, timer=clock.wall)
    assert (seen.wall_s, seen.benchmark_s, seen.do_bench_s) == pytest.approx((0.01, 0.01, 0.01))
    found = judge.clocks(seen)
    assert found.state == state
    if state == FAILED:
        assert all(name in found.said for name in ("wall clock", "torch.utils.benchmark", "do_bench")), found.said


def test_the_reason_of_a_gap_is_told() -> None:
    """A pass that waits for the host, or that spreads, is no fault of the clock; it fails and says so."""
    fine = PretendCard().clocks(preset("resnet50"), QUICK)
    assert judge.clocks(fine).state == PASSED
    slow = replace(fine, wall_s=9e-3, enqueue_s=6.9e-3, spread=0.3)
    assert (
        "the host needs 6.90 ms to launch it" in judge.clocks(slow).said and "spread by 30 %" in judge.clocks(slow).said
    )
    assert "neither launches nor spread" in judge.clocks(replace(fine, wall_s=9e-3)).said
    without = judge.clocks(replace(fine, do_bench_s=None, no_do_bench="Triton is not there"))
    assert without.state == PASSED and without.told == ("not compared with do_bench: Triton is not there",)


def test_a_triton_that_breaks_is_told_and_not_ours() -> None:
    def broken(run, budget_s: float) -> float:
        raise ImportError("No module named 'triton'")

    clock = FakeClock()
    seen = clocks_of(FakeCall(clock, 0.01), clock, 0.1, broken, timer=clock.wall)
    assert seen.do_bench_s is None and "ImportError" in seen.no_do_bench and judge.clocks(seen).state == PASSED


# outputs --------------------------------------------------------------------------------------------------------------


def test_a_graph_with_a_stale_output(card: Card) -> None:
    """Real outputs for three inputs; a graph whose input is never loaded gives the first one's each time."""
    eager = card.outputs(TINY, card.settings(batch=2))
    assert judge.graph([(one, one.clone()) for one in eager]).state == PASSED
    stale = judge.graph([(one, eager[0]) for one in eager])
    assert stale.state == FAILED and "input 2: the replay differs" in stale.said and "input 1:" not in stale.said
    assert judge.graph([(eager[0], eager[0])]).state == SKIPPED
    assert judge.graph([(eager[0], eager[0])] * 3).state == SKIPPED, "equal inputs could not tell"
    assert judge.graph([(one, one * math.nan) for one in eager]).state == FAILED


def test_the_replays_are_of_inputs_that_were_loaded_one_by_one(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the card's own code, with a stand-in for the graph: a right one, and one that forgets to load."""

    class Graph:
        loads = True

        def __init__(self, module, x, device) -> None:
            self.module, self.x = module, x.clone()

        def load(self, x) -> None:
            if self.loads:
                self.x.copy_(x)

        def __call__(self, _):
            return self.module(self.x)

    monkeypatch.setattr(subjects, "Replayed", Graph)
    asked = card.settings(batch=2)
    monkeypatch.setattr(type(asked), "_check_together", lambda self: None)  # a graph on the CPU
    assert judge.graph(card.replays(TINY, asked)).state == PASSED
    Graph.loads = False
    assert judge.graph(card.replays(TINY, asked)).state == FAILED


def test_a_format_that_is_less_than_it_says(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """fp32 that computes with fp16's digits, as TF32 left on would; bf16 at twice its bound; a number that is none."""
    fine = card.errors(card.spec("resnet18"), ("fp32", "bf16", "fp16"))
    assert judge.precision(fine).state == PASSED and fine["fp32"] < fine["fp16"] < fine["bf16"]
    monkeypatch.setitem(inputs.DTYPES, "fp32", torch.float16)
    leak = judge.precision(card.errors(card.spec("resnet18"), ("fp32",)))
    assert leak.state == FAILED and "fp32: relative error" in leak.said
    assert judge.precision(fine | {"bf16": 2 * judge.MOST_ERROR["bf16"]}).state == FAILED
    assert judge.precision(fine | {"fp16": math.nan}).state == FAILED


def test_another_way_to_run_it_that_gives_other_logits(card: Card) -> None:
    one, other = (
        card.outputs(TINY, card.settings(batch=2, memory_format=layout)) for layout in ("contiguous", "channels_last")
    )
    assert judge.alike(one, other, "channels last").state == PASSED
    assert judge.alike(one, [logits.flip(1) for logits in other], "channels last").state == FAILED


# parts, inputs --------------------------------------------------------------------------------------------------------


def test_parts_that_leave_something_out() -> None:
    seen = PretendCard().parts(preset("resnet18"), PretendCard().settings())
    assert judge.parts(seen).state == PASSED
    short = replace(seen, parts=seen.parts[:-1], whole_s=seen.whole_s * 1.025)
    assert judge.parts(short).state == FAILED and "of the whole" in judge.parts(short).said
    costly = judge.parts(replace(seen, overhead=0.06, noise=0.01))
    assert costly.state == FAILED and "the marks cost 6.0 %" in costly.said
    assert judge.parts(replace(seen, overhead=0.035, noise=0.01)).state == PASSED, "not certainly above 3 %"


def test_the_real_parts_of_a_tiny_net_pass_the_same_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.timing.fakes import WorkClock

    clock = WorkClock()
    monkeypatch.setattr(parts, "clock_for", lambda device: clock)
    settings = resolve(QUICK)
    with subject(TINY, settings) as one, clock:
        seen = parts.at_level(one, TINY, settings, "layer", {})
    assert judge.parts(seen).state == PASSED and seen.sum_over_whole == pytest.approx(1)


def test_inputs_that_fit_the_cache(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = card.spec("resnet18")
    for room in (
        inputs,
        subjects,
    ):  # a card's, and not this host's: half a gigabyte is met, which small pictures do not fill
        monkeypatch.setattr(room, "cache_bytes", lambda device: 2**22)
    assert judge.rotation([card.time(spec, card.settings(batch=2))]).state == PASSED
    monkeypatch.setattr(inputs, "cache_bytes", lambda device: 2**14)  # the rotation believes in a smaller cache
    assert judge.rotation([card.time(spec, card.settings(batch=2))]).state == FAILED


# memory ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def allocator(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """torch.cuda's counters by hand."""
    seen = {"peak": 0, "reserved": 0}
    for name in ("synchronize", "reset_peak_memory_stats"):
        monkeypatch.setattr(torch.cuda, name, lambda *_: None)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda *_: seen["peak"])
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda *_: seen["reserved"])
    return seen


def test_an_estimate_that_is_too_low_or_far_too_high(card: Card, allocator: dict[str, int]) -> None:
    spec, settings = card.spec("resnet18"), card.settings(batch=2)
    allocator["peak"] = 1
    assert judge.peaks([card.inference_peak(spec, settings), card.training_peak(spec, 2)]).state == PASSED
    allocator["peak"] = 10 * GIB
    for low in (card.inference_peak(spec, settings), card.training_peak(spec, 2)):
        found = judge.peaks([low])
        assert found.state == FAILED and "too low" in found.said
    assert judge.peaks([Peak("x", 13 * GIB // 10, GIB)]).state == PASSED
    assert judge.peaks([Peak("x", 14 * GIB // 10, GIB)]).state == FAILED
    assert judge.peaks([Peak("x", 2 * 10**8, 10**8)]).state == PASSED, "below 500 MB a constant may weigh more"
    assert judge.peaks([Peak("x", GIB, GIB), Peak("y", GIB - 1, GIB)]).state == FAILED


class OnCuda(Card):
    """The CPU, told to be a GPU of `free` bytes; its own allocator refuses what is larger than that."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, allocator: dict[str, int], free: int = 60_000_000) -> None:
        super().__init__("cpu", tiny=True)
        self.kind, self.allocator = "cuda", allocator
        for module in (cards.guard, inputs):
            monkeypatch.setattr(module, "free_bytes", lambda device: free)
        made = subjects.inputs

        def refusing(spec, settings, device):
            if settings.batch > 2:
                allocator["reserved"] += allocator.get("leak", 0)
                raise allocator.get("error", torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"))
            return made(spec, settings, device)

        monkeypatch.setattr(subjects, "inputs", refusing)


def test_out_of_memory_that_is_not_survived(monkeypatch: pytest.MonkeyPatch, allocator: dict[str, int]) -> None:
    there = OnCuda(monkeypatch, allocator)
    fine = judge.refused(there.out_of_memory())
    assert fine.state == PASSED and "the device ran out of memory" in fine.said
    allocator["leak"] = GIB
    leaked = judge.refused(there.out_of_memory())
    assert leaked.state == FAILED and "1.1 GB were not given back" in leaked.said
    allocator.update(leak=0, error=RuntimeError("an illegal memory access"))
    with pytest.raises(RuntimeError, match="illegal"):
        there.out_of_memory()
    said = PretendCard().out_of_memory()
    assert judge.refused(said).state == PASSED
    for change, says in (
        ({"guard_said": ""}, "let it through"),
        ({"said": ""}, "did not run out"),
        ({"next_works": False}, "next pass failed"),
    ):
        found = judge.refused(replace(said, **change))
        assert found.state == FAILED and says in found.said


@pytest.mark.parametrize(("ends_s", "held", "state"), [(0.3, 0, PASSED), (1.4, 0, FAILED), (0.3, GIB, FAILED)])
def test_a_cancel_that_takes_too_long_or_keeps_memory(
    ends_s: float, held: int, state: str, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(t=0.0)
    free = SimpleNamespace(bytes=10 * GIB)
    told = []

    class Workshop:
        def alone(self, work, checkpoint) -> None:
            free.bytes -= 2 * GIB
            for message in ((0.0, "building"), (), (0.3,)):
                told.append(message)
                try:
                    checkpoint(*message)
                except Cancelled:
                    clock.t += ends_s
                    free.bytes += 2 * GIB - held
                    raise

    monkeypatch.setattr(cards, "Workshop", Workshop)
    monkeypatch.setattr(cards.guard, "free_bytes", lambda device: free.bytes)
    waits = lambda seconds: setattr(clock, "t", clock.t + seconds)
    monkeypatch.setattr(cards, "time", SimpleNamespace(perf_counter=lambda: clock.t, sleep=waits))
    seen = card.cancelled(TINY)
    assert told[-1] == (0.3,) and seen.ended_s == pytest.approx(ends_s)
    assert judge.stopped(seen).state == state


# devices, ceilings, the card's own word -------------------------------------------------------------------------------


def test_two_devices_that_are_mixed_up() -> None:
    true = {"cuda:0": "A", "cuda:1": "B"}
    assert judge.named({"cuda:0": ("A", "cuda:0"), "cuda:1": ("B", "cuda:1")}, true).state == PASSED
    assert judge.named({"cuda:0": ("A", "cuda:0"), "cuda:1": ("A", "cuda:1")}, true).state == FAILED
    assert judge.named({"cuda:0": ("A", "cuda:0"), "cuda:1": ("B", "cuda:0")}, true).state == FAILED
    assert judge.named({"cuda:0": ("A", "cuda:0")}, {"cuda:0": "A"}).state == SKIPPED


def test_a_ceiling_that_is_exceeded() -> None:
    """Half the time is twice the arithmetic: above the best kernel of the run, and it is not scaled under the roof."""
    here = PretendCard()
    settings = here.settings(batch=256, dtype="bf16")
    limits, seen, cut = (
        here.ceilings(settings),
        here.time(preset("resnet50"), settings),
        here.parts(preset("resnet50"), settings),
    )
    assert judge.ceilings({"bf16": (limits, seen, cut)}).state == PASSED
    fast = judge.ceilings({"bf16": (limits, lying(seen, 0.1), cut)})
    assert fast.state == FAILED and "whole pass reaches" in fast.said
    stage = replace(cut, parts=tuple(replace(part, seconds=part.seconds / 9) for part in cut.parts))
    assert "conv5_x reaches" in judge.ceilings({"bf16": (limits, seen, stage)}).said


def test_a_copy_that_is_counted_one_way() -> None:
    here = PretendCard()
    settings = here.settings(batch=32)
    limits = here.ceilings(settings)
    half = Ceilings(tuple(replace(one, work=one.work / 2) if one.kind == "copy" else one for one in limits.kernels))
    rest = here.time(preset("resnet18"), settings), here.parts(preset("resnet18"), settings)
    assert judge.ceilings({"fp32": (limits, *rest)}).state == PASSED
    found = judge.ceilings({"fp32": (half, *rest)})
    assert found.state == FAILED and "copy of 16 MiB counts 16,777,216 bytes" in found.said


def test_the_real_copies_are_counted_both_ways(card: Card) -> None:
    copies = [one for one in card.ceilings(card.settings()).kernels if one.kind == "copy"]
    assert copies and all(judge._both(one) for one in copies)
    assert not judge._both(Kernel("copy of 1 MiB", "copy", 2.0**20, 1.0, 1.0))


def test_a_card_that_slows_down_or_is_held_back() -> None:
    assert judge.steady(1.0, 1.03, [READING]).state == PASSED
    slower = judge.steady(1.0, 1.08, [READING])
    assert slower.state == FAILED and "8.0 % longer at the end" in slower.said
    hot = judge.steady(1.0, 1.0, [READING, replace(READING, reasons=("heat (hardware)",))])
    assert hot.state == FAILED and "held back: heat (hardware)" in hot.said
    limited = judge.steady(1.0, 1.0, [replace(READING, reasons=("power limit",))])
    assert limited.state == PASSED and "power limit lowered the clock" in limited.told[0]
    blind = judge.steady(1.0, 1.0, [], "no right to")
    assert blind.state == PASSED and blind.told == ("clocks not read: no right to",)


def test_a_card_that_others_use() -> None:
    assert judge.idle(READING, 0).state == PASSED
    assert judge.idle(replace(READING, busy_percent=80), 0).state == FAILED
    assert "others hold" in judge.idle(replace(READING, used_bytes=9 * GIB), GIB).said
    assert judge.idle(replace(READING, used_bytes=9 * GIB), 8 * GIB).state == PASSED, "ours"
    assert judge.idle(replace(READING, reasons=("power brake",)), 0).state == FAILED
    assert judge.idle(None, 0, "not here").said == "not here"


class Library:
    """NVML's calls, with values by hand. Any other call, such as one that sets something, raises."""

    def __init__(self, **changes: int) -> None:
        self.values = {"clock": 1700, "most": 1980, "celsius": 61, "bits": 0x4 | 0x40, "busy": 3, "used": GIB} | changes

    def nvmlInit_v2(self) -> int:
        return self.values.get("init", 0)

    def nvmlDeviceGetHandleByUUID(self, uuid, handle) -> int:
        return 0 if uuid == b"GPU-12ab" else 6

    def _number(self, pointer, kind, name: str) -> int:
        if self.values[name] is None:
            return 3  # not supported
        ctypes.cast(pointer, ctypes.POINTER(kind))[0] = self.values[name]
        return 0

    def nvmlDeviceGetClockInfo(self, card, clock, pointer) -> int:
        return self._number(pointer, ctypes.c_uint, "clock")

    def nvmlDeviceGetMaxClockInfo(self, card, clock, pointer) -> int:
        return self._number(pointer, ctypes.c_uint, "most")

    def nvmlDeviceGetTemperature(self, card, sensor, pointer) -> int:
        return self._number(pointer, ctypes.c_uint, "celsius")

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, card, pointer) -> int:
        return self._number(pointer, ctypes.c_ulonglong, "bits")

    def nvmlDeviceGetUtilizationRates(self, card, pointer) -> int:
        return self._number(pointer, ctypes.c_uint, "busy")

    def nvmlDeviceGetMemoryInfo(self, card, pointer) -> int:
        if self.values["used"] is None:
            return 3
        ctypes.cast(pointer, ctypes.POINTER(ctypes.c_ulonglong))[2] = self.values["used"]
        return 0


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: SimpleNamespace(uuid="12ab"))


def no_smi(arguments) -> str:
    raise OSError("nvidia-smi is not there")


def test_the_library_is_read(known: None) -> None:
    seen = readings.reader(0, Library(), no_smi)()
    assert seen == readings.Reading(1700, 1980, 61, 3, GIB, ("power limit", "heat (hardware)"))
    assert seen.held_back == ("heat (hardware)",) and seen.facts["held_back_by"] == "power limit, heat (hardware)"
    poor = readings.reader(0, Library(bits=None, busy=None, used=None), no_smi)()
    assert (poor.reasons, poor.busy_percent, poor.used_bytes, poor.clock_mhz) == (None, None, None, 1700)


def test_nvidia_smi_where_the_library_does_not_answer(known: None) -> None:
    asked = []

    def smi(arguments) -> str:
        asked.append(arguments)
        if "event_reasons" in arguments[2]:
            return 'Field "clocks_event_reasons.active" is not a valid field to query.\n'
        return "1200, 1980, 71, [N/A], 2048, 0x0000000000000020\n"

    seen = readings.reader(0, Library(init=9), smi)()
    assert seen == readings.Reading(1200, 1980, 71, None, 2 * GIB, ("heat (software)",))
    assert asked[0][:2] == ["-i", "GPU-12ab"]
    with pytest.raises(OSError, match="nvmlInit_v2: error 9; nvidia-smi is not there"):
        readings.reader(0, Library(init=9), no_smi)
    with pytest.raises(OSError, match="No devices"):
        readings.reader(0, Library(init=9), lambda arguments: "No devices were found\n")


def test_readings_go_into_the_provenance(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "_read", lambda: READING)
    seen = card.time(TINY, card.settings(batch=2))
    assert seen.provenance["sm_clock_mhz"] == 1900 and card.readings[-1] == READING

    def broken() -> None:
        raise OSError

    monkeypatch.setattr(card, "_read", broken)
    assert "sm_clock_mhz" not in card.time(TINY, card.settings(batch=2)).provenance


def test_a_net_once_made_is_timed_as_one_made_anew(card: Card) -> None:
    """The copy has the same weights and statistics, and the kept one is not changed by what is done with it."""
    settings = resolve(QUICK)
    made = subjects.made_model(TINY, settings)
    for dtype in ("bf16", "fp32"):
        asked = replace(settings, dtype=dtype)
        with subject(TINY, asked) as anew, subject(TINY, asked, made=made) as again:
            assert torch.equal(anew.module(anew.x), again.module(again.x))
