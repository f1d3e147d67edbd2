"""Feature maps through AppTest: what a closed tab held is let go, by Streamlit's own way of closing it."""

from __future__ import annotations

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
