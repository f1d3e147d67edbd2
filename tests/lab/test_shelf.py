"""A visitor's runs outlive the page and the tab, within bounds; and how long one takes is measured, not guessed."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace

import pytest

from explorer.jobs import Cancelled, Job, Runner
from explorer.lab import pace, shelf
from explorer.lab.experiments import surgery
from explorer.lab.experiments.degradation import Degradation
from explorer.lab.experiments.propagation import Propagation
from explorer.lab.experiments.surgery import Surgery
from explorer.lab.operations import Patient
from explorer.lab.pace import Pace, said, sounded
from explorer.lab.shelf import Kept, Shelf


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def put(on: Shelf, of: str, *, ended: bool = False, going: bool = False) -> Kept:
    def submit() -> Job:
        job = Job(lambda job: {"rows": []}, "")
        if ended:
            job.run()
        if going:
            job.state, job.started_s = "running", 0.0
        return job

    return on.put(of, "degradation", "pair", {"seed": 1}, submit)


def test_runs_are_found_again_by_the_token_and_by_nothing_else() -> None:
    on = Shelf()
    mine, theirs = shelf.token(), shelf.token()
    first, second = put(on, mine, ended=True), put(on, mine)
    assert [run.number for run in on.runs(mine)] == [1, 2] and on.runs(mine) == [first, second]
    assert on.runs(theirs) == [] and not on.arrived(theirs)
    assert first.result == {"rows": [], "seconds": first.job.elapsed_s} and second.result is None
    on.drop(mine, second)
    assert second.job.state == "cancelled" and on.runs(mine) == [first]


@pytest.mark.parametrize("given", ["", "x" * 31, "x" * 33, "x" * 31 + ";", "x" * 31 + "é", "../" * 10 + "xx"])
def test_what_a_browser_sends_is_no_token_unless_it_looks_like_one(given: str) -> None:
    assert not shelf.is_token(given)
    assert shelf.is_token(shelf.token()) and shelf.token() != shelf.token()


def test_a_visitor_keeps_so_many_runs_and_starts_so_few_at_once() -> None:
    on = Shelf()
    for _ in range(shelf.KEPT_RUNS + 3):
        put(on, "me", ended=True)
    assert [run.number for run in on.runs("me")] == list(range(4, shelf.KEPT_RUNS + 4)), "the oldest made room"
    going = [put(on, "me") for _ in range(shelf.AT_ONCE)]
    with pytest.raises(ValueError, match="runs=3: wait for one of them"):
        put(on, "me")
    going[0].job.cancel()
    put(on, "me")
    assert len(on.runs("me")) <= shelf.KEPT_RUNS and set(going[1:]) <= set(on.runs("me")), (
        "none that goes on is dropped"
    )


def test_the_shelf_holds_so_many_visitors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "VISITORS", 2)
    clock = Clock()
    on = Shelf(clock)
    oldest = put(on, "a")
    for of in "bc":
        clock.now += 1
        put(on, of, ended=True)
    assert oldest.job.state == "cancelled" and [bool(on.runs(of)) for of in "abc"] == [False, True, True]


def test_a_quick_reload_finds_the_run_and_a_closed_tab_puts_it_by() -> None:
    clock = Clock()
    on = Shelf(clock)
    run, queued = put(on, "me", going=True), put(on, "me")
    first = run.job
    on.arrived("me")
    on.left("me")
    clock.now += shelf.GONE_S - 0.1
    on.tidy()
    assert run.job.active and on.arrived("me"), "reloaded: the run goes on"
    clock.now += shelf.GONE_S * 10
    on.tidy()
    assert run.job.active, "another page of the same tab"
    on.arrived("me")
    on.left("me")
    clock.now += shelf.GONE_S * 10
    on.tidy()
    assert run.job.active, "a second tab is still open"
    on.left("me")
    clock.now += shelf.GONE_S
    on.tidy()
    assert first.stopping and run.away and queued.job.active, "what waits keeps its place"
    assert shelf.GONE_S + 0.6 <= 2.0, "with the time to the next checkpoint"
    assert run in on.runs("me") and run.away, "nobody is there yet"
    on.arrived("me")
    assert run in on.runs("me") and run.job is not first and run.job.active and not run.away
    on.left("me")
    clock.now += shelf.QUEUED_S
    on.tidy()
    assert run.away and queued.away and queued.job.state == "cancelled"
    on.drop("me", queued)
    on.arrived("me")
    assert on.runs("me") == [run], "forgotten is forgotten"


def test_the_shelf_looks_after_who_has_gone_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose turn comes while its visitor is away is put by, too."""
    monkeypatch.setattr(shelf, "GONE_S", 0.01)
    on, runner, hold = Shelf(), Runner("shelf", most_queued=9), threading.Event()

    def work(job: Job) -> None:
        while True:
            job.checkpoint()
            hold.wait(0.01)

    other = runner.submit(work, "somebody's")
    run = on.put("me", "degradation", "pair", {}, lambda: runner.submit(work, "mine"))
    queued = run.job
    on.arrived("me")
    on.left("me")
    other.cancel()
    assert queued.wait(10) and queued.state == "cancelled" and run.away
    on.drop("me", run)


def test_a_run_that_was_put_by_goes_on_to_the_same_end_at_its_speed() -> None:
    """Driven by hand: its curves stay, it is computed again to where it was, and goes on."""
    clock, full, made = Clock(), [False], []
    on = Shelf(clock)

    def submit() -> Job:
        if full[0]:
            raise ValueError("queue=100: too many runs are waiting")
        made.append(Job(lambda job: {"rows": [1, 2, 3]}, ""))
        made[-1].state, made[-1].started_s = "running", time.monotonic()
        return made[-1]

    def away() -> None:
        on.left("me")
        clock.now += shelf.GONE_S
        on.tidy()
        on.arrived("me")

    run = on.put("me", "degradation", "pair", {}, submit)
    on.arrived("me")
    made[0].partial += [[1], [2]]
    run.hurry(0.25)
    full[0] = True
    away()
    assert on.runs("me") == [run] and run.away and run.rows == [1, 2], "no room in the queue: it stays, and is not lost"
    full[0] = False
    assert on.runs("me") == [run] and run.job is made[1] and run.catching_up
    assert run.rows == [1, 2] and (run.rest_s, made[1].rest_s) == (0.25, 0.0)
    run.hurry(0.01)
    made[1].checkpoint(partial=[1])
    away()
    assert on.runs("me") == [run] and run.job is made[2] and run.catching_up, "away a second time meanwhile"
    made[2].checkpoint(partial=[1])
    assert run.catching_up and run.rows == [1, 2] and (run.rest_s, made[2].rest_s) == (0.01, 0.0)
    made[2].checkpoint(partial=[2])
    assert not run.catching_up and (run.rest_s, made[2].rest_s) == (0.01, 0.01), "as it was left"
    made[2].checkpoint(partial=[3])
    assert run.rows == [1, 2, 3]


def test_what_was_paused_is_computed_again_to_the_very_place() -> None:
    def work(job: Job) -> None:
        for row in range(4):
            job.checkpoint(partial=[row])

    job = Job(work, "")
    job.swiftly(2, 0.01, True)
    assert (job.rest_s, job.pausing) == (0.0, False)
    threading.Thread(target=job.run, daemon=True).start()
    tick = threading.Event()
    while job.state != "paused":
        tick.wait(0.01)
    assert (job.partial, job.rest_s, job.pausing) == ([[0], [1]], 0.01, True)
    job.resume()
    assert job.wait(10) and len(job.partial) == 4


def test_an_operated_net_goes_on_with_everything_that_was_done_to_it() -> None:
    """The second source is a run that nobody left: bit for bit."""
    config = Surgery(depth=8, steps=25, width=4, operations=((2, "cut", "layer1.0"), (20, "join", "layer1.0")))

    def run_with(clicks: dict[int, tuple[str, str]], config: Surgery, upto: int | None = None) -> list[dict]:
        patient, rows, seen = Patient(config.wounds), [], 0

        class Watched(Job):
            def checkpoint(self, progress=None, message=None, partial=None) -> None:
                nonlocal seen
                rows.extend(partial or [])
                if message and message.startswith("step"):
                    seen = int(message.split()[1]) - 1
                    if seen in clicks:
                        patient.ask(*clicks.pop(seen))
                    if seen == upto:
                        raise Cancelled

        with contextlib.suppress(Cancelled):
            surgery.run(config, Watched(lambda job: None, ""), patient)
        run_with.patient = patient
        return rows

    whole = run_with({7: ("take BN", "layer2.0"), 13: ("remove", "layer3.0")}, config)
    half = run_with({7: ("take BN", "layer2.0"), 13: ("remove", "layer3.0")}, config, 13)
    assert sum(row["part"] == "curve" for row in half) == 11, "the last operation is asked and not done yet"
    done = surgery.operated_so_far(config, half, run_with.patient)
    assert done.operations == (
        (2, "cut", "layer1.0"),
        (7, "take BN", "layer2.0"),
        (11, "remove", "layer3.0"),
        (20, "join", "layer1.0"),
    )
    again = run_with({}, done)
    assert again[: len(half)] == half
    assert [row for row in again if row["part"] == "operation"][2]["step"] == 11
    assert len(whole) == len(again)


def test_results_stay_for_the_visit_and_expire_after_it() -> None:
    clock = Clock()
    on = Shelf(clock)
    put(on, "me", ended=True)
    on.arrived("me")
    clock.now += shelf.KEPT_S * 3
    assert on.runs("me"), "as long as a tab is open"
    on.left("me")
    clock.now += shelf.KEPT_S - 1
    assert on.runs("me")
    clock.now += shelf.KEPT_S
    on.tidy()
    assert on.runs("me") == []


def test_a_run_that_stays_paused_is_cancelled() -> None:
    clock = Clock()
    on = Shelf(clock)
    run, other = put(on, "me"), put(on, "me")
    on.arrived("me")
    run.job.pause()
    on.tidy()
    clock.now += shelf.PAUSED_S - 1
    on.tidy()
    assert run.job.active
    run.job.resume()
    on.tidy()
    run.job.pause()
    on.tidy()
    clock.now += shelf.PAUSED_S
    on.tidy()
    assert run.job.state == "cancelled" and other.job.active


# how long it takes ----------------------------------------------------------------------------------------------------


def trained(clock: Clock):
    """Work that builds for 2 s, and then takes 100 steps of 0.1 s each."""

    def run(config: object, job: Job) -> str:
        job.checkpoint(0.0)
        clock.now += 2.0
        for step in range(100):
            job.checkpoint(step / 100)
            clock.now += 0.1
        return "ran"

    return run


@pytest.mark.parametrize("most_s", [2.5, 5.0, 1e9])
def test_the_beginning_of_a_run_says_how_long_all_of_it_takes(most_s: float) -> None:
    clock = Clock()
    before = clock.now
    assert sounded(trained(clock), Degradation(), Job(lambda job: None, ""), most_s, clock) == pytest.approx(12.0)
    assert clock.now - before == pytest.approx(min(most_s, 12.0), abs=0.2), "no more than its beginning was run"


def test_a_sounding_stops_when_its_own_job_is_cancelled() -> None:
    clock = Clock()
    job = Job(lambda job: sounded(trained(clock), Degradation(), job, 1e9, clock), "")
    job.cancel()
    job.run()
    assert job.state == "cancelled" and clock.now == 1000.0


def test_it_is_measured_once_and_then_known() -> None:
    host, config = Pace(), Degradation(steps=120)
    assert host.about("degradation", "pair", config) is None
    assert host.first_asks("degradation", "pair") and not host.first_asks("degradation", "pair")
    host.learn("degradation", "pair", config, 12.0)
    assert host.about("degradation", "pair", replace(config, seed=7)) == 12.0
    assert host.about("degradation", "pair", replace(config, steps=30)) == 3.0, "in proportion to the steps"
    host.learn("degradation", "pair", replace(config, steps=60), 9.0)
    assert host.about("degradation", "pair", config) == 18.0, "a whole run knows better"
    host.learn("signal", "he", Propagation(), 5.0)
    assert host.about("signal", "he", Propagation()) == 5.0


def test_no_more_digits_than_it_is_worth() -> None:
    assert [said(seconds) for seconds in (None, 0.2, 6.4, 12.4, 31.0, 88.0, 100.0, 400.0)] == [
        "",
        "about 1 s here",
        "about 6 s here",
        "about 10 s here",
        "about 30 s here",
        "about 90 s here",
        "about 2 min here",
        "about 7 min here",
    ]
    assert [said(15.0, took) for took in (None, 0.4, 64.2, 89.4, 100.0)] == [
        "about 15 s here",
        "took 1 s here",
        "took 64 s here",
        "took 89 s here",
        "took 2 min here",
    ]
    assert pace.SOUNDING_S < 1
