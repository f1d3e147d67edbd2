"""What the Timing page keeps of a visit: answers, when they stop to be of just now, and what a cancelled run leaves."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from explorer.cluster import ClusterRunner, Machine
from explorer.jobs import Cancelled, Job, Needs, Runner, Where
from explorer.spec import preset
from explorer.tell import timing_words
from explorer.timing.data.drawer import Drawer
from explorer.timing.measure import hardware, sweeps
from explorer.timing.measure.tasks import Ask, Finished
from explorer.web import state, tray
from explorer.web.sections.timing import pieces, runs, swept
from tests.timing.fakes import QUICK
from tests.web.test_pages import open_app

ASK, OTHER = (Ask("sweep", preset(name), QUICK, ("depths",)) for name in ("resnet18", "resnet34"))


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict:
    """A visit's memory without a server."""
    memory: dict = {}
    on = Drawer(visitors=9, kept_s=60)
    monkeypatch.setattr(runs, "session", lambda: memory)
    monkeypatch.setattr(runs, "drawer", lambda: on)
    monkeypatch.setattr(runs.tray, "seat", lambda: tray.Seat("me"))
    monkeypatch.setattr(runs.tray, "know", lambda: None)
    return memory


def ended(result: object = None, partial: tuple = (), error: Exception | None = None) -> Job:
    """A job after its run: done with a result, failed, or cancelled with what it had shown by then."""

    def work(job: Job) -> object:
        if error:
            raise error
        if result is None:
            raise Cancelled
        return Finished(result, {"measured_at": "just now"})

    job = Job(work, "a run")
    job.partial += partial
    job.run()
    return job


def test_a_cancelled_run_does_not_take_the_place_of_a_whole_answer(session: dict) -> None:
    runs._keep(ended(partial=("one", "two")), ASK)
    assert session["timings"][ASK].value == ["one", "two"] and not session["timings"][ASK].complete
    runs._keep(ended(result=["all", "five"]), ASK)
    runs._keep(ended(partial=("one",)), ASK)
    assert session["timings"][ASK].value == ["all", "five"] and session["timings"][ASK].complete
    runs._keep(ended(), OTHER)
    assert OTHER not in session["timings"], "nothing was measured"
    half = Ask("race", preset("resnet18"), QUICK, ("resnet18", "resnet34"))
    runs._keep(ended(partial=("a lap", "another")), half)
    assert half not in session["timings"], "half a race has no answer"


def test_how_long_it_takes_is_what_it_took_here_once_it_has_run() -> None:
    known = [run.measurement for run in pieces.recorded()]
    usual = next(one for one in known if one.name == "resnet18" and one.settings.dtype == "fp32")
    asked = replace(usual.settings, batch=1, compile="eager", memory_format="contiguous")
    usual = replace(usual, settings=asked, times_s=(0.02,) * 9)
    slow = replace(usual, times_s=(0.2,) * 9)
    first = timing_words.expected(usual.spec, asked, [usual])
    after = timing_words.expected(usual.spec, asked, [usual], [usual, slow])
    assert first and after and after.value > first.value, "the latest of this visit, not the recorded one"
    assert after == timing_words.expected(usual.spec, asked, [slow])
    assert timing_words.expected(usual.spec, replace(asked, compile="default"), [usual], [slow]) is None


def test_just_now_ends_with_the_next_answer_or_when_something_else_is_shown(session: dict) -> None:
    runs._keep(ended(result="a"), ASK)
    session["timing_drawn"] = [ASK]
    runs.settle()
    assert session["timings"][ASK].mark == "measured", "it is what the page shows"
    runs._keep(ended(result="b"), OTHER)
    assert [session["timings"][one].mark for one in (ASK, OTHER)] == ["measured earlier", "measured"]
    session["timing_drawn"] = [ASK]
    runs.settle()
    assert session["timings"][OTHER].mark == "measured earlier" and session["timings"][OTHER].value == "b"
    assert session["timings"][OTHER].facts["measured_at"], "when it was stands beside it"


def test_after_a_reload_a_measurement_is_there_as_measured_earlier_and_for_nobody_else(
    session: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs._keep(ended(result="mine"), ASK)
    session.clear()
    runs.begin()
    found = session["timings"][ASK]
    assert (found.value, found.complete, found.mark) == ("mine", True, "measured earlier")
    assert found.facts == {"measured_at": "just now"} and session.get("timing_latest") is None
    session.clear()
    monkeypatch.setattr(runs.tray, "seat", lambda: tray.Seat("somebody else"))
    runs.begin()
    assert session["timings"] == {}


def test_only_a_refusal_is_told_in_its_own_words(session: dict) -> None:
    runs._keep(ended(error=ValueError("batch=9: too large")), ASK)
    assert session["timing_problem"] == "batch=9: too large"
    runs._keep(ended(error=RuntimeError("/a/path of this machine")), ASK)
    assert session["timing_problem"] == "The run failed: RuntimeError."


def test_a_visit_does_not_keep_answers_without_end(session: dict) -> None:
    for batch in range(1, runs.MOST + 5):
        runs._keep(ended(result=batch), Ask("pass", preset("resnet18"), QUICK, (str(batch),)))
    assert len(session["timings"]) == runs.MOST and list(session["timings"].values())[-1].value == runs.MOST + 4


def test_a_refused_point_of_a_sweep_is_said_beside_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    point = sweeps.Point("batch 512", preset("resnet18"), QUICK)
    said: list[tuple[object, ...]] = []
    monkeypatch.setattr(swept.plain, "info", lambda *words: said.append(words))
    monkeypatch.setattr(swept, "pieces", SimpleNamespace(lead=lambda text: None, chart=lambda figure, alt: None))
    monkeypatch.setattr(swept, "timing_pieces", SimpleNamespace(doubts=lambda texts: None))
    swept.swept("batch", [sweeps.Row(point, None, "batch=512: needs more memory")], "measured")
    assert said == [("batch 512: batch=512: needs more memory", "block")]


def test_a_gpu_of_the_cluster_is_offered_and_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """This host has none; the cluster has answered."""

    class Far(ClusterRunner):
        def __init__(self) -> None:
            Runner.__init__(self, "test-far")
            self.known = (Machine("abc123", True, 8.0, 1.0, 2e9, Where("abc123", "3.11", "2.13", {"cpu": "a CPU"})),)
            self._out, self.asked = [], []

        def refresh(self) -> None:
            pass

        def _take(self, job: Job, needs: Needs) -> None:
            self.asked.append(needs)

    far = Far()
    monkeypatch.setattr(hardware, "devices", lambda: {"cpu": "a CPU"})
    monkeypatch.setattr(pieces, "devices", lambda: {"cpu": "a CPU"})
    monkeypatch.setattr(state, "measuring", lambda: far)
    assert state.devices() == {"cpu": "a CPU", "cuda:0": "a GPU, of the cluster"}
    app = open_app("device=cuda:0&depth=18", "timing")
    assert not app.exception and not app.error
    app.button("go-pass").click().run()
    assert not app.exception and far.asked == [Needs("cuda:0", whole=True)]
