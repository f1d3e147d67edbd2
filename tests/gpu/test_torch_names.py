"""The oldest PyTorch that the command is for has every name of torch that timing and the command use.

torch-2.11.txt: such names, each looked up in the Python files and stubs of PyTorch 2.11.0. A CPU build of it is not at hand
on every machine that runs these tests; a name that is new here is looked up there once and added.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FILES = sorted([*(ROOT / "explorer" / "timing").rglob("*.py"), *HERE.glob("[!tf]*.py")])  # not the tests and fakes


def names(tree: ast.AST) -> Iterator[str]:
    """Dotted names of torch, through the file's own imports: `F.conv2d` is torch.nn.functional.conv2d."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {
                one.asname or "torch": one.name if one.asname else "torch" for one in node.names if _ours(one.name)
            }
        elif isinstance(node, ast.ImportFrom) and _ours(node.module or ""):
            known |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}

    def dotted(node: ast.AST) -> str | None:
        if isinstance(node, ast.Attribute):
            before = dotted(node.value)
            return before and f"{before}.{node.attr}"
        return known.get(node.id) if isinstance(node, ast.Name) else None

    yield from known.values()
    yield from filter(None, (dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)))


def _ours(module: str) -> bool:
    return module.partition(".")[0] == "torch"


def test_every_name_of_torch_is_in_2_11() -> None:
    listed = set((HERE / "torch-2.11.txt").read_text("utf-8").split())
    used = {name: path.name for path in FILES for name in names(ast.parse(path.read_text("utf-8")))}
    assert len(used) > 60 and "torch.cuda.max_memory_allocated" in used and "torch.nn.functional.conv2d" in used
    assert {name: where for name, where in used.items() if name not in listed} == {}


def test_a_name_through_an_alias_is_found() -> None:
    tree = ast.parse(
        "import torch.nn.functional as F\nfrom torch import nn\nimport torch\nF.silu(nn.ReLU); torch.cuda.x()"
    )
    assert {"torch.nn.functional.silu", "torch.nn.ReLU", "torch.cuda.x"} <= set(names(tree))
