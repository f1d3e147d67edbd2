"""Feature maps through AppTest: what a closed tab held is let go, by Streamlit's own way of closing it."""

from __future__ import annotations

import pytest
from streamlit.runtime import caching

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
    assert not app.exception and app.session_state["looks"] == {} and job.result is None
    assert len(passes._kept()[0]) >= 1
