"""The house rules that a machine can read: rooms and floors, style, and documents that name real files."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {  # what a contributor may run by hand, each one command
    "arrows run one way, and every room has its floor": ["lint-imports"],
    "no likely bug, no function too complex": ["ruff", "check", "."],
    "the types are whole": ["mypy"],
    "the formatter has nothing to change": ["ruff", "format", "--check", "."],
}


@pytest.mark.parametrize("what", CHECKS)
def test_the_house_is_in_order(what: str) -> None:
    name, *arguments = CHECKS[what]
    done = subprocess.run(
        [str(Path(sys.executable).parent / name), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_every_file_says_what_it_is_for() -> None:
    files = [*ROOT.glob("explorer/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "run.py"]
    silent = [str(path) for path in files if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert len(files) > 300 and not silent, silent


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_file_that_the_documents_name_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


def test_the_picture_of_the_rooms_is_of_todays_imports() -> None:
    """And every arrow in it goes down."""
    assert house.drawn(house.PICTURE.read_text("utf-8")) == set(house.arrows()), "python -m tests.house draws it again"
    height = {room: floor for floor, rooms in enumerate(house.floors()) for room in rooms}
    assert all(height[above] < height[below] for above, below in house.arrows())


def test_the_way_of_a_number_leads_through_real_files() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    stops = re.findall(r"^\d\. `([\w/.]+)`(?:, `(\w+)`)?", text, re.MULTILINE)
    assert len(stops) == 5
    for file, name in stops:
        assert re.search(rf"^(def {name}\(|{name}\b)", (ROOT / file).read_text("utf-8"), re.MULTILINE), (file, name)
