"""Which tests stay together on one worker, and in which order the groups begin.

A file stays whole: what it starts or computes once is started and computed once. What measures stays on one worker,
so that two clocks never run at once. `pytest -n 4` spreads the groups; the scheduler is ours, since pytest-xdist's
`loadgroup` marks a test by a field that pytest no longer reads, and says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

# What measures, beside tests/timing; and of tests/timing what does not: plain data, or a clock of its own that counts.
CLOCKED = "tests/browser/test_timing.py"
UNCLOCKED = tuple(
    f"tests/timing/test_{name}.py"
    for name in ("across", "concludes", "exports", "kernels", "launches", "parts", "ratios", "rows", "stats_and_loop")
)
# Files that wait for servers, Ray's nodes or a stand-in for a GPU.
WAITING = ("tests/hosting/", "tests/gpu/", "tests/hall/", "tests/test_cluster.py")
# CPU seconds of a file, by `-p tests.costs`: only their order matters. What is missing is short, or new in a browser.
COSTS = {
    "tests/browser/test_lecture.py": 91,
    "tests/browser/test_every_page.py": 88,
    "tests/browser/test_feature_maps.py": 33,
    "tests/browser/test_compare.py": 28,
    "tests/browser/test_stage.py": 28,
    "tests/weights/test_outside.py": 28,
    "tests/web/test_pages.py": 27,
    "tests/browser/test_why_residual.py": 23,
    "tests/lecture/test_onefile.py": 23,
    "tests/web/test_pages_facts.py": 22,
    "tests/gpu/test_kit.py": 21,
    "tests/net/test_axes.py": 21,
    "tests/browser/test_hall.py": 20,
    "tests/facts/test_conventions.py": 19,
    "tests/tell/test_codegen.py": 18,
    "tests/test_cluster.py": 18,
    "tests/test_house.py": 18,
    "tests/questions/test_questions.py": 18,
    "tests/look/test_shipped.py": 17,
    "tests/browser/test_lecture_file.py": 17,
    "tests/browser/test_map_component.py": 16,
    "tests/hosting/test_replicas.py": 15,
    "tests/browser/test_map.py": 15,
    "tests/browser/test_app.py": 14,
    "tests/net/test_outside.py": 14,
    "tests/tell/test_plots_lab.py": 14,
    "tests/web/test_load.py": 14,
    "tests/browser/test_every_figure.py": 13,
    "tests/net/test_combinations.py": 12,
    "tests/lab/test_lab.py": 12,
    "tests/weights/test_identify.py": 12,
    "tests/browser/test_history.py": 11,
    "tests/net/test_properties.py": 11,
    "tests/tell/test_netmap.py": 11,
    "tests/timing/test_parts.py": 11,
    "tests/browser/test_first.py": 10,
    "tests/web/test_joined.py": 10,
    "tests/cli/test_flags.py": 9,
    "tests/lab/test_taken.py": 9,
    "tests/net/test_catalogue_rows.py": 9,
}
IN_A_BROWSER, SHORT = 8, 1


def group(file: str) -> str:
    """What the file's tests share a worker with: those of the file, or all that measures."""
    clocked = file == CLOCKED or file.startswith("tests/timing/") and file not in UNCLOCKED
    return "timing" if clocked else file


def cost(file: str) -> int:
    return COSTS.get(file, IN_A_BROWSER if file.startswith("tests/browser/") else SHORT)


def ordered(files: Iterable[str]) -> list[str]:
    """What measures comes first, since it is one long row; then the longest, and what is short fills up the end.

    Those that wait are spread among the longer ones, so that they wait while others compute.
    """
    some = sorted(dict.fromkeys(files), key=lambda file: -cost(file))
    rest = [file for file in some if group(file) != "timing"]
    waiting = [file for file in rest if file.startswith(WAITING)]
    long = [file for file in rest if cost(file) > SHORT and file not in waiting]
    turn = dict.fromkeys(rest, 2.0)
    for row in (long, waiting):
        turn |= {file: 1 + (place + 0.5) / len(row) for place, file in enumerate(row)}
    return sorted(some, key=lambda file: turn.get(file, 0.0))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {file: place for place, file in enumerate(ordered(item.nodeid.partition("::")[0] for item in items))}
    items.sort(key=lambda item: places[item.nodeid.partition("::")[0]])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where there are several workers: groups in the order in which they were collected."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid.partition("::")[0])

    config.option.loadscopereorder = False  # it would put the group with most tests first: here that says little
    config.pluginmanager.register(Kept())
    return Together(config, log)


class Kept:
    """Fails the run when a group was spread over several workers, for the reason above."""

    def __init__(self) -> None:
        self.workers: dict[str, set[str]] = {}
        self.gone: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        worker: str = report.node.gateway.id  # xdist says where a test ran
        self.workers.setdefault(group(report.nodeid.partition("::")[0]), set()).add(worker)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        if error:  # another worker goes on with what a crashed one had
            self.gone.add(node.gateway.id)

    @property
    def torn(self) -> Sequence[str]:
        return sorted(name for name, ids in self.workers.items() if len(ids - self.gone) > 1)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.torn:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for name in self.torn:
            terminalreporter.line(f"ERROR: {name} ran on several workers: {', '.join(sorted(self.workers[name]))}")
