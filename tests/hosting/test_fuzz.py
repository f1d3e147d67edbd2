"""The short form of `python -m tests.fuzz`: always the same tries, so that what fails can be tried again."""

from pathlib import Path

import pytest

from tests import raw
from tests.conftest import Server, run_async
from tests.fuzz import KINDS, faults

FEW = {"links": 12, "commands": 60}


@pytest.mark.parametrize("kind", KINDS)
def test_random_input_ends_in_a_sentence(kind: str) -> None:
    assert list(faults(kind, FEW[kind], seed=1)) == []


def test_raw_messages_leave_the_server_as_it_was(tmp_path: Path) -> None:
    """A server of its own: of each broken frame Streamlit notes a traceback in the log."""
    server = Server(tmp_path)

    async def story() -> list[str]:
        return [fault async for fault in raw.faults(server.url, server.log, 20, seed=1)]

    try:
        assert run_async(story()) == []
    finally:
        server.stop()
