"""What a host sets by EXPLORER_LIMITS, and what it is told when a word of it is wrong."""

from __future__ import annotations

import threading

import pytest

from explorer import limits as module
from explorer.jobs import Job, Runner
from explorer.limits import Limits, limits, read
from explorer.spec import MAX_BATCH, preset
from explorer.timing.data.settings import Settings
from explorer.timing.measure import guard as measure_guard
from explorer.timing.measure.guard import TooLarge, guard

WAIT_S = 10


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch):
    """said(text): the host's words from here on."""

    def say(text: str) -> None:
        monkeypatch.setenv(module.NAME, text)
        limits.cache_clear()

    yield say
    monkeypatch.undo()
    limits.cache_clear()


def test_words_are_read_and_what_is_not_named_stays() -> None:
    assert read("") == Limits() and Limits().batch == MAX_BATCH
    assert read("queue=0, seconds=60\tbatch=64") == Limits(queue=0, seconds=60, batch=64)


@pytest.mark.parametrize(
    "wrong", ["queue", "quue=3", "seconds=0", "batch=-1", "batch=1e9", "waiting=²", "queue=101", "batch=9" * 99]
)
def test_a_wrong_word_is_named_with_what_is_allowed(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"^EXPLORER_LIMITS: .*(none of queue=NUMBER|a whole number from)") as told:
        read(wrong)
    assert len(str(told.value)) < 250


def test_the_queue_and_each_visitor_have_their_ceiling(said) -> None:
    said("queue=2 waiting=2")
    runner, go, started = Runner("limited"), threading.Event(), threading.Event()

    def work(job: Job) -> None:
        started.set()
        while not go.wait(0.01):
            job.checkpoint()

    jobs = [runner.submit(work, "one", owner="ann")]
    assert started.wait(WAIT_S)
    jobs.append(runner.submit(work, "two", owner="ann"))
    with pytest.raises(ValueError, match="^2 runs of yours wait or run: this host allows 2 at once$"):
        runner.submit(work, "three", owner="ann")
    jobs.append(runner.submit(work, "three", owner="bob"))
    with pytest.raises(ValueError, match="^queue=2: too many"):
        runner.submit(work, "four", owner="eve")
    go.set()
    assert all(job.wait(WAIT_S) for job in jobs)
    said("queue=0")
    with pytest.raises(ValueError, match="^this host runs nothing"):
        Runner("closed").submit(work, "five")


def test_a_job_ends_after_its_seconds(said) -> None:
    said("seconds=1")

    def endless(job: Job) -> None:
        while True:
            job.checkpoint()
            threading.Event().wait(0.02)

    job = Runner("short").submit(endless, "endless")
    assert job.wait(WAIT_S) and job.state == "failed"
    assert str(job.error) == "stopped after 1 s: no run takes longer on this host"


@pytest.mark.parametrize("cache", [2**20, 32 * 2**20, 480 * 2**20])
def test_a_measurement_has_its_ceiling_of_pictures_and_of_memory(said, monkeypatch: pytest.MonkeyPatch, cache) -> None:
    monkeypatch.setattr(measure_guard, "cache_bytes", lambda device: cache)
    said("batch=8 memory_mb=300")
    guard(preset("resnet18"), Settings(device="cpu", batch=1), free=10**11)
    with pytest.raises(TooLarge, match="^batch=16: this host measures at most 8 pictures at once$"):
        guard(preset("resnet18"), Settings(device="cpu", batch=16), free=10**11)
    with pytest.raises(TooLarge, match=r"300\.0 MB of memory may be used here \(100\.0 GB free\)"):
        guard(preset("resnet152"), Settings(device="cpu", batch=8), free=10**11)
