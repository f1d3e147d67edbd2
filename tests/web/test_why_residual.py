"""The page "Why residual?" through AppTest: every experiment before and after the reveal, odd runs, failures."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from explorer.jobs import Job, Where
from explorer.lab.claims import story
from explorer.lab.experiments import EXPERIMENTS
from explorer.lab.operations import Patient, Wounds, paths
from explorer.lab.record import recorded
from explorer.lab.shelf import Kept, Shelf
from explorer.web import tray
from explorer.web.plain import read
from explorer.web.sections import playing, surgery
from tests.web.test_pages import open_app


def page(query: str) -> AppTest:
    return open_app(query, "why_residual")


def words(app: AppTest) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_question_first_and_the_meaning_only_after_the_reveal(key: str) -> None:
    text = story.texts()[key]
    app = page(f"experiment={key}")
    assert (
        text["question"] in words(app) and "What may be claimed" not in words(app) and text["reveal"] not in words(app)
    )
    assert app.radio(f"guess-{key}").label == text["predict"]
    app.radio(f"guess-{key}").set_value(text["expected"]).run()
    assert not app.exception
    assert f"As you predicted: {text['options'][text['expected']]}." in words(app)
    assert text["reveal"] in words(app) and "What needs care" in words(app) and text["paper"]["url"] in words(app)


def source(app: AppTest) -> str:
    """The line below the picture: where its figures come from."""
    return next(one.proto.body for one in app.get("html") if one.proto.body.startswith('<div class="source">'))


SCENE = "lecture=degradation&experiment=degradation"


def test_a_lectures_question_is_not_answered_by_a_run_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has rehearsed still has the question; a run that is started where it is asked is shown, and may answer it."""
    before = ended(story.opening("degradation"))
    app = with_runs(SCENE, monkeypatch, before)
    assert story.HIDDEN in source(app), "a run of the rehearsal gives the answer away"
    put(tray.shelf(), ended(story.opening("degradation")))
    app.run()
    assert "measured" in source(app), "what was run here and now is not shown"


def test_a_lectures_reveal_shows_the_recorded_run_where_none_was_made_in_its_scene(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = with_runs(SCENE, monkeypatch, ended(story.opening("degradation")))
    app.query_params["guess"] = "1"
    app.toggle(key="reveal").set_value(True).run()
    assert story.HIDDEN not in source(app) and "recorded" in source(app)
    assert len(app.selectbox(key="shown-degradation-1-0-pair").options) > 1, "one's own can be chosen"


@pytest.mark.parametrize(
    "query",
    ["experiment=zzz", "seed=banana", "seed=-5", "seed=99999999999999", f"seed={'9' * 400}", "view-degradation=x"],
)
def test_a_bad_link_falls_back(query: str) -> None:
    assert story.texts()["degradation"]["question"] in words(page(f"{query}&reveal=true"))


def with_runs(query: str, monkeypatch: pytest.MonkeyPatch, *jobs: Job) -> AppTest:
    """The page of a visitor on whose shelf these runs of the degradation experiment lie."""
    on = Shelf()
    monkeypatch.setattr(tray, "shelf", lambda: on)
    monkeypatch.setattr(tray, "seat", lambda: tray.Seat("me"))
    put(on, *jobs)
    return page(query)


def put(on: Shelf, *jobs: Job) -> None:
    for job in jobs:
        on.put("me", "degradation", "pair", EXPERIMENTS["degradation"].default.as_dict(), lambda job=job: job)


def ended(result: dict | None = None, error: Exception | None = None) -> Job:
    def work(job: Job) -> dict | None:
        if error:
            raise error
        return result

    job = Job(work, "degradation")
    job.run()
    return job


def test_after_a_run_the_button_says_what_it_took_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """'about 20 s here', of computing, stood beside a run of 64 s on a busy host."""
    job = ended(story.opening("degradation") | {"cpu_s": 18.0})
    assert job.ended_s is not None
    job.started_s = job.ended_s - 64
    app = with_runs("", monkeypatch, job)
    assert app.button("run").label.endswith(" · took 64 s here"), app.button("run").label
    app.number_input("steps-degradation-pair").set_value(60).run()
    assert "took" not in app.button("run").label, "what twice as many steps took"


def test_a_run_that_disagrees_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_runs("", monkeypatch, ended(story.opening("degradation") | {"answer": "neither"}))
    assert "contradicts the expected picture. 8 of 8 recorded seeds say: Only the plain one." in app.warning[0].value
    assert story.texts()["degradation"]["reveal"] not in words(app)
    assert "measured" in words(app)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("device='cuda': this machine has no CUDA device; choose cpu"), "device='cuda'"),
        (RuntimeError("internal detail"), "The run failed; try a smaller budget."),
    ],
)
def test_a_failed_run_leaves_a_message_and_no_traceback(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = with_runs("reveal=true", monkeypatch, ended(error=error))
    assert not app.exception and said in read(app.error[0].value) and "internal detail" not in read(app.error[0].value)
    assert "What may be claimed" in words(app)
    assert not app.run().error, "said once"


def test_who_pauses_a_run_on_another_machine_is_told_that_it_computes_on() -> None:
    """Pausing here rests the work itself; a node is only told to end."""
    job = Job(lambda job: None, "")
    run = SimpleNamespace(job=job, rest_s=0.0, number=1, catching_up=False)

    def page() -> None:
        import streamlit as st

        from explorer.web.sections import playing

        playing.controls(st.session_state["run"], lambda: None)

    at = AppTest.from_function(page, default_timeout=60)
    at.session_state["run"] = run
    assert at.run().button(key="pause").help == playing.PAUSE and "have their turn" in playing.PAUSE
    job.where = Where("3f21ab", "3.11", "2.13", {})
    assert at.run().button(key="pause").help == playing.PAUSE_THERE
    job.pause()
    assert not at.run().exception
    assert [one.proto.text for one in at.get("progress")] == [
        "paused · before the first step · node 3f21ab computes on"
    ]


def test_a_cancelled_run_leaves_the_recorded_one(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(lambda job: None, "never")
    job.cancel()
    app = with_runs("reveal=true", monkeypatch, job)
    assert not app.exception and not app.error and "recorded" in words(app)


def test_two_runs_stand_under_one_another_with_their_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    first = story.opening("degradation")
    runs = [first | {"config": first["config"] | {"seed": seed}} for seed in (4, 5)]
    app = with_runs("reveal=true", monkeypatch, *map(ended, runs))
    against = app.selectbox("against-degradation")
    assert against.options[0] == "1. yours, seed 4" and against.value is None
    against.set_value("recorded: 20 against 56 layers").run()
    assert not app.exception
    assert "above (measured)" in words(app) and "below (recorded)" in words(app)
    assert len(app.get("plotly_chart")) == 2 + 1, "both runs, and the spread over the seeds"


def test_the_tray_s_link_shows_the_run_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    first = story.opening("degradation")
    runs = [first | {"config": first["config"] | {"seed": seed}} for seed in (4, 5)]
    app = with_runs("reveal=true&run=1", monkeypatch, *map(ended, runs))
    assert "seed 4 · 20, 56 layers" in words(app) and "run" not in app.query_params
    assert "seed 5 · 20, 56 layers" in words(with_runs("reveal=true&run=99", monkeypatch, *map(ended, runs)))


# surgery --------------------------------------------------------------------------------------------------------------


def test_the_operating_table_opens_with_a_recorded_operation_and_prepares_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = with_runs("experiment=surgery", monkeypatch)
    assert not app.exception and "step 100: shortcut of every block cut" in words(app)
    assert "recorded" in words(app) and "one thread" in words(app)
    app.button("all-cut").click().run()
    assert (
        app.session_state["surgery"].cut == frozenset(paths(20)) and app.button("all-cut").label == "Join all shortcuts"
    )
    app.multiselect("against-surgery").set_value(["recorded: nobody operates"]).run()
    assert not app.exception and "nobody operates" in words(app)


def test_a_click_on_the_map_operates_on_the_net_that_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the page's own callback; what makes no sense is said and not done."""
    patient, memory = Patient(Wounds(20)), {}
    monkeypatch.setattr(surgery, "session", lambda: memory)
    going = SimpleNamespace(handle=patient)
    surgery._operate(20, going, "cut", "layer1.1")
    surgery._operate(20, going, "remove", "layer1.1")
    surgery._operate(20, going, "<b>", "layer1.1")
    assert patient.fetch() == [("cut", "layer1.1")]
    assert memory["lab_refused"].startswith("what='<b>': choose one of cut")
    surgery._operate(20, None, "take BN", "layer1.0")
    assert surgery._prepared(20) == ((0, "take BN", "layer1.0"),) and surgery._prepared(56) == ()


def test_a_run_of_surgery_is_told_by_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    one = recorded("surgery")["cut"]
    kept = [Kept(3, "surgery", "whole", one["config"], ended(one))]
    names = list(surgery._known(kept))
    assert names[:2] == ["3. yours, 1 operation", "recorded: every shortcut cut at step 100"] and len(names) == 5
