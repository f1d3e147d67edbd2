"""Every planted fault can still be planted: the text that it replaces stands once in today's code, and its tests exist."""

from __future__ import annotations

import pytest

from tests.mutants import FAULTS, ROOT, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault: Fault) -> None:
    for file, old, new in fault.changes:
        assert (ROOT / file).read_text("utf-8").count(old) == 1 and new != old, (file, old)
    assert all((ROOT / path.partition("::")[0]).exists() for path in fault.tests)
