"""The recipes for hosts: what can be held to something here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from explorer import limits
from tests.conftest import ROOT

BIN = Path(sys.executable).parent


def copied() -> list[str]:
    """What the container has of this project."""
    return [
        source
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ")
        for source in line.split()[1:-1]
    ]


def test_the_container_file_is_in_order_and_let_in_by_the_ignore_file() -> None:
    done = subprocess.run([BIN / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied()) == allowed


def test_what_the_container_has_is_enough_to_run(tmp_path: Path) -> None:
    for name in copied():
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    code = """
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("explorer/app.py", default_timeout=120)
app.query_params["depth"] = "34"
app.run()
assert not app.exception, app.exception
assert any("21.80 M" in str(one.proto) for one in app.get("html")), [one.proto for one in app.get("html")]
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_card_and_the_pages_say_what_the_app_has() -> None:
    card = (ROOT / "assets/hosting/huggingface.md").read_text().split("---")[1]
    said = yaml.safe_load(card)
    assert said["sdk"] == "docker" and len(said["short_description"]) <= 60
    assert f"EXPOSE {said['app_port']}" in (ROOT / "Dockerfile").read_text()
    hosting = (ROOT / "HOSTING.md").read_text()
    example = re.search(r"`(queue=\d+ [^`]*)`", hosting)
    assert example and limits.read(example[1]) != limits.Limits()
    used = {
        name
        for file in (ROOT / "explorer").rglob("*.py")
        for name in re.findall(r'"(EXPLORER_[A-Z]+(?:_[A-Z]+)*)"', file.read_text(encoding="utf-8"))
    }
    assert used and not {name for name in used if name not in hosting}
    for link in re.findall(r"\]\((?!https://)([^)]+)\)", hosting):
        assert (ROOT / link).exists(), link


def test_no_recipe_takes_away_what_protects() -> None:
    """Streamlit's own checks, which are on where nobody says otherwise (`tests/web/test_load.py` tries them), and errors that
    keep their details on the server."""
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert settings["client"]["showErrorDetails"] == "none"
    recipes = [ROOT / name for name in ("Dockerfile", "HOSTING.md", ".streamlit/config.toml")]
    for file in (*recipes, *(ROOT / "assets/hosting").iterdir()):
        text = file.read_text(encoding="utf-8")
        assert not re.search("enableXsrfProtection|enable_xsrf|enableCORS|enable_cors", text, re.I), file


def test_no_dependency_has_a_known_hole() -> None:
    """Where the advisories can be reached; where they cannot, it says so and does not fail."""
    done = subprocess.run(
        [BIN / "pip-audit", "--local", "--format", "json", "--progress-spinner", "off", "--timeout", "10"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    if not done.stdout.startswith("{"):
        pytest.skip(f"not audited: {(done.stderr.strip().splitlines() or ['no answer'])[-1][:200]}")
    rows = json.loads(done.stdout)["dependencies"]
    audited = [row for row in rows if "skip_reason" not in row]
    holes = {row["name"]: [hole["id"] for hole in row["vulns"]] for row in audited if row["vulns"]}
    assert not holes, holes
    if not audited:
        pytest.skip(f"not audited: the advisories know none of {len(rows)} packages from here")
