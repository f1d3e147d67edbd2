"""A page that is come back to: what its address says is the visit's own, and no link's."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from explorer.web.asked import asked, several

    st.text(asked("Which?", {"a": "A", "b": "B"}, "rows"))
    st.text(",".join(several("Some", {"a": "A", "b": "B"}, "off", "")))


@pytest.mark.parametrize("ours", [True, False])
def test_what_another_net_does_not_have_is_a_links_mistake_and_not_the_visits(ours: bool) -> None:
    app = AppTest.from_function(page)
    address = {"rows": "z", "off": "b,z"}
    for key, text in address.items():
        app.query_params[key] = text
    if ours:
        app.session_state["brought_back"] = address
    app.run()
    assert not app.exception and [one.value for one in app.text] == ["a", "b"]
    assert len(app.error) == (0 if ours else 2)
