"""Timing real (tiny) models: what a measurement carries, cancellation, races, and parts that add up to the whole."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace

import pytest
import torch

from explorer.jobs import Cancelled, Runner
from explorer.spec import ResNetSpec, preset
from explorer.timing import clock as clocks
from explorer.timing import forward, hardware, loop, parts, race
from explorer.timing.subject import as_set, subject
from explorer.trace import trace
from timing_fakes import QUICK, TINY, FakeCall, FakeClock


# measuring for real (tiny) ------------------------------------------------------------------------------------------

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
        assert weight.dtype is {"bf16": torch.bfloat16}.get(settings.dtype,
                                                            torch.float32) and one.x.dtype is weight.dtype
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


# parts --------------------------------------------------------------------------------------------------------------

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
    settings = replace(QUICK, height=64, width=64, budget_s=0.3)
    for _ in range(6):  # medians of parts need not add up while other work on the host interrupts some passes
        seen = parts.profile(preset("resnet18"), settings, "layer")
        if abs(seen.sum_over_whole - 1) <= parts.MOST_GAP:
            break
    assert abs(seen.sum_over_whole - 1) <= parts.MOST_GAP == 0.02
    assert seen.overhead > -0.5 and seen.whole_s > 0 and seen.plain_s > 0 and seen.n >= loop.LEAST
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
        return parts.Parts(spec, settings, level, (), slow[level], 1.0, slow[level] - 1, 5, facts)

    monkeypatch.setattr(parts, "at_level", fake)
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
