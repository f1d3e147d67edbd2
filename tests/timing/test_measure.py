"""Timing real (tiny) models: what a measurement carries, cancellation, and races."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace

import pytest
import torch

from explorer.jobs import Cancelled, Runner
from explorer.timing.measure import forward, hardware, loop, race
from explorer.timing.measure import subject as subjects
from explorer.timing.measure.subject import as_set, subject
from tests.timing.fakes import QUICK, TINY, FakeCall, FakeClock

# measuring for real (tiny) ------------------------------------------------------------------------------------------


def test_a_measurement_carries_all_that_stands_beside_it() -> None:
    threads = torch.get_num_threads()
    seen = forward.measure(TINY, QUICK)
    assert len(seen.times_s) == seen.summary.n >= loop.LEAST
    assert seen.images_per_s == pytest.approx(seen.settings.batch / seen.summary.median_s)
    assert seen.settings.threads == 1 and seen.provenance["threads"] == 1 and seen.provenance["inputs_in_rotation"] > 1
    assert "1 thread" in seen.settings.words and seen.headline.endswith("img/s")
    assert torch.get_num_threads() == threads, "threads are put back"


@pytest.mark.parametrize(
    "change",
    [{"dtype": "bf16"}, {"memory_format": "channels_last"}, {"fresh": False}, {"batch": 3, "height": 33, "width": 20}],
)
def test_the_subject_is_what_the_settings_say(change: dict) -> None:
    settings = hardware.resolve(replace(QUICK, **change))
    with subject(TINY, settings) as one:
        one.prepare()
        assert one().shape == (settings.batch, 10) and bool(torch.isfinite(one()).all())
        assert not one.module.training and torch.is_inference_mode_enabled()
        weight = one.module.conv1.weight
        assert (
            weight.dtype is {"bf16": torch.bfloat16}.get(settings.dtype, torch.float32) and one.x.dtype is weight.dtype
        )
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


def test_cancelling_a_measurement_here_ends_it_and_puts_the_threads_back() -> None:
    """Without a process of its own it ends at the next look-out, long before its minute is over."""
    runner = Runner()
    long = replace(QUICK, budget_s=60.0)
    job = runner.submit(lambda job: forward.measure(TINY, long, job.checkpoint), "long")
    while job.active and job.message != "timing":
        threading.Event().wait(0.01)
    threads = torch.get_num_threads()
    job.cancel()
    assert job.wait(30) and job.state == "cancelled"
    after = runner.submit(lambda job: forward.measure(TINY, QUICK, job.checkpoint), "short")
    assert after.wait(30) and after.state == "done", after.error
    assert torch.get_num_threads() == threads


def test_a_pass_that_nobody_would_wait_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "MOST_PASS_S", 0.0)
    with pytest.raises(
        ValueError, match="batch=1: one pass takes more than 0 s here; choose a smaller batch or input$"
    ):
        forward.measure(TINY, QUICK)
    with pytest.raises(ValueError, match="choose a smaller batch or input, or fp32$"):
        forward.measure(TINY, replace(QUICK, dtype="bf16"))


def test_the_device_is_waited_for_before_each_look_and_no_look_out_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU takes all launches at once: without waiting, the pass would seem to take no time and could not be left."""
    synced = []

    class Clock:
        def sync(self) -> None:
            synced.append(1)

    monkeypatch.setattr(subjects, "clock_for", lambda device: Clock())
    with subject(TINY, hardware.resolve(QUICK)) as one:
        leaves = [module for module in one.module.modules() if not list(module.children())]
        assert len(synced) >= len(leaves) and not any(module._forward_pre_hooks for module in leaves)


def test_what_it_is_doing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    forward.measure(TINY, QUICK, lambda progress=None, message=None, *_: message and said.append(message))
    within = [one for one in said if one.startswith("first pass, ")]
    assert within == [f"first pass, operation {at} of {len(within)}" for at in range(1, len(within) + 1)] and within
    assert [one for one in said if "pass " not in one and one not in within] == ["building", "first pass", "timing"]
    assert said[-1].startswith("pass ") and said[-1].split()[1] == said[-1].split()[-1], "its last pass of so many"
    monkeypatch.setattr(torch, "compile", lambda module, mode: module)
    monkeypatch.setattr(hardware, "compiler", lambda kind: True)
    said.clear()
    forward.measure(
        TINY,
        replace(QUICK, compile="default"),
        lambda progress=None, message=None, *_: message and said.append(message),
    )
    assert [one for one in said if "pass" not in one] == ["building", "compiling", "timing"]


def test_a_compiler_that_fails_says_why_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(x: torch.Tensor) -> None:
        raise RuntimeError("no template for conv\nand a page of trace")

    monkeypatch.setattr(torch, "compile", lambda module, mode: fails)
    monkeypatch.setattr(hardware, "compiler", lambda kind: True)
    with pytest.raises(ValueError, match=r"^compile='default': no template for conv$"):
        forward.measure(TINY, replace(QUICK, compile="default"))


def test_without_a_compiler_it_is_said_before_anything_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "compiler", lambda kind: False)
    monkeypatch.setattr(forward, "subject", lambda *_: pytest.fail("built"))
    with pytest.raises(ValueError, match="compile='default': this machine has no compiler for it"):
        forward.measure(TINY, replace(QUICK, compile="default"))


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
    told: list[race.Laps] = []
    again = race.alternate(
        [Named(clock, 0.01), Named(clock, 0.03)], clock, 1.0, lambda *_, partial=None: partial and told.append(partial)
    )
    assert [lap.of for lap in told] == [25] * len(told) and told[0].rounds == () and len(told) >= 5
    rounds = [one for lap in told for one in lap.rounds]
    assert rounds == list(zip(again[0][0], again[1][0]))[: len(rounds)] and len(rounds) >= 20, (
        "in the order of the passes"
    )
    seen = race.race([TINY, replace(TINY, shortcut="none")], QUICK)
    assert [one.spec.shortcut for one in seen] == ["A", "none"] and len({one.summary.n for one in seen}) == 1
