"""What the app knows of Streamlit's inside, and what a visit remembers: each held to the code and to this Streamlit."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import streamlit
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from explorer.spec.chosen import DEFAULTS
from explorer.tell import url_keys
from explorer.web import inside
from explorer.web.session import ENDS, STARTS, Session
from tests.conftest import ROOT

WEB = (ROOT / "explorer" / "web", ROOT / "pages", ROOT / "explorer" / "app.py")


def files(*endings: str) -> list[Path]:
    found = [path for place in WEB for path in ([place] if place.is_file() else place.rglob("*.*"))]
    return [path for path in found if path.suffix in endings]


def used() -> set[str]:
    """Every key of the session that stands in the code as a literal."""
    keys = set()
    for path in files(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Subscript) and _is_session(node.value):
                keys.add(node.slice)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_session(node.func.value):
                if node.func.attr == "update":
                    keys |= {key for row in node.args if isinstance(row, ast.Dict) for key in row.keys}
                keys |= set(node.args[:1]) if node.func.attr in ("get", "setdefault", "pop") else set()
    return {key.value for key in keys if isinstance(key, ast.Constant)}


def _is_session(node: ast.AST) -> bool:
    return ast.unparse(node) in ("session()", "session.session()")


def test_every_key_of_the_session_is_named_with_its_type() -> None:
    keys = used()
    assert len(keys) > 20
    known = {*Session.__annotations__, *DEFAULTS, *(key.name for key in url_keys.KEYS)}
    assert keys <= known, keys - known
    indirect = {"own_file", "stage", "own_lecture", "own_problem"}  # `memory = session()` in the lecture's bar
    assert set(Session.__annotations__) <= keys | indirect, set(Session.__annotations__) - keys - indirect
    assert STARTS and ENDS


@cache
def frontend() -> str:
    """Streamlit's own scripts, joined."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    return "".join(path.read_text(encoding="utf-8", errors="ignore") for path in folder.glob("*.js"))


def test_every_test_id_and_class_that_the_look_relies_on_is_streamlits() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in files(".py", ".css", ".js"))
    ids = set(re.findall(r"testid=[\\\\]*[\"']?(st\w+)", text))
    classes = set(re.findall(r"\.(st[A-Z]\w+)", text))
    assert len(ids) > 10 and len(classes) > 3
    strange = [name for name in sorted(ids | classes) if not re.search(rf"[\"'`. ]{name}[\"'`. -]", frontend())]
    assert strange == []


def test_a_run_knows_whether_it_answers_the_browsers_back() -> None:
    assert "is_history_navigation" in ScriptRunContext.__dataclass_fields__
    assert get_script_run_ctx(suppress_warning=True) is None and inside.by_history() is False


def test_nothing_else_reaches_into_streamlit() -> None:
    inner = re.compile(r"streamlit\.(runtime|elements|proto|delta_generator|web)")
    found = [path.name for path in files(".py") if inner.search(path.read_text(encoding="utf-8"))]
    assert sorted(found) == ["inside.py", "session.py"]  # the second for the type of an uploaded file
