"""The house rules that a machine can read: arrows run one way, and heavy libraries stay on their floor."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("palette", "spec", "naming", "choice", "layers", "model", "trace", "analysis", "graph", "figures", "lecture", "state", "ui", "stage",
          "app")
FACE = {"app", "state", "ui", "map", "stage", "share"}  # may import streamlit, as pages may
MODULES = sorted(ROOT.glob("explorer/**/*.py"))


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def floor(path: Path) -> str:
    """The module's name in the stack: explorer/lab/x.py belongs to lab, figures_lab.py to figures."""
    return path.relative_to(ROOT / "explorer").parts[0].removesuffix(".py").split("_")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_arrows_run_one_way(path: Path) -> None:
    here, wanted = floor(path), imports(path)
    if here not in FACE:
        assert not {name for name in wanted if name.split(".")[0] == "streamlit"}, "Streamlit is for the face only"
    if here != "figures":
        assert not {name for name in wanted if name.split(".")[0] == "plotly"}, "plotly is for figures only"
    if here in FLOORS:
        above = FLOORS[FLOORS.index(here) + 1 :]
        for name in wanted:
            assert name.split(".")[:1] != ["explorer"] or name.split(".")[1:2] == [] or name.split(".")[1] not in above, name


@pytest.mark.parametrize("name", ["spec", "naming", "palette", "jobs"])
def test_the_light_modules_do_not_need_torch(name: str) -> None:
    reached, queue = set(), [f"explorer.{name}"]
    while queue:
        place = ROOT / queue.pop().replace(".", "/")
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.exists() and path not in reached:
                reached.add(path)
                queue += imports(path)
    assert reached
    assert not {module for path in reached for module in imports(path) if module.split(".")[0] in ("torch", "numpy")}


@pytest.mark.parametrize("path", [*MODULES, *sorted(ROOT.glob("pages/*.py")), ROOT / "run.py"],
                         ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 200, "over 200 lines: two jobs in one file?"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 30, f"{node.name} is long"
    assert ast.get_docstring(ast.parse(text)), "every file says what it is for"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_file_that_the_documents_name_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / target).exists(), target
