"""What each test costs in CPU seconds, the processes that it started included: its server, its browser.

python -m pytest -p tests.costs -n 0 [ARGS]    prints the dearest forty tests, what each file costs, and the sum

Wall time says how busy the machine was; these seconds are much the same on a busy one. Linux only: it reads /proc.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

TICKS = os.sysconf("SC_CLK_TCK")
SHOWN = 40


def children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has just ended
            yield from map(int, task.read_text().split())


def of_tree(pid: int) -> float:
    """CPU seconds of a process, of those that it has waited for, and of those that it runs."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        own = sum(map(int, fields[11:15])) / TICKS
        return own + sum(map(of_tree, children(pid)))
    except OSError:  # it has just ended: its parent has its seconds
        return 0.0


def spent() -> float:
    """CPU seconds of this process and all below it, to this moment."""
    waited = os.times()
    below = sum(map(of_tree, children(os.getpid())))
    return time.process_time() + waited.children_user + waited.children_system + below


class Costs:
    def __init__(self) -> None:
        self.before = spent()
        self.of_test: dict[str, dict[str, float]] = defaultdict(dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        now = spent()
        report.user_properties.append(("cpu_s", round(max(0.0, now - self.before), 3)))
        self.before = now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        costs = [value for name, value in report.user_properties if name == "cpu_s" and isinstance(value, float)]
        self.of_test[report.nodeid][report.when or ""] = costs[-1]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        sums = {name: sum(phases.values()) for name, phases in self.of_test.items()}
        files: dict[str, float] = defaultdict(float)
        for name, cost in sums.items():
            files[name.partition("::")[0]] += cost
        terminalreporter.section(f"CPU seconds: {sum(sums.values()):.1f} in {len(sums)} tests")
        for name, cost in sorted(files.items(), key=lambda row: -row[1])[:SHOWN]:
            terminalreporter.line(f"{cost:8.2f}  {name}")
        terminalreporter.section(f"the dearest {SHOWN}: sum, of it setup")
        for name, cost in sorted(sums.items(), key=lambda row: -row[1])[:SHOWN]:
            terminalreporter.line(f"{cost:8.2f} {self.of_test[name].get('setup', 0.0):8.2f}  {name}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Costs(), "costs")
