"""Sweeps: their plans, results as they come, refusals, cancellation, the knee."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from explorer.jobs import Runner
from explorer.spec import preset
from explorer.timing.data.measurement import Measurement
from explorer.timing.data.settings import CHOICES
from explorer.timing.measure import guard, hardware, sweeps
from tests.timing.fakes import QUICK, TINY

CPU = hardware.resolve(QUICK)


def test_every_sweep_has_a_plan_with_distinct_points() -> None:
    for name in sweeps.SWEEPS:
        points = sweeps.plan(name, preset("resnet50"), CPU)
        assert len({(point.spec, point.settings) for point in points}) == len(points) >= 2
        assert len({point.label for point in points}) == len(points)
    assert [point.spec for point in sweeps.plan("depths", preset("resnet50"), CPU)] == [
        preset(name) for name in sweeps.DEPTHS
    ]
    assert {point.spec.stride_on for point in sweeps.plan("stride", preset("resnet50"), CPU)} == {"1x1", "3x3"}
    assert [point.settings.batch for point in sweeps.plan("batch", TINY, CPU)] == [1, 2, 4, 8, 16, 32]
    assert {point.settings.dtype for point in sweeps.plan("modes", TINY, CPU)} == set(CHOICES["dtype"]) - {"tf32"}


def test_sweeps_that_make_no_sense_say_so() -> None:
    with pytest.raises(ValueError, match="v1 and v1.5 differ in the bottleneck's stride only"):
        sweeps.plan("stride", preset("resnet18"), CPU)
    with pytest.raises(ValueError, match="sweep='all': choose one of depths, batch"):
        sweeps.plan("all", preset("resnet18"), CPU)


def test_a_sweep_publishes_each_result_as_it_comes_refusals_included(monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(spec, settings, checkpoint):
        checkpoint(0.5)
        if settings.batch > 4:
            raise guard.TooLarge("batch=8: needs about 1 TB")
        return Measurement(spec, settings, (0.01 * settings.batch**0.5,) * 5, 0.01, 0.01)

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
    job = Runner().submit(
        lambda job: started.wait(5) and list(sweeps.run(sweeps.plan("batch", TINY, CPU), job.checkpoint)), ""
    )
    started.set()
    assert job.wait(10) and job.state == "cancelled" and [row.point.settings.batch for row in job.partial] == [1, 2]


def test_the_knee_is_the_smallest_batch_near_the_best() -> None:
    def row(batch: int, per_s: float) -> sweeps.Row:
        settings = replace(CPU, batch=batch)
        return sweeps.Row(sweeps.Point("", TINY, settings), Measurement(TINY, settings, (batch / per_s,), 1, 1))

    rows = [row(1, 50), row(2, 80), row(4, 95), row(8, 100), row(16, 99)]
    assert sweeps.knee(rows).point.settings.batch == 4
    assert sweeps.knee(rows[:2]) is None


def test_every_sweep_has_its_words() -> None:
    from explorer.tell import questions

    assert list(questions.SWEEP) == list(sweeps.SWEEPS)
