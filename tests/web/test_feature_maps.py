"""Feature maps through AppTest: what a closed tab held is let go, by Streamlit's own way of closing it."""

from __future__ import annotations

import pytest
from streamlit.runtime import caching

from explorer.jobs import Job, Runner
from explorer.web.sections.feature_maps import passes
from tests.web.test_pages import open_app

TAB = "test session id"  # AppTest's


def test_a_closed_tab_lets_go_of_its_passes_and_its_nets_and_what_another_looks_at_stays() -> None:
    app = open_app("", "feature_maps")
    assert not app.exception
    seen, nets = passes._kept()
    assert len(seen) >= 1, "a digit was looked at"
    key = next(iter(seen._held))
    seen.get(key, "another tab")
    looker = next(iter(seen._held[key].owners - {"another tab"}))
    nets.put("a net", seen._held[key].value.who, looker)
    caching.clear_session_resource_cache(TAB)
    assert list(seen._held) == [key] and seen._held[key].owners == {"another tab"}
    assert len(nets) == 0
    seen.release("another tab")
    assert len(seen) == 0 and seen.bytes == 0


def test_a_pass_that_came_late_is_kept_once_and_not_by_its_job_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy host the page shows a place in the queue first. The job must not hold the pass for the whole visit."""
    monkeypatch.setattr(passes, "WAIT_S", 0)
    caching.clear_session_resource_cache(TAB)
    app = open_app("", "feature_maps")
    (_, job), *others = app.session_state["looks"].values()
    assert not others and job.wait(60)
    app.run()
    assert not app.exception and app.session_state["looks"] == {}
    assert len(passes._kept()[0]) >= 1


def test_the_queue_waits_for_pages_that_have_not_come_for_their_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "PATIENCE_S", 600)
    unfetched, runner = passes.Unfetched(), Runner("unfetched")

    def look(its: Job) -> str:
        unfetched.wait(its)
        return "a pass"

    hall = [runner.submit(look, "a look") for _ in range(passes.MOST_UNFETCHED + 2)]
    for job in hall:
        unfetched.add(job)
    last, next_one = hall.pop(), hall.pop()
    assert all(job.wait(60) for job in hall) and unfetched.count() == passes.MOST_UNFETCHED
    assert next_one.active and last.active
    del job, hall[0]  # its page has its pass, and forgets the job
    assert next_one.wait(60) and next_one.result == "a pass" and last.active
    last.cancel()
    assert last.wait(60) and last.result is None
    runner.close()
