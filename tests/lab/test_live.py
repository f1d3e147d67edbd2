"""Runs in a process of their own: bit for bit what they are here, for eight visitors at once, operated on, begun again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
import torch

from explorer.apart import Workshop
from explorer.jobs import Job, Runner
from explorer.lab import live
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.experiments.surgery import Surgery
from explorer.lab.experiments.surgery import run as operated
from explorer.lab.operations import Patient
from explorer.lab.pace import Pace
from explorer.lab.record import provenance
from tests.lab.tiny import TINY
from tests.workshops import its_own

WAIT_S = 120
RUN = Surgery(depth=8, steps=31, width=4, operations=((2, "cut", "layer1.0"),))


@pytest.fixture(scope="module", autouse=True)
def workshop() -> Iterator[Workshop]:
    with its_own(live, "beside") as made:
        yield made


def until(true) -> None:
    tick = threading.Event()
    for _ in range(WAIT_S * 100):
        if true():
            return
        tick.wait(0.01)
    raise AssertionError("it did not come about")


def test_eight_visitors_with_one_seed_at_once_have_one_result_and_it_is_the_one_of_this_process() -> None:
    config, runner, known = TINY["degradation"], Runner("test-live"), Pace()
    here = Job(partial(EXPERIMENTS["degradation"].run, config), "")
    here.run()
    jobs: list[Job] = []
    learn = lambda found: known.learn("degradation", "tiny", config, found["cpu_s"])

    def visit() -> None:
        work = partial(live.run, "degradation", config)
        jobs.append(runner.submit(work, "", f"visitor {len(jobs)}", then=learn))
        jobs[-1].hurry(0.001)  # so that they take turns

    visitors = [threading.Thread(target=visit) for _ in range(8)]
    for one in visitors:
        one.start()
    for one in visitors:
        one.join()
    assert len(jobs) == 8 and all(job.wait(WAIT_S) and job.state == "done" for job in jobs), [one.error for one in jobs]
    for job in jobs:
        assert job.partial == here.partial
        extra = {"provenance": provenance(), "cpu_s": job.result["cpu_s"]}
        assert job.result == here.result | extra and job.result["cpu_s"] > 0
    assert known.about("degradation", "tiny", config) in {job.result["cpu_s"] for job in jobs}


def test_what_is_asked_of_a_net_reaches_its_process_and_outlives_it(workshop: Workshop) -> None:
    """The process is ended in its midst, as another's stubborn work would have it. The second source: the run of the record
    of operations, here."""
    patient, runner = Patient(RUN.wounds), Runner("test-live")
    job = runner.submit(partial(live.operate, RUN, patient), "")
    job.swiftly(3, 0.0, True)
    until(lambda: job.state == "paused")
    patient.ask("take BN", "layer2.0")
    job.swiftly(5, 0.0, True)
    job.resume()
    until(lambda: job.state == "paused" and len(job.partial) >= 5)
    (worker,) = workshop.workers
    with workshop._lock:
        workshop._end(worker)
    patient.ask("remove", "layer3.0")
    job.resume()
    assert job.wait(WAIT_S) and job.state == "done", job.error
    done = [(step, what) for step, what, _ in map(tuple, job.result["config"]["operations"])]
    assert [what for _, what in done] == ["cut", "take BN", "remove"] and done[0] == (2, "cut")
    again = Job(partial(operated, Surgery(depth=8, steps=31, width=4, operations=_operations(job))), "")
    again.run()
    assert again.result["rows"] == job.result["rows"] == [row for part in job.partial for row in part]


def _operations(job: Job) -> tuple[tuple[int, str, str], ...]:
    return tuple((step, what, path) for step, what, path in job.result["config"]["operations"])


def test_the_beginning_says_how_long_it_takes_and_what_cannot_be_is_said() -> None:
    runner = Runner("test-live")
    found = runner.submit(partial(live.sound, "degradation", TINY["degradation"]), "")
    assert found.wait(WAIT_S) and found.result > 0 and not found.partial
    if not torch.cuda.is_available():
        job = runner.submit(partial(live.run, "shattered", replace(TINY["shattered"], device="cuda")), "")
        assert job.wait(WAIT_S) and type(job.error) is ValueError and "no CUDA device; choose cpu" in str(job.error)
