"""The page "Why residual?" through AppTest: every experiment before and after the reveal, odd runs, failures."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from explorer.jobs import Job
from explorer.lab.claims import story
from explorer.lab.experiments import EXPERIMENTS
from explorer.web.plain import read
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


@pytest.mark.parametrize(
    "query", ["experiment=zzz", "seed=banana", "seed=-5", "seed=99999999999999", "view-degradation=x"]
)
def test_a_bad_link_falls_back(query: str) -> None:
    assert story.texts()["degradation"]["question"] in words(page(f"{query}&reveal=true"))


def with_lab(query: str, job: Job | None = None, runs: tuple = ()) -> AppTest:
    app = page(query)
    app.session_state["lab"] = {"degradation": {"job": job, "runs": list(runs)}}
    return app.run()


def test_a_run_that_disagrees_is_said_to() -> None:
    odd = story.opening("degradation") | {"answer": "neither", "seconds": 9.0}
    app = with_lab("", runs=(odd,))
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
def test_a_failed_run_leaves_a_message_and_no_traceback(error: Exception, said: str) -> None:
    def work(job: Job) -> None:
        raise error

    job = Job(work, "failing")
    job.run()
    app = with_lab("reveal=true", job)
    assert not app.exception and said in read(app.error[0].value) and "internal detail" not in read(app.error[0].value)
    assert "What may be claimed" in words(app)


def test_a_cancelled_run_leaves_the_recorded_one() -> None:
    job = Job(lambda job: None, "never")
    job.cancel()
    job.run()
    app = with_lab("reveal=true", job)
    assert not app.exception and not app.error and "recorded" in words(app)
