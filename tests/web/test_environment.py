"""What a host sets wrongly is told as the server starts: the variable, its value, what is allowed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.web import environment
from tests.conftest import ROOT

WRONG = {
    ("EXPLORER_LIMITS", "queue=-1"): r"EXPLORER_LIMITS: queue='-1': a whole number from 0 to 100",
    ("EXPLORER_LIMIT", "queue=1"): r"EXPLORER_LIMIT='queue=1': .* did you mean EXPLORER_LIMITS\?",
    (
        "EXPLORER_QQQQQQQQQQ",
        "1",
    ): r"EXPLORER_QQQQQQQQQQ='1': there is no such variable; choose one of EXPLORER_LIMITS, ",
    ("EXPLORER_LOG", "yes"): r"EXPLORER_LOG='yes': 'json', or nothing",
    ("EXPLORER_METRICS_PORT", "http"): r"EXPLORER_METRICS_PORT='http': a port, 1 to 65535",
    ("EXPLORER_URL", "explorer.example.org"): r"EXPLORER_URL='explorer.example.org': an address, as https://",
    ("EXPLORER_LECTURE", "nowhere.toml"): r"EXPLORER_LECTURE='nowhere.toml': a file that is there",
    ("EXPLORER_CACHE", __file__): r"EXPLORER_CACHE=.*: a folder",
    ("EXPLORER_REPLICAS", "two"): r"EXPLORER_REPLICAS='two': how many servers there are, 1 to 9,999",
    ("EXPLORER_VOTES", "here"): r"EXPLORER_VOTES='here'",
    ("EXPLORER_RAY_ADDRESS", "here"): r"EXPLORER_RAY_ADDRESS='here': 'auto', or the HOST:PORT",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    environment.opened.cache_clear()
    for name in list(os.environ):
        if name.startswith(environment.PREFIX):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_cannot_be_meant_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.problem() == ""
    monkeypatch.setenv(name, value)
    assert re.match(WRONG[name, value], environment.problem()), environment.problem()


def test_every_variable_that_is_read_is_known_and_in_the_docs() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "explorer").rglob("*.py"))
    assert set(re.findall(r'"(EXPLORER_[A-Z_]+)"', code)) == set(environment.NAMES)
    docs = (ROOT / "HOSTING.md").read_text(encoding="utf-8")
    assert all(name in docs for name in environment.NAMES)


def test_the_server_does_not_start_with_it(tmp_path: Path) -> None:
    script = Path(sys.executable).parent / "streamlit"
    started = subprocess.run(
        [script, "run", ROOT / "explorer" / "app.py", "--server.port=0", "--server.headless=true"],
        cwd=tmp_path,
        env=os.environ | {"EXPLORER_LIMITS": "queue=many"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert started.returncode == 2
    assert started.stderr.strip().endswith(
        "resnet explorer: EXPLORER_LIMITS: queue='many': a whole number from 0 to 100"
    )
    assert "Traceback" not in started.stderr
