"""Worked-out source as text that people would write: double quotes, lines that fit, torch's names."""

from __future__ import annotations

import ast
import json
import textwrap

from explorer.tell.codegen.folding import Known
from explorer.tell.codegen.writing import Written

WIDTH = 110


class _Spelled(ast.NodeTransformer):
    """Every known value as a file writes it."""

    def visit_Known(self, node: Known) -> ast.expr:
        value = node.value
        if isinstance(value, str):
            return ast.Name(json.dumps(value, ensure_ascii=False))
        if isinstance(value, tuple):
            return ast.Tuple([self.visit(Known(one)) for one in value], ast.Load())
        if isinstance(value, list):
            return ast.List([self.visit(Known(one)) for one in value], ast.Load())
        if value is None or isinstance(value, (bool, int, float)):
            return ast.Constant(value)
        if isinstance(value, type) and value.__module__.startswith("torch.nn"):
            return ast.Name(f"nn.{value.__name__}")
        return ast.Name(node.text or value.__name__)


def part(written: Written, used: set[str]) -> str:
    """A function or a class; of a class, the methods that something calls."""
    if not written.bases:
        return _function(written)
    head = f"class {written.name}({', '.join(written.bases)}):\n"
    inside = [_doc(written.doc)] if written.doc else []
    inside += [_function(one) for name, one in written.methods.items() if name in used | {"__init__", "forward"}]
    return head + textwrap.indent("\n\n".join(inside), "    ")


def used(parts: list[Written]) -> set[str]:
    """The names of all attributes that the parts mention."""
    bodies = [one.body for part in parts for one in (part, *part.methods.values())]
    return {node.attr for body in bodies for line in body for node in ast.walk(line) if isinstance(node, ast.Attribute)}


def mentioned(text: str) -> set[str]:
    """The names that a part's text uses."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _function(written: Written) -> str:
    lines = [_doc(written.doc)] if written.doc else []
    lines += [_statement(one) for one in written.body]
    return f"def {written.name}({', '.join(written.params)}):\n" + textwrap.indent("\n".join(lines), "    ")


def _doc(text: str) -> str:
    return "\n".join(textwrap.wrap(f'"""{" ".join(text.split())}"""', WIDTH))


def _statement(node: ast.stmt) -> str:
    if isinstance(node, ast.If):
        return _branches(node, "if")
    if isinstance(node, ast.For):
        head = f"for {ast.unparse(node.target)} in {_text(node.iter)}:\n"
        return head + _indented(node.body)
    line = _text(node)
    return line if len(line) <= WIDTH else _broken(node)


def _branches(node: ast.If, word: str) -> str:
    text = f"{word} {_text(node.test)}:\n{_indented(node.body)}"
    if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        return f"{text}\n{_branches(node.orelse[0], 'elif')}"
    return f"{text}\nelse:\n{_indented(node.orelse)}" if node.orelse else text


def _indented(body: list[ast.stmt]) -> str:
    return textwrap.indent("\n".join(map(_statement, body)), "    ")


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(_Spelled().visit(node)))


def _broken(node: ast.stmt) -> str:
    """A long line with an argument of its outer call on each."""
    call = getattr(node, "value", None)
    if not isinstance(call, ast.Call):
        return _text(node)
    inside = [_text(one) for one in call.args] + [f"{one.arg}={_text(one.value)}" for one in call.keywords]
    head = _text(node).removesuffix(_text(call)) + _text(call.func)
    return f"{head}(\n" + "".join(f"    {one},\n" for one in inside) + ")"
