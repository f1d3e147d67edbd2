"""Long work in a process of its own: its answers are those of this one, and it ends when it is cancelled, at any step.

A cancelled run here could not have ended by itself before its minute of measuring; no speed is asserted. What is asked
of the process and not of the measuring is asked of a stand-in, which starts at once.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from explorer import apart
from explorer.apart import Child, TooLarge, Worker, Workshop
from explorer.jobs import YIELDING, Job, Runner
from explorer.net.trace import trace
from explorer.spec import preset
from explorer.timing.measure import marks, tasks
from explorer.timing.measure.hardware import compiler
from explorer.timing.measure.tasks import TASKS, Ask, here
from tests import works
from tests.timing.fakes import QUICK, TINY
from tests.workshops import its_own

ROOT = Path(__file__).resolve().parents[1]
LONG = replace(QUICK, budget_s=60.0)
WAIT_S = 120  # for a process to start on a busy host
LONG_WAIT = ("timing", 600.0, "never")  # of a stand-in


def stand_in() -> Worker:
    return Worker(("-m", "tests.stand_in"))


def only(workshop: Workshop) -> Worker | None:
    """The one process that it has, if any."""
    assert len(workshop.workers) <= 1
    return next(iter(workshop.workers), None)


@pytest.fixture(scope="module", autouse=True)
def workshop() -> Iterator[Workshop]:
    """One for these tests, as the program has one."""
    with its_own(tasks, "alone") as made:
        yield made


def asked(job: Job, ask: Ask) -> object:
    return TASKS[ask.task].work(ask, job.checkpoint)


def ended(condition: Callable[[], bool], wait_s: float = 20) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + wait_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def gone(pid: int) -> bool:
    """Whether it runs no more; one that nobody has waited for yet is still listed, as a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


def test_a_measurement_apart_is_the_same_kind_of_thing(workshop: Workshop) -> None:
    told = []
    seen = TASKS["pass"].work(Ask("pass", TINY, QUICK), lambda *news: told.append(news))
    assert seen.spec == TINY and seen.summary.n >= 5 and seen.provenance["threads"] == 1
    said = [news[1] for news in told if len(news) > 1 and news[1]]
    stages = list(dict.fromkeys(one.partition(",")[0] for one in said if not one.startswith("pass ")))
    assert stages[-3:] == ["building", "first pass", "timing"]
    first = only(workshop)
    again = TASKS["parts"].work(Ask("parts", TINY, QUICK), lambda *_: None)
    cuts = marks.cut(trace(TINY, 32, 32, 1), again.level)
    assert [part.path for part in again.parts] == [name for name, *_ in cuts]
    assert all(part.seconds > 0 for part in again.parts) and again.sum_over_whole <= 1, "the last mark is in the pass"
    assert only(workshop) is first, "it is used again"


def test_results_of_a_sweep_come_as_they_are_made() -> None:
    job = Runner().submit(lambda job: asked(job, Ask("sweep", TINY, QUICK, ("blocks",))), "")
    assert job.wait(WAIT_S) and job.state == "done", job.error
    assert job.partial == job.result and [row.measurement.spec.block for row in job.result] == ["basic", "bottleneck"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere niceness belongs to the whole server")
def test_it_yields_to_the_pages_as_the_queue_does() -> None:
    made, seen = Workshop(start=stand_in), []
    job = Runner().submit(
        lambda job: made.alone(
            ("one", "two", "done"),
            lambda *_: only(made) and seen.append(os.getpriority(os.PRIO_PROCESS, only(made).process.pid)),
        ),
        "",
    )
    assert job.wait(WAIT_S) and job.state == "done" and set(seen) == {YIELDING}
    made.close()


def test_what_it_cannot_do_it_says_and_goes_on_working(workshop: Workshop) -> None:
    TASKS["pass"].work(Ask("pass", TINY, QUICK), lambda *_: None)
    first = only(workshop)
    with pytest.raises(TooLarge, match="needs about"):
        TASKS["pass"].work(
            Ask("pass", preset("resnet50"), replace(QUICK, batch=65_536, height=224, width=224)), lambda *_: None
        )
    with pytest.raises(ValueError, match="no module ends") as caught:
        TASKS["parts"].work(Ask("parts", TINY, replace(QUICK, compile="default")), lambda *_: None)
    assert caught.type is ValueError
    with pytest.raises(RuntimeError, match="KeyError: 'no such task'"):
        workshop.alone(partial(here, Ask("no such task", TINY, QUICK)))
    assert TASKS["pass"].work(Ask("pass", TINY, QUICK), lambda *_: None).summary.n >= 5
    assert only(workshop) is first


@pytest.mark.parametrize(
    ("ask", "during"),
    [
        (Ask("pass", preset("resnet152"), replace(LONG, height=448, width=448, batch=4)), "first pass"),
        (Ask("kernels", preset("resnet50"), replace(LONG, height=64, width=64, compile="default")), "compiling"),
        (LONG_WAIT, "timing"),
    ],
    ids=["a large batch", "kernels, compiled", "any other step"],
)
def test_a_cancelled_run_ends_in_the_middle_of_any_step_and_the_next_one_works(
    ask: Ask | tuple, during: str, workshop: Workshop
) -> None:
    real = isinstance(ask, Ask)
    if real and ask.settings.compile != "eager" and not compiler("cpu"):
        pytest.skip("no compiler here")
    made, runner = workshop if real else Workshop(start=stand_in), Runner()
    work = partial(here, ask) if real else ask
    job = runner.submit(lambda job: made.alone(work, job.checkpoint), "long")
    assert ended(lambda: during in job.message or not job.active, WAIT_S) and job.active, (job.message, job.error)
    pid = only(made).process.pid
    job.cancel()
    assert job.stopping or not job.active
    assert job.wait(20) and job.state == "cancelled" and not job.stopping
    assert during in job.message, "it never came to the next step"
    assert gone(pid), "and with it all that it held"
    short = partial(here, Ask("pass", TINY, QUICK)) if real else ("done",)
    after = runner.submit(lambda job: made.alone(short, job.checkpoint), "short")
    assert after.wait(WAIT_S) and after.state == "done", after.error
    if not real:
        made.close()


def test_what_it_started_ends_with_it() -> None:
    """Compile workers: here a stand-in whose process would run on for a minute, and holds the pipe while it does."""
    child = Child(
        (
            "-c",
            "import pickle, subprocess, sys; started = subprocess.Popen(['sleep', '60'])\n"
            "sys.stdout.buffer.write(pickle.dumps(started.pid)); sys.stdout.flush(); started.wait()",
        )
    )
    assert child.told.get(timeout=WAIT_S) > 0
    child.end()
    assert child.told.get(timeout=20) is None, "the pipe is closed: nobody holds it any more"


def test_a_process_that_the_system_ended_is_a_refusal_and_the_next_run_has_a_new_one() -> None:
    made = Workshop(start=stand_in)
    job = Runner().submit(lambda job: made.alone(LONG_WAIT, job.checkpoint), "")
    assert ended(lambda: job.message == "timing", WAIT_S)
    os.kill(only(made).process.pid, signal.SIGKILL)  # as the kernel does when memory runs out
    assert job.wait(20) and isinstance(job.error, TooLarge) and "smaller batch" in str(job.error)
    assert made.alone(("timing", "answer")) == "answer"
    only(made).process.send_signal(signal.SIGTERM)
    only(made).process.wait(20)
    assert made.alone(("timing", "answer")) == "answer", "ended while it was idle"
    made.close()


def test_a_silent_run_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SILENT_S", 0.0)
    made = Workshop(start=stand_in)
    with pytest.raises(ValueError, match="nothing was heard of the run for 0 s"):
        made.alone(LONG_WAIT)
    assert only(made) is None


def test_an_idle_process_ends_by_itself() -> None:
    made, children = Workshop(idle_s=0.05, start=stand_in), []
    made.alone(("timing", "answer"), lambda *_: children.append(only(made)))
    child = children[-1]
    assert ended(lambda: only(made) is None and not child.alive)


def test_the_process_ends_with_the_one_that_asked() -> None:
    """A server that was killed leaves no process behind that goes on computing. What asks is a stand-in; what ends is real."""
    code = (
        "import os, pickle, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'explorer.apart.child'],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)\n"
        "child.stdin.write(sys.stdin.buffer.read())\n"
        "child.stdin.flush()\n"
        "while pickle.load(child.stdout)[3] != 'timing':\n"
        "    pass\n"
        "print(child.pid, flush=True)\n"
        "os._exit(1)"
    )
    ask = pickle.dumps(("run", "a key", pickle.dumps(partial(here, Ask("pass", TINY, LONG))), True))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, input=ask, capture_output=True, timeout=WAIT_S)
    assert ended(lambda: gone(int(done.stdout))), done.stderr


def test_waiting_for_another_runs_process_can_be_cancelled() -> None:
    made, held, leave = Workshop(start=stand_in), threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        held.set()
        leave.wait(WAIT_S)

    holder = threading.Thread(target=lambda: made.alone(("timing", "answer"), hold))
    holder.start()
    assert held.wait(WAIT_S)
    job = Job(lambda job: made.alone(("timing", "answer"), job.checkpoint), "")
    waiting = threading.Thread(target=job.run)
    waiting.start()
    assert ended(lambda: job.state == "running")
    job.cancel()
    assert job.wait(20) and job.state == "cancelled"
    leave.set()
    holder.join(WAIT_S)
    waiting.join(WAIT_S)
    assert not holder.is_alive()
    made.close()


# works that take turns in one process ---------------------------------------------------------------------------------


@pytest.fixture
def room() -> Iterator[Workshop]:
    made = Workshop()
    yield made
    made.close()


def beside(room: Workshop, work: Callable[[Job], object], asked: Callable[[], list[str]] = list) -> Callable:
    return lambda job: room.beside(lambda: work, job, asked)


def steps(job: Job) -> list[int]:
    return [step for step, _ in job.partial]


def test_works_share_a_process_pause_there_and_listen(room: Workshop) -> None:
    """One is paused in its midst; another comes, has all of its turns there, and is no slower for it."""
    runner, words = Runner(), [["cut"], ["join"], []]
    listens = beside(room, partial(works.counts, 40), lambda: words.pop(0) if words else [])
    first = runner.submit(listens, "first")
    first.hurry(0.01)
    assert ended(lambda: len(first.partial) >= 3, WAIT_S), first.error
    first.pause()
    assert ended(lambda: first.state == "paused")
    at = len(first.partial)
    second = runner.submit(beside(room, partial(works.counts, 5)), "second")
    assert second.wait(WAIT_S) and steps(second) == [0, 1, 2, 3, 4]
    assert len(first.partial) == at, "nothing was computed meanwhile"
    first.hurry(0.0)
    first.resume()
    assert first.wait(WAIT_S) and steps(first) == list(range(40)) and first.message == "step 39"
    assert first.result == (second.result[0], ["cut", "join"]) and len(room.workers) == 1


def test_a_cancelled_work_ends_and_those_beside_it_go_on(room: Workshop) -> None:
    """Alone in its process it goes with it; beside others it ends at its next checkpoint; where it comes to none, the process
    is ended, and the others begin again and publish nothing twice."""
    runner = Runner()
    lonely = runner.submit(beside(room, works.deaf), "lonely")
    assert ended(lambda: lonely.message == "deaf", WAIT_S)
    pid = only(room).process.pid
    lonely.cancel()
    assert lonely.wait(20) and lonely.state == "cancelled" and gone(pid)

    patient = runner.submit(beside(room, partial(works.counts, 30)), "patient")
    patient.hurry(0.05)
    assert ended(lambda: len(patient.partial) >= 2, WAIT_S)
    patient.pause()
    assert ended(lambda: patient.state == "paused")
    hears = runner.submit(beside(room, partial(works.counts, 10**6)), "hears")
    assert ended(lambda: len(hears.partial) >= 2, WAIT_S)
    before = only(room).process.pid
    hears.cancel()
    assert hears.wait(20) and only(room).process.pid == before, "it heard"
    stubborn = runner.submit(beside(room, works.deaf), "stubborn")
    assert ended(lambda: stubborn.message == "deaf", WAIT_S)
    stubborn.cancel()
    assert stubborn.wait(20) and gone(before)
    patient.hurry(0.0)
    patient.resume()
    assert patient.wait(WAIT_S) and steps(patient) == list(range(30)), patient.error
    assert len({pid for _, pid in patient.partial}) == 2 and patient.result[0] != before


@pytest.mark.parametrize(
    ("work", "kind", "said"),
    [
        (works.refuses, ValueError, "width=3: choose another"),
        (works.breaks, RuntimeError, "KeyError: 'nobody foresaw it'"),
        (works.dies, TooLarge, "the system ended the process"),
    ],
)
def test_what_goes_wrong_beside_is_told(room: Workshop, work: Callable, kind: type, said: str) -> None:
    job = Runner().submit(beside(room, work), "")
    assert job.wait(WAIT_S) and type(job.error) is kind and said in str(job.error)
    assert Runner().submit(beside(room, partial(works.counts, 1)), "").wait(WAIT_S)


def test_a_clock_has_a_process_for_itself_and_nobody_idles_beside_it(room: Workshop) -> None:
    runner = Runner()
    paused = runner.submit(beside(room, partial(works.counts, 9)), "paused")
    paused.hurry(0.05)
    assert ended(lambda: paused.partial, WAIT_S)
    paused.pause()
    assert ended(lambda: paused.state == "paused")
    clock = runner.submit(lambda job: room.alone(partial(works.counts, 1), job.checkpoint), "clock")
    assert clock.wait(WAIT_S) and len(room.workers) == 1, "its process goes: another one works"
    paused.hurry(0.0)
    paused.resume()
    assert paused.wait(WAIT_S) and paused.result[0] != clock.result[0]
    again = runner.submit(lambda job: room.alone(partial(works.counts, 1), job.checkpoint), "again")
    assert again.wait(WAIT_S) and again.result[0] == paused.result[0], "who idles is used again"
