"""The queue: order, one at a time, cancellation at once, clean-up, failures that do not stop it; with real threads."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
import weakref

import pytest

from explorer.jobs import YIELDING, Cancelled, Job, Runner
from explorer.lab.shelf import Shelf

WAIT_S = 10


def blocked(runner: Runner) -> tuple[Job, threading.Event]:
    """A job that runs until the event is set, so that others have to wait."""
    go, started = threading.Event(), threading.Event()

    def work(job: Job) -> str:
        started.set()
        while not go.wait(0.01):
            job.checkpoint()
        return "went"

    job = runner.submit(work, "blocks", owner="first", place="timing")
    assert started.wait(WAIT_S)
    return job, go


def test_jobs_run_one_at_a_time_in_the_order_of_submission() -> None:
    runner, order, at_once, most = Runner(), [], [0], [0]
    lock = threading.Lock()

    def work(job: Job, number: int) -> None:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        order.append(number)
        threading.Event().wait(0.002)
        with lock:
            at_once[0] -= 1

    first, go = blocked(runner)
    jobs = [runner.submit(lambda job, n=n: work(job, n), f"{n}") for n in range(20)]
    assert [runner.position(job) for job in jobs] == list(range(1, 21))
    assert runner.position(first) == 0
    go.set()
    assert all(job.wait(WAIT_S) for job in jobs)
    assert order == list(range(20)) and most[0] == 1
    assert first.result == "went" and {job.state for job in jobs} == {"done"}


def test_many_threads_submit_and_every_job_ends_once() -> None:
    runner, ran, jobs = Runner(), [], []

    def visitor(name: int) -> None:
        mine = [runner.submit(lambda job: ran.append(name), "x", owner=str(name)) for _ in range(10)]
        mine[3].cancel()
        jobs.extend(mine)

    threads = [threading.Thread(target=visitor, args=(n,)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join(WAIT_S) for thread in threads]
    assert all(job.wait(WAIT_S) for job in jobs)
    states = [job.state for job in jobs]
    assert len(jobs) == 80 and set(states) <= {"done", "cancelled"}
    assert len(ran) == states.count("done") >= 72


def test_a_queued_job_is_cancelled_at_once_and_never_starts() -> None:
    runner, ran = Runner(), []
    first, go = blocked(runner)
    second = runner.submit(lambda job: ran.append(2), "second")
    third = runner.submit(lambda job: ran.append(3), "third")
    assert runner.position(third) == 2
    second.cancel()
    assert second.state == "cancelled" and not second.active and second.wait(0)
    assert runner.position(third) == 1
    go.set()
    assert third.wait(WAIT_S) and first.wait(WAIT_S)
    assert ran == [3] and second.elapsed_s == 0


def test_running_work_stops_at_its_next_checkpoint_and_cleans_up() -> None:
    runner, cleaned, passed = Runner(), [], threading.Event()

    def work(job: Job) -> None:
        try:
            while True:
                job.checkpoint(0.5, "half", partial=1)
                passed.set()
                threading.Event().wait(0.005)
        except Exception:  # a handler of the work's own must not eat the cancellation
            pytest.fail("Cancelled was caught as an Exception")
        finally:
            cleaned.append(True)

    job = runner.submit(work, "endless")
    assert passed.wait(WAIT_S)
    job.cancel()
    assert job.wait(1.0), "a cancelled job must end within a second"
    assert (job.state, job.progress, job.message, cleaned) == ("cancelled", 0.5, "half", [True])
    assert job.partial and job.result is None and job.error is None


def test_a_cancelled_job_is_stopping_until_it_has_ended() -> None:
    runner, started, leave = Runner(), threading.Event(), threading.Event()

    def slow_to_stop(job: Job) -> None:
        started.set()
        try:
            while True:
                job.checkpoint()
        finally:
            leave.wait(WAIT_S)

    job, queued = runner.submit(slow_to_stop, ""), runner.submit(lambda job: None, "")
    assert started.wait(WAIT_S) and not job.stopping
    job.cancel()
    assert job.stopping and job.active and not job.wait(0.05)
    leave.set()
    assert job.wait(WAIT_S) and (job.state, job.stopping) == ("cancelled", False)
    assert queued.wait(WAIT_S) and not queued.stopping


def test_checkpoint_raises_what_no_handler_of_exceptions_catches() -> None:
    job = Job(lambda job: None, "")
    job.cancel()
    with pytest.raises(Cancelled):
        job.checkpoint()
    assert not issubclass(Cancelled, Exception)


def test_a_failure_is_kept_without_its_frames_and_the_next_job_runs() -> None:
    runner = Runner()

    def fail(job: Job) -> None:
        raise ValueError("batch=0: choose a whole number from 1 to 65,536")

    failed = runner.submit(fail, "fails")
    after = runner.submit(lambda job: 7, "works")
    assert after.wait(WAIT_S)
    assert failed.state == "failed" and str(failed.error).startswith("batch=0") and after.result == 7
    assert failed.error.__traceback__ is None, "a traceback would keep the work's tensors alive"


def test_an_ended_job_lets_go_of_what_its_work_holds() -> None:
    class Big:
        pass

    runner, big = Runner(), Big()
    alive = weakref.ref(big)
    jobs = [runner.submit(lambda job, big=big: None, "holds"), runner.submit(lambda job, big=big: None, "holds too")]
    jobs[1].cancel()
    del big
    assert all(job.wait(WAIT_S) for job in jobs)
    runner.submit(lambda job: None, "next").wait(WAIT_S)
    gc.collect()
    assert alive() is None


def test_cancel_by_owner_spares_others_and_the_page_that_is_open() -> None:
    runner = Runner()
    first, go = blocked(runner)
    mine_here = runner.submit(lambda job: None, "", owner="me", place="timing")
    mine_there = runner.submit(lambda job: None, "", owner="me", place="lab")
    theirs = runner.submit(lambda job: None, "", owner="you", place="lab")
    assert runner.cancel("me", unless_places=("timing",)) == 1
    assert [job.state for job in (mine_here, mine_there, theirs)] == ["queued", "cancelled", "queued"]
    assert runner.cancel("me") == 1 and runner.cancel("me") == 0
    assert runner.cancel("first") == 1, "the running one too"
    assert first.wait(1.0) and first.state == "cancelled"
    assert theirs.wait(WAIT_S) and theirs.state == "done"
    go.set()


def test_a_full_queue_is_refused_and_cancelled_jobs_make_room() -> None:
    runner = Runner(most_queued=2)
    first, go = blocked(runner)
    waiting = [runner.submit(lambda job: None, "") for _ in range(2)]
    with pytest.raises(ValueError, match="queue=2: too many runs are waiting"):
        runner.submit(lambda job: None, "")
    waiting[0].cancel()
    last = runner.submit(lambda job: None, "")
    assert runner.position(last) == 2
    go.set()
    assert last.wait(WAIT_S)


def counting(counted: list[int]):
    """Endless work that counts its steps."""

    def work(job: Job) -> None:
        while True:
            counted.append(len(counted))
            job.checkpoint(partial=len(counted))

    return work


def until(true, job: Job) -> None:
    """Wait for what another thread will do; the job must not have ended."""
    deadline = time.monotonic() + WAIT_S
    while not true():
        assert job.active and time.monotonic() < deadline, job.state
        threading.Event().wait(0.002)


def test_paused_work_makes_way_and_goes_on_where_it_was() -> None:
    runner, counted = Runner(), []
    job = runner.submit(counting(counted), "counts")
    until(lambda: counted, job)
    job.pause()
    until(lambda: job.state == "paused", job)
    reached = len(counted)
    assert job.pausing and job.active and runner.position(job) == 0
    spent_s = job.elapsed_s
    other = runner.submit(lambda job: "meanwhile", "other")
    assert other.wait(WAIT_S) and other.result == "meanwhile", "a paused run holds nobody up"
    assert len(counted) == reached and job.elapsed_s == spent_s, "a pause is no time of the run"
    blocking, go = blocked(runner)
    job.resume()
    until(lambda: runner.position(job) == 1, job)
    assert not job.pausing and job.state == "queued" and len(counted) == reached
    go.set()
    until(lambda: len(counted) > reached, job)
    assert counted == list(range(len(counted))), "no step is lost or made twice"
    job.cancel()
    assert blocking.wait(WAIT_S) and job.wait(WAIT_S) and job.state == "cancelled"


@pytest.mark.parametrize("held", ["paused", "resting", "back in the queue"])
def test_work_that_stands_aside_is_cancelled_at_once(held: str) -> None:
    runner, counted = Runner(), []
    job = runner.submit(counting(counted), "", owner="me")
    until(lambda: counted, job)
    job.hurry(3600.0) if held == "resting" else job.pause()
    until(lambda: job._away_since is not None, job)
    if held == "back in the queue":
        blocked(runner)
        job.resume()
        until(lambda: job.state == "queued", job)
    assert runner.cancel("me") == 1
    assert job.wait(1.0) and job.state == "cancelled"


def test_a_run_in_slow_motion_lets_others_through_and_can_be_hurried() -> None:
    runner, counted = Runner(), []
    job = runner.submit(counting(counted), "slow")
    job.hurry(3600.0)
    other = runner.submit(lambda job: 1, "other")
    assert other.wait(WAIT_S) and len(counted) == 1 and job.state == "running"
    job.hurry(0.0)
    until(lambda: len(counted) > 3, job)
    job.cancel()
    assert job.wait(WAIT_S)


def test_closing_ends_what_runs_rests_and_waits() -> None:
    runner, counted = Runner(), []
    paused = runner.submit(counting(counted), "")
    until(lambda: counted, paused)
    paused.pause()
    until(lambda: paused.state == "paused", paused)
    running, waiting = runner.submit(counting([]), ""), runner.submit(counting([]), "")
    until(lambda: running.state == "running", running)
    runner.close()
    assert {job.state for job in (paused, running, waiting)} == {"cancelled"} and runner.busy() == 0


def test_a_job_that_pauses_before_its_first_turn_holds_nobody_up() -> None:
    runner, counted = Runner(), []
    first, go = blocked(runner)
    job = runner.submit(counting(counted), "")
    job.pause()
    go.set()
    assert first.wait(WAIT_S) and runner.submit(lambda job: 1, "").wait(WAIT_S)
    until(lambda: job.state == "paused", job)
    assert len(counted) <= 1
    job.cancel()
    assert job.wait(WAIT_S)


def test_progress_stays_between_0_and_1_and_ends_at_1() -> None:
    job, seen = Job(lambda job: [job.checkpoint(p) or seen.append(job.progress) for p in (-1, 0.3, 7)], ""), []
    job.run()
    assert seen == [0, 0.3, 1] and job.progress == 1 and job.elapsed_s >= 0
    job.run()
    assert seen == [0, 0.3, 1], "an ended job does not run again"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere niceness belongs to the whole process")
def test_the_worker_and_its_threads_yield_to_those_that_serve_pages() -> None:
    def own() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work(job: Job) -> tuple[int, int]:
        seen: list[int] = []
        helper = threading.Thread(target=lambda: seen.append(own()))
        helper.start()
        helper.join(WAIT_S)
        return own(), seen[0]

    before = own()
    job = Runner().submit(work, "")
    assert job.wait(WAIT_S) and job.result == (YIELDING, YIELDING) and own() == before


def test_a_program_that_ends_in_the_middle_of_a_job_ends_well() -> None:
    code = """
import threading, torch
from explorer.jobs import Runner
began = threading.Event()
def work(job):
    while True:
        job.checkpoint()
        torch.randn(500, 500) @ torch.randn(500, 500)
        began.set()
runner = Runner()
job = runner.submit(work, "endless")
assert began.wait(60)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


# the clock on the wall ------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_moves_no_run_and_no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day ahead and a day back at every look: who looked would end the run, or rest for a day."""
    looks = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: 86_400.0 * (next(looks) % 2))
    shelf, runner = Shelf(), Runner("test-clock")

    def work(job: Job) -> str:
        for step in range(5):
            job.checkpoint(step / 5, partial=[{"step": step}])
        return "went"

    kept = shelf.put("me", "degradation", "pair", {}, lambda: runner.submit(work, "", "me"))
    shelf.arrived("me")
    kept.job.hurry(0.01)
    assert kept.job.wait(20) and kept.job.result == "went" and 0 <= kept.job.elapsed_s < 20
    assert shelf.runs("me") == [kept]
