"""What the app knows of Streamlit's inside, in one place: a test tries each, so that a new version is noticed."""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx


def by_history() -> bool:
    """Whether this run answers the browser's back or forward, or a lecture's change of scene: its address is a link, and
    wins over every control. There is no public call for it."""
    run = get_script_run_ctx()
    return bool(run is not None and run.is_history_navigation)
