"""Timing in a process of its own: its answers are those of this one, and it ends when it is cancelled, at any step.

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
from pathlib import Path

import pytest

from explorer.jobs import YIELDING, Job, Runner
from explorer.net.trace import trace
from explorer.spec import preset
from explorer.timing.measure import isolated, marks, tasks
from explorer.timing.measure.guard import TooLarge
from explorer.timing.measure.hardware import compiler
from explorer.timing.measure.isolated import Child, Workshop
from explorer.timing.measure.tasks import TASKS, Ask
from tests.timing.fakes import QUICK, TINY

ROOT = Path(__file__).resolve().parents[2]
LONG = replace(QUICK, budget_s=60.0)
WAIT_S = 120  # for a process to start on a busy host
LONG_WAIT = ("timing", 600.0, "never")  # of a stand-in


def stand_in() -> Child:
    return Child(("-m", "tests.timing.stand_in"))


@pytest.fixture(scope="module", autouse=True)
def workshop() -> Iterator[Workshop]:
    """One for these tests, as the program has one; its process does not outlive them."""
    made = Workshop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "apart", made.run)
        yield made
    made._end()


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
    assert said[-3:] == ["building", "first pass", "timing"]
    first = workshop.child
    again = TASKS["parts"].work(Ask("parts", TINY, QUICK), lambda *_: None)
    cuts = marks.cut(trace(TINY, 32, 32, 1), again.level)
    assert [part.path for part in again.parts] == [name for name, *_ in cuts]
    assert all(part.seconds > 0 for part in again.parts) and again.sum_over_whole <= 1, "the last mark is in the pass"
    assert workshop.child is first, "it is used again"


def test_results_of_a_sweep_come_as_they_are_made() -> None:
    job = Runner().submit(lambda job: asked(job, Ask("sweep", TINY, QUICK, ("blocks",))), "")
    assert job.wait(WAIT_S) and job.state == "done", job.error
    assert job.partial == job.result and [row.measurement.spec.block for row in job.result] == ["basic", "bottleneck"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere niceness belongs to the whole server")
def test_it_yields_to_the_pages_as_the_queue_does() -> None:
    made, seen = Workshop(start=stand_in), []
    job = Runner().submit(
        lambda job: made.run(
            ("one", "two", "done"),
            lambda *_: made.child and seen.append(os.getpriority(os.PRIO_PROCESS, made.child.process.pid)),
        ),
        "",
    )
    assert job.wait(WAIT_S) and job.state == "done" and set(seen) == {YIELDING}
    made._end()


def test_what_it_cannot_do_it_says_and_goes_on_working(workshop: Workshop) -> None:
    TASKS["pass"].work(Ask("pass", TINY, QUICK), lambda *_: None)
    first = workshop.child
    with pytest.raises(TooLarge, match="needs about"):
        TASKS["pass"].work(Ask("pass", preset("resnet50"), replace(QUICK, batch=65_536)), lambda *_: None)
    with pytest.raises(ValueError, match="no module ends") as caught:
        TASKS["parts"].work(Ask("parts", TINY, replace(QUICK, compile="default")), lambda *_: None)
    assert caught.type is ValueError
    with pytest.raises(RuntimeError, match="KeyError: 'no such task'"):
        workshop.run(Ask("no such task", TINY, QUICK))
    assert TASKS["pass"].work(Ask("pass", TINY, QUICK), lambda *_: None).summary.n >= 5
    assert workshop.child is first


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
    job = runner.submit(lambda job: made.run(ask, job.checkpoint), "long")
    assert ended(lambda: during in job.message or not job.active, WAIT_S) and job.active, (job.message, job.error)
    pid = made.child.process.pid
    job.cancel()
    assert job.stopping or not job.active
    assert job.wait(20) and job.state == "cancelled" and not job.stopping
    assert during in job.message, "it never came to the next step"
    assert gone(pid), "and with it all that it held"
    short = Ask("pass", TINY, QUICK) if real else ("done",)
    after = runner.submit(lambda job: made.run(short, job.checkpoint), "short")
    assert after.wait(WAIT_S) and after.state == "done", after.error
    if not real:
        made._end()


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
    job = Runner().submit(lambda job: made.run(LONG_WAIT, job.checkpoint), "")
    assert ended(lambda: job.message == "timing", WAIT_S)
    os.kill(made.child.process.pid, signal.SIGKILL)  # as the kernel does when memory runs out
    assert job.wait(20) and isinstance(job.error, TooLarge) and "smaller batch" in str(job.error)
    assert made.run(("timing", "answer")) == "answer"
    made.child.process.send_signal(signal.SIGTERM)
    made.child.process.wait(20)
    assert made.run(("timing", "answer")) == "answer", "ended while it was idle"
    made._end()


def test_a_silent_run_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "SILENT_S", 0.0)
    made = Workshop(start=stand_in)
    with pytest.raises(ValueError, match="nothing was heard of the run for 0 s"):
        made.run(LONG_WAIT)
    assert made.child is None


def test_an_idle_process_ends_by_itself() -> None:
    made, children = Workshop(idle_s=0.05, start=stand_in), []
    made.run(("timing", "answer"), lambda *_: children.append(made.child))
    child = children[-1]
    assert ended(lambda: made.child is None and not child.alive)


def test_the_process_ends_with_the_one_that_asked() -> None:
    """A server that was killed leaves no process behind that goes on computing. What asks is a stand-in; what ends is real."""
    code = (
        "import os, pickle, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'explorer.timing.measure.child'],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)\n"
        "child.stdin.write(sys.stdin.buffer.read())\n"
        "child.stdin.flush()\n"
        "while pickle.load(child.stdout)[2] != 'timing':\n"
        "    pass\n"
        "print(child.pid, flush=True)\n"
        "os._exit(1)"
    )
    ask = pickle.dumps(Ask("pass", TINY, LONG))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, input=ask, capture_output=True, timeout=WAIT_S)
    assert ended(lambda: gone(int(done.stdout))), done.stderr


def test_waiting_for_another_runs_process_can_be_cancelled() -> None:
    made, held, leave = Workshop(start=stand_in), threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        held.set()
        leave.wait(WAIT_S)

    holder = threading.Thread(target=lambda: made.run(("timing", "answer"), hold))
    holder.start()
    assert held.wait(WAIT_S)
    job = Job(lambda job: made.run(("timing", "answer"), job.checkpoint), "")
    waiting = threading.Thread(target=job.run)
    waiting.start()
    assert ended(lambda: job.state == "running")
    job.cancel()
    assert job.wait(20) and job.state == "cancelled"
    leave.set()
    holder.join(WAIT_S)
    waiting.join(WAIT_S)
    assert not holder.is_alive()
    made._end()
