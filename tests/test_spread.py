"""Tests that share a worker, and the order in which groups begin."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import spread

ROOT = Path(__file__).resolve().parent.parent
FILES = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("tests/**/test_*.py"))]


def test_every_file_that_is_named_is_there() -> None:
    """But for a cost: of a file that is gone it is idle, and harms nothing."""
    assert {*spread.UNCLOCKED, spread.CLOCKED} <= set(FILES) and len(set(spread.COSTS) & set(FILES)) > 20
    assert all(any(file.startswith(start) for file in FILES) for start in spread.WAITING)


def test_what_measures_is_one_group_and_comes_first_and_long_files_come_before_short_ones() -> None:
    order = spread.ordered(FILES)
    assert sorted(order) == FILES
    timing = [file for file in FILES if spread.group(file) == "timing"]
    assert set(order[: len(timing)]) == set(timing) >= {spread.CLOCKED, "tests/timing/test_measure.py"}
    others = [file for file in order if file not in timing]
    assert all(spread.group(file) == file for file in others)
    computing = [spread.cost(file) for file in others if not file.startswith(spread.WAITING)]
    assert computing == sorted(computing, reverse=True)


@pytest.mark.parametrize(("crashed", "torn"), [("", ["timing"]), ("gw1", [])])
def test_a_group_on_two_workers_fails_the_run(crashed: str, torn: list[str]) -> None:
    """Unless a worker has crashed, and another has taken over."""
    kept = spread.Kept()
    for worker, file in [("gw0", "timing/test_measure"), ("gw1", "browser/test_timing"), ("gw1", "spec/test_spec")]:
        node = SimpleNamespace(gateway=SimpleNamespace(id=worker))
        kept.pytest_runtest_logreport(SimpleNamespace(nodeid=f"tests/{file}.py::test", node=node))
        if worker == crashed:
            kept.pytest_testnodedown(node, "crashed")
    session = SimpleNamespace(exitstatus=0)
    kept.pytest_sessionfinish(session)
    assert kept.torn == torn and session.exitstatus == (pytest.ExitCode.INTERNAL_ERROR if torn else 0)
